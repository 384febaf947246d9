"""Who holds how many activities of which nature in a year: the exact totals of the plan, spread over the network."""

import random
from collections import Counter
from dataclasses import dataclass

from activities.enums import ThemeNature
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.names import texts
from reports.demo.plan import ACTIVITIES, SESSIONS, apportion, deal
from reports.demo.world import World

# Activities that the unit's own committee holds in the main year, beside another's.
_BUSY = {
    UnitKind.COUNTY: 32.0,
    UnitKind.DEPARTMENT: 7.5,
    UnitKind.TOWNSHIP: 10.5,
    UnitKind.COMMUNITY: 1.3,
    UnitKind.VILLAGE: 0.95,
    UnitKind.SCHOOL: 3.0,
    UnitKind.ENTERPRISE: 0.6,
}
_MOST_SESSIONS = {ThemeNature.TUTORING: 3}
_USUAL_VILLAGES = 13


@dataclass(frozen=True, slots=True)
class Slot:
    """One activity to be: its host, the count that it feeds, how many sessions."""

    unit: Unit
    nature: str
    sessions: int


def slots_of_year(world: World, year: int) -> list[Slot]:
    """As many activities of each nature, and sessions of talks and tutoring, as the plan says."""
    dice = world.plan.stream("hosts", year)
    pool = Counter({nature: world.plan.count(count, year) for nature, count in ACTIVITIES.items()})
    sessions = {nature: _sessions(world, dice, nature, count, year) for nature, count in pool.items()}
    units = [unit for unit in world.units if unit.committee_established_on is not None]
    weights = [_weight(world, unit, dice) for unit in units]
    hosts = [unit for unit, share in zip(units, apportion(pool.total(), weights), strict=True) for _ in range(share)]
    # Departments first: they keep to their own field while there is still something of it.
    dice.shuffle(hosts)
    hosts.sort(key=lambda unit: unit.kind != UnitKind.DEPARTMENT)
    slots = []
    for unit in hosts:
        nature = _nature(world, dice, unit, pool)
        pool[nature] -= 1
        slots.append(Slot(unit, nature, sessions[nature].pop()))
    return slots


def _sessions(world: World, dice: random.Random, nature: str, count: int, year: int) -> list[int]:
    total = world.plan.count(SESSIONS[nature], year) if nature in SESSIONS else count
    return deal(dice, max(total, count), count, _MOST_SESSIONS.get(ThemeNature(nature), 4))


def _weight(world: World, unit: Unit, dice: random.Random) -> float:
    busy = _BUSY[UnitKind(unit.kind)] * world.vigour(unit) * dice.uniform(0.7, 1.3)
    if unit.kind == UnitKind.TOWNSHIP:
        busy *= (max(len(world.below(unit)), 2) / _USUAL_VILLAGES) ** 0.3
    if unit.kind == UnitKind.DEPARTMENT:
        busy *= next(one["weight"] for one in texts("network")["departments"] if one["name"] == unit.name)
    return busy


def _nature(world: World, dice: random.Random, unit: Unit, pool: Counter[str]) -> str:
    """By what is left of each nature, drawn towards what such a host does."""
    natures = [nature for nature, left in pool.items() if left > 0]
    weights = [pool[nature] * _bias(world, unit, nature) for nature in natures]
    if not any(weights):
        weights = [float(pool[nature]) for nature in natures]
    return dice.choices(natures, weights)[0]


def _bias(world: World, unit: Unit, nature: str) -> float:
    if unit.kind == UnitKind.DEPARTMENT:
        focus = next(one["natures"] for one in texts("network")["departments"] if one["name"] == unit.name)
        return 12.0 if nature in focus else 0.0 if nature == ThemeNature.TUTORING else 0.25
    character = world.character(world.middle(unit))
    bias = 0.1 if nature in character.get("little", ()) else 1.0
    if unit.kind not in (UnitKind.TOWNSHIP, UnitKind.COUNTY):
        if nature == ThemeNature.BUILDING:
            return 0.0
        return bias * (0.3 if nature in (ThemeNature.TUTORING, ThemeNature.CARE) else 1.0)
    if nature == ThemeNature.TUTORING:
        bias *= 5.0 if character.get("strong") else 1.5
    return bias
