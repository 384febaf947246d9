"""The work under every change of the network: placements, the tree itself, and the roles that go along.

The caller holds the county's lock. Everything is written in bulk: a township takes forty villages along.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.core.exceptions import ValidationError
from django.db.models import Q

from orgs.enums import PartOfChange
from orgs.models import Membership, MovedMembership, RestructuredUnit, Restructuring, Unit, UnitPlacement
from orgs.services.orders import refusal
from orgs.services.roles import MONEY, grant_role
from orgs.services.units import check_place
from orgs.tree import renumber

WRITTEN = ["parent", "name", "name_key", "kind", "position", "closed_on", "successor"]
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Placing:
    """A unit, already changed in memory to what it is to be, and its part in the change."""

    unit: Unit
    part: str


def close_unit(unit: Unit, *, successor: Unit | None, day: datetime.date) -> None:
    """In memory: a closed unit stands under its successor; without one it stays where it was."""
    unit.closed_on, unit.successor = day, successor
    if successor is not None:
        unit.parent = successor


def place_units(row: Restructuring, placings: list[Placing], *, same_day: bool = False) -> None:
    """End the present placement of every unit on the day before, begin the next, and write the units and the tree.

    `same_day` lets a placement end on the day on which it began, having held on no day.

    Raises:
        ValidationError: a parent of a wrong kind or closed; a day on which a unit, or a parent, had a later placement.
    """
    units = {placing.unit.pk: placing.unit for placing in placings}
    for unit in units.values():
        if unit.closed_on is None and unit.parent is not None:
            check_place(units.get(unit.parent.pk, unit.parent), unit.kind)
    parents = {unit.parent.pk: unit.parent for unit in units.values() if unit.parent and unit.parent.pk not in units}
    present = UnitPlacement.objects.select_for_update(of=("self",)).filter(ends_on=None, unit__in=[*units, *parents])
    current = {placement.unit_id: placement for placement in present}
    for unit in parents.values():
        _check_day(row.effective_on, unit, current[unit.pk], since=0)
    for unit in units.values():
        _check_day(row.effective_on, unit, current[unit.pk], since=0 if same_day else 1)
    before = [current[pk] for pk in units]
    for placement in before:
        placement.ends_on = row.effective_on - ONE_DAY
    UnitPlacement.objects.bulk_update(before, ["ends_on"])
    after = UnitPlacement.objects.bulk_create([_placement(row, unit) for unit in units.values()])
    RestructuredUnit.objects.bulk_create(
        [
            RestructuredUnit(restructuring=row, unit=placing.unit, part=placing.part, before=old, after=new)
            for placing, old, new in zip(placings, before, after, strict=True)
        ]
    )
    for unit in units.values():
        unit.derive()
    Unit.objects.bulk_update(units.values(), WRITTEN)
    renumber(row.anchor.tree_id)


def note_target(row: Restructuring, target: Unit, *, founded: UnitPlacement | None = None) -> None:
    """Keep where units went; its own placement does not change."""
    RestructuredUnit.objects.create(restructuring=row, unit=target, part=PartOfChange.TARGET, after=founded)


def _placement(row: Restructuring, unit: Unit) -> UnitPlacement:
    return UnitPlacement(
        unit=unit,
        parent=unit.parent,
        name=unit.name,
        kind=unit.kind,
        is_closed=unit.closed_on is not None,
        starts_on=row.effective_on,
        document=row.document,
        by=row.by,
    )


def _check_day(day: datetime.date, unit: Unit, placement: UnitPlacement, *, since: int) -> None:
    earliest = placement.starts_on + since * ONE_DAY
    if day < earliest:
        words = (
            f"{unit.short_name}现在的名称和隶属从 {placement.starts_on:%Y-%m-%d} 起，"
            f"生效日期不能早于 {earliest:%Y-%m-%d}。"
        )
        raise refusal("effective_on", words, "before_placement")


def move_roles(row: Restructuring, units: Iterable[Unit], successor: Unit | None, today: datetime.date) -> None:
    """End the roles on closed units and begin them on the successor, from today: what somebody could do until now,
    they could, even when the document is older.

    A role that would stand beside one that must be another person's (经办 and 审批) is ended and not begun: nobody
    gains by a merger what would have been refused to them; system_admin grants it anew to somebody else.
    """
    found = Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), unit__in=[unit.pk for unit in units])
    # What this very change has ended already may hold until today.
    found = found.exclude(pk__in=row.memberships.values("ended"))
    roles = list(found.select_related("user").order_by("unit__tree_id", "unit__lft", "role", "pk"))
    ends = [role.ends_on for role in roles]
    # All end before the first begins: what ends stands in nobody's way. They are few, one to three on a unit.
    for role in roles:
        _end(role, today)
    for role, ends_on in zip(roles, ends, strict=True):
        started = _begin(role, successor, max(role.starts_on, today), ends_on) if successor else None
        MovedMembership.objects.create(restructuring=row, ended=role, started=started, ends_on=ends_on)


def check_money(county: Unit, today: datetime.date) -> None:
    """Refuse a tree in which one person handles and approves the money of one branch, by roles that did not move.

    Raises ValidationError naming the account and the two units.
    """
    running = Membership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), unit__tree_id=county.tree_id, role__in=MONEY
    )
    by_user: dict[int, list[Membership]] = defaultdict(list)
    for role in running.select_related("user", "unit").order_by("user", "pk"):
        by_user[role.user_id].append(role)
    for roles in by_user.values():
        for one, other in combinations(roles, 2):
            above, below = sorted((one.unit, other.unit), key=lambda unit: unit.level)
            # A closed unit is left out: nothing can be handled there any more.
            open_pair = above.closed_on is None and below.closed_on is None
            if one.role != other.role and open_pair and below.is_descendant_of(above, include_self=True):
                words = f"{one.user.name}在{one.unit.short_name}和{other.unit.short_name}分别任经办和审批，"
                raise ValidationError(f"{words}调整后成了同一范围，请先由系统管理员改派其中一项。", code="incompatible")


def return_roles(row: Restructuring, taken_back: Restructuring, today: datetime.date) -> None:
    """The counter-operation: end what a change began and begin what it ended, unless it was changed since."""
    for moved in taken_back.memberships.select_related("ended__user", "ended__unit", "started"):
        started, past = moved.started, moved.ends_on is not None and moved.ends_on < today
        if past or (started is not None and started.ends_on != moved.ends_on):
            # It has run out, or somebody ended or prolonged it since: that decision stands.
            continue
        if started is not None:
            _end(started, today)
        unit = Unit.objects.get(pk=moved.ended.unit_id)
        anew = _begin(moved.ended, unit, today, moved.ends_on)
        ended = started or moved.ended
        MovedMembership.objects.create(restructuring=row, ended=ended, started=anew, ends_on=moved.ends_on)


def _end(role: Membership, today: datetime.date) -> None:
    # Yesterday; a role that began today, or begins later, holds for one day on a unit to which nothing can be added.
    role.ends_on = max(role.starts_on, today - ONE_DAY)
    role.save(update_fields=["ends_on"])


def _begin(role: Membership, unit: Unit, starts_on: datetime.date, ends_on: datetime.date | None) -> Membership | None:
    held = Membership.objects.filter(user=role.user, unit=unit, role=role.role)
    if held.filter(ends_on=None).exists():
        return None
    try:
        return grant_role(user=role.user, unit=unit, role=role.role, starts_on=starts_on, ends_on=ends_on)
    except ValidationError:
        return None
