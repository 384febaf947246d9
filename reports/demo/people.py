"""The roster: thousands of 五老 and other volunteers, who joined over the years, and some of whom left."""

import datetime
import random
from collections.abc import Iterator

from guanai.bulk import copy, link
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.names import some_sex, texts
from reports.demo.plan import CORE_VETERANS, OTHER_VETERANS, OTHER_VOLUNTEERS, apportion, between
from reports.demo.world import World
from reports.demo.writing import write
from volunteers.enums import (
    Daypart,
    Education,
    Health,
    Politics,
    Retirement,
    VeteranKind,
    VolunteerStatus,
    Weekday,
)
from volunteers.models import Availability, Interest, Speciality, Volunteer
from volunteers.services import volunteer_number

# How large the roster of a place is beside another's.
_SIZE = {
    UnitKind.COUNTY: 46.0,
    UnitKind.DEPARTMENT: 24.0,
    UnitKind.TOWNSHIP: 17.0,
    UnitKind.COMMUNITY: 12.0,
    UnitKind.VILLAGE: 8.0,
    UnitKind.SCHOOL: 9.0,
    UnitKind.ENTERPRISE: 4.0,
}
# Parts of the roster at the end of the main year that joined in it, in the year before, and that leave in a year.
_JOINED, _JOINED_BEFORE, _LEAVING = 0.05, 0.045, 0.026
_EVENING = 0.08


def make_specialities() -> dict[str, Speciality]:
    """The county's list; entries that are there already stay as they are."""
    for position, name in enumerate(texts("people")["specialities"], 1):
        Speciality.objects.get_or_create(name=name, defaults={"position": position})
    return {speciality.name: speciality for speciality in Speciality.objects.all()}


def make_interests() -> list[Interest]:
    """What people like to do, as `make_specialities`."""
    for position, name in enumerate(texts("people")["interests"], 1):
        Interest.objects.get_or_create(name=name, defaults={"position": position})
    return list(Interest.objects.all())


def make_roster(world: World) -> int:
    """Write everybody who has joined by today; those who will join later stay in the world for the later year's chance.

    Returns how many were written.
    """
    specialities = make_specialities()
    people: list[Volunteer] = []
    for group, target in (("core", CORE_VETERANS), ("veteran", OTHER_VETERANS), ("other", OTHER_VOLUNTEERS)):
        people.extend(_group(world, group, world.plan.count(target)))
    world.leaving = {person.id_number for person in people if person.left_on}
    people.sort(key=lambda person: (person.unit.lft, person.joined_on, person.id_number))
    for person in people:
        number = world.numbers.take("volunteer", person.unit.code, 0) if world.plan.has_come(person.joined_on) else 0
        person.number = volunteer_number(person.unit.code, number)
        world.volunteers.setdefault(person.unit_id, []).append(person)
    written = write(Volunteer, [_as_of_today(world, person) for person in people if _has_joined(world, person)])
    _write_choices(world, written, specialities)
    return len(written)


def _has_joined(world: World, person: Volunteer) -> bool:
    return world.plan.has_come(person.joined_on)


def _as_of_today(world: World, person: Volunteer) -> Volunteer:
    """A leave that lies ahead has not happened yet."""
    if person.left_on and not world.plan.has_come(person.left_on):
        person.left_on, person.left_reason = None, ""
        person.status = VolunteerStatus.ACTIVE
    return person


def _group(world: World, group: str, stock: int) -> Iterator[Volunteer]:
    """`stock` persons on the roster at the end of the main year, with those who left before or join or leave later."""
    year = world.plan.year
    dice = world.plan.stream("roster", group)
    leaving = max(1, round(stock * _LEAVING))
    spans: list[tuple[int, int, int | None]] = [
        (year, round(stock * _JOINED), None),
        (year - 1, round(stock * _JOINED_BEFORE), None),
    ]
    spans += [(0, stock - sum(count for _, count, _ in spans) - leaving, None), (0, leaving, year + 1)]
    spans += [(0, leaving, year), (0, leaving, year - 1), (year + 1, round(stock * _JOINED), None)]
    places = _places(world, dice, sum(count for _, count, _ in spans))
    for joined, count, left in spans:
        for _ in range(count):
            yield _volunteer(world, dice, next(places), group, joined, left)


def _places(world: World, dice: random.Random, total: int) -> Iterator[Unit]:
    """The units of so many persons, in a random order."""
    units = [unit for unit in world.units if unit.has_veterans and unit.committee_established_on is not None]
    weights = [_SIZE[UnitKind(unit.kind)] * dice.uniform(0.75, 1.25) * world.vigour(unit) ** 0.4 for unit in units]
    shares = apportion(total, weights)
    places = [unit for unit, share in zip(units, shares, strict=True) for _ in range(share)]
    dice.shuffle(places)
    return iter(places)


def _volunteer(world: World, dice: random.Random, unit: Unit, group: str, joined: int, left: int | None) -> Volunteer:
    kind = _kind(dice, group)
    male = {VeteranKind.SOLDIER: 0.96, VeteranKind.TEACHER: 0.58, VeteranKind.OTHER: 0.35}.get(kind, 0.68)
    sex = some_sex(dice, male)
    year = world.plan.year
    if group == "other":
        born, generation = _birthday(dice, year - round(dice.triangular(22, 58, 34))), "middle"
    else:
        born, generation = _birthday(dice, year - _age(dice, joined, left)), "old"
    person = world.registry.person(dice, generation, born, sex)
    joined_on = _joining_day(dice, world, unit, born, joined)
    left_on = between(dice, datetime.date(left, 1, 6), datetime.date(left, 12, 24)) if left else None
    status = VolunteerStatus.ACTIVE if dice.random() > 0.025 else VolunteerStatus.RESTING
    if left_on:
        old = (left_on.year - born.year) / 85
        status = VolunteerStatus.DECEASED if dice.random() < 0.62 * old else VolunteerStatus.LEFT
    has_phone = dice.random() < 0.95
    volunteer = Volunteer(
        unit=unit,
        name=person.name,
        sex=person.sex,
        birth_date=born,
        id_number=person.id_number,
        phone=person.phone if has_phone else "",
        address=_address(world, dice, unit),
        kind=kind,
        is_core=group == "core",
        former_post=_former_post(world, dice, unit, kind),
        status=status,
        joined_on=joined_on,
        left_on=left_on,
        left_reason=dice.choice(texts("people")["left"][status]) if left_on else "",
    )
    if status == VolunteerStatus.RESTING:
        volunteer.resting_reason = dice.choice(("身体不适，休养一段时间", "外出带孙辈", "外出务工"))
    _fill_register(world, volunteer)
    volunteer.derive()
    return volunteer


def _fill_register(world: World, person: Volunteer) -> None:
    """The rest of the 登记表, by a chance of its own, so that nothing else of the world depends on it."""
    dice = world.plan.stream("register", person.id_number)
    born = person.birth_date.year if person.birth_date else 0
    veteran = person.kind != VeteranKind.OTHER
    if dice.random() < (0.85 if veteran else 0.4):
        person.politics = Politics.PARTY if dice.random() < (0.8 if veteran else 0.3) else Politics.MASSES
    if person.politics == Politics.PARTY:
        person.party_joined = f"{born + dice.randint(20, 40)}-{dice.randint(1, 12):02d}"
    person.work_began = f"{born + dice.randint(17, 23)}-{dice.randint(1, 12):02d}"
    person.education = dice.choice((Education.JUNIOR, Education.SENIOR, Education.SENIOR, Education.COLLEGE))
    if veteran:
        rural = person.kind == VeteranKind.MODEL_WORKER
        person.retirement = Retirement.FARMER if rural and dice.random() < 0.6 else Retirement.RETIRED
        person.health = dice.choices((Health.GOOD, Health.FAIR, Health.WEAK), (6, 3, 1))[0]
    for year in world.plan.years:
        looked = between(dice, datetime.date(year, 2, 10), datetime.date(year, 12, 10))
        if person.joined_on.year < year and dice.random() < 0.85 and world.plan.has_come(looked):
            person.checked_on = looked
    person.native_place = "四川苍溪" if dice.random() < 0.9 else dice.choice(("四川阆中", "四川旺苍", "四川南部"))


def _kind(dice: random.Random, group: str) -> VeteranKind:
    if group == "other":
        return VeteranKind.OTHER
    kinds = texts("people")["kinds"]
    return VeteranKind(dice.choices(list(kinds), [kind["share"] for kind in kinds.values()])[0])


def _age(dice: random.Random, joined: int, left: int | None) -> int:
    """The age in the main year: who joined lately has just retired, who leaves is older than most."""
    if joined:
        return round(dice.triangular(60, 72, 62))
    return round(dice.triangular(66, 88, 79) if left else dice.triangular(61, 85, 69))


def _birthday(dice: random.Random, year: int) -> datetime.date:
    return datetime.date(year, 1, 1) + datetime.timedelta(days=dice.randrange(365))


def _joining_day(dice: random.Random, world: World, unit: Unit, born: datetime.date, joined: int) -> datetime.date:
    """A day of the given year, or one between retirement and the year before the year before."""
    if joined:
        return between(dice, datetime.date(joined, 1, 5), datetime.date(joined, 12, 20))
    last = datetime.date(world.plan.year - 2, 12, 20)
    founded = unit.committee_established_on or last
    first = max(datetime.date(born.year + 56, 3, 1), founded, datetime.date(2008, 1, 1))
    return min(between(dice, first, last), last)


def _address(world: World, dice: random.Random, unit: Unit) -> str:
    if unit.kind in (UnitKind.VILLAGE, UnitKind.COMMUNITY):
        return f"{world.middle(unit).short_name}{unit.short_name}{dice.randint(1, 8)}组{dice.randint(1, 90)}号"
    town = unit if unit.kind == UnitKind.TOWNSHIP else None
    streets = ("文昌路", "解放路", "红军路", "滨江路", "北门街", "人民街")
    return f"{town.short_name if town else '陵江镇'}{dice.choice(streets)}{dice.randint(1, 260)}号"


def _former_post(world: World, dice: random.Random, unit: Unit, kind: str) -> str:
    middle = world.middle(unit)
    town = middle.short_name if middle.kind == UnitKind.TOWNSHIP else "陵江镇"
    village = unit.short_name if unit.kind in (UnitKind.VILLAGE, UnitKind.COMMUNITY) else town
    return str(dice.choice(texts("people")["kinds"][kind]["posts"]).format(town=town, village=village))


def _write_choices(world: World, people: list[Volunteer], specialities: dict[str, Speciality]) -> None:
    """Specialities and times, by the number of the person."""
    of_kind = texts("people")["kinds"]
    known: set[tuple[int, int]] = set()
    liked: set[tuple[int, int]] = set()
    interests = make_interests()
    times: list[tuple[int, int, str]] = []
    for person in people:
        dice = world.plan.stream("choices", person.number)
        names = dice.sample(of_kind[person.kind]["specialities"], dice.choice((1, 1, 2, 2, 3)))
        known.update((person.pk, specialities[name].pk) for name in names if name in specialities)
        times.extend((person.pk, day, part) for day, part in _times(dice))
        liked.update((person.pk, one.pk) for one in dice.sample(interests, dice.choice((0, 1, 1, 2))))
    link(Volunteer.interests.through, "volunteer", "interest", sorted(liked))
    link(Volunteer.specialities.through, "volunteer", "speciality", sorted(known))
    copy(Availability, ("volunteer_id", "weekday", "daypart"), times)


def _times(dice: random.Random) -> list[tuple[int, str]]:
    days = dice.sample(Weekday.values, dice.choices((1, 2, 3), (5, 4, 1))[0])
    chosen = {(day, dice.choice((Daypart.MORNING, Daypart.AFTERNOON))) for day in days}
    if dice.random() < _EVENING:
        chosen.add((Weekday.SATURDAY, Daypart.EVENING))
    return sorted((int(day), str(part)) for day, part in chosen)
