"""Activities: who, when, where, how many, told in a sentence or two."""

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Cast, Least, Mod, Now

from activities.enums import ActivityForm, ActivityState, ThemeNature, VenueKind
from activities.models import Activity, Venue
from activities.services import activity_number
from guanai.bulk import link
from orgs.enums import UnitKind
from orgs.models import Unit, User
from reports.demo.hosts import Slot, slots_of_year
from reports.demo.names import texts
from reports.demo.plan import some_day
from reports.demo.world import World, sample
from reports.demo.writing import write
from volunteers.enums import VeteranKind
from volunteers.models import Volunteer

_KIND_WORDS = {
    UnitKind.COUNTY: "county",
    UnitKind.DEPARTMENT: "department",
    UnitKind.TOWNSHIP: "town",
    UnitKind.VILLAGE: "village",
    UnitKind.COMMUNITY: "village",
    UnitKind.SCHOOL: "school",
    UnitKind.ENTERPRISE: "village",
}
_FITTING = {
    ThemeNature.TUTORING: (VeteranKind.TEACHER,),
    ThemeNature.LAW: (VeteranKind.CADRE, VeteranKind.SOLDIER),
    ThemeNature.SCIENCE: (VeteranKind.EXPERT, VeteranKind.TEACHER),
    ThemeNature.LABOUR: (VeteranKind.EXPERT, VeteranKind.MODEL_WORKER),
    ThemeNature.MENTAL: (VeteranKind.EXPERT, VeteranKind.TEACHER),
}
_CROWD = {"county": 1.15, "department": 1.05, "town": 1.0, "village": 0.62, "school": 1.2}
_STARTS = ((9, 0), (9, 30), (10, 0), (14, 0), (14, 30), (15, 0))
_RETURN_NOTES = (
    "青少年人次和摘要里写的不一致，请核对。",
    "摘要只写了开会，请补充活动怎么开展、效果怎样。",
    "协办单位没有填，请补上后再报。",
    "日期和照片上的不一致，请核对。",
)
# Days after which an entry has been archived, and the last days in which one may still lie with its writer.
_REVIEWED_AFTER = (4, 13)
_RETURNED = 0.07
_TERM = (3, 4, 5, 6, 9, 10, 11, 12)
_ENDING = 0.55
_RETURNED_WITHIN = 24


@dataclass(slots=True)
class Event:
    """An activity with what hangs on it."""

    row: Activity
    speakers: list[Volunteer] = field(default_factory=list)
    participants: list[Volunteer] = field(default_factory=list)
    co_hosts: list[Unit] = field(default_factory=list)
    partners: list[str] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)


def make_activities(world: World) -> dict[int, int]:
    """Write the activities of every year up to today; returns how many by year."""
    written: dict[int, int] = {}
    for year in world.plan.years:
        events = [_event(world, year, index, slot) for index, slot in enumerate(slots_of_year(world, year))]
        events.sort(key=lambda event: event.row.held_on)
        events = [event for event in events if world.plan.has_come(event.row.held_on)]
        for event in events:
            unit = event.row.unit
            number = world.numbers.take("activity", unit.code, year)
            event.row.number = activity_number(unit.code, year, number)
        _write(world, events)
        written[year] = len(events)
    _date_entries()
    return written


def _event(world: World, year: int, index: int, slot: Slot) -> Event:
    dice = world.plan.stream("activity", year, index)
    host = _KIND_WORDS[UnitKind(slot.unit.kind)]
    scripts = [one for one in texts("activities")[slot.nature] if host in one.get("by", [host])]
    script = dice.choice(scripts)
    day = _day(dice, year, script)
    school = school_of(world, dice, slot.unit)
    at_hand = world.neighbours(slot.unit, day)
    speakers = _speakers(dice, slot.nature, at_hand)
    row = _row(world, dice, slot, script, day, school)
    _tell(dice, row, script, school, speakers[0].name if speakers else "五老宣讲员")
    rest = [person for person in at_hand if person not in speakers]
    return Event(
        row=row,
        speakers=speakers,
        participants=sample(dice, rest, dice.randint(1, 6)),
        co_hosts=_co_hosts(world, dice, slot.unit),
        partners=sample(dice, script["partners"], dice.choice((0, 1, 1, 2))),
        programmes=sample(dice, script["programmes"], dice.choice((0, 1, 1, 2))),
    )


def _day(dice: random.Random, year: int, script: dict[str, Any]) -> datetime.date:
    """Within the days or months of the script; what takes place in schools alone keeps to the term."""
    weekend = _weekend(dice, script)
    if "from" in script:
        first, last = (datetime.date.fromisoformat(f"{year}-{script[end]}") for end in ("from", "to"))
        days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
        return dice.choice([day for day in days if weekend is None or (day.weekday() >= 5) is weekend])
    usual = _TERM if script["where"] == ["school"] else None
    return some_day(dice, year, script.get("months", usual), weekend=weekend)


def _weekend(dice: random.Random, script: dict[str, Any]) -> bool | None:
    if script.get("weekend"):
        return True
    return False if "school" in script["where"] and dice.random() < 0.95 else None


def _speakers(dice: random.Random, nature: str, at_hand: list[Volunteer]) -> list[Volunteer]:
    fitting = _FITTING.get(ThemeNature(nature), ())
    veterans = [person for person in at_hand if person.kind != VeteranKind.OTHER]
    first = [person for person in veterans if person.kind in fitting] or veterans
    return sample(dice, first, dice.choices((1, 2), (4, 1))[0])


def _row(
    world: World, dice: random.Random, slot: Slot, script: dict[str, Any], day: datetime.date, school: str
) -> Activity:
    """Everything but number, name and summary. Several sessions reach more people, though not as many times more."""
    crowd = _CROWD[_KIND_WORDS[UnitKind(slot.unit.kind)]] * slot.sessions**0.6
    young = round(dice.triangular(*script["young"]) * crowd)
    need = min(young, round(young * script["need"] * dice.uniform(0.7, 1.25)))
    cheap, dear = script["cost"]
    cost = 0 if cheap == 0 and dice.random() < 0.45 else round(dice.uniform(cheap, dear) / 10) * 10
    venue = _venue(world, dice, slot.unit, script, day)
    starts_at = datetime.time(*dice.choice(_STARTS))
    lasts = dice.choice((1, 1, 2)) + (1 if slot.sessions > 1 else 0)
    state, reviewer, note = _review(world, dice, day)
    recorder = world.recorders[world.middle(slot.unit).pk]
    return Activity(
        unit=slot.unit,
        theme=next(theme for theme in world.themes[slot.nature] if theme.name == script["theme"]),
        form=script["form"],
        held_on=day,
        starts_at=starts_at,
        ends_at=starts_at.replace(hour=starts_at.hour + lasts),
        venue=venue,
        place="" if venue else _place(world, slot.unit, script, school),
        host_person=recorder.name if dice.random() < 0.4 else "",
        sessions=slot.sessions,
        young_people=young,
        in_need=need,
        others=round(dice.triangular(*script["others"]) * crowd**0.5),
        cost=Decimal(cost),
        state=state,
        return_note=note,
        recorded_by=recorder,
        updated_by=recorder,
        reviewed_by=reviewer,
    )


def _review(world: World, dice: random.Random, day: datetime.date) -> tuple[ActivityState, User | None, str]:
    """Where the entry stands today: archived some days after the activity, sent back now and then."""
    archived = day + datetime.timedelta(days=dice.randint(*_REVIEWED_AFTER))
    sent_back, note = dice.random() < _RETURNED, dice.choice(_RETURN_NOTES)
    age = (world.plan.today - day).days
    if sent_back and 3 <= age <= _RETURNED_WITHIN:
        return ActivityState.RETURNED, world.users["zhoumin"], note
    if archived <= world.plan.today:
        return ActivityState.ACCEPTED, world.users["zhoumin"], ""
    return ActivityState.SUBMITTED, None, ""


def _venue(world: World, dice: random.Random, unit: Unit, script: dict[str, Any], day: datetime.date) -> Venue | None:
    """A fitting venue of the unit, its township or department, or of the county's committee; none at a named place."""
    if "place" in script:
        return None
    own = [*world.venues.get(unit.pk, ()), *world.venues.get(world.middle(unit).pk, ())]
    if unit.kind in (UnitKind.COUNTY, UnitKind.DEPARTMENT) or script["where"] == [VenueKind.RED_BASE]:
        own = own + world.venues.get(world.county.pk, [])
    fitting = [venue for venue in own if venue.kind in script["where"] and venue.opened_on <= day]
    return dice.choice(fitting) if fitting else None


def _place(world: World, unit: Unit, script: dict[str, Any], school: str) -> str:
    if "place" in script:
        return str(script["place"]).format(town=town_of(world.middle(unit)))
    if "school" in script["where"]:
        return school
    room = {UnitKind.DEPARTMENT: "会议室", UnitKind.COUNTY: "五老活动室", UnitKind.ENTERPRISE: "职工之家"}
    return f"{unit.short_name}{room.get(UnitKind(unit.kind), '党群服务中心')}"


def school_of(world: World, dice: random.Random, unit: Unit) -> str:
    """The school that a committee goes to: itself, its township's, or any of the network's."""
    if unit.kind == UnitKind.SCHOOL:
        return unit.name
    middle = world.middle(unit)
    if middle.kind != UnitKind.TOWNSHIP:
        return dice.choice(world.of_kind(UnitKind.SCHOOL)).name
    return f"{town_of(middle)}中心小学"


def town_of(middle: Unit) -> str:
    """The short name of a township; what is not a township proper goes to the county town."""
    return middle.short_name if middle.short_name[-1] in "镇乡" else "陵江镇"


def _tell(dice: random.Random, row: Activity, script: dict[str, Any], school: str, speaker: str) -> None:
    season = script.get("season", {})
    topics = [topic for topic in script["topics"] if row.held_on.month in season.get(topic, (row.held_on.month,))]
    topic = dice.choice(topics)
    words = {
        # A visit is to where it took place.
        "topic": row.venue.name if row.venue and row.form == ActivityForm.BASE_VISIT else topic,
        "unit": row.unit.short_name,
        "school": school,
        "speaker": speaker,
        "young": row.young_people,
    }
    row.name = dice.choice(script["names"]).format(**words)
    endings = script.get("endings") or texts("activities")["endings"][row.theme.nature]
    ending = dice.choice(endings) if dice.random() < _ENDING else ""
    row.summary = dice.choice(script["summaries"]).format(**words) + ending


def _co_hosts(world: World, dice: random.Random, unit: Unit) -> list[Unit]:
    """One activity in seven is held together with a department, a school or a village."""
    if dice.random() > 0.14:
        return []
    below = [place for place in world.below(unit) if place.committee_established_on]
    others = [place for place in (*below, *world.departments) if place.pk != unit.pk]
    return sample(dice, others, dice.choice((1, 1, 2)))


def _write(world: World, events: list[Event]) -> None:
    """The rows, then what hangs on them."""
    write(Activity, [event.row for event in events])
    for through, other, related in (
        (Activity.speakers.through, "volunteer", lambda event: [person.pk for person in event.speakers]),
        (Activity.participants.through, "volunteer", lambda event: [person.pk for person in event.participants]),
        (Activity.co_hosts.through, "unit", lambda event: [unit.pk for unit in event.co_hosts]),
        (Activity.partners.through, "partner", lambda event: [world.partners[name].pk for name in event.partners]),
        (
            Activity.programmes.through,
            "programme",
            lambda event: [world.programmes[name].pk for name in event.programmes],
        ),
    ):
        pairs = [(event.row.pk, pk) for event in events for pk in related(event)]
        link(through, "activity", other, pairs)


def _date_entries() -> None:
    """Entries were made on the day or up to two days later, in office hours, not all at this moment."""
    hours = ExpressionWrapper(
        (Mod(F("young_people"), 3) * 24 + Mod(F("young_people"), 8) + 1) * Value(datetime.timedelta(hours=1)),
        DateTimeField(),
    )
    entered = Least(ExpressionWrapper(Cast(F("held_on"), DateTimeField()) + hours, DateTimeField()), Now())
    Activity.objects.update(created_at=entered, updated_at=entered)
