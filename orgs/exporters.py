"""The places of the coverage page, the 保障 of a year, and the trail, as list files."""

from collections.abc import Iterable, Iterator

from django.utils.timezone import localtime

from guanai.sheets import CHUNK, Column, Kind, Value
from orgs.models import UnitYear
from orgs.queries import two_years_of
from orgs.querysets import UnitQuerySet
from orgs.trail import Line

COLUMNS = (
    Column("单位", width=28),
    Column("代码", Kind.CODE),
    Column("类别", width=14),
    Column("上级", width=22),
    Column("关工委成立", Kind.DATE, width=14),
    Column("成立文号", width=24),
)


def coverage_rows(units: UnitQuerySet) -> Iterator[tuple[Value, ...]]:
    """One row per place; `units` come with their parents."""
    for unit in units.iterator(CHUNK):
        yield (
            unit.short_name,
            unit.code,
            unit.get_kind_display(),
            unit.parent.short_name if unit.parent else "",
            unit.committee_established_on,
            unit.committee_document,
        )


TRAIL_COLUMNS = (
    Column("时间", width=20),
    Column("操作人", width=12),
    Column("动作", width=12),
    Column("对象", width=30),
    Column("内容", width=60),
    Column("经由", width=30),
    Column("地址", width=16),
)


def trail_rows(lines: Iterable[Line]) -> Iterator[tuple[Value, ...]]:
    """One row per line of the trail, to the second."""
    for line in lines:
        via = line.row.via if line.stream == "row" else ""
        at = f"{localtime(line.row.at):%Y-%m-%d %H:%M:%S}"
        yield at, line.actor, line.act, line.object, line.summary, via, line.row.address or ""


MEANS_COLUMNS = (
    Column("上级"),
    Column("关工委"),
    Column("状态"),
    Column("办公室"),
    Column("活动室"),
    Column("牌子"),
    Column("制度上墙"),
    Column("设备"),
    Column("工作人员（人）", Kind.COUNT),
    Column("工作经费（元）", Kind.MONEY),
    Column("五老补贴（元）", Kind.MONEY),
    Column("补贴到位"),
    Column("刊物征订（份）", Kind.COUNT),
    Column("确认日期", Kind.DATE),
)


def means_rows(units: UnitQuerySet, year: int) -> Iterator[list[Value]]:
    """One row for each committee; `units` are those of `with_two_years`. What waits shows no figures."""
    for unit in units.iterator(CHUNK):
        own = two_years_of(unit).get(year)
        row = own if own and own.confirmed_on else None
        above = unit.parent.short_name if unit.parent else ""
        yield [above, unit.committee_name, "已确认" if row else "还没有确认", *_means_values(row)]


def _means_values(row: UnitYear | None) -> list[Value]:
    if row is None:
        return [None] * (len(MEANS_COLUMNS) - 3)
    rooms = (row.has_office, row.has_activity_room, row.has_name_plate, row.has_rules_on_wall)
    return [
        *("有" if has else "无" for has in rooms),
        row.equipment,
        row.staff,
        row.budget,
        row.allowance,
        "是" if row.allowance_paid else "否",
        row.periodicals,
        row.confirmed_on,
    ]
