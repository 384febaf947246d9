"""What one cell says about one field: the value as it is stored, or the reason why it says nothing.

People type full-width digits, blanks inside names, several things in one cell; Excel turns numbers into floats. What
can be read one way only is read; what cannot is an error, never a guess.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from guanai import identity
from guanai.partial_dates import parse_partial_date
from volunteers.enums import VolunteerStatus
from volunteers.imports import words
from volunteers.imports.service_times import read_times
from volunteers.imports.tables import Cell
from volunteers.models import Volunteer

UNREAD_TIME = "看不懂服务时间，请写成“周六、周日上午；周三全天”这样。"
# So much of a cell that cannot be read is asked about and remembered.
ASKED_LENGTH = 40
_LONG_NUMBER = re.compile(r"\d[\d-]{5,}[xX]?")


class CellError(Exception):
    """Why a cell cannot be taken, in Chinese for who typed it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadTimeError(CellError):
    """服务时间 that cannot be read one way only; `said` is what stands there, cut to what a page can ask about, and
    without long numbers: they say no time, and may be somebody's."""

    def __init__(self, text: str) -> None:
        super().__init__(UNREAD_TIME)
        self.said = " ".join(_LONG_NUMBER.sub("…", text).split())[:ASKED_LENGTH]


class Unchanged:
    """What a masked cell says: 510824***********8 leaves the number as it is."""


UNCHANGED = Unchanged()
# Full-width letters, digits and signs; characters of names are left alone.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)", re.ASCII)
_LIST = re.compile(r"[、,，;；/\s]+")
_EXCEL_BEGAN = datetime.date(1899, 12, 30)
# Days after which a number in a date column is a date of Excel: from 1910 to 2050.
_SERIALS = range(3654, 54790)
_NOTHING = ("无", "没有", "无证件", "-", "—", "/", "暂无")


def narrow(cell: Cell) -> str:
    """The text of a cell with full-width signs made narrow and without the blanks around it; 3.0 is 3."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).translate(_NARROW).strip()


def is_masked(text: str) -> bool:
    return "*" in text


def clean_name(cell: Cell) -> str:
    """张 三 → 张三."""
    name = "".join(narrow(cell).split())
    if not name or any(character.isdigit() for character in name):
        raise CellError("姓名里不应有数字。")
    return _fitting(name, "name")


def clean_id_number(cell: Cell) -> str | Unchanged:
    """ "" for 无; an ID that went through a number of Excel has lost its last digits for good."""
    text = "".join(narrow(cell).split()).upper().removeprefix("'")
    if is_masked(text):
        return UNCHANGED
    if text in _NOTHING:
        return ""
    if (isinstance(cell, float) and len(text) > 15) or _SCIENTIFIC.fullmatch(text):
        raise CellError("Excel 把证件号变成了数字，最后几位已丢失。请把这一列设为“文本”，再照原件重填。")
    if len(text) == 15 and text.isdigit():
        raise CellError("这是 15 位的旧证件号，请填现在的 18 位号。")
    try:
        identity.validate_id_number(text)
    except ValidationError as error:
        raise CellError(error.messages[0]) from error
    return text


def clean_phone(cell: Cell) -> str | Unchanged:
    """13812345678.0 and 1.3812345678E+10 are that number; 1.38E+10 has lost digits."""
    text = "".join(narrow(cell).split()).removesuffix(".0").removeprefix("'")
    if is_masked(text):
        return UNCHANGED
    if text in _NOTHING:
        return ""
    found = _SCIENTIFIC.fullmatch(text)
    if found:
        if len(found[2] or "") != int(found[3]):
            raise CellError("Excel 把电话变成了 1.38E+10 的样子，后几位已丢失。请把这一列设为“文本”再重填。")
        text = str(int(Decimal(text)))
    if _LIST.search(text.strip("、,，;；/")) is not None:
        raise CellError("一格里有两个电话，请只留常用的一个。")
    try:
        identity.validate_phone(text)
    except ValidationError as error:
        raise CellError(error.messages[0]) from error
    return text


def clean_partial_date(cell: Cell) -> str:
    """1950.3, 1950年3月, 19500301, a date of Excel or its serial number → 1950, 1950-03 or 1950-03-01."""
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    known = _number_date(cell) if isinstance(cell, float) else parse_partial_date(narrow(cell))
    if known is None:
        raise CellError("看不出是哪一天，请填成 1950-03-01 或 1950年3月。")
    return known


def _number_date(number: float) -> str | None:
    if number.is_integer() and int(number) in _SERIALS and not 1900 <= number < 2100:
        return (_EXCEL_BEGAN + datetime.timedelta(days=int(number))).isoformat()
    text = narrow(number)
    if text.endswith(".1"):
        raise CellError(f"{text} 分不清是 1 月还是 10 月，请填成 {text[:4]}年1月 或 {text[:4]}年10月。")
    return parse_partial_date(text)


def clean_day(cell: Cell) -> datetime.date:
    """A whole date; of a month or year its first day."""
    return datetime.date.fromisoformat((clean_partial_date(cell) + "-01-01")[:10])


def clean_terms(cell: Cell) -> list[str]:
    """法治、健康;农技 → its terms, each once, in the order of the cell."""
    text = narrow(cell)
    return [] if text in _NOTHING else list(dict.fromkeys(term for term in _LIST.split(text) if term))


def clean_times(cell: Cell) -> list[tuple[int, str]]:
    """周六、周日上午；周三全天 → pairs of weekday and part of the day (`service_times`)."""
    text = narrow(cell)
    times: list[tuple[int, str]] | None = [] if text in _NOTHING else read_times(text)
    if times is None:
        raise UnreadTimeError(text)
    return times


def one_of(offered: Mapping[str, Any], label: str) -> Callable[[Cell], Any]:
    """A cell that holds one of some words; blanks and brackets do not matter."""
    plain = {_bare(word): value for word, value in offered.items()}
    # One word for each value: the field's own, which stands before what people also write.
    first = {value: word for word, value in reversed(list(offered.items()))}
    shown = "、".join(dict.fromkeys(first[value] for value in offered.values()))

    def clean(cell: Cell) -> Any:
        try:
            return plain[_bare(narrow(cell))]
        except KeyError:
            raise CellError(f"{label}只能填 {shown}。") from None

    return clean


def _bare(word: str) -> str:
    return re.sub(r"[\s()（）]", "", word)


def _text(field: str) -> Callable[[Cell], str | Unchanged]:
    def clean(cell: Cell) -> str | Unchanged:
        text = " ".join(narrow(cell).split())
        return UNCHANGED if is_masked(text) else _fitting(text, field)

    return clean


def _fitting(text: str, field: str) -> str:
    longest: int = getattr(Volunteer._meta.get_field(field), "max_length", None) or 80
    if len(text) > longest:
        raise CellError(f"最多 {longest} 个字，这里有 {len(text)} 个。")
    return text


CLEANERS: Mapping[str, Callable[[Cell], Any]] = {
    "number": lambda cell: narrow(cell).upper(),
    "name": clean_name,
    "id_number": clean_id_number,
    "sex": one_of(words.SEX, "性别"),
    "birth_date": lambda cell: UNCHANGED if is_masked(narrow(cell)) else clean_partial_date(cell),
    "phone": clean_phone,
    "address": _text("address"),
    "unit": narrow,
    "kind": one_of(words.KINDS, "五老类别"),
    "is_core": one_of(words.YES, "是否骨干"),
    "specialities": clean_terms,
    "interests": clean_terms,
    "times": clean_times,
    "former_post": _text("former_post"),
    "rank": _text("rank"),
    "former_name": _text("former_name"),
    "native_place": _text("native_place"),
    "politics": one_of(words.POLITICS, "政治面貌"),
    "party_joined": clean_partial_date,
    "education": one_of(words.EDUCATION, "文化程度"),
    "work_began": clean_partial_date,
    "retirement": one_of(words.RETIREMENT, "离退休类型"),
    "health": one_of(words.HEALTH, "健康状况"),
    "status": one_of({status.label: status for status in VolunteerStatus}, "状态"),
    "deceased": one_of(words.YES, "是否离世"),
    "joined_on": clean_day,
    "no_id_reason": _text("no_id_reason"),
}
