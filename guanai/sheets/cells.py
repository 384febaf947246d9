"""What goes into a cell, and how wide it is on paper. Shared by both writers."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from guanai.sheets.layout import Column, Kind, Value
from guanai.xmltext import xml_text

FONT = "宋体"
# The longest text that Excel takes in a cell, counted as Excel counts: in UTF-16 units.
_LONGEST_TEXT = 32_767
_NARROWEST, _WIDEST = 6.0, 42.0
# A cell's own padding, in half-width characters.
_PADDING = 2.0
# A heading longer than this (half-width characters) is set in two lines before it may widen its column.
_ONE_LINE_HEADING = 10
# The heading over a table is 18 pt, everything else 11.
_HEADING_SCALE = 18 / 11
_TABLE_BREAKS = re.compile(r"(?<=[、，：（/])")

Plain = str | int | float | Decimal | date | None
"""A value as the libraries take it: clean text, a finite number, a date or nothing."""


def plain(value: Value, kind: Kind) -> Plain:
    """Return ``value`` ready for a cell of ``kind``.

    Raises ``TypeError`` for a time of day (whose zone would have to be guessed) and ``ValueError`` for a number that
    is not finite (Excel has no such number and calls the file damaged).
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        raise TypeError("give a date in local time, not a datetime")
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _shortened(xml_text(value))
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    return str(value) if kind is Kind.CODE else value


def _shortened(text: str) -> str:
    if len(text) * 2 <= _LONGEST_TEXT or len(text.encode("utf-16-le")) // 2 <= _LONGEST_TEXT:
        return text
    # ``ignore`` drops the half of a character that the cut may leave.
    return text.encode("utf-16-le")[: (_LONGEST_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"


def looks_like_formula(text: str) -> bool:
    """Whether Excel would take ``text`` for a formula when somebody edits the cell (full-width signs count too)."""
    return text[:1] in set("=+-@＝＋－＠\t")


def shown(value: Plain, kind: Kind) -> str:
    """The text that Excel shows for ``value``, for measuring."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    match kind:
        case Kind.MONEY:
            return f"{value:,.2f}"
        case Kind.RATIO:
            return f"{value:.1%}"
        case Kind.MEAN | Kind.SCORE:
            return f"{value:,.1f}"
        case Kind.COUNT:
            return f"{value:,.0f}"
    return str(value)


def display_width(text: str) -> int:
    """Width of the longest line of ``text`` in half-width characters; Chinese characters count 2."""
    return max(_line_width(line) for line in text.split("\n"))


def _line_width(line: str) -> int:
    # Ambiguous characters (“ ” — … ①) are drawn full-width by Chinese fonts.
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in line)


def line_count(text: str, width: float) -> int:
    """How many lines ``text`` takes when wrapped in a cell of ``width`` half-width characters."""
    room = max(width - 1, 1)
    return sum(max(1, math.ceil(_line_width(line) / room)) for line in text.split("\n"))


def heading_width(heading: str) -> int:
    """How wide a heading must stand: in one line when short, else halved, but never inside a short piece."""
    whole = display_width(heading)
    if whole <= _ONE_LINE_HEADING:
        return whole
    pieces = [display_width(piece) for piece in _TABLE_BREAKS.split(heading) if piece]
    # Two characters more than half, so that the break falls where one would put it by hand.
    return min(whole, max(math.ceil(whole / 2) + 2, min(max(pieces), _ONE_LINE_HEADING + 4)))


def column_width(column: Column, longest: int) -> float:
    """The width of ``column`` whose widest shown value is ``longest`` half-width characters wide."""
    if column.width is not None:
        return column.width
    return min(max(longest, heading_width(column.heading), _NARROWEST - _PADDING) + _PADDING, _WIDEST)


def group_runs(columns: Sequence[Column]) -> list[tuple[str | None, int, int]]:
    """The runs of neighbours with the same group: (group, first column, last column), counted from 0."""
    runs: list[tuple[str | None, int, int]] = []
    for index, column in enumerate(columns):
        if runs and column.group is not None and runs[-1][0] == column.group:
            runs[-1] = (column.group, runs[-1][1], index)
        else:
            runs.append((column.group, index, index))
    return runs


def widened(widths: Sequence[float], heading: str, *lines: Sequence[str]) -> list[float]:
    """``widths``, enlarged evenly where the heading or the lines of three texts would be wider than the table."""
    wanted = [display_width(heading) * _HEADING_SCALE + _PADDING]
    wanted += [sum(display_width(text) + _PADDING for text in line) for line in lines]
    factor = max(1.0, max(wanted) / sum(widths))
    return [round(width * factor, 1) for width in widths]


def three_spans(widths: Sequence[float], texts: Sequence[str], *, fewest: int = 1) -> list[tuple[int, int]]:
    """The ranges of columns (from 0, both ends included) for texts at the left, in the middle and at the right.

    Each range is about a third of the table if the texts fit, else as wide as its text needs, and at least ``fewest``
    columns. Where that cannot be had there is one range over all columns, for the texts in one line.
    """
    last = len(widths) - 1
    needs = [display_width(text) + 1 for text in texts]
    third = sum(widths) / 3
    for left_room, right_room in ((third, third), (needs[0], needs[2])):
        left = next((index for index in range(last) if sum(widths[: index + 1]) >= left_room), last)
        right = next((index for index in range(last, 0, -1) if sum(widths[index:]) >= right_room), 0)
        left, right = max(left, fewest - 1), min(right, last - fewest + 1)
        spans = [(0, left), (left + 1, right - 1), (right, last)]
        if all(
            end - first + 1 >= fewest and sum(widths[first : end + 1]) >= need
            for (first, end), need in zip(spans, needs, strict=True)
        ):
            return spans
    return [(0, last)]
