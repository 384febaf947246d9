"""What a workbook is made of: columns, rows, sheets, charts. No library of files is known here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Value = str | int | Decimal | float | date | None
"""What a cell holds. ``bool`` shows as 是/否. Money is in yuan, a ratio is a part of 1."""


class Kind(StrEnum):
    """How the values of a column are written, aligned and measured."""

    TEXT = "text"
    CODE = "code"  # phone, ID, number of a record: digits that are no number, kept as text
    COUNT = "count"
    MONEY = "money"  # yuan
    RATIO = "ratio"  # part of 1, shown as per cent
    MEAN = "mean"
    SCORE = "score"
    DATE = "date"

    @property
    def number_format(self) -> str:
        """The Excel number format of this kind."""
        return _NUMBER_FORMATS[self]


_NUMBER_FORMATS = {
    Kind.TEXT: "General",
    Kind.CODE: "@",
    Kind.COUNT: "#,##0",
    Kind.MONEY: "#,##0.00",
    Kind.RATIO: "0.0%",
    Kind.MEAN: "#,##0.0",
    Kind.SCORE: "0.0",
    Kind.DATE: "yyyy-mm-dd",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Neighbours of one ``group`` stand under a merged heading. ``width`` is in half-width characters."""

    heading: str
    kind: Kind = Kind.TEXT
    group: str | None = None
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that differs from its column: another kind, or a link to the sheet called ``link``."""

    value: Value
    kind: Kind | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``indent`` is the depth in the tree, shown by indenting the first column."""

    values: Sequence[Value | Cell]
    indent: int = 0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A line across the whole table that names the rows under it."""

    text: str


Line = Row | Section | Sequence[Value | Cell]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """The line under the title: 填报单位, 日期, 单位:元. An empty ``measure`` leaves its place empty."""

    reporting_unit: str
    dated: date | None = None
    measure: str = "元"

    def parts(self) -> tuple[str, str, str]:
        """The texts at the left, in the middle and at the right."""
        dated = f"日期：{self.dated.year}年{self.dated.month}月{self.dated.day}日" if self.dated else ""
        measure = f"单位：{self.measure}" if self.measure else ""
        return f"填报单位：{self.reporting_unit}", dated, measure


@dataclass(frozen=True, slots=True)
class Footer:
    """The line under the table: who filled it in, who checked it, when. Empty is left to be signed by hand."""

    filled_by: str = ""
    reviewed_by: str = ""
    filled_on: date | None = None

    def parts(self) -> tuple[str, str, str]:
        """The texts at the left, in the middle and at the right."""
        filled_on = f"{self.filled_on:%Y-%m-%d}" if self.filled_on else "　　　年　　月　　日"
        return f"填表人：{self.filled_by}", f"审核人：{self.reviewed_by}", f"填表日期：{filled_on}"


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart under the table.

    ``category`` and ``series`` are column numbers from 0; ``rows`` is the first and last line of the table to draw,
    from 0 and both included (default: all, without 合计; a ``Section`` must not lie between). ``source`` names the
    sheet that holds the figures when it is another one. ``column`` has upright bars, ``bar`` lying ones.
    """

    title: str
    category: int
    series: Sequence[int]
    kind: Literal["column", "bar"] = "column"
    category_title: str = ""
    value_title: str = ""
    rows: tuple[int, int] | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    ``title`` is the tab (at most 31 characters, none of ``[]:*?/\\``), ``heading`` the line over the table. ``lines``
    and ``total`` hold one value per column; totals are given, never summed here, because distinct persons do not add.
    ``one_page`` prints a table of some dozens of lines on one page, smaller where it must be.
    """

    title: str
    heading: str
    columns: Sequence[Column]
    lines: Iterable[Line]
    unit_line: UnitLine | None = None
    total: Sequence[Value | Cell] | None = None
    total_first: bool = False
    notes: Sequence[str] = ()
    footer: Footer | None = field(default_factory=Footer)
    chart: Chart | None = None
    frozen_columns: int = 1
    one_page: bool = False

    def __post_init__(self) -> None:
        check_sheet_title(self.title)
        if not self.columns:
            raise ValueError(f"sheet {self.title!r} has no column")


@dataclass(frozen=True, slots=True)
class ChartPage:
    """A sheet of charts only, one to a printed page; each names the sheet of its figures in ``source``."""

    heading: str
    charts: Sequence[Chart]
    title: str = "图表"

    def __post_init__(self) -> None:
        check_sheet_title(self.title)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A whole file. ``dated`` goes into the file's properties: the day the figures are of, never the clock."""

    title: str
    sheets: Sequence[Sheet | ChartPage]
    dated: date | None = None

    def __post_init__(self) -> None:
        titles = [sheet.title.casefold() for sheet in self.sheets]
        if not titles or len(set(titles)) != len(titles):
            raise ValueError("a workbook needs at least one sheet, and titles that differ in more than case")


_FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def check_sheet_title(title: str) -> None:
    """Raise ``ValueError`` for a tab name that Excel would refuse or "repair"."""
    if not 0 < len(title) <= 31 or _FORBIDDEN_IN_TITLE.search(title) or title[0] == "'" or title[-1] == "'":
        raise ValueError(f"not a sheet title for Excel: {title!r}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of 总览: what it is, this year's value, its unit of measure, last year's value, the sheet it is from."""

    label: str
    value: int | Decimal | float | None
    measure: str
    last_year: int | Decimal | float | None = None
    kind: Kind = Kind.COUNT
    sheet: str | None = None


def overview(
    *,
    heading: str,
    figures: Iterable[Figure | Section],
    year: int,
    unit_line: UnitLine | None = None,
    notes: Sequence[str] = (),
    chart: Chart | None = None,
    title: str = "总览",
) -> Sheet:
    """The first sheet: every key figure beside its own last year, each linked to the sheet that breaks it down."""
    columns = (
        Column("项目", width=34),
        Column(f"{year}年", Kind.COUNT, width=18),
        Column("单位", Kind.CODE, width=10),
        Column(f"{year - 1}年", Kind.COUNT, width=18),
        Column("比上年增减", Kind.COUNT, width=18),
    )
    return Sheet(
        title=title,
        heading=heading,
        columns=columns,
        lines=[figure if isinstance(figure, Section) else _overview_row(figure) for figure in figures],
        unit_line=unit_line,
        notes=notes,
        chart=chart,
    )


def _overview_row(figure: Figure) -> Row:
    change: int | Decimal | float | None = None
    if figure.value is not None and figure.last_year is not None:
        # Decimal and float do not mix; a figure and its last year always come from the same column.
        change = Decimal(str(figure.value)) - Decimal(str(figure.last_year))
    return Row(
        (
            Cell(figure.label, link=figure.sheet),
            Cell(figure.value, figure.kind),
            figure.measure,
            Cell(figure.last_year, figure.kind),
            Cell(change, figure.kind),
        ),
        indent=1,
    )
