"""Styled workbooks: what is printed, signed and stamped. The conventions are those of the design, row "Excel"."""

import io
import re
from collections.abc import Sequence
from typing import IO

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from guanai.sealing import Properties, Rewrite, sealed_bytes
from guanai.sheets.cells import (
    column_width,
    display_width,
    group_runs,
    line_count,
    looks_like_formula,
    plain,
    shown,
    three_spans,
    widened,
)
from guanai.sheets.charts import Body, add_chart, write_chart_page
from guanai.sheets.layout import Cell, Chart, ChartPage, Kind, Row, Section, Sheet, Value, Workbook
from guanai.sheets.pages import LINE_HEIGHT, set_page
from guanai.sheets.styles import FOOTER, GROUP, HEADER, LINK, NOTE, SECTION, SIDES, TITLE, UNIT, add_styles, body_style
from guanai.xmltext import xml_text

# Excel reads _x0041_ as "A"; a text that holds such a mark literally must have its underscore written as a mark.
_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
_TITLE_HEIGHT, _ROW_HEIGHT = 36.0, 21.0


def write_workbook(workbook: Workbook) -> bytes:
    """Return ``workbook`` as a sealed ``.xlsx``.

    Raises ``ValueError`` for a row of the wrong length, a number that is not finite or a link to no sheet.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    add_styles(book)
    titles = {sheet.title for sheet in workbook.sheets}
    tables = [sheet for sheet in workbook.sheets if isinstance(sheet, Sheet)]
    bodies: dict[str, Body] = {}
    rewrites: dict[str, Rewrite] = {}
    for number, sheet in enumerate(workbook.sheets, start=1):
        worksheet = book.create_sheet(sheet.title)
        if isinstance(sheet, Sheet):
            bodies[sheet.title] = body = _SheetWriter(worksheet, sheet, titles).write()
            rewrites[f"xl/worksheets/sheet{number}.xml"] = _without_warnings(body)
    for table in tables:
        if table.chart:
            add_chart(book[table.title], table.chart, _source(bodies, table.chart, table.title), bodies[table.title])
    for page in workbook.sheets:
        if isinstance(page, ChartPage):
            sources = [(chart, _source(bodies, chart, page.title)) for chart in page.charts]
            write_chart_page(book[page.title], page, sources)
    content = io.BytesIO()
    book.save(content)
    properties = Properties(title=workbook.title, dated=workbook.dated)
    return sealed_bytes(content.getvalue(), properties=properties, rewrites=rewrites)


def _source(bodies: dict[str, Body], chart: Chart, title: str) -> Body:
    """The table that ``chart``, standing on the sheet ``title``, is drawn from."""
    source = bodies.get(chart.source or title)
    if source is None:
        raise ValueError(f"the chart of sheet {title!r} is drawn from no table: {chart.source!r}")
    return source


def _without_warnings(body: Body) -> Rewrite:
    """A rewrite that keeps Excel from marking phone and ID numbers as "number stored as text" (openpyxl cannot)."""
    codes = [index + 1 for index, column in enumerate(body.columns) if column.kind is Kind.CODE]
    ranges = " ".join(
        f"{get_column_letter(column)}{body.first}:{get_column_letter(column)}{body.end}" for column in codes
    )

    def rewrite(source: IO[bytes], target: IO[bytes]) -> None:
        sheet = source.read()
        if ranges:
            ignored = f'<ignoredErrors><ignoredError sqref="{ranges}" numberStoredAsText="1"/></ignoredErrors>'
            # The schema puts it before the drawing; a sheet without one ends instead.
            place = sheet.find(b"<drawing ") if b"<drawing " in sheet else sheet.rfind(b"</worksheet>")
            sheet = sheet[:place] + ignored.encode() + sheet[place:]
        target.write(sheet)

    return rewrite


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
        # The unit line needs the widths, and those need the table; its row is kept free until then.
        unit_row, header = self.row, self.row + (self.sheet.unit_line is not None)
        self.row = header
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
        if self.sheet.unit_line:
            self._three_parts(unit_row, self.sheet.unit_line.parts(), UNIT, widths, 20.0)
        if self.sheet.footer:
            self._three_parts(self.row, self.sheet.footer.parts(), FOOTER, widths, 30.0)
            self.row += 1
        for note in self.sheet.notes:
            self._note(note, sum(widths))
        self._page(header, body_row)
        return Body(self.worksheet, self.sheet.columns, first, last, self.row, widths)

    def _title(self) -> None:
        self._merged(self.row, 0, self.count - 1, self.sheet.heading, TITLE)
        self.worksheet.row_dimensions[self.row].height = _TITLE_HEIGHT
        self.row += 1

    def _three_parts(self, row: int, parts: Sequence[str], style: str, widths: Sequence[float], height: float) -> None:
        """A line of three texts over the table's width; one text where it is too narrow for three."""
        spans = three_spans(widths, parts)
        texts = list(parts) if len(spans) == 3 else ["　　".join(filter(None, parts))]
        for (first, last), text, side in zip(spans, texts, SIDES, strict=False):
            self._merged(row, first, last, text, f"{style}{side}")
        self.worksheet.row_dimensions[row].height = height

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
            self._merged(self.row, 0, self.count - 1, line.text, SECTION)
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
        # A word in a column of figures ("—", 未报) stands in the middle, and so does 合计.
        centred = isinstance(value, str) and (kind is not Kind.TEXT or (bold and index == 0 and not indent))
        shown_as = Kind.CODE if centred else kind
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
        text = xml_text(text)
        if not text:
            return
        cell.value = _ESCAPE.sub(r"_x005F\g<0>", text)
        cell.data_type = "s"
        if looks_like_formula(text):
            cell.quotePrefix = True

    def _merged(self, row: int, first: int, last: int, text: str, style: str) -> None:
        self._fill_style(row, first, last, style)
        if last > first:
            self.worksheet.merge_cells(None, row, first + 1, row, last + 1)
        self._text(row, first, text)

    def _fill_style(self, row: int, first: int, last: int, style: str) -> None:
        """Style every cell of a range before it is merged, so that the border goes round all of it."""
        for index in range(first, last + 1):
            self.worksheet.cell(row, index + 1).style = style

    def _widths(self) -> list[float]:
        """Set column widths from what was written, then the heights of the rows that wrap; return the widths."""
        measured = zip(self.sheet.columns, self.longest, strict=True)
        unit_parts = self.sheet.unit_line.parts() if self.sheet.unit_line else ()
        footer_parts = self.sheet.footer.parts() if self.sheet.footer else ()
        natural = [column_width(column, longest) for column, longest in measured]
        widths = widened(natural, xml_text(self.sheet.heading), unit_parts, footer_parts)
        for index, width in enumerate(widths):
            self.worksheet.column_dimensions[get_column_letter(index + 1)].width = width
        for row, texts in self.wrapped.items():
            lines = max(line_count(text, widths[index]) for index, text in texts)
            self.worksheet.row_dimensions[row].height = max(_ROW_HEIGHT, lines * LINE_HEIGHT + 6)
        return widths

    def _note(self, note: str, width: float) -> None:
        self._merged(self.row, 0, self.count - 1, note, NOTE)
        self.worksheet.row_dimensions[self.row].height = line_count(note, width) * LINE_HEIGHT + 3
        self.row += 1

    def _page(self, header: int, body: int) -> None:
        """Freeze the header, repeat it in print, and set the page."""
        sheet = self.worksheet
        sheet.freeze_panes = f"{get_column_letter(min(self.sheet.frozen_columns, self.count - 1) + 1)}{body}"
        sheet.print_title_rows = f"{header}:{body - 1}"
        set_page(sheet, one_page=self.sheet.one_page)
