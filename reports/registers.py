"""Registers of a report, streamed: 活动台账, 五老名册（遮盖）, 关爱基金收支.

Each lists exactly the records that its figure counted, by the ids kept with the figures.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import QuerySet, Sum

from activities.models import Activity
from aid.enums import INCOME_KINDS
from aid.models import LedgerEntry
from guanai import identity
from guanai.sheets import Column, Kind, UnitLine, Value, stream_list
from orgs.models import Unit
from reports.frozen import Frozen
from volunteers.models import Volunteer

_CHUNK = 1000
_TREE_ORDER = ("unit__lft", "unit_id")


class _Owners:
    """Tells under which unit of the first level a unit stands, in one query for the whole tree."""

    def __init__(self, frozen: Frozen) -> None:
        county = Unit.objects.get(code=frozen.county)
        names = {place.code: place.name for place in frozen.places}
        rows = Unit.objects.filter(tree_id=county.tree_id).order_by("lft").values_list("pk", "code", "level")
        self._owner: dict[int, str] = {}
        current = ""
        for pk, code, level in rows:
            current = names.get(code, "") if level <= 1 else current
            self._owner[pk] = current

    def of(self, unit_id: int) -> str:
        return self._owner[unit_id]


def _unit_line(frozen: Frozen, measure: str) -> UnitLine:
    return UnitLine(frozen.place(frozen.county).committee, frozen.day, measure)


def write_activities(frozen: Frozen, path: Path) -> str:
    """活动台账; returns the note for its row: how many."""
    owners = _Owners(frozen)
    ids = frozen.rows["activities"]
    records = Activity.objects.filter(pk__in=ids).select_related("unit", "theme", "venue")
    columns = (
        Column("编号", Kind.CODE, width=26),
        Column("日期", Kind.DATE),
        Column("乡镇（部门）"),
        Column("主办单位"),
        Column("活动名称", width=32),
        Column("主题"),
        Column("形式"),
        Column("地点", width=24),
        Column("场次", Kind.COUNT),
        Column("青少年人次", Kind.COUNT),
        Column("其中留守、困境", Kind.COUNT),
        Column("家长及其他人次", Kind.COUNT),
        Column("经费（元）", Kind.MONEY),
    )
    names = ("sessions", "young_people", "in_need", "others", "cost")
    stream_list(
        path,
        heading=f"{frozen.year}年活动台账",
        columns=columns,
        rows=(_activity(record, owners) for record in _streamed(records, *_TREE_ORDER, "held_on", "pk")),
        unit_line=_unit_line(frozen, "元"),
        total=_total("合计", 7, _sums(records, names)),
        title="活动台账",
        dated=frozen.day,
    )
    return f"{len(ids):,} 场"


def _activity(record: Activity, owners: _Owners) -> list[Value]:
    return [
        record.number,
        record.held_on,
        owners.of(record.unit_id),
        record.unit.short_name,
        record.name,
        record.theme.name,
        record.get_form_display(),
        record.where,
        record.sessions,
        record.young_people,
        record.in_need,
        record.others,
        record.cost,
    ]


def write_roster(frozen: Frozen, path: Path) -> str:
    """五老名册: names, phones and identity numbers masked; returns the note for its row."""
    owners = _Owners(frozen)
    ids = frozen.rows["roster"]
    people = Volunteer.objects.filter(pk__in=ids).select_related("unit").prefetch_related("specialities")
    columns = (
        Column("编号", Kind.CODE, width=26),
        Column("乡镇（部门）"),
        Column("单位"),
        Column("姓名"),
        Column("性别", Kind.CODE),
        Column("出生年份", Kind.CODE),
        Column("类别"),
        Column("骨干", Kind.CODE),
        Column("特长", width=24),
        Column("状态", Kind.CODE),
        Column("入库日期", Kind.DATE),
        Column("电话", Kind.CODE),
        Column("身份证号", Kind.CODE, width=24),
    )
    stream_list(
        path,
        heading=f"{frozen.year}年五老名册（遮盖）",
        columns=columns,
        rows=(_person(person, owners) for person in _streamed(people, *_TREE_ORDER, "number")),
        unit_line=_unit_line(frozen, "人"),
        title="五老名册",
        dated=frozen.day,
    )
    return f"{len(ids):,} 人"


def _person(person: Volunteer, owners: _Owners) -> list[Value]:
    return [
        person.number,
        owners.of(person.unit_id),
        person.unit.short_name,
        identity.mask_name(person.name),
        person.get_sex_display(),
        str(person.birth_year) if person.birth_year else "",
        person.get_kind_display(),
        person.is_core,
        person.speciality_line,
        person.get_status_display(),
        person.joined_on,
        person.masked_phone,
        person.masked_id,
    ]


def write_fund(frozen: Frozen, path: Path) -> str:
    """关爱基金收支: every entry of the year, income and spending in columns of their own."""
    income, spending = frozen.rows["income"], frozen.rows["spending"]
    entries = LedgerEntry.objects.filter(pk__in=[*income, *spending])
    entries = entries.select_related("account__unit", "donation", "grant")
    columns = (
        Column("流水号", Kind.CODE),
        Column("记账日期", Kind.DATE),
        Column("单位"),
        Column("账户", width=24),
        Column("种类"),
        Column("资金或物资", Kind.CODE),
        Column("收据号或资助编号", Kind.CODE, width=28),
        Column("冲销流水号", Kind.CODE),
        Column("收入（元）", Kind.MONEY),
        Column("支出（元）", Kind.MONEY),
    )
    came = _sums(entries.filter(kind__in=INCOME_KINDS), ["amount"])[0]
    went = -_sums(entries.exclude(kind__in=INCOME_KINDS), ["amount"])[0]
    stream_list(
        path,
        heading=f"{frozen.year}年关爱基金收支",
        columns=columns,
        rows=(_entry(entry) for entry in _streamed(entries, "posted_on", "pk")),
        unit_line=_unit_line(frozen, "元"),
        total=_total("合计", 7, [came, went]),
        title="关爱基金收支",
        dated=frozen.day,
    )
    return f"收 {len(income):,} 笔、支 {len(spending):,} 笔"


def _entry(entry: LedgerEntry) -> list[Value]:
    comes_in = entry.kind in INCOME_KINDS
    paper = entry.donation or entry.grant
    return [
        str(entry.pk),
        entry.posted_on,
        entry.account.unit.short_name,
        entry.account.name,
        entry.get_kind_display(),
        entry.get_gift_display(),
        paper.number if paper else "",
        str(entry.reverses_id or ""),
        entry.amount if comes_in else None,
        None if comes_in else -entry.amount,
    ]


def _streamed(records: QuerySet[Any], *order: str) -> Iterator[Any]:
    return records.order_by(*order).iterator(chunk_size=_CHUNK)


def _sums(records: QuerySet[Any], names: Sequence[str]) -> list[int | Decimal]:
    found = records.order_by().aggregate(**{f"total_{name}": Sum(name) for name in names})
    return [found[f"total_{name}"] or 0 for name in names]


def _total(label: str, empty: int, sums: Sequence[int | Decimal]) -> list[Value]:
    """The last row: the label, `empty` cells without a value, the sums."""
    return [label, *([None] * empty), *sums]
