"""What an Excel list of activities holds: columns and rows; guanai.sheets makes the file."""

from collections.abc import Iterator

from activities.querysets import ActivityQuerySet
from guanai.sheets import CHUNK, Column, Kind, Value

ACTIVITY_COLUMNS = (
    Column("编号", Kind.CODE, width=22),
    Column("日期", Kind.DATE),
    Column("主办单位", width=18),
    Column("活动名称", width=34),
    Column("主题", width=16),
    Column("形式", width=14),
    Column("地点", width=22),
    Column("协办单位", width=24),
    Column("场次", Kind.COUNT),
    Column("青少年（人次）", Kind.COUNT),
    Column("其中留守、困境（人次）", Kind.COUNT),
    Column("家长及其他（人次）", Kind.COUNT),
    Column("经费（元）", Kind.MONEY),
    Column("状态", width=8),
)


def activity_rows(activities: ActivityQuerySet) -> Iterator[tuple[Value, ...]]:
    """One row per activity in the order given; read in chunks, so that memory does not grow with the list."""
    rows = activities.select_related("unit", "theme", "venue").prefetch_related("co_hosts")
    for activity in rows.iterator(chunk_size=CHUNK):
        yield (
            activity.number,
            activity.held_on,
            activity.unit.short_name,
            activity.name,
            activity.theme.name,
            activity.get_form_display(),
            activity.where,
            "、".join(unit.short_name for unit in activity.co_hosts.all()),
            activity.sessions,
            activity.young_people,
            activity.in_need,
            activity.others,
            activity.cost,
            activity.get_state_display(),
        )
