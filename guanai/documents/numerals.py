"""Chinese numerals for the headings of papers, and dates as papers write them."""

from datetime import date

_DIGITS = "零一二三四五六七八九"


def chinese_numeral(number: int) -> str:
    """Return 1 to 99 as 一 to 九十九; other numbers raise ``ValueError`` (no paper has so many parts)."""
    if not 1 <= number <= 99:
        raise ValueError(f"no heading number: {number}")
    tens, ones = divmod(number, 10)
    # 十 to 十九 have no 一 before the 十.
    return ("" if not tens else ("" if tens == 1 else _DIGITS[tens]) + "十") + (_DIGITS[ones] if ones else "")


def paper_date(day: date) -> str:
    """Return ``day`` as 2025年1月5日: Arabic numerals, no leading zero (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"
