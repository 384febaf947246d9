"""Native Excel charts: bars from zero, values printed, axes visible, one muted colour per series."""

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
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from guanai.sheets.cells import FONT
from guanai.sheets.layout import Chart, Column
from guanai.xmltext import xml_text

# Jialing green, pear, slate: the first, second and third series of every chart of this project.
_COLOURS = ("17544F", "B5790A", "7F908C")
_LINE = "DDE1DC"
# Centimetres of one unit of column width in 宋体 11, and the printable width of A4 landscape with our margins.
_WIDTH_UNIT = 0.2
_PAGE_WIDTH, _PAGE_HEIGHT = 26.7, 17.0
_POINT = 0.0353
_HEIGHT = 9.5
_LYING_BAR = 0.62


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
    """Draw ``chart`` from the figures of ``source`` under the table of ``own``, at the width of that table.

    Raises ``ValueError`` when the chart's rows or columns are not in the table, or there is no row to draw.
    """
    first, last = source.first, source.last
    if chart.rows:
        first, last = (source.first + row for row in chart.rows)
    columns = (chart.category, *chart.series)
    if (
        not chart.series
        or not source.first <= first <= last <= source.last
        or not all(0 <= c < len(source.columns) for c in columns)
    ):
        raise ValueError(f"chart {chart.title!r} is drawn from rows or columns that the table does not have")
    bars = BarChart()
    bars.type = "col" if chart.kind == "column" else "bar"
    bars.title = _title(chart.title, 1400)
    bars.gapWidth = 60
    bars.overlap = 0 if len(chart.series) == 1 else -10
    bars.legend = bars.legend if len(chart.series) > 1 else None
    if bars.legend:
        bars.legend.position = "b"
        bars.legend.txPr = _text_properties(1000)
    for place, column in enumerate(chart.series):
        bars.series.append(_series(source, chart.category, column, first, last, _COLOURS[place % len(_COLOURS)]))
    _axes(bars, chart, source)
    # The page is printed one page wide, so a chart wider than the table would shrink the table.
    width = max(12.0, min(sum(own.widths) * _WIDTH_UNIT, _PAGE_WIDTH))
    height = _HEIGHT if chart.kind == "column" else max(_HEIGHT, 3 + _LYING_BAR * (last - first + 1))
    # The stubs take whole centimetres only; the library writes any number.
    bars.width, bars.height = width, height  # type: ignore[assignment]
    if _would_be_cut(worksheet, own, height):
        worksheet.row_breaks.append(Break(id=own.end))
    worksheet.add_chart(bars, f"A{own.end + 1}")


def _series(source: Body, category: int, column: int, first: int, last: int, colour: str) -> Series:
    """One series, with its figures stored in the chart too: phone previews do not look them up in the sheet."""
    sheet = source.worksheet
    labels, numbers = [], []
    for index, row in enumerate(range(first, last + 1)):
        label, number = sheet.cell(row, category + 1).value, sheet.cell(row, column + 1).value
        labels.append(StrVal(idx=index, v="" if label is None else str(label)))
        if isinstance(number, int | float | Decimal):
            numbers.append(NumVal(idx=index, v=str(number)))
    count = last - first + 1
    kind = source.columns[column].kind
    series = Series()
    series.idx = series.order = column
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
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size)), endParaRPr=ending)
    return RichText(bodyPr=RichTextProperties(), p=[paragraph])


def _title(text: str, size: int) -> Title:
    run = RegularTextRun(rPr=_characters(size), t=xml_text(text))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size)), r=[run])
    return Title(tx=Text(rich=RichText(bodyPr=RichTextProperties(), p=[paragraph])), overlay=False)


def _would_be_cut(worksheet: Worksheet, own: Body, height: float) -> bool:
    """Whether a chart of ``height`` centimetres would be cut by the end of the printed page it starts on."""
    scale = min(1.0, _PAGE_WIDTH / (sum(own.widths) * _WIDTH_UNIT))
    heights = (worksheet.row_dimensions[row].height or 15.0 for row in range(1, own.end + 1))
    used = sum(heights) * _POINT * scale
    return used % _PAGE_HEIGHT + height * scale > _PAGE_HEIGHT
