"""Native Excel charts: bars from zero, values printed, axes visible, one muted colour per series."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumFmt,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from guanai.sheets.cells import FONT
from guanai.sheets.layout import Chart, ChartPage, Column
from guanai.sheets.pages import LINE_HEIGHT, PRINTED_HEIGHT, PRINTED_WIDTH, set_page
from guanai.sheets.styles import TITLE
from guanai.xmltext import xml_text

# Jialing green, pear, slate: the first, second and third series of every chart of this project.
_COLOURS = ("17544F", "B5790A", "7F908C")
_LINE = "DDE1DC"
_HEIGHT, _PAGE_CHART_HEIGHT, _HIGHEST = 9.5, 14.3, 15.5
# Height of a category of lying bars, for each series, in centimetres.
_LYING_BAR = 0.5
_POINT = 2.54 / 72
_LINE_CM = LINE_HEIGHT * _POINT
# Narrower than this (in half-width characters) the labels of a chart run into each other.
_NARROWEST = 60.0
# Of a column that no table has set, and of the columns of a page of charts (which fill a printed page together).
_USUAL_COLUMN, _PAGE_COLUMN, _PAGE_COLUMNS = 9.0, 12.0, 10
_TITLE_HEIGHT = 36.0
# Centimetres of one unit of column width in 宋体 11.
_WIDTH_UNIT = 0.212


@dataclass(frozen=True, slots=True)
class Body:
    """Where a table lies: rows ``first`` to ``last`` without 合计, from 1; ``end`` is the next free row."""

    worksheet: Worksheet
    columns: Sequence[Column]
    first: int
    last: int
    end: int
    widths: Sequence[float]


def add_chart(worksheet: Worksheet, chart: Chart, source: Body, own: Body) -> None:
    """Draw ``chart`` from the figures of ``source`` under the table of ``own``, as wide as that table.

    Raises ``ValueError`` when the chart's rows or columns are not in the table, or there is no row to draw.
    """
    bars = _bars(chart, source)
    height = _HEIGHT
    if chart.kind == "bar":
        bar_count = len(_drawn_rows(chart, source)) * len(chart.series)
        height = min(max(_HEIGHT, 3 + _LYING_BAR * bar_count), _HIGHEST)
    # Wider than the table only where that is too narrow: the print is fitted to one page wide, chart included.
    missing = max(0.0, _NARROWEST - sum(own.widths))
    columns = len(own.widths) + math.ceil(missing / _USUAL_COLUMN)
    first_row = own.end
    if _would_be_cut(worksheet, own, height):
        worksheet.row_breaks.append(Break(id=own.end))
        # Not on the edge itself, or the frame of the chart would be printed on both pages.
        first_row += 1
    _place(worksheet, bars, first_row=first_row, columns=columns, height=height)


def write_chart_page(worksheet: Worksheet, page: ChartPage, charts: Sequence[tuple[Chart, Body]]) -> None:
    """Write a title and ``charts`` (with the tables they are drawn from), one to a printed page."""
    for index in range(_PAGE_COLUMNS):
        worksheet.column_dimensions[get_column_letter(index + 1)].width = _PAGE_COLUMN
    worksheet.merge_cells(None, 1, 1, 1, _PAGE_COLUMNS)
    title = worksheet.cell(1, 1)
    title.value = xml_text(page.heading)
    title.data_type, title.style = "s", TITLE
    worksheet.row_dimensions[1].height = _TITLE_HEIGHT
    row = 1
    for number, (chart, source) in enumerate(charts):
        if number:
            worksheet.row_breaks.append(Break(id=row))
        _place(worksheet, _bars(chart, source), first_row=row, columns=_PAGE_COLUMNS, height=_PAGE_CHART_HEIGHT)
        row += math.ceil(_PAGE_CHART_HEIGHT / _LINE_CM)
    set_page(worksheet)


def _drawn_rows(chart: Chart, source: Body) -> range:
    """The rows of the sheet that ``chart`` draws; ``ValueError`` where the table has no such rows or columns."""
    first, last = source.first, source.last
    if chart.rows:
        first, last = (source.first + row for row in chart.rows)
    columns = (chart.category, *chart.series)
    inside = source.first <= first <= last <= source.last and all(0 <= c < len(source.columns) for c in columns)
    if not chart.series or not inside:
        raise ValueError(f"chart {chart.title!r} is drawn from rows or columns that the table does not have")
    return range(first, last + 1)


def _bars(chart: Chart, source: Body) -> BarChart:
    rows = _drawn_rows(chart, source)
    bars = BarChart()
    bars.type = "col" if chart.kind == "column" else "bar"
    bars.title = _title(chart.title, 1400)
    bars.gapWidth = 60
    # A single series needs no legend.
    bars.legend = bars.legend if len(chart.series) > 1 else None
    if bars.legend:
        bars.legend.position = "b"
        bars.legend.txPr = _text_properties(1000)
    for place, column in enumerate(chart.series):
        series = _series(source, chart.category, column, rows, _COLOURS[place % len(_COLOURS)])
        series.idx = series.order = place
        bars.series.append(series)
    _axes(bars, chart, source)
    return bars


def _place(worksheet: Worksheet, bars: BarChart, *, first_row: int, columns: int, height: float) -> None:
    """Anchor ``bars`` to cells, so that it is as wide as the columns in every program (``first_row`` from 0)."""
    start = AnchorMarker(col=0, row=first_row)
    end = AnchorMarker(col=columns, row=first_row + round(height / _LINE_CM))
    # The stubs know only the name of a cell here; the library takes an anchor as well.
    bars.anchor = TwoCellAnchor(editAs="oneCell", _from=start, to=end)  # type: ignore[assignment]
    worksheet.add_chart(bars)


def _series(source: Body, category: int, column: int, rows: range, colour: str) -> Series:
    """One series, with its figures stored in the chart too: phone previews do not look them up in the sheet."""
    sheet = source.worksheet
    labels, numbers = [], []
    for index, row in enumerate(rows):
        label, number = sheet.cell(row, category + 1).value, sheet.cell(row, column + 1).value
        labels.append(StrVal(idx=index, v="" if label is None else str(label)))
        if isinstance(number, int | float | Decimal):
            numbers.append(NumVal(idx=index, v=str(number)))
    first, last, count = rows[0], rows[-1], len(rows)
    kind = source.columns[column].kind
    series = Series()
    series.tx = SeriesLabel(v=xml_text(source.columns[column].heading))
    categories = str(Reference(sheet, category + 1, first, category + 1, last))
    series.cat = AxDataSource(strRef=StrRef(f=categories, strCache=StrData(ptCount=count, pt=labels)))
    values = str(Reference(sheet, column + 1, first, column + 1, last))
    cache = NumData(formatCode=kind.number_format, ptCount=count, pt=numbers)
    series.val = NumDataSource(numRef=NumRef(f=values, numCache=cache))
    series.graphicalProperties = GraphicalProperties(solidFill=colour)
    series.invertIfNegative = False
    series.dLbls = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    series.dLbls.showPercent = False
    series.dLbls.txPr = _text_properties(900)
    return series


def _axes(bars: BarChart, chart: Chart, source: Body) -> None:
    """Show both axes (openpyxl hides them unless told), from zero, with thin grid lines."""
    bars.x_axis.delete = False
    bars.y_axis.delete = False
    bars.x_axis.title = _title(chart.category_title, 1000) if chart.category_title else None
    bars.y_axis.title = _title(chart.value_title, 1000) if chart.value_title else None
    bars.x_axis.txPr = _text_properties(900)
    bars.y_axis.txPr = _text_properties(900)
    bars.y_axis.numFmt = NumFmt(source.columns[chart.series[0]].kind.number_format, sourceLinked=False)
    bars.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=_LINE)))
    bars.y_axis.scaling.min = 0
    if chart.kind == "bar":
        # The first row of the table on top, as on paper; the figures' axis then belongs at the bottom.
        bars.x_axis.scaling.orientation = "maxMin"
        bars.y_axis.crosses = "max"


def _characters(size: int) -> CharacterProperties:
    """Song type of ``size`` hundredths of a point, black."""
    song = Font(typeface=FONT)
    return CharacterProperties(sz=size, b=False, solidFill="1B2523", latin=song, ea=song, lang="zh-CN")


def _text_properties(size: int) -> RichText:
    ending = CharacterProperties(lang="zh-CN")
    # Without the empty list the library would put an empty run of text here.
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size)), r=[], endParaRPr=ending)
    return RichText(bodyPr=RichTextProperties(), p=[paragraph])


def _title(text: str, size: int) -> Title:
    run = RegularTextRun(rPr=_characters(size), t=xml_text(text))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size)), r=[run])
    return Title(tx=Text(rich=RichText(bodyPr=RichTextProperties(), p=[paragraph])), overlay=False)


def _would_be_cut(worksheet: Worksheet, own: Body, height: float) -> bool:
    """Whether a chart of ``height`` centimetres would be cut by the end of the printed page it starts on."""
    scale = min(1.0, PRINTED_WIDTH / (sum(own.widths) * _WIDTH_UNIT))
    heights = (worksheet.row_dimensions[row].height or LINE_HEIGHT for row in range(1, own.end + 1))
    used = sum(heights) * _POINT * scale
    return used % PRINTED_HEIGHT + height * scale > PRINTED_HEIGHT
