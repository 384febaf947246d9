"""What the county's work is sorted by: themes, programmes, partners; and venues of every kind."""

import datetime
import random

from activities.enums import VenueKind
from activities.models import Partner, Programme, Theme, Venue
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.names import texts
from reports.demo.people import make_specialities
from reports.demo.plan import between
from reports.demo.world import World
from reports.demo.writing import write
from volunteers.enums import VeteranKind


def make_taxonomies(world: World) -> int:
    """Themes with group and nature, programmes and partners; what is there already stays as it is."""
    lists = texts("taxonomies")
    specialities = make_specialities()
    for position, theme in enumerate(lists["themes"], 1):
        fields = {"group": theme["group"], "nature": theme["nature"], "position": position}
        row, is_new = Theme.objects.get_or_create(name=theme["name"], defaults=fields)
        if is_new:
            row.specialities.set(specialities[word] for word in theme.get("specialities", ()))
        world.themes.setdefault(row.nature, []).append(row)
    for position, name in enumerate(lists["programmes"], 1):
        world.programmes[name], _ = Programme.objects.get_or_create(name=name, defaults={"position": position})
    by_name = {unit.name: unit for unit in world.departments}
    for position, (name, unit) in enumerate(lists["partners"].items(), 1):
        fields = {"unit": by_name.get(unit), "position": position}
        world.partners[name], _ = Partner.objects.get_or_create(name=name, defaults=fields)
    return len(lists["themes"]) + len(world.programmes) + len(world.partners)


def make_venues(world: World) -> int:
    """Venues of the county, of departments and townships, and a few of villages and schools."""
    places = texts("places")
    venues: list[Venue] = []
    by_name = {unit.name: unit for unit in reversed(world.units)}
    for place in places["county"]:
        if place["unit"] in by_name:
            dice = world.plan.stream("venue", place["name"])
            unit, capacity = by_name[place["unit"]], [place["capacity"]] * 2
            venues.append(_venue(dice, unit, place["kind"], place["name"], capacity, _long_ago(dice)))
    for township in world.townships:
        venues.extend(_town_venues(world, township))
    for unit in world.of_kind(UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.SCHOOL):
        dice = world.plan.stream("venue", unit.code)
        if unit.committee_established_on and dice.random() < 0.14:
            kind = dice.choice((VenueKind.SUNSHINE_STATION, VenueKind.CHILDREN_CENTRE, VenueKind.LABOUR_BASE))
            endings = {"sunshine_station": "阳光驿站", "children_centre": "儿童之家", "labour_base": "田间劳动课堂"}
            name, opened_on = f"{unit.short_name}{endings[kind]}", _opening(world, dice)
            venues.append(_venue(dice, unit, kind, name, [15, 45], opened_on))
    # Those that open later stay in the world, for the days that come after.
    for venue in venues:
        world.venues.setdefault(venue.unit_id, []).append(venue)
    return len(write(Venue, [venue for venue in venues if world.plan.has_come(venue.opened_on)]))


def _town_venues(world: World, township: Unit) -> list[Venue]:
    """Busy townships have more; the tutoring station of a strong one is a model."""
    dice = world.plan.stream("venue", township.code)
    strong = bool(world.character(township).get("strong"))
    venues = []
    for kind in VenueKind.values:
        place = texts("places")[kind]
        if dice.random() > place["share"] * (1.4 if strong else min(1.1, world.vigour(township))):
            continue
        day = datetime.date(world.plan.year - 2, 12, 31)
        leads = [person.name for person in world.staying(township, day) if person.kind != VeteranKind.OTHER]
        lead = dice.choice(leads) if leads else township.short_name
        town = township.short_name.removeprefix("苍溪县").removeprefix("苍溪")
        name = dice.choice(place["names"]).format(town=town, lead=lead)
        opened_on = _long_ago(dice) if strong else _opening(world, dice)
        venue = _venue(dice, township, kind, name, place["capacity"], opened_on)
        venue.is_model = kind == VenueKind.TUTORING_STATION and strong and dice.random() < 0.8
        venues.append(venue)
    return venues


def _long_ago(dice: random.Random) -> datetime.date:
    return between(dice, datetime.date(2012, 3, 1), datetime.date(2023, 11, 30))


def _opening(world: World, dice: random.Random) -> datetime.date:
    """Most have been there for years; one in nine opens in the years of the demonstration."""
    if dice.random() > 0.11:
        return _long_ago(dice)
    year = world.plan.year
    return between(dice, datetime.date(year - 1, 3, 1), datetime.date(year + 1, 10, 31))


def _venue(
    dice: random.Random, unit: Unit, kind: str, name: str, capacity: list[int], opened_on: datetime.date
) -> Venue:
    return Venue(
        unit=unit,
        kind=kind,
        name=name,
        address=unit.short_name if unit.kind != UnitKind.COUNTY else "陵江镇",
        capacity=dice.randint(*capacity) // 5 * 5,
        opened_on=opened_on,
    )
