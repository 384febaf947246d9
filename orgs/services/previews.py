"""What a change would do: it is carried out, read, and rolled back, so that a preview never differs from the work."""

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from guanai.dependents import unit_records
from orgs.enums import ChangeState, ChangeVerb, PartOfChange, Role, UnitKind
from orgs.models import Restructuring, Unit, UnitPlacement, short_name_of
from orgs.services.orders import Change, Order, check_change, check_order, locked
from orgs.services.restructuring import carry_out, record_change
from orgs.services.taking_back import recorded_at, take_back


@dataclass(frozen=True, slots=True)
class UnitMove:
    """A unit's name, kind, parent before and after; `after` of a founded one has no `before`."""

    part: str
    name: str
    before: str
    after: str

    @property
    def part_label(self) -> str:
        return str(PartOfChange(self.part).label)


@dataclass(frozen=True, slots=True)
class AccountMove:
    """A role that ends on one unit; `to` is where it begins, "" where it only ends."""

    account: str
    role: str
    unit: str
    to: str


@dataclass(frozen=True, slots=True)
class HangingRecords:
    """Records that stay at the closing or moving units, by kind."""

    label: str
    count: int
    measure: str


@dataclass(slots=True)
class Preview:
    """Everything that somebody should have seen before a change is confirmed."""

    headline: str
    effective_on: datetime.date
    document: str
    planned: bool
    units: list[UnitMove]
    accounts: list[AccountMove]
    records: list[HangingRecords]
    # Some unit is open before and closed after.
    closes: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def children(self) -> list[UnitMove]:
        return [unit for unit in self.units if unit.part == PartOfChange.CHILD]

    @property
    def named(self) -> list[UnitMove]:
        return [unit for unit in self.units if unit.part != PartOfChange.CHILD]

    @property
    def fingerprint(self) -> str:
        """Stands for what the change does to units and accounts: another one means that the network has changed since.

        Counts of records are left out; people go on recording while somebody reads a preview.
        """
        facts = [
            [self.headline, str(self.effective_on), str(self.planned)],
            *([unit.part, unit.name, unit.before, unit.after] for unit in self.units),
            *([move.account, move.role, move.unit, move.to] for move in self.accounts),
            self.warnings,
        ]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def preview_change(*, change: Change, order: Order, today: datetime.date | None = None) -> Preview:
    """A dry run of `order_change`. Raises ValidationError as it does; nothing stays written."""
    today = today or timezone.localdate()
    asked = change
    with transaction.atomic():
        change = locked(change)
        check_order(order, change.units[0], today)
        check_change(change)
        records = _records(change.units)
        row = record_change(change, order, ChangeState.DONE)
        carry_out(row, change, order, today)
        preview = _read(row, planned=order.effective_on > today, records=records)
        preview.warnings += _about_sources(asked) + _warnings(row, change)
        transaction.set_rollback(True)
    return preview


def preview_take_back(*, restructuring: Restructuring, order: Order, today: datetime.date | None = None) -> Preview:
    """A dry run of `take_back`. Raises ValidationError as it does; nothing stays written."""
    with transaction.atomic():
        row = take_back(restructuring=restructuring, order=order, today=today)
        subjects = [part.unit for part in row.parts.select_related("unit") if part.part == PartOfChange.SUBJECT]
        preview = _read(row, planned=False, records=_records(subjects))
        founded = restructuring.parts.filter(part=PartOfChange.TARGET, after__isnull=False).select_related("unit")
        preview.warnings += [_about_founded(part.unit) for part in founded]
        transaction.set_rollback(True)
    return preview


def _about_founded(unit: Unit) -> str:
    if unit.closed_on:
        return f"新设的{unit.short_name}没有记录，随撤回一并撤销。"
    names = "、".join(recorded_at(unit))
    return f"新设的{unit.short_name}已有{names}，撤回后还在；不再需要的，请另办撤销。"


def _records(units: Iterable[Unit]) -> list[HangingRecords]:
    counted = []
    for kind in unit_records():
        total = sum(sum(kind.by_unit(unit).values()) for unit in units)
        if total:
            counted.append(HangingRecords(kind.label, total, kind.measure))
    return counted


def _read(row: Restructuring, *, planned: bool, records: list[HangingRecords]) -> Preview:
    parts = row.parts.select_related("unit", "before__parent", "after__parent").order_by("pk")
    units = [
        UnitMove(
            part.part,
            short_name_of(part.before.name) if part.before else part.unit.short_name,
            _standing(part.before),
            # The code of a unit that is founded, which is shown before it is confirmed, too.
            _standing(part.after) + (f"，代码 {part.unit.code}" if part.after and not part.before else ""),
        )
        for part in parts
    ]
    moved = row.memberships.select_related("ended__user", "ended__unit", "started__unit").order_by("pk")
    accounts = [
        AccountMove(
            move.ended.user.name,
            str(Role(move.ended.role).label),
            move.ended.unit.short_name,
            move.started.unit.short_name if move.started else "",
        )
        for move in moved
    ]
    closes = any(part.before and part.after and part.after.is_closed > part.before.is_closed for part in parts)
    return Preview(row.headline, row.effective_on, row.document, planned, units, accounts, records, closes)


def _standing(placement: UnitPlacement | None) -> str:
    """亭子镇 · 大营村（村）; 撤销，由亭子镇承接."""
    if placement is None:
        return ""
    above = short_name_of(placement.parent.name) if placement.parent else ""
    if placement.is_closed:
        return f"已撤销，归{above}" if above else "已撤销"
    own = f"{short_name_of(placement.name)}（{UnitKind(placement.kind).label}）"
    return f"{above} · {own}" if above else own


def _about_sources(asked: Change) -> list[str]:
    """What the words of a merger leave open: which of the units remains."""
    if asked.verb != ChangeVerb.MERGE:
        return []
    if asked.target is not None:
        remains = asked.target.short_name
        return [f"{remains}是承接单位，保留，不在撤销之列。"] if asked.target in asked.units else []
    name = asked.name.strip()
    same = [unit.short_name for unit in asked.units if name in (unit.name, unit.short_name)]
    return [f"{one}也会撤销，另设一个同名单位；{one}保留的，请返回修改，在“并入”里选{one}。" for one in same]


def _warnings(row: Restructuring, change: Change) -> list[str]:
    found = []
    parts = list(row.parts.select_related("unit"))
    targets = [part.unit for part in parts if part.part == PartOfChange.TARGET]
    closing = change.verb in (ChangeVerb.MERGE, ChangeVerb.DISSOLVE)
    had_committee = any(unit.committee_established_on for unit in change.units)
    if closing and had_committee and targets and not targets[0].has_committee:
        found.append(f"{targets[0].short_name}还没有成立关工委，需另行发文。")
    if closing and change.target is None and change.verb == ChangeVerb.DISSOLVE:
        above = change.units[0].parent
        found.append(f"没有承接单位：原有记录今后计入{above.short_name if above else '上级'}，这个单位的账号角色结束。")
    kept = [move.ended.user.name for move in row.memberships.filter(started=None).select_related("ended__user")]
    if kept and targets:
        names = "、".join(dict.fromkeys(kept))
        found.append(f"{names}的角色只结束、不划转：承接单位已有同样的角色，或者经办和审批不能是同一个人。")
    found += [f"{name}在同一个上级下面有重名。" for name in _namesakes([part.unit.pk for part in parts])]
    waiting = Restructuring.objects.filter(
        state=ChangeState.PLANNED, parts__unit__in=[unit.pk for unit in change.named]
    ).distinct()
    found += [f"另有待生效的调整：{other.headline}（{other.effective_on:%Y-%m-%d}）。" for other in waiting]
    return found


def _namesakes(ids: list[int]) -> list[str]:
    units = Unit.objects.open().filter(pk__in=ids)
    beside = Unit.objects.open().filter(parent__in=units.values("parent"), name__in=units.values("name"))
    seen: dict[tuple[int | None, str], int] = {}
    for key in beside.values_list("parent_id", "name"):
        seen[key] = seen.get(key, 0) + 1
    return [short_name_of(name) for (_, name), count in seen.items() if count > 1]
