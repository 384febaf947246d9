"""Rename, change of kind, transfer, merger, dissolution, and the taking back of each: by document, from a day.

A day ahead makes a planned change, which beat carries out at its beginning (`orgs.tasks`). Every change is a
`Restructuring` with the placements before and after; records stay at the unit where they were recorded.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.enums import ChangeState, ChangeVerb, PartOfChange
from orgs.models import RestructuredUnit, Restructuring, Unit, User
from orgs.scope import forget_grants
from orgs.services.codes import official_code
from orgs.services.orders import Change, Order, anchor_of, check_change, check_order, headline_of, locked
from orgs.services.placing import Placing, check_money, close_unit, move_roles, note_target, place_units
from orgs.services.units import create_unit


def rename_unit(*, unit: Unit, name: str, effective_on: datetime.date, document: str, by: User | None) -> Unit:
    """Give a unit another name. Raises ValidationError as `order_change`."""
    change = Change(verb=ChangeVerb.RENAME, units=(unit,), name=name)
    return _ordered(change, Order(effective_on=effective_on, document=document, by=by))


def change_kind(
    *, unit: Unit, kind: str, name: str = "", effective_on: datetime.date, document: str, by: User | None
) -> Unit:
    """村改社区 and back; the name changes by the same document where one is given. The code stays.

    Raises ValidationError as `order_change`.
    """
    change = Change(verb=ChangeVerb.CHANGE_KIND, units=(unit,), name=name or unit.name, kind=kind)
    return _ordered(change, Order(effective_on=effective_on, document=document, by=by))


def move_unit(*, unit: Unit, parent: Unit, effective_on: datetime.date, document: str, by: User | None) -> Unit:
    """Transfer an open unit, with all that hangs under it, to another parent of the same county.

    Raises ValidationError as `order_change`.
    """
    change = Change(verb=ChangeVerb.MOVE, units=(unit,), target=parent)
    return _ordered(change, Order(effective_on=effective_on, document=document, by=by))


def merge_units(
    *, sources: list[Unit], target: Unit, effective_on: datetime.date, document: str, by: User | None
) -> Unit:
    """Close the sources into the target, which takes over what stands under them; returns the target.

    Raises ValidationError as `order_change`.
    """
    change = Change(verb=ChangeVerb.MERGE, units=tuple(sources), target=target)
    order = Order(effective_on=effective_on, document=document, by=by)
    order_change(change=change, order=order)
    return Unit.objects.get(pk=target.pk)


def dissolve_unit(
    *, unit: Unit, successor: Unit | None = None, effective_on: datetime.date, document: str, by: User | None
) -> Unit:
    """Close a unit. Without a successor it must have no open unit under it: it stays where it stood, its records count
    there, and the roles on it end.

    Raises ValidationError as `order_change`.
    """
    change = Change(verb=ChangeVerb.DISSOLVE, units=(unit,), target=successor)
    return _ordered(change, Order(effective_on=effective_on, document=document, by=by))


def _ordered(change: Change, order: Order) -> Unit:
    order_change(change=change, order=order)
    return Unit.objects.get(pk=change.units[0].pk)


def order_change(*, change: Change, order: Order, today: datetime.date | None = None) -> Restructuring:
    """Carry out a change, or keep it as a planned one where its day lies ahead.

    `today` is another day only for loaders of what happened in the past.

    Raises:
        ValidationError: another county, a closed unit, a wrong kind of parent or successor, a loop; no document; a day
            in a closed year, or not after the present placement of a unit began.
    """
    today = today or timezone.localdate()
    with transaction.atomic():
        change = locked(change)
        check_order(order, change.units[0], today)
        check_change(change)
        if order.effective_on > today:
            # What cannot be done even now is refused at once.
            _rehearse(change, order, today)
            return _planned(change, order)
        row = record_change(change, order, ChangeState.DONE)
        carry_out(row, change, order, today)
    return row


def record_change(change: Change, order: Order, state: str) -> Restructuring:
    """The row of a change; its units are added when it is carried out or planned."""
    return Restructuring.objects.create(
        verb=change.verb,
        state=state,
        anchor=anchor_of(change.named),
        headline=headline_of(change),
        name=change.name,
        kind=change.kind,
        code=change.code,
        effective_on=order.effective_on,
        document=order.document.strip(),
        reason=order.reason.strip(),
        by=order.by,
        applied_at=timezone.now() if state == ChangeState.DONE else None,
    )


def _planned(change: Change, order: Order) -> Restructuring:
    row = record_change(change, order, ChangeState.PLANNED)
    parts = [(unit, PartOfChange.SUBJECT) for unit in change.units]
    if change.target:
        parts.append((change.target, PartOfChange.TARGET))
    RestructuredUnit.objects.bulk_create(
        [RestructuredUnit(restructuring=row, unit=unit, part=part) for unit, part in parts]
    )
    return row


def _rehearse(change: Change, order: Order, today: datetime.date) -> None:
    with transaction.atomic():
        carry_out(record_change(change, order, ChangeState.DONE), change, order, today)
        transaction.set_rollback(True)


def carry_out(row: Restructuring, change: Change, order: Order, today: datetime.date) -> None:
    """Do what a checked change says, under the county's lock."""
    if change.verb in (ChangeVerb.MERGE, ChangeVerb.DISSOLVE):
        _close(row, change, order, today)
    else:
        _alter(row, change)
    check_money(row.anchor, today)
    if order.by is not None:
        # The ends of the branches have moved.
        forget_grants(order.by)


def _alter(row: Restructuring, change: Change) -> None:
    (unit,) = change.units
    if change.verb == ChangeVerb.MOVE:
        unit.parent = change.target
        if change.target is not None:
            note_target(row, change.target)
    else:
        unit.name, unit.kind = change.name, change.kind or unit.kind
    place_units(row, [Placing(unit, PartOfChange.SUBJECT)])


def _close(row: Restructuring, change: Change, order: Order, today: datetime.date) -> None:
    target = change.target or (_found(row, change, order) if change.verb == ChangeVerb.MERGE else None)
    placings = []
    for unit in change.units:
        close_unit(unit, successor=target, day=order.effective_on)
        placings.append(Placing(unit, PartOfChange.SUBJECT))
    if target is not None:
        if change.target is not None:
            note_target(row, target)
        # Closed ones, too: what is closed is a leaf.
        for child in Unit.objects.filter(parent__in=change.units).exclude(pk=target.pk).order_by("lft"):
            child.parent = target
            placings.append(Placing(child, PartOfChange.CHILD))
    place_units(row, placings)
    move_roles(row, change.units, target, today)


def _found(row: Restructuring, change: Change, order: Order) -> Unit:
    first = change.units[0]
    kind = change.kind or first.kind
    code = official_code(change.code, parent=first.parent, kind=kind) if change.code and first.parent else ""
    target = create_unit(
        parent=first.parent,
        name=change.name,
        kind=kind,
        code=code,
        by=order.by,
        starts_on=order.effective_on,
        document=row.document,
    )
    note_target(row, target, founded=target.placements.get())
    return target


def change_of(row: Restructuring) -> Change:
    """What a planned change asks for, from its row."""
    parts = list(row.parts.select_related("unit"))
    return Change(
        verb=row.verb,
        units=tuple(part.unit for part in parts if part.part == PartOfChange.SUBJECT),
        target=next((part.unit for part in parts if part.part == PartOfChange.TARGET), None),
        name=row.name,
        kind=row.kind,
        code=row.code,
    )


def first_words(error: ValidationError) -> str:
    """The reason of a refusal as one line."""
    return " ".join(error.messages)
