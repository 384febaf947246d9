"""Citizen identity numbers (GB 11643-1999) and the masks that every surface uses (domain.md §6)."""

import datetime
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils import timezone

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
ID_FORM = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
PHONE_FORM = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}", re.ASCII)


def check_digit(first_seventeen: str) -> str:
    """The 18th character that belongs to the first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def normalise_id(text: str) -> str:
    """Upper case, without blanks, full-width digits made narrow: as a number is checked, stored and indexed."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def validate_id_number(text: str) -> None:
    """Check form, birth date and check digit.

    Raises:
        ValidationError: with the reason in Chinese.
    """
    number = normalise_id(text)
    if not ID_FORM.fullmatch(number):
        raise ValidationError("身份证号应为 18 位，末位可以是 X。", code="form")
    if birth_date_of(number) is None:
        raise ValidationError("身份证号中的出生日期不存在。", code="date")
    if check_digit(number[:17]) != number[17]:
        raise ValidationError("身份证号最后一位校验不符，请核对有没有输错。", code="checksum")


def normalise_phone(text: str) -> str:
    """Digits alone, full-width ones made narrow: as a telephone number is indexed, with its hyphen or without."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split())


def validate_phone(text: str) -> None:
    """Accept a mobile number or a land line with its area code."""
    if not PHONE_FORM.fullmatch("".join(text.split())):
        raise ValidationError("电话应为 11 位手机号，或带区号的座机号。", code="form")


def birth_date_of(number: str) -> datetime.date | None:
    """The birth date inside an 18-character number, or None where that date does not exist or lies ahead."""
    try:
        born = datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    # The zone is named: to find out whether another one is active costs more than the rest, a file long.
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return born if datetime.date(1900, 1, 1) <= born <= today else None


def sex_of(number: str) -> str:
    """`male` for an odd 17th digit, else `female`: the values of `volunteers.enums.Sex`."""
    return "male" if int(number[16]) % 2 else "female"


def mask_name(name: str) -> str:
    """张明 → 张*; 张小明 → 张*明."""
    if len(name) < 2:
        return "*" if name else ""
    return f"{name[0]}*" if len(name) == 2 else f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; a shorter number keeps its last four digits."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-4:]}"


def mask_id(number: str) -> str:
    """First six characters (the district) and the last one."""
    return f"{number[:6]}{'*' * (len(number) - 7)}{number[-1]}" if len(number) > 7 else "*" * len(number)


def mask_text(text: str) -> str:
    """An address, a school or a place: its length tells nothing, so every value looks the same."""
    return "******" if text else ""
