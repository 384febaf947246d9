"""The dashboard's table as a workbook; guanai.sheets makes the file."""

import io

from guanai.cells import CellState
from guanai.sheets import Column, Kind, Row, Sheet, UnitLine, Value, Workbook, write_workbook
from orgs.models import Unit
from reports.rollup import figures_table
from reports.unit_table import CODES, Line, make_unit_table

_PAPERS = "本年材料"
COLUMNS = (
    Column("单位", width=24),
    Column("应建（个）", Kind.COUNT, group="关工委"),
    Column("已建（个）", Kind.COUNT, group="关工委"),
    Column("活动（场）", Kind.COUNT),
    Column("青少年（人次）", Kind.COUNT),
    Column("五老（人）", Kind.COUNT),
    Column("结对（对）", Kind.COUNT),
    *(Column(word, width=9, group=_PAPERS) for word in ("计划", "检查", "记录", "总结", "评估")),
    Column("待审（场）", Kind.COUNT),
)
_FIGURES = ("committees_required", "committees_covered", "activities", "young_people", "veterans", "pairings")
_NONE = "—"


def units_workbook(unit: Unit, year: int, *, opened: str = "") -> io.BytesIO:
    """One branch and year as on the dashboard: 合计 first, its own level, then every unit directly under it.

    The units under the line `opened` follow it.
    """
    figures = figures_table(year, unit, CODES)
    table = make_unit_table(unit, year, figures, opened=opened, linked=False, folded=False)
    total, *lines = table.lines
    sheet = Sheet(
        title="各单位",
        heading=f"{unit.committee_name}{year}年各单位数据",
        columns=COLUMNS,
        lines=[Row(_values(line), indent=line.depth) for line in lines],
        unit_line=UnitLine(unit.committee_name, figures.period.day, measure=""),
        total=_values(total),
        total_first=True,
        notes=("按组织树排列，不排名次。联办活动只算主办一场。",),
    )
    workbook = Workbook(sheet.heading, [sheet], dated=figures.period.day)
    return io.BytesIO(write_workbook(workbook))


def _values(line: Line) -> list[Value]:
    numbers: list[Value] = [line.figures[code] for code in _FIGURES]
    words: list[Value] = [_NONE] * 5
    if line.cells:
        words = [cell.note or (_NONE if cell.state is CellState.MISSING else cell.said) for cell in line.cells]
    return [line.label, *numbers, *words, line.figures["activities_waiting"]]
