"""Meetings, the yearly papers, research and news: what scoring looks for beside the activities."""

import datetime
import random
from collections.abc import Iterator
from typing import Any

from activities.enums import MeetingKind, PaperKind, PaperState, PublicationKind
from activities.models import Meeting, Paper, Publication
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.names import texts
from reports.demo.plan import between, some_day
from reports.demo.world import World
from reports.demo.writing import write

# When each paper is filed: from (month, day) to (month, day) of its year; statistics and assessment at its very end.
_FILED = {
    PaperKind.PLAN: ((1, 12), (2, 28)),
    PaperKind.CHECK: ((6, 25), (8, 5)),
    PaperKind.SUMMARY: ((12, 4), (12, 24)),
    PaperKind.ASSESSMENT: ((12, 8), (12, 28)),
    PaperKind.STATISTICS: ((12, 15), (12, 30)),
}
# A draft of the running year's summary or assessment is begun this long before the day it is filed.
_DRAFTED_BEFORE = datetime.timedelta(days=40)


def make_meetings(world: World) -> int:
    meetings = [meeting for year in world.plan.years for meeting in _meetings(world, year)]
    return len(write(Meeting, [meeting for meeting in meetings if world.plan.has_come(meeting.held_on)]))


def _meetings(world: World, year: int) -> Iterator[Meeting]:
    for unit in world.units:
        if unit.committee_established_on is None:
            continue
        dice = world.plan.stream("meetings", year, unit.code)
        for kind, count in _meeting_counts(world, dice, unit).items():
            for _ in range(count):
                yield _meeting(dice, unit, kind, year)


def _meeting_counts(world: World, dice: random.Random, unit: Unit) -> dict[MeetingKind, int]:
    poor = bool(world.character(world.middle(unit)).get("poor"))
    if unit.kind == UnitKind.COUNTY:
        return {MeetingKind.MEETING: 8, MeetingKind.TRAINING: 4, MeetingKind.HEARING: 3}
    if unit.kind in (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT):
        return {
            MeetingKind.MEETING: dice.randint(1, 3) if poor else dice.randint(3, 6),
            MeetingKind.TRAINING: 0 if poor else dice.randint(1, 2),
            MeetingKind.HEARING: dice.randint(0, 1) if poor else dice.randint(1, 3),
        }
    return {MeetingKind.MEETING: int(dice.random() < 0.55), MeetingKind.TRAINING: int(dice.random() < 0.06)}


def _meeting(dice: random.Random, unit: Unit, kind: MeetingKind, year: int) -> Meeting:
    script = texts("papers")["meetings"][kind]
    small = unit.kind not in (UnitKind.COUNTY, UnitKind.TOWNSHIP, UnitKind.DEPARTMENT)
    crowd = dice.randint(5, 14) if small or kind == MeetingKind.HEARING else dice.randint(14, 60)
    held_on = some_day(dice, year, weekend=False)
    names, decisions = (_in_season(script, part, held_on.month) for part in ("names", "decisions"))
    return Meeting(
        unit=unit,
        kind=kind,
        name=f"{unit.short_name}{dice.choice(names)}",
        held_on=held_on,
        place=f"{unit.short_name}{dice.choice(('会议室', '党群服务中心', '五老活动室'))}",
        attendance=crowd,
        decisions=dice.choice(decisions),
    )


def _in_season(script: dict[str, Any], part: str, month: int) -> list[str]:
    """The texts of a part that fit a month: a word of the script's `season` stands in its months alone."""
    season = script.get("season", {})
    return [text for text in script[part] if all(month in months for word, months in season.items() if word in text)]


def make_papers(world: World) -> int:
    """The papers of the county, of departments and townships; a few are missing, the running year's on the way."""
    papers = [paper for year in world.plan.years for unit in _writers(world) for paper in _papers(world, unit, year)]
    return len(write(Paper, papers))


def _writers(world: World) -> list[Unit]:
    return [unit for unit in (world.county, *world.departments, *world.townships) if unit.committee_established_on]


def _papers(world: World, unit: Unit, year: int) -> Iterator[Paper]:
    missing = world.character(unit).get("no_papers", ())
    dice = world.plan.stream("papers", year, unit.code)
    for kind, ((month, day), (last_month, last_day)) in _FILED.items():
        filed = between(dice, datetime.date(year, month, day), datetime.date(year, last_month, last_day))
        forgotten = dice.random() < 0.02
        text = texts("papers")["papers"][kind].strip().format(unit=unit.short_name, year=year)
        if kind in missing or forgotten:
            # Half of what is missing was begun and never filed.
            if dice.random() < 0.5 and world.plan.has_come(filed):
                yield Paper(unit=unit, year=year, kind=kind, state=PaperState.DRAFT, text=text)
        elif world.plan.has_come(filed):
            yield Paper(unit=unit, year=year, kind=kind, state=PaperState.FILED, text=text, filed_on=filed)
        elif kind in (PaperKind.SUMMARY, PaperKind.ASSESSMENT) and world.plan.has_come(filed - _DRAFTED_BEFORE):
            yield Paper(unit=unit, year=year, kind=kind, state=PaperState.DRAFT, text=text)


def make_publications(world: World) -> int:
    written = [one for year in world.plan.years for unit in _writers(world) for one in _publications(world, unit, year)]
    return len(write(Publication, [one for one in written if world.plan.has_come(one.published_on)]))


def _publications(world: World, unit: Unit, year: int) -> Iterator[Publication]:
    dice = world.plan.stream("publications", year, unit.code)
    character = world.character(unit)
    strong, silent = bool(character.get("strong")), bool(character.get("silent"))
    research = int(not silent and dice.random() < (0.97 if strong else 0.72))
    news = dice.randint(0, 1) if silent else dice.randint(3, 6) if strong else dice.randint(1, 4)
    for kind, count in ((PublicationKind.RESEARCH, research), (PublicationKind.NEWS, news)):
        for name in dice.sample(texts("papers")["publications"][kind], count):
            yield _publication(world, dice, unit, kind, name, year)


def _publication(
    world: World, dice: random.Random, unit: Unit, kind: PublicationKind, name: str, year: int
) -> Publication:
    published = between(dice, datetime.date(year, 2, 20), datetime.date(year, 12, 5))
    adopted = between(dice, published + datetime.timedelta(days=5), datetime.date(year, 12, 26))
    is_adopted = dice.random() < 0.26
    by = dice.choice(texts("papers")["publications"]["adopted"])
    has_come = is_adopted and world.plan.has_come(adopted)
    return Publication(
        unit=unit,
        kind=kind,
        name=name.format(town=unit.short_name),
        published_on=published,
        adopted_by=by if has_come else "",
        adopted_on=adopted if has_come else None,
    )
