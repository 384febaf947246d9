"""The named styles of a workbook. They show in Excel's style gallery, so their names are the office's words."""

import openpyxl
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from guanai.sheets.cells import FONT
from guanai.sheets.layout import Kind

TITLE, UNIT, GROUP, HEADER = "表题", "表首", "表头组", "表头"
# The three parts of the unit line and of the footer have a style each, named by its place.
SIDES = {"左": "left", "中": "center", "右": "right"}
SECTION, FOOTER, NOTE, LINK = "小节", "表尾", "说明", "链接"

BODY = Font(name=FONT, size=11)
_BOLD = Font(name=FONT, size=11, bold=True)
_LINKED = Font(name=FONT, size=11, color="FF17544F", underline="single")
_QUIET = Font(name=FONT, size=10)
_EDGE = Side(style="thin", color="FF000000")
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
# Pale enough to vanish in a black-and-white copy under a stamp.
_SUNK = PatternFill("solid", fgColor="FFF2F2EE")
_NO_FILL = PatternFill()

_KIND_NAMES = {
    Kind.TEXT: "文字",
    Kind.CODE: "编号",
    Kind.COUNT: "数量",
    Kind.MONEY: "金额",
    Kind.RATIO: "比率",
    Kind.MEAN: "均值",
    Kind.SCORE: "分值",
    Kind.DATE: "日期",
}
_ALIGNED = {Kind.TEXT: "left", Kind.CODE: "center", Kind.DATE: "center"}
# The tree below a county is three deep; one more for a list inside it.
_DEEPEST = 4


def body_style(kind: Kind, *, bold: bool, indent: int) -> str:
    """The name of the style of a table cell. Only text is indented; depths past four look like four."""
    name = _KIND_NAMES[kind] + ("合计" if bold else "")
    depth = min(indent, _DEEPEST) if kind is Kind.TEXT else 0
    return f"{name}{depth}级" if depth else name


def add_styles(book: openpyxl.Workbook) -> None:
    """Make 宋体 the workbook's default font and add every named style."""
    # Column widths are counted in digits of this font.
    book._named_styles["Normal"].font = BODY  # type: ignore[attr-defined]  # there is no public way to the default
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    _add(book, TITLE, Font(name=FONT, size=18, bold=True), Alignment(horizontal="center", vertical="center"))
    for style, font in ((UNIT, BODY), (FOOTER, BODY)):
        for name, side in SIDES.items():
            _add(book, f"{style}{name}", font, Alignment(horizontal=side, vertical="center"))
    _add(book, GROUP, _BOLD, middle, border=_BOX, fill=_SUNK)
    _add(book, HEADER, _BOLD, middle, border=_BOX, fill=_SUNK)
    _add(book, SECTION, _BOLD, Alignment(horizontal="left", vertical="center"), border=_BOX, fill=_SUNK)
    _add(book, NOTE, _QUIET, Alignment(horizontal="left", vertical="top", wrap_text=True))
    _add(book, LINK, _LINKED, Alignment(horizontal="left", vertical="center", indent=1, wrap_text=True), border=_BOX)
    for kind in Kind:
        for bold in (False, True):
            for depth in range(_DEEPEST + 1 if kind is Kind.TEXT else 1):
                _add_body(book, kind, bold=bold, depth=depth)


def _add_body(book: openpyxl.Workbook, kind: Kind, *, bold: bool, depth: int) -> None:
    side = _ALIGNED.get(kind, "right")
    wraps = kind in (Kind.TEXT, Kind.CODE)
    alignment = Alignment(horizontal=side, vertical="center", indent=depth, wrap_text=wraps)
    name = body_style(kind, bold=bold, indent=depth)
    fill = _SUNK if bold else _NO_FILL
    _add(book, name, _BOLD if bold else BODY, alignment, border=_BOX, fill=fill, number_format=kind.number_format)


def _add(
    book: openpyxl.Workbook,
    name: str,
    font: Font,
    alignment: Alignment,
    *,
    border: Border | None = None,
    fill: PatternFill = _NO_FILL,
    number_format: str = "General",
) -> None:
    book.add_named_style(
        NamedStyle(
            name=name,
            font=font,
            alignment=alignment,
            border=border or Border(),
            fill=fill,
            number_format=number_format,
        )
    )
