"""The counter-operation: what a change did is undone by another change, with a document of its own.

Nothing is deleted or rewritten: reopened units get a new placement at their former place.

What was only entered wrongly is taken back within a week without a document of its own, from the day of the change
itself: its placements then hold on no day, and "as then" totals are those of a network in which it never was.
"""

import datetime
from collections.abc import Collection
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.dependents import unit_records
from orgs.enums import ChangeState, ChangeVerb, PartOfChange
from orgs.models import RestructuredUnit, Restructuring, Unit
from orgs.scope import forget_grants
from orgs.services.orders import Order, check_order, refusal
from orgs.services.placing import Placing, check_money, close_unit, move_roles, place_units, return_roles
from orgs.tree import lock_county

# How long after it was carried out a change may be called a typing error; afterwards others have built upon it, and
# it takes a document.
TYPING_ERROR_DAYS = 7
MISTYPED = "录入有误"


def may_be_mistyped(row: Restructuring, today: datetime.date | None = None) -> bool:
    """Is it at most `TYPING_ERROR_DAYS` days since the change was carried out?"""
    if row.applied_at is None:
        return False
    days = ((today or timezone.localdate()) - timezone.localdate(row.applied_at)).days
    return days <= TYPING_ERROR_DAYS


def take_back(*, restructuring: Restructuring, order: Order, today: datetime.date | None = None) -> Restructuring:
    """Bring every unit of a change back to where it stood before, reopen what it closed, return the roles.

    A unit that was founded for a merger closes again, without a successor, unless something was recorded at it
    meanwhile: `recorded_at` names what keeps it open.

    Raises:
        ValidationError: not done or taken back already; the successor, or a former parent, is closed by now; a unit was
            changed again since; a day before the change itself, ahead of today, or in a closed year; `order.mistyped`
            more than `TYPING_ERROR_DAYS` days after it was carried out.
    """
    today = today or timezone.localdate()
    with transaction.atomic():
        lock_county(restructuring.anchor)
        row = Restructuring.objects.select_for_update(of=("self",)).select_related("anchor").get(pk=restructuring.pk)
        if not row.may_be_taken_back:
            raise ValidationError(f"这项调整{row.get_state_display()}，不能撤回。", code="state")
        if order.mistyped:
            order = _as_if_it_had_not_been(row, order, today)
        check_order(order, row.anchor, today)
        _check_day(row, order, today)
        parts = list(row.parts.select_related("unit__parent", "before", "after"))
        placings = _returned(parts)
        founded = _founded_in_vain(parts, order.effective_on)
        counter = Restructuring.objects.create(
            verb=ChangeVerb.TAKE_BACK,
            state=ChangeState.DONE,
            anchor=row.anchor,
            headline=f"撤回：{row.headline}"[:400],
            effective_on=order.effective_on,
            document=order.document.strip(),
            reason=order.reason.strip(),
            by=order.by,
            applied_at=timezone.now(),
            takes_back=row,
        )
        place_units(counter, placings + [Placing(unit, PartOfChange.SUBJECT) for unit in founded], same_day=True)
        return_roles(counter, row, today)
        move_roles(counter, founded, None, today)
        check_money(row.anchor, today)
        row.state = ChangeState.TAKEN_BACK
        row.save(update_fields=["state"])
    if order.by is not None:
        forget_grants(order.by)
    return counter


def _as_if_it_had_not_been(row: Restructuring, order: Order, today: datetime.date) -> Order:
    if not may_be_mistyped(row, today):
        words = f"办理已超过 {TYPING_ERROR_DAYS} 天，不能再按录入有误撤回，请按文件撤回。"
        raise refusal("why", words, "late")
    document = order.document.strip() or row.document
    reason = f"{MISTYPED}：{order.reason.strip()}"[:200] if order.reason.strip() else MISTYPED
    return replace(order, effective_on=row.effective_on, document=document, reason=reason)


def recorded_at(unit: Unit, leaving: Collection[int] = ()) -> list[str]:
    """What hangs on a unit itself, by the names of its kinds: [] where nothing was recorded there.

    Units under it whose keys are in `leaving` do not count.
    """
    names = ["下级单位"] if Unit.objects.filter(parent=unit).exclude(pk__in=leaving).exists() else []
    names += ["关工委"] if unit.has_committee else []
    return names + [kind.label for kind in unit_records() if kind.ever_at(unit)]


def _founded_in_vain(parts: list[RestructuredUnit], day: datetime.date) -> list[Unit]:
    """The unit that was founded for the change, closed in memory, if nothing was recorded at it."""
    leaving = [part.unit_id for part in parts if part.part != PartOfChange.TARGET]
    founded = [part.unit for part in parts if part.part == PartOfChange.TARGET and part.after_id]
    empty = [unit for unit in founded if not recorded_at(unit, leaving)]
    for unit in empty:
        close_unit(unit, successor=None, day=day)
    return empty


def _check_day(row: Restructuring, order: Order, today: datetime.date) -> None:
    if order.effective_on > today:
        raise refusal("effective_on", "撤回当日或补记，生效日期不能晚于今天。", "future")
    if order.effective_on < row.effective_on:
        raise refusal("effective_on", f"生效日期不能早于 {row.effective_on:%Y-%m-%d}，那天才调整。", "before_change")


def _returned(parts: list[RestructuredUnit]) -> list[Placing]:
    """The units as they are to be again, in memory.

    Raises ValidationError where later changes stand on this one.
    """
    for part in parts:
        _check_untouched(part)
    moved = [part for part in parts if part.part != PartOfChange.TARGET]
    former = {part.before.parent_id for part in moved if part.before}
    parents = Unit.objects.in_bulk([pk for pk in former if pk])
    units = {part.unit.pk: part.unit for part in moved}
    for part in moved:
        before, after, unit = part.before, part.after, part.unit
        if before is None or after is None:
            continue
        if after.is_closed and not before.is_closed:
            unit.closed_on = unit.successor = None
        unit.name, unit.kind = before.name, before.kind
        # A parent that is reopened by the same change is open in memory only.
        unit.parent = units.get(before.parent_id or 0) or parents.get(before.parent_id or 0)
    for unit in units.values():
        if unit.parent is not None and unit.parent.closed_on and unit.closed_on is None:
            words = f"{unit.short_name}原来的上级{unit.parent.short_name}已撤销，请先撤回它的撤并。"
            raise ValidationError(words, code="closed_parent")
    return [Placing(part.unit, part.part) for part in moved]


def _check_untouched(part: RestructuredUnit) -> None:
    unit, after = part.unit, part.after
    if part.part == PartOfChange.TARGET:
        if unit.closed_on:
            raise ValidationError(f"{unit.short_name}已撤销，不能再撤回这项调整。", code="closed")
    elif after is None or (unit.parent_id, unit.name, unit.kind, unit.closed_on is not None) != (
        after.parent_id,
        after.name,
        after.kind,
        after.is_closed,
    ):
        raise ValidationError(f"{unit.short_name}后来又有调整，请先撤回后一项。", code="later_change")
