"""The committee tree: the packaged county with departments, schools and enterprises; committees and their means."""

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal

from orgs.divisions import PACKAGED, load_divisions
from orgs.enums import UnitKind
from orgs.models import Unit, UnitYear
from orgs.services import NETWORK_BEGAN, create_unit
from orgs.tree import lock_county
from reports.demo.names import texts
from reports.demo.plan import Plan, between
from reports.demo.world import World
from reports.demo.writing import write

COUNTY_COMMITTEE = datetime.date(1991, 4, 16)
# Townships that even the smallest demonstration holds: those of the sign-ins, a fund of its own, villages without one.
ALWAYS = ("亭子镇", "云峰镇", "龙王镇", "桥溪乡")


def make_network(plan: Plan) -> World:
    """Create what is not there yet; places that were loaded before stay as they are."""
    load_divisions(_divisions(plan.towns))
    county = Unit.objects.get(code="510824")
    for department in texts("network")["departments"]:
        _once(county, department["name"], UnitKind.DEPARTMENT)
    by_name = {unit.name: unit for unit in Unit.objects.filter(tree_id=county.tree_id)}
    for places in texts("network")["places"]:
        if places["parent"] in by_name:
            for name in places["names"]:
                _once(by_name[places["parent"]], name, UnitKind(places["kind"]))
    units = list(Unit.objects.filter(tree_id=county.tree_id).order_by("lft"))
    return World(plan, units[0], units)


def _divisions(towns: int | None) -> bytes:
    """The packaged file, or its lines of the first townships only."""
    content = PACKAGED.read_bytes()
    if towns is None:
        return content
    lines = content.decode("utf-8-sig").splitlines()
    town_lines = [line.split(",") for line in lines if line.split(",")[2] == "town"]
    ordered = sorted(town_lines, key=lambda line: line[1] not in ALWAYS)
    kept = {line[0] for line in ordered[:towns]}
    return "\n".join(line for line in lines if _is_kept(line.split(","), kept)).encode()


def _is_kept(line: list[str], towns: set[str]) -> bool:
    code, _, level, parent = line
    return level in ("level", "county") or (code in towns if level == "town" else parent in towns)


def _once(parent: Unit, name: str, kind: UnitKind) -> Unit:
    known = Unit.objects.filter(parent=parent, name=name).first()
    return known or create_unit(parent=parent, name=name, kind=kind, starts_on=NETWORK_BEGAN)


def establish_committees(world: World) -> int:
    """Found the committees by document, all but a few; mark the places that lack a condition. Returns how many.

    In the world, a committee whose day lies ahead has its day already.
    """
    dice = world.plan.stream("committees")
    lacking = texts("network")["lacking"]
    for unit in world.units:
        if unit.name in lacking:
            Unit.objects.filter(pk=unit.pk).update(**{lacking[unit.name]: False})
            setattr(unit, lacking[unit.name], False)
    late = _late_villages(world)
    founded = []
    for unit in world.units:
        usual, number = _founding_day(world, unit, dice), dice.randint(3, 60)
        day = late.get(unit.pk, usual)
        if day is None or unit.name in lacking:
            continue
        unit.committee_established_on = day
        if not world.plan.has_come(day):
            continue
        unit.committee_document = f"{world.stem(world.middle(unit))}〔{day.year}〕{number}号"
        founded.append(unit)
    # As `record_committee` does one by one: under the county's lock, and nothing of the tree's shape.
    lock_county(world.county)
    Unit.objects.bulk_update(founded, ["committee_established_on", "committee_document"], batch_size=200)
    return len(founded)


def _late_villages(world: World) -> dict[int, datetime.date | None]:
    """Villages without a committee: None, or the day of the main or the running year on which they got one."""
    late: dict[int, datetime.date | None] = {}
    year = world.plan.year
    for township in world.townships:
        missing, mended = texts("network")["missing"].get(township.name, (0, 0))
        dice = world.plan.stream("late committees", township.code)
        villages = [unit for unit in world.below(township) if unit.kind == UnitKind.VILLAGE]
        for number, village in enumerate(dice.sample(villages, min(missing, len(villages)))):
            day = between(dice, datetime.date(year, 9, 1), datetime.date(year + 1, 5, 31))
            late[village.pk] = day if number < mended else None
    return late


def _founding_day(world: World, unit: Unit, dice: random.Random) -> datetime.date:
    for department in texts("network")["departments"]:
        if department["name"] == unit.name:
            return datetime.date.fromisoformat(str(department["committee"]))
    spans = {
        UnitKind.COUNTY: (COUNTY_COMMITTEE, COUNTY_COMMITTEE),
        UnitKind.TOWNSHIP: (datetime.date(1994, 3, 1), datetime.date(2004, 11, 30)),
        UnitKind.SCHOOL: (datetime.date(2004, 9, 10), datetime.date(2014, 10, 30)),
        UnitKind.ENTERPRISE: (datetime.date(2015, 3, 1), datetime.date(2021, 11, 30)),
    }
    return between(dice, *spans.get(UnitKind(unit.kind), (datetime.date(2007, 3, 1), datetime.date(2021, 6, 30))))


def make_unit_years(world: World) -> int:
    """The means of every committee in every year; the running year is confirmed by most."""
    return len(write(UnitYear, _unit_years(world)))


def _unit_years(world: World) -> Iterator[UnitYear]:
    for unit in world.units:
        if unit.committee_established_on is None:
            continue
        dice = world.plan.stream("means", unit.code)
        for year in world.plan.years:
            if unit.committee_established_on.year <= year and world.plan.has_come(unit.committee_established_on):
                yield _unit_year(world, unit, year, dice)


_EQUIPMENT = ("电脑 1 台", "投影仪 1 台", "打印机 1 台", "书柜 2 组", "音响 1 套", "桌椅 20 套", "图书 300 册")


def _unit_year(world: World, unit: Unit, year: int, dice: random.Random) -> UnitYear:
    own = world.plan.stream("equipment", unit.code)
    character = world.character(world.middle(unit))
    middle = unit.kind in (UnitKind.COUNTY, UnitKind.TOWNSHIP, UnitKind.DEPARTMENT)
    good = 0.98 if character.get("strong") else 0.6 if character.get("poor") else 0.87
    five_goods = dice.random() < good - (0.06 if year < world.plan.year else 0)
    confirmed = between(dice, datetime.date(year, 1, 8), datetime.date(year, 12, 20))
    middle_stem = world.stem(world.county if middle else world.middle(unit))
    number = dice.randint(5, 70)
    return UnitYear(
        unit=unit,
        year=year,
        has_office=middle or dice.random() < 0.9,
        has_activity_room=dice.random() < (0.97 if middle else good),
        has_name_plate=dice.random() < 0.98,
        has_rules_on_wall=dice.random() < good,
        staff=dice.randint(2, 4) if middle else dice.choice((1, 1, 1, 2)),
        equipment="、".join(own.sample(_EQUIPMENT, 4 if middle else 2)),
        allowance=Decimal(own.randrange(60, 240) if middle else own.randrange(6, 24)) * 100,
        budget=_budget(unit, dice, poor=bool(character.get("poor"))),
        allowance_paid=dice.random() < (0.35 if character.get("poor") else 0.96),
        periodicals=_periodicals(unit, len(world.below(unit)), dice),
        five_goods=five_goods,
        five_goods_document=f"{middle_stem}〔{year}〕{number}号" if five_goods else "",
        confirmed_on=confirmed if world.plan.has_come(confirmed) else None,
    )


def _budget(unit: Unit, dice: random.Random, *, poor: bool) -> Decimal:
    if unit.kind == UnitKind.COUNTY:
        return Decimal(dice.randrange(360, 420)) * 1000
    if unit.kind == UnitKind.DEPARTMENT:
        return Decimal(dice.randrange(10, 40)) * 1000
    if unit.kind == UnitKind.TOWNSHIP:
        return Decimal(dice.randrange(30, 48) if poor else dice.randrange(52, 200)) * 100
    return Decimal(dice.randrange(3, 9) if poor else dice.randrange(8, 24)) * 100


def _periodicals(unit: Unit, below: int, dice: random.Random) -> int:
    """A copy for most of the places below, a few more at the own level."""
    if unit.kind == UnitKind.COUNTY:
        return 60
    if unit.kind in (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT):
        return max(2, round(below * dice.uniform(0.6, 1.3)) + 2)
    return dice.choice((0, 1, 1, 1, 2))
