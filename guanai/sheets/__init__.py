"""Excel files: callers give columns and rows, this package gives a sealed ``.xlsx`` that can be printed and stamped.

``write_workbook`` is for styled summaries, ``stream_list`` for long lists in bounded memory. Neither knows any app.
"""

from guanai.sheets.layout import (
    Cell,
    Chart,
    ChartPage,
    Column,
    Figure,
    Footer,
    Kind,
    Line,
    Row,
    Section,
    Sheet,
    UnitLine,
    Value,
    Workbook,
    overview,
)
from guanai.sheets.lists import CHUNK, stream_list
from guanai.sheets.workbooks import write_workbook

__all__ = [
    "CHUNK",
    "Cell",
    "Chart",
    "ChartPage",
    "Column",
    "Figure",
    "Footer",
    "Kind",
    "Line",
    "Row",
    "Section",
    "Sheet",
    "UnitLine",
    "Value",
    "Workbook",
    "overview",
    "stream_list",
    "write_workbook",
]
