"""Posts as files: lists in Excel, and the leading groups of a unit and of those under it as a paper to be stamped."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.utils import timezone

from guanai.documents import Paper, paper_date
from guanai.sheets import CHUNK, Column, Kind, Value
from orgs.models import Unit, User, short_name_of
from volunteers.enums import Post
from volunteers.models import Appointment
from volunteers.posts import reads_holder
from volunteers.querysets import AppointmentQuerySet
from volunteers.vacancies import VacancyFilter, days_empty, is_overdue, vacancies

OFFICIAL = "在职领导"
APPOINTMENT_COLUMNS = (
    Column("单位", width=22),
    Column("上级", width=16),
    Column("职务", width=14),
    Column("姓名", width=12),
    Column("身份", width=12),
    Column("现任或原任职务", width=24),
    Column("任职文号", width=22),
    Column("发文单位", width=24),
    Column("发文日期", Kind.DATE),
    Column("任职日期", Kind.DATE),
    Column("任期至", Kind.DATE),
    Column("在任至", Kind.DATE),
    Column("离任原因", width=12),
    Column("免职文号", width=22),
)
VACANCY_COLUMNS = (
    Column("单位", width=24),
    Column("上级", width=18),
    Column("职务", width=16),
    Column("前任在任至", Kind.DATE, width=14),
    Column("空缺起算日", Kind.DATE, width=14),
    Column("已空缺天数", Kind.COUNT, width=12),
    Column("补齐期限", Kind.DATE, width=14),
    Column("是否超期", width=10),
)
_BOXES = (("填报单位（盖章）", "负责人签字："), ("同级党组织（盖章）", "负责人签字："))


def standing(appointment: Appointment, *, reads: bool) -> str:
    """What the holder is: 老教师, 在职领导; "" for who does not read the roster where the holder stands."""
    if appointment.volunteer is None:
        return OFFICIAL
    return appointment.volunteer.get_kind_display() if reads else ""


def office(appointment: Appointment, *, reads: bool) -> str:
    """The present office of an official, the former one of a 五老; this one is the roster's, as `standing`."""
    if appointment.volunteer is None:
        return appointment.official_office
    return appointment.volunteer.former_post if reads else ""


def appointment_rows(rows: AppointmentQuerySet, user: User) -> Iterator[tuple[Value, ...]]:
    """One row per appointment; `rows` come with units, their parents, persons and their units."""
    reads = reads_holder(user)
    for each in rows.iterator(CHUNK):
        yield (
            each.unit.short_name,
            each.unit.parent.short_name if each.unit.parent else "",
            each.get_post_display(),
            each.holder,
            standing(each, reads=reads(each)),
            office(each, reads=reads(each)),
            each.document,
            each.issued_by,
            each.issued_on,
            each.starts_on,
            each.term_ends_on,
            each.last_day,
            each.end_label,
            each.dismissal_document,
        )


def vacancy_rows(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[Value, ...]]:
    """One row per empty post of `volunteers.vacancies`."""
    for row in rows:
        yield (
            short_name_of(row["name"]),
            short_name_of(row["parent_name"] or ""),
            Post(row["post"]).label,
            row["last_end"],
            row["since"],
            days_empty(row),
            row["due_on"],
            "已超期" if is_overdue(row) else "",
        )


def leading_groups_paper(unit: Unit, user: User) -> bytes:
    """领导班子名单: the committee of `unit`, then those directly under it, with the posts that stand empty.

    A village stands in its township's paper; the county's holds its townships and departments.
    """
    today = timezone.localdate()
    near = Q(unit=unit) | Q(unit__parent=unit)
    posts = Appointment.objects.filter(near, unit__closed_on=None).running(today)
    units = set(Unit.objects.filter(Q(pk=unit.pk) | Q(parent=unit)).values_list("pk", flat=True))
    empty = [row for row in vacancies(user, VacancyFilter(branch=unit)) if row["pk"] in units]
    reads = reads_holder(user)
    held = [_line(each, reads=reads(each)) for each in posts.select_related("unit", "volunteer", "volunteer__unit")]
    lines = [*held, *map(_empty_line, empty)]
    # What is stamped bears the committee's whole name.
    title = f"{unit.short_name}关心下一代工作委员会\n领导班子名单"
    paper = Paper(title, subtitle=f"（截至{paper_date(today)}）", dated=today)
    paper.table(
        ("单位", "职务", "姓名", "现任（原任）职务", "任职文号和日期"),
        [line for _, line in sorted(lines, key=lambda keyed: keyed[0])],
        kinds=(Kind.CODE, Kind.CODE, Kind.CODE, Kind.TEXT, Kind.CODE),
        widths=(12, 16.5, 14, 27.5, 30),
        merged_columns=1,
        whole_groups=True,
        note="注：按任职文件登记；必设而无人担任的职务写“空缺”。",
    )
    paper.sign_boxes(_BOXES)
    return paper.to_bytes()


Key = tuple[int, int, datetime.date]


def spaced(name: str) -> str:
    """A name of two characters as wide as one of three, as lists of names have it: 李　佳."""
    return "　".join(name) if len(name) == 2 else name


def _line(each: Appointment, *, reads: bool) -> tuple[Key, list[Value]]:
    key = (each.unit.lft, Post.values.index(each.post), each.starts_on)
    named = [each.unit.short_name, each.get_post_display(), spaced(each.holder), office(each, reads=reads)]
    return key, [*named, f"{each.document}\n{paper_date(each.starts_on)}"]


def _empty_line(row: dict[str, Any]) -> tuple[Key, list[Value]]:
    key = (row["lft"], Post.values.index(row["post"]), row["since"])
    return key, [short_name_of(row["name"]), Post(row["post"]).label, "空缺", "", ""]
