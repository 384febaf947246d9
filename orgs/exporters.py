"""The places of the coverage page as a list file."""

from collections.abc import Iterator

from guanai.sheets import Column, Kind, Value
from orgs.querysets import UnitQuerySet

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
