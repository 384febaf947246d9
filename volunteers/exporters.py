"""The roster as a list file: the same rows as on the page, masked as on the page."""

from collections.abc import Iterator

from guanai.sheets import Column, Kind, Value
from volunteers.models import Volunteer
from volunteers.queries import with_details
from volunteers.querysets import VolunteerQuerySet

CHUNK = 500
COLUMNS = (
    Column("编号", Kind.CODE, width=24),
    Column("姓名"),
    Column("性别", width=8),
    Column("出生年份", Kind.CODE, width=12),
    Column("五老类别"),
    Column("骨干", width=8),
    Column("特长", width=24),
    Column("服务时间", width=24),
    Column("单位", width=22),
    Column("职务", width=24),
    Column("证件号（遮盖）", Kind.CODE, width=22),
    Column("电话（遮盖）", Kind.CODE, width=16),
    Column("状态", width=8),
    Column("入库日期", Kind.DATE),
)


def roster_rows(people: VolunteerQuerySet) -> Iterator[tuple[Value, ...]]:
    """One row per person, read in chunks so that memory stays flat."""
    for person in with_details(people).iterator(CHUNK):
        yield _row(person)


def _row(person: Volunteer) -> tuple[Value, ...]:
    return (
        person.number,
        person.name,
        person.get_sex_display(),
        str(person.birth_year or ""),
        person.get_kind_display(),
        person.is_core,
        person.speciality_line,
        person.service_times,
        person.unit.short_name,
        person.post_line,
        person.masked_id,
        person.masked_phone,
        person.get_status_display(),
        person.joined_on,
    )
