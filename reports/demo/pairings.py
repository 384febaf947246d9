"""Pairings of children with helpers of their surroundings, and the visits within them."""

import datetime
import random
from collections.abc import Iterator

from aid.enums import HelperKind, VisitWay
from aid.models import Pairing, Visit
from orgs.models import Unit
from reports.demo.children import Case
from reports.demo.names import texts
from reports.demo.plan import PAIRINGS
from reports.demo.world import World
from reports.demo.writing import write
from volunteers.enums import Sex
from volunteers.models import Volunteer

_KINDS = (
    (HelperKind.VETERAN, 58),
    (HelperKind.ACTING_PARENT, 24),
    (HelperKind.LOVING_MOTHER, 7),
    (HelperKind.UNIT, 11),
)
# Days between two visits, and how many of the latest ones found a problem.
_VISITED_AFTER = (62, 120)
_PROBLEM = 0.14


def make_pairings(world: World, cases: list[Case]) -> tuple[int, int]:
    """As many pairings run at the end of the main year as the plan says; returns (pairings, visits) written."""
    pairings = [pairing for pairing in _pairings(world, cases) if world.plan.has_come(pairing.starts_on)]
    visits = [visit for pairing in pairings for visit in _visits(world, pairing)]
    for pairing in pairings:
        if pairing.ends_on and not world.plan.has_come(pairing.ends_on):
            pairing.ends_on, pairing.end_reason = None, ""
    write(Pairing, pairings)
    for visit in visits:
        visit.pairing_id = visit.pairing.pk
    return len(pairings), len(write(Visit, visits))


def _pairings(world: World, cases: list[Case]) -> Iterator[Pairing]:
    year_end = datetime.date(world.plan.year, 12, 31)
    running = [case for case in cases if case.in_care(year_end)]
    target = world.plan.count(PAIRINGS)
    dice = world.plan.stream("pairings")
    alone = set(dice.sample(range(len(running)), max(0, round(len(running) * 0.09))))
    paired = [case for index, case in enumerate(running) if index not in alone][:target]
    second = dice.sample(paired, min(len(paired), target - len(paired)))
    for case in paired:
        yield from _of_case(world, case, 0, year_end)
    for case in second:
        yield from _of_case(world, case, 1, year_end)
    known = {case.child.id_index or case.child.address.encode() for case in running}
    for case in cases:
        if (case.child.id_index or case.child.address.encode()) not in known:
            yield from _of_case(world, case, 0, None)


def _of_case(world: World, case: Case, order: int, runs_on: datetime.date | None) -> Iterator[Pairing]:
    """A pairing from soon after the registration to the end of care; one that must run on a day begins before it."""
    child = case.child
    dice = world.plan.stream("pairing", child.id_number or child.address, order)
    last = runs_on - datetime.timedelta(days=2) if runs_on else datetime.date(child.registered_on.year + 1, 1, 31)
    earliest = child.registered_on + datetime.timedelta(days=dice.randint(1, 40) + 160 * order)
    starts_on = min(earliest, last) if last >= child.registered_on else earliest
    helper = _helper(world, dice, case, order)
    if helper is None:
        return
    kind, who = helper
    yield Pairing(
        child=child,
        kind=kind,
        volunteer=who if isinstance(who, Volunteer) else None,
        helper_unit=who if isinstance(who, Unit) else None,
        starts_on=max(starts_on, child.registered_on),
        ends_on=case.closes_on,
        end_reason=dice.choice(texts("care")["ended"]) if case.closes_on else "",
        plan=dice.choice(texts("care")["plans"]),
    )


def _helper(world: World, dice: random.Random, case: Case, order: int) -> tuple[HelperKind, Volunteer | Unit] | None:
    """Somebody who stays on the roster of the child's own surroundings, or a department; the second is another one."""
    kind = dice.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS])[0]
    departments = [unit for unit in world.departments if unit.committee_established_on]
    if kind == HelperKind.UNIT and departments:
        return kind, departments[dice.randrange(len(departments))]
    day = case.child.registered_on
    at_hand = world.staying(case.unit, day) or world.staying(world.middle(case.unit), day)
    if len(at_hand) <= order:
        return (HelperKind.UNIT, departments[order % len(departments)]) if departments else None
    # Fixed by the child, so that its second helper is not its first one again.
    ordered = sorted(at_hand, key=lambda person: person.id_number)
    first = world.plan.stream("helper", case.child.address).randrange(len(ordered))
    helper = ordered[(first + order) % len(ordered)]
    is_mother = kind == HelperKind.LOVING_MOTHER and helper.sex == Sex.FEMALE
    return kind if is_mother or kind == HelperKind.ACTING_PARENT else HelperKind.VETERAN, helper


def _visits(world: World, pairing: Pairing) -> Iterator[Visit]:
    """Every two to four months, up to the end of the pairing or today."""
    dice = world.plan.stream("visits", pairing.child.number, pairing.kind, pairing.starts_on)
    day = pairing.starts_on + datetime.timedelta(days=dice.randint(10, 50))
    first_year = datetime.date(world.plan.year - 1, 1, 1)
    while world.plan.has_come(day) and (pairing.ends_on is None or day <= pairing.ends_on):
        next_on = day + datetime.timedelta(days=dice.randint(*_VISITED_AFTER))
        visit = Visit(
            pairing=pairing,
            held_on=day,
            way=dice.choices(VisitWay.values, (7, 2, 2))[0],
            content=dice.choice(texts("care")["visits"]),
            problem=dice.choice(texts("care")["problems"]) if dice.random() < _PROBLEM else "",
            next_on=next_on,
        )
        if day >= first_year:
            yield visit
        day = next_on
