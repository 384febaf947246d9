"""The places of the coverage page, and the trail, as list files."""

from collections.abc import Iterable, Iterator

from django.utils.timezone import localtime

from guanai.sheets import Column, Kind, Value
from orgs.querysets import UnitQuerySet
from orgs.trail import Line

CHUNK = 500
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
