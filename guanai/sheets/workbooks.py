"""Styled workbooks: what is printed, signed and stamped. The conventions are those of the design, row "Excel"."""

import io
from collections.abc import Sequence

import openpyxl
from openpyxl.cell import Cell as ExcelCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from guanai.sealing import Properties, sealed_bytes
from guanai.sheets.cells import (
    FONT,
    column_width,
    display_width,
    group_runs,
    line_count,
    looks_like_formula,
    plain,
    shown,
    thirds,
)
from guanai.sheets.charts import Body, add_chart
from guanai.sheets.layout import Cell, Kind, Row, Section, Sheet, Value, Workbook
from guanai.sheets.styles import FOOTER, GROUP, HEADER, LINK, NOTE, SECTION, TITLE, UNIT, add_styles, body_style
from guanai.xmltext import xml_text

_TITLE_HEIGHT, _LINE_HEIGHT, _ROW_HEIGHT = 36.0, 15.0, 21.0


def write_workbook(workbook: Workbook) -> bytes:
    """Return ``workbook`` as a sealed ``.xlsx``.

    Raises ``ValueError`` for a row of the wrong length, a number that is not finite or a link to no sheet.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    add_styles(book)
    titles = {sheet.title for sheet in workbook.sheets}
    bodies: dict[str, Body] = {}
    for sheet in workbook.sheets:
        bodies[sheet.title] = _SheetWriter(book.create_sheet(sheet.title), sheet, titles).write()
    for sheet in workbook.sheets:
        if sheet.chart:
            source = bodies.get(sheet.chart.source or sheet.title)
            if source is None:
                raise ValueError(f"the chart of sheet {sheet.title!r} is drawn from no sheet: {sheet.chart.source!r}")
            add_chart(book[sheet.title], sheet.chart, source, bodies[sheet.title])
    content = io.BytesIO()
    book.save(content)
    return sealed_bytes(content.getvalue(), properties=Properties(title=workbook.title, dated=workbook.dated))


class _SheetWriter:
    """Writes one sheet from top to bottom; ``self.row`` is the next free row, from 1."""

    def __init__(self, worksheet: Worksheet, sheet: Sheet, titles: set[str]) -> None:
        self.worksheet = worksheet
        self.sheet = sheet
        self.titles = titles
        self.count = len(sheet.columns)
        self.row = 1
        # Widest shown value of each column so far, and the cells that may need several lines, by row.
        self.longest = [0] * self.count
        self.wrapped: dict[int, list[tuple[int, str]]] = {}

    def write(self) -> Body:
        """Write the sheet and return where its table lies."""
        self._title()
        if self.sheet.unit_line:
            self._three_parts(self.sheet.unit_line.parts(), UNIT, ("left", "center", "right"), 20.0)
        header = self.row
        self._header()
        body_row = self.row
        if self.sheet.total is not None and self.sheet.total_first:
            self._table_row(Row(self.sheet.total, bold=True))
        first = self.row
        for line in self.sheet.lines:
            self._line(line)
        last = self.row - 1
        if self.sheet.total is not None and not self.sheet.total_first:
            self._table_row(Row(self.sheet.total, bold=True))
        widths = self._widths()
        if self.sheet.footer:
            self._three_parts(self.sheet.footer.parts(), FOOTER, ("left", "left", "left"), 30.0)
        for note in self.sheet.notes:
            self._note(note, sum(widths))
        self._page(header, body_row)
        return Body(self.worksheet, self.sheet.columns, first, last, self.row, widths)

    def _title(self) -> None:
        cell = self._merged(0, self.count - 1, self.sheet.heading, TITLE)
        self.worksheet.row_dimensions[cell.row].height = _TITLE_HEIGHT
        self.row += 1

    def _three_parts(self, parts: Sequence[str], style: str, sides: Sequence[str], height: float) -> None:
        """A line of three texts, each over a third of the columns; with fewer than three columns one text."""
        spans = thirds(self.count)
        texts = list(parts) if len(spans) == 3 else ["　　".join(filter(None, parts))]
        for (first, last), text, side in zip(spans, texts, sides, strict=False):
            self._merged(first, last, text, f"{style}{side}")
        self.worksheet.row_dimensions[self.row].height = height
        self.row += 1

    def _header(self) -> None:
        """One header row, or two when a column has a group."""
        runs = group_runs(self.sheet.columns)
        grouped = any(group for group, _, _ in runs)
        for group, first, last in runs if grouped else ():
            self._fill_style(self.row, first, last, GROUP)
            if group is None:
                self._fill_style(self.row + 1, first, last, HEADER)
                self.worksheet.merge_cells(None, self.row, first + 1, self.row + 1, first + 1)
                self._text(self.row, first, self.sheet.columns[first].heading)
                continue
            if last > first:
                self.worksheet.merge_cells(None, self.row, first + 1, self.row, last + 1)
            self._text(self.row, first, group)
        if grouped:
            self.worksheet.row_dimensions[self.row].height = _ROW_HEIGHT
            self.row += 1
        for index, column in enumerate(self.sheet.columns):
            if not grouped or column.group is not None:
                self._fill_style(self.row, index, index, HEADER)
                self._text(self.row, index, column.heading)
                self.wrapped.setdefault(self.row, []).append((index, column.heading))
        self.row += 1

    def _line(self, line: Row | Section | Sequence[Value | Cell]) -> None:
        if isinstance(line, Section):
            self._merged(0, self.count - 1, line.text, SECTION)
            self.worksheet.row_dimensions[self.row].height = _ROW_HEIGHT
            self.row += 1
        else:
            self._table_row(line if isinstance(line, Row) else Row(line))

    def _table_row(self, row: Row) -> None:
        if len(row.values) != self.count:
            raise ValueError(
                f"sheet {self.sheet.title!r}, line {self.row}: {len(row.values)} values for {self.count} columns"
            )
        for index, (column, given) in enumerate(zip(self.sheet.columns, row.values, strict=True)):
            cell = given if isinstance(given, Cell) else Cell(given)
            kind = cell.kind or column.kind
            self._value(index, cell, kind, bold=row.bold, indent=row.indent if index == 0 else 0)
        self.row += 1

    def _value(self, index: int, cell: Cell, kind: Kind, *, bold: bool, indent: int) -> None:
        """Write one value of the table: its style by kind, text always as text."""
        value = plain(cell.value, kind)
        excel = self.worksheet.cell(self.row, index + 1)
        # A word in a column of figures ("—", 未报) stands in the middle.
        shown_as = Kind.CODE if isinstance(value, str) and kind not in (Kind.TEXT, Kind.CODE) else kind
        excel.style = LINK if cell.link else body_style(shown_as, bold=bold, indent=indent)
        text = shown(value, kind)
        if isinstance(value, str):
            self._text(self.row, index, value)
            self.wrapped.setdefault(self.row, []).append((index, text))
        elif value is not None:
            excel.value = value
        if cell.link:
            if cell.link not in self.titles:
                raise ValueError(f"sheet {self.sheet.title!r} links to no sheet: {cell.link!r}")
            quoted = cell.link.replace("'", "''")
            excel.hyperlink = Hyperlink(ref=excel.coordinate, location=f"'{quoted}'!A1")
        self.longest[index] = max(self.longest[index], display_width(text) + 2 * indent)

    def _text(self, row: int, index: int, text: str) -> None:
        """Put text into a cell so that neither Excel nor openpyxl takes it for a formula or an error value."""
        cell = self.worksheet.cell(row, index + 1)
        cell.value = text = xml_text(text)
        cell.data_type = "s"
        if looks_like_formula(text):
            cell.quotePrefix = True

    def _merged(self, first: int, last: int, text: str, style: str) -> ExcelCell:
        self._fill_style(self.row, first, last, style)
        if last > first:
            self.worksheet.merge_cells(None, self.row, first + 1, self.row, last + 1)
        self._text(self.row, first, text)
        cell = self.worksheet.cell(self.row, first + 1)
        assert isinstance(cell, ExcelCell)
        return cell

    def _fill_style(self, row: int, first: int, last: int, style: str) -> None:
        """Style every cell of a range before it is merged, so that the border goes round all of it."""
        for index in range(first, last + 1):
            self.worksheet.cell(row, index + 1).style = style

    def _widths(self) -> list[float]:
        """Set column widths from what was written, then the heights of the rows that wrap; return the widths."""
        measured = zip(self.sheet.columns, self.longest, strict=True)
        widths = [column_width(column, longest) for column, longest in measured]
        for index, width in enumerate(widths):
            self.worksheet.column_dimensions[get_column_letter(index + 1)].width = width
        for row, texts in self.wrapped.items():
            lines = max(line_count(text, widths[index]) for index, text in texts)
            self.worksheet.row_dimensions[row].height = max(_ROW_HEIGHT, lines * _LINE_HEIGHT + 6)
        return widths

    def _note(self, note: str, width: float) -> None:
        self._merged(0, self.count - 1, note, NOTE)
        self.worksheet.row_dimensions[self.row].height = line_count(note, width) * _LINE_HEIGHT + 3
        self.row += 1

    def _page(self, header: int, body: int) -> None:
        """Freeze and repeat the header; A4 landscape, one page wide, centred, page numbers."""
        sheet = self.worksheet
        sheet.freeze_panes = f"{get_column_letter(min(self.sheet.frozen_columns, self.count - 1) + 1)}{body}"
        sheet.print_title_rows = f"{header}:{body - 1}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.59
        margins.top, margins.bottom, margins.header, margins.footer = 0.71, 0.79, 0.3, 0.35
        sheet.HeaderFooter.oddFooter = HeaderFooterItem(
            center=_HeaderFooterPart("第&P页 共&N页", font=f"{FONT},常规", size=10)
        )
