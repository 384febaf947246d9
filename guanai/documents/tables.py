"""Tables of a paper: ruled, the head repeated on each page, no row broken over two pages."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Emu, Length, Mm
from docx.table import Table, _Cell, _Row

from guanai.documents.styles import TEXT_WIDTH
from guanai.sheets.cells import plain, shown
from guanai.sheets.layout import Kind, Value
from guanai.xmltext import xml_text

_ROW_HEIGHT, _SIGN_HEIGHT = Mm(8), Mm(45)
_STAMP_LINES = 4
_STYLES = {Kind.TEXT: "表文", Kind.CODE: "表文居中", Kind.DATE: "表文居中"}


def add_table(
    document: Document,
    headers: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    kinds: Sequence[Kind] | None = None,
    widths: Sequence[float] | None = None,
    total: Sequence[Value] | None = None,
    merged_columns: int = 0,
    whole_groups: bool = False,
) -> None:
    """Add a table over the whole text width.

    ``widths`` are shares of that width. In the first ``merged_columns`` columns, equal neighbours from above are
    merged; with ``whole_groups`` the rows of one value of the first column stay on one page. ``total`` is a last row in
    the type of the head. Raises ``ValueError`` where a row, ``kinds`` or ``widths``
    has another number of values than there are headers.
    """
    kinds = kinds or [Kind.TEXT] * len(headers)
    shares = widths or [1.0] * len(headers)
    for values in (kinds, shares, *rows, *([total] if total is not None else [])):
        if len(values) != len(headers):
            raise ValueError(f"{len(values)} values for a table of {len(headers)} columns")
    table = document.add_table(rows=1 + len(rows) + (total is not None), cols=len(headers), style="Table Grid")
    _set_widths(table, shares)
    lines = list(table.rows)
    _fill(lines[0], headers, ["表头"] * len(headers))
    _repeat(lines[0])
    styles = [_STYLES.get(kind, "表数") for kind in kinds]
    for line, values in zip(lines[1:], rows, strict=False):
        texts = [shown(plain(value, kind), kind) for value, kind in zip(values, kinds, strict=True)]
        _fill(line, texts, styles)
    if total is not None:
        texts = [shown(plain(value, kind), kind) for value, kind in zip(total, kinds, strict=True)]
        _fill(lines[-1], texts, ["表头", *styles[1:]])
    # The last row stays with what follows the table: its note, or the boxes to sign.
    _stay_with_next(lines[-1])
    if whole_groups:
        for line, (values, below) in zip(lines[1:], pairwise(rows), strict=False):
            if values[0] == below[0]:
                _stay_with_next(line)
    for column in range(merged_columns):
        _merge_equal(lines[1 : 1 + len(rows)], rows, column)


def add_sign_boxes(document: Document, boxes: Sequence[tuple[str, str]]) -> None:
    """Add a row of boxes to be signed and stamped by hand: (what it is, who signs), with a place for the date."""
    table = document.add_table(rows=1, cols=len(boxes), style="Table Grid")
    _set_widths(table, [1.0] * len(boxes))
    row = table.rows[0]
    _keep_whole(row, _SIGN_HEIGHT)
    for cell, (label, signer) in zip(row.cells, boxes, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP
        _write(cell, label, "表文")
        # A stamp is 42 mm wide and lies over the signature and the date.
        for _ in range(_STAMP_LINES):
            cell.add_paragraph(style="表文")
        cell.add_paragraph(xml_text(signer), style="表文")
        cell.add_paragraph("年　　月　　日", style="表数")


def _set_widths(table: Table, shares: Sequence[float]) -> None:
    """Fix the column widths: left to themselves, programs disagree on how wide Chinese text is."""
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    whole = sum(shares)
    edges = [round(TEXT_WIDTH * sum(shares[:index]) / whole) for index in range(len(shares) + 1)]
    widths = [Emu(right - left) for left, right in pairwise(edges)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _fill(row: _Row, texts: Sequence[str], styles: Sequence[str]) -> None:
    _keep_whole(row, _ROW_HEIGHT)
    for cell, text, style in zip(row.cells, texts, styles, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        _write(cell, text, style)


def _write(cell: _Cell, text: str, style: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(xml_text(text))


def _keep_whole(row: _Row, height: Length) -> None:
    """A row at least ``height`` high that is never broken over two pages."""
    row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, height
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))


def _stay_with_next(row: _Row) -> None:
    for cell in row.cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _repeat(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def _merge_equal(lines: Sequence[_Row], rows: Sequence[Sequence[Value]], column: int) -> None:
    """Merge cells of ``column`` that hold the same value, and the same values to the left of it, as the row above."""
    state: Literal["restart", "continue"]
    for index, line in enumerate(lines):
        same_above = index > 0 and rows[index][: column + 1] == rows[index - 1][: column + 1]
        same_below = index + 1 < len(rows) and rows[index][: column + 1] == rows[index + 1][: column + 1]
        if not same_above and not same_below:
            continue
        state = "continue" if same_above else "restart"
        cell = line.cells[column]
        if same_above:
            for run in cell.paragraphs[0].runs:
                run.text = ""
        merge = parse_xml(f'<w:vMerge {nsdecls("w")} w:val="{state}"/>')
        cell._tc.get_or_add_tcPr().insert_element_before(
            merge, "w:tcBorders", "w:shd", "w:noWrap", "w:tcMar", "w:vAlign"
        )
