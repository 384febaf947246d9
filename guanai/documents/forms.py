"""Forms of a paper (登记表): a grid of labels and values, and boxes to sign and stamp under it, on one page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Mm

from guanai.documents.styles import TEXT_WIDTH
from guanai.xmltext import xml_text

_ROW_HEIGHT, _BOX_HEIGHT = Mm(8), Mm(44)
# A stamp is 42 mm wide and lies over the signature and the date.
_STAMP_LINES = 4
_LABEL, _LEFT, _CENTRED, _RIGHT = "FormLabel", "TableText", "TableCentred", "TableFigure"
DATE_LINE = "年　　月　　日"


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its value, which takes `span` columns of the grid. `lines` keeps room for writing by hand."""

    label: str
    value: str = ""
    span: int = 1
    lines: int = 1


def add_form(
    document: Document,
    rows: Sequence[Sequence[Entry]],
    boxes: Sequence[tuple[str, str]] = (),
    *,
    widths: Sequence[float],
) -> None:
    """Add a form over the whole text width.

    ``widths`` are shares of that width, one for each column of the grid: an entry takes one for its label and `span`
    for its value. ``boxes`` are (what it is, who signs) and share the columns evenly. It is written as one piece of
    XML: cell by cell through the library, fifty forms take ten times as long.

    Raises ``ValueError`` for a row that does not fill the grid, and boxes that do not share it evenly.
    """
    edges = [round(TEXT_WIDTH.twips * at / sum(widths)) for at in accumulate(widths, initial=0)]
    for place, row in enumerate(rows, start=1):
        if sum(1 + entry.span for entry in row) != len(widths):
            raise ValueError(f"row {place} does not fill {len(widths)} columns")
    if boxes and len(widths) % len(boxes):
        raise ValueError(f"{len(boxes)} boxes do not share {len(widths)} columns")
    grid = "".join(f'<w:gridCol w:w="{right - left}"/>' for left, right in pairwise(edges))
    lines = [_row(_entries(row, edges), _ROW_HEIGHT * max(entry.lines for entry in row)) for row in rows]
    if boxes:
        lines.append(_row(_boxes(boxes, edges), _BOX_HEIGHT))
    table = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{edges[-1]}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(lines)}</w:tbl>"
    )
    document.element.body.sectPr.addprevious(parse_xml(table))


def _row(cells: Iterator[str], height: int) -> str:
    twips = round(height / Mm(1) * 1440 / 25.4)
    properties = f'<w:trPr><w:cantSplit/><w:trHeight w:val="{twips}" w:hRule="atLeast"/></w:trPr>'
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def _entries(row: Sequence[Entry], edges: Sequence[int]) -> Iterator[str]:
    column = 0
    for entry in row:
        yield _cell([(entry.label, _LABEL)], edges, column, 1)
        value = [(line, _CENTRED if entry.span == 1 else _LEFT) for line in xml_text(entry.value).split("\n")]
        yield _cell(value, edges, column + 1, entry.span)
        column += 1 + entry.span


def _boxes(boxes: Sequence[tuple[str, str]], edges: Sequence[int]) -> Iterator[str]:
    span = (len(edges) - 1) // len(boxes)
    for place, (label, signer) in enumerate(boxes):
        lines = [(label, _LEFT), *[("", _LEFT)] * _STAMP_LINES, (signer, _LEFT), (DATE_LINE, _RIGHT)]
        yield _cell(lines, edges, place * span, span, upright="top")


def _cell(
    lines: Sequence[tuple[str, str]],
    edges: Sequence[int],
    column: int,
    span: int,
    upright: Literal["center", "top"] = "center",
) -> str:
    width = edges[column + span] - edges[column]
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}<w:vAlign w:val="{upright}"/></w:tcPr>'
        f"{''.join(_paragraph(text, style) for text, style in lines)}</w:tc>"
    )


def _paragraph(text: str, style: str) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(xml_text(text))}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run}</w:p>'
