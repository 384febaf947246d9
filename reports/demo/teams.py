"""What happened in the teams: kinds of studios, members who left, a team that was dissolved; honours."""

import datetime

from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.plan import between
from reports.demo.world import World
from reports.demo.writing import write
from volunteers.enums import HonourLevel, StudioKind, TeamKind, VeteranKind
from volunteers.models import Honour, Team, TeamMember, Volunteer

# Level, awarding body, stem of the document's number (with one where the level issues one), honours of the county.
_AWARDED = (
    (HonourLevel.NATIONAL, "中国关工委、中央文明办", "中关工委", 4),
    (HonourLevel.PROVINCE, "四川省关工委", "川关工委", 12),
    (HonourLevel.CITY, "广元市关工委", "广关工委", 30),
    (HonourLevel.COUNTY, "苍溪县关工委", "苍关工委", 60),
)
_OF_PERSONS = ("关心下一代工作先进个人", "优秀五老", "最美五老志愿者")
_OF_TEAMS = ("关心下一代工作先进集体",)
_LEFT = 0.4


def studio_kind(world: World, township: Unit) -> str:
    """宣讲型, 服务型 or 专业型, the same for a township each time."""
    return str(world.plan.stream("studio", township.code).choice(StudioKind.values))


def make_team_history(world: World) -> tuple[int, int]:
    """Former members, a second leader for some studios, a dissolved team; then honours. Returns (members, honours)."""
    teams = list(Team.objects.select_related("unit").order_by("pk"))
    # Who is drawn does not depend on the day on which the demonstration is made.
    settled = [team for team in teams if team.founded_on <= _settled(world)]
    former = [member for team in teams for member in _former_members(world, team)]
    former += _dissolved(world)
    return len(write(TeamMember, former)), len(write(Honour, _honours(world, settled)))


def _former_members(world: World, team: Team) -> list[TeamMember]:
    """One or two who were in the team for a while and are not now; every third studio has two leaders."""
    dice = world.plan.stream("former", team.unit.code, team.name)
    last = datetime.date(world.plan.year, 12, 31)
    units = (team.unit, *world.below(team.unit)) if team.unit.kind != UnitKind.COUNTY else tuple(world.departments)
    taken = set(team.members.values_list("volunteer_id", flat=True))
    people = [
        person
        for unit in units
        for person in world.staying(unit, team.founded_on)
        if person.pk not in taken and person.kind != VeteranKind.OTHER
    ]
    members = []
    if people and dice.random() < _LEFT:
        for person in dice.sample(people, min(len(people), dice.choice((1, 1, 2)))):
            begins = max(team.founded_on, person.joined_on)
            ends = between(dice, begins, max(begins, last))
            people.remove(person)
            if world.plan.has_come(begins):
                left_on = ends if world.plan.has_come(ends) else None
                members.append(TeamMember(team=team, volunteer=person, starts_on=begins, ends_on=left_on))
    if people and team.kind == TeamKind.STUDIO and dice.random() < 1 / 3:
        second = dice.choice(people)
        begins = max(team.founded_on, second.joined_on)
        if world.plan.has_come(begins):
            members.append(TeamMember(team=team, volunteer=second, leads=True, starts_on=begins))
    return members


def _dissolved(world: World) -> list[TeamMember]:
    """A county's team that was merged into another one; its members stay in its record."""
    dice = world.plan.stream("dissolved")
    founded, ended = datetime.date(2013, 4, 8), datetime.date(world.plan.year - 1, 6, 30)
    people = [person for unit in world.departments for person in world.staying(unit, founded)]
    team = Team(
        unit=world.county,
        kind=TeamKind.SUPERVISORS,
        name="苍溪县网吧义务监督队",
        founded_on=founded,
        dissolved_on=ended,
        dissolved_reason="并入各乡镇义务监督队",
    )
    write(Team, [team])
    chosen = dice.sample(people, min(len(people), 8))
    return [
        TeamMember(team=team, volunteer=person, leads=place == 0, starts_on=max(founded, person.joined_on))
        for place, person in enumerate(chosen)
    ]


def _settled(world: World) -> datetime.date:
    """The day before the demonstrated years: what stood then stands whenever it is made."""
    return datetime.date(world.plan.year - 2, 12, 31)


def _honours(world: World, teams: list[Team]) -> list[Honour]:
    dice = world.plan.stream("honours")
    last = datetime.date(world.plan.year, 12, 20)
    core = sorted(
        (person for unit in world.units for person in world.staying(unit, _settled(world)) if person.is_core),
        key=lambda person: person.number,
    )
    # Nobody is honoured twice here.
    dice.shuffle(core)
    honours = []
    for level, body, stem, count in _AWARDED:
        for place in range(min(world.plan.count(count), len(core))):
            of_team = place % 4 == 3 and bool(teams)
            holder: Team | Volunteer = dice.choice(teams) if of_team else core.pop()
            since = holder.founded_on if isinstance(holder, Team) else holder.joined_on
            day = between(dice, max(since, datetime.date(2016, 9, 10)), last)
            honours.append(
                Honour(
                    unit_id=holder.unit_id,
                    volunteer=None if isinstance(holder, Team) else holder,
                    team=holder if isinstance(holder, Team) else None,
                    name=dice.choice(_OF_TEAMS if of_team else _OF_PERSONS),
                    level=level,
                    awarded_by=body,
                    document=f"{stem}〔{day.year}〕{dice.randint(3, 40)}号",
                    awarded_on=day,
                )
            )
    return [honour for honour in honours if world.plan.has_come(honour.awarded_on)]
