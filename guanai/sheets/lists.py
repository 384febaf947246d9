"""Long lists: rows stream from a queryset to the file, memory stays flat whatever their number."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from rustpy_xlsxwriter import Format, write_worksheet

from guanai.sealing import Properties, Rewrite, seal
from guanai.sheets.cells import FONT, Plain, column_width, display_width, plain, three_spans, widened
from guanai.sheets.layout import Column, Kind, UnitLine, Value, check_sheet_title
from guanai.sheets.pages import BOTTOM_MARGIN, FOOTER_MARGIN, HEADER_MARGIN, PAGE_NUMBERS, SIDE_MARGIN, TOP_MARGIN
from guanai.xmltext import xml_text

# So many records an exporter reads at once.
CHUNK = 500
# Rows cannot be measured before they are written; these fit what such columns hold, in half-width characters.
_USUAL_WIDTH = {
    Kind.TEXT: 16,
    Kind.CODE: 18,
    Kind.COUNT: 8,
    Kind.MONEY: 14,
    Kind.RATIO: 7,
    Kind.MEAN: 8,
    Kind.SCORE: 6,
    Kind.DATE: 10,
}
_ALIGNMENT = {Kind.TEXT: "left", Kind.CODE: "center", Kind.DATE: "center"}
_A3, _A4 = 8, 9
# More columns in the width of an A4 page are too small to read.
_MOST_ON_A4 = 14
_HEADING_ROW, _UNIT_ROW, _HEADER_ROW = 0, 1, 2
_FILTER_BUTTON = 3
_HEAD_BYTES = 1 << 16
# The library writes no cell for a missing value, and the printed grid would have holes. A rule that always holds
# (no cell holds this number) draws the border round every cell of the list, empty ones too.
_GRID = {"type": "cell", "criteria": "!=", "value": -1e15, "format": Format().set_border("thin")}
# The library loses the height of the first row when more merged rows follow.
_TITLE_ROW, _HIGH_TITLE_ROW = b'<row r="1">', b'<row r="1" ht="36" customHeight="1">'
_DEFAULT_HEIGHT, _HEIGHT = (
    b'<sheetFormatPr defaultRowHeight="15"/>',
    b'<sheetFormatPr defaultRowHeight="20" customHeight="1"/>',
)
_COLUMN_STYLE = re.compile(rb'(<col [^>]*?) style="\d+"')


def stream_list(
    path: Path,
    *,
    heading: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    unit_line: UnitLine | None = None,
    total: Sequence[Value] | None = None,
    title: str = "名单",
    dated: date | None = None,
) -> None:
    """Write ``rows`` (one value per column) under a title, a unit line and a frozen header to ``path``, sealed.

    Headings must differ and take no group, columns no merged cells: the list is for filtering as well as for print.
    ``total`` becomes the last row. Raises ``ValueError`` for repeated headings or a row of the wrong length; then
    ``path`` is not written.
    """
    check_sheet_title(title)
    headings = [xml_text(column.heading) for column in columns]
    if len(set(headings)) != len(headings) or any(column.group for column in columns):
        raise ValueError("a streamed list needs headings that differ, and no groups")
    parts = unit_line.parts() if unit_line else ()
    widths = widened([column_width(column, _longest(column)) for column in columns], xml_text(heading), parts)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        unsealed, sealed = Path(folder) / "unsealed.xlsx", Path(folder) / "sealed.xlsx"
        write_worksheet(
            _records(headings, columns, rows, total),
            unsealed,
            sheet_name=title,
            freeze_row=_HEADER_ROW + 1,
            freeze_col=1,
            header_row=_HEADER_ROW,
            header_format=_bordered().set_bold().set_align("center").set_align("vcenter").set_text_wrap(),
            column_widths=widths,
            column_formats=[_column_format(column.kind) for column in columns],
            merge_ranges=_head(heading, unit_line, widths),
            row_heights={_UNIT_ROW: 20.0, _HEADER_ROW: 32.0},
            autofilter=True,
            conditional_formats=dict.fromkeys(headings, _GRID),
            ignore_errors=[name for name, column in zip(headings, columns, strict=True) if column.kind is Kind.CODE],
            page_setup={**_PAGE, "paper_size": _A4 if len(columns) <= _MOST_ON_A4 else _A3},
        )
        properties = Properties(title=heading, dated=dated)
        seal(unsealed, sealed, properties=properties, rewrites=_REWRITES)
        sealed.replace(path)


# Nobody signs a list of thousands of rows at its end, so that 填表人 and 审核人 stand on each page.
_PAGE = {
    "landscape": True,
    "margins": {
        "left": SIDE_MARGIN,
        "right": SIDE_MARGIN,
        "top": TOP_MARGIN,
        "bottom": BOTTOM_MARGIN,
        "header": HEADER_MARGIN,
        "footer": FOOTER_MARGIN,
    },
    "repeat_rows": (_HEADER_ROW, _HEADER_ROW),
    "fit_to_pages": (1, 0),
    "center_horizontally": True,
    "footer": f'&L&"{FONT},常规"&10填表人：　　　　　审核人：&C&"{FONT},常规"&10{PAGE_NUMBERS}',
}


def _records(
    headings: Sequence[str], columns: Sequence[Column], rows: Iterable[Sequence[Value]], total: Sequence[Value] | None
) -> Iterator[dict[str, Plain]]:
    """The rows as the library takes them, each with every heading; one empty row where there is none.

    The library takes the headings from the first row, so a list without one would have no header.
    """
    kinds = [column.kind for column in columns]
    number = 0
    for number, row in enumerate(rows, start=1):
        yield _record(headings, kinds, row, f"row {number}")
    if total is not None:
        yield _record(headings, kinds, total, "the total row")
    elif not number:
        yield dict.fromkeys(headings)


def _record(headings: Sequence[str], kinds: Sequence[Kind], row: Sequence[Value], which: str) -> dict[str, Plain]:
    if len(row) != len(headings):
        raise ValueError(f"{which} has {len(row)} values for {len(headings)} columns")
    return {heading: plain(value, kind) for heading, kind, value in zip(headings, kinds, row, strict=True)}


def _bordered() -> Format:
    return Format().set_font_name(FONT).set_font_size(11).set_border("thin")


def _column_format(kind: Kind) -> Format:
    form = _bordered().set_align(_ALIGNMENT.get(kind, "right")).set_align("vcenter")
    if kind is not Kind.TEXT:
        form = form.set_num_format(kind.number_format)
    # Text that looks like a formula would become one when its cell is edited; the prefix keeps it text.
    return form.set_quote_prefix() if kind in (Kind.TEXT, Kind.CODE) else form


# The shape that the library takes for a merged range: rows and columns from 0, text, format.
_Merge = tuple[int, int, int, int, Any] | tuple[int, int, int, int, Any, Format | None]


def _longest(column: Column) -> int:
    """The width that a column's values will need, or its heading beside the button of the filter."""
    return max(_USUAL_WIDTH[column.kind], display_width(xml_text(column.heading)) + _FILTER_BUTTON)


def _head(heading: str, unit_line: UnitLine | None, widths: Sequence[float]) -> list[_Merge]:
    """Title and unit line as merged ranges. Excel refuses a merge of one cell, so one column is widened to two."""
    last = max(len(widths) - 1, 1)
    bold = Format().set_font_name(FONT).set_font_size(18).set_bold().set_align("center").set_align("vcenter")
    ranges: list[_Merge] = [(_HEADING_ROW, 0, _HEADING_ROW, last, xml_text(heading), bold)]
    if unit_line is None:
        return ranges
    quiet = [Format().set_font_name(FONT).set_font_size(11).set_align(side) for side in ("left", "center", "right")]
    parts = [xml_text(part) for part in unit_line.parts()]
    # Excel refuses a merged range of one cell.
    spans = three_spans(widths, parts, fewest=2)
    if len(spans) < 3:
        return [*ranges, (_UNIT_ROW, 0, _UNIT_ROW, last, "　　".join(filter(None, parts)), quiet[0])]
    for (first, end), part, form in zip(spans, parts, quiet, strict=True):
        ranges.append((_UNIT_ROW, first, _UNIT_ROW, end, part, form))
    return ranges


def _with_airy_rows(source: IO[bytes], target: IO[bytes]) -> None:
    """Set the height of all rows, and take the styles off the columns.

    The cells carry the styles too, and the columns' borders would run down to row 1,048,576.
    """
    head = source.read(_HEAD_BYTES).replace(_DEFAULT_HEIGHT, _HEIGHT).replace(_TITLE_ROW, _HIGH_TITLE_ROW)
    target.write(_COLUMN_STYLE.sub(rb"\1", head))
    while chunk := source.read(_HEAD_BYTES):
        target.write(chunk)


def _song_by_default(source: IO[bytes], target: IO[bytes]) -> None:
    """Make 宋体 the workbook's default font: column widths are counted in its digits."""
    default = b'<name val="Calibri"/><family val="2"/><scheme val="minor"/>'
    target.write(source.read().replace(default, f'<name val="{FONT}"/>'.encode()))


_REWRITES: dict[str, Rewrite] = {
    "xl/worksheets/sheet1.xml": _with_airy_rows,
    "xl/styles.xml": _song_by_default,
}
