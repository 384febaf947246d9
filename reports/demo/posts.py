"""Posts by document, and teams."""

import datetime
import random
from collections.abc import Iterator

from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.names import person_name, some_sex
from reports.demo.plan import between
from reports.demo.teams import studio_kind
from reports.demo.terms import complete
from reports.demo.world import World
from reports.demo.writing import write
from volunteers.enums import VETERAN_POSTS, Post, TeamKind, VeteranKind
from volunteers.models import Appointment, Team, TeamMember, Volunteer
from volunteers.post_rules import STARTING_LIMITS

# The posts of a committee, the key ones first; the second value says who holds it: a serving official or a veteran.
_TOWN_POSTS = (
    (Post.DIRECTOR, False),
    (Post.EXECUTIVE_DEPUTY_DIRECTOR, True),
    (Post.OFFICE_DIRECTOR, False),
    (Post.STAFF, False),
    (Post.DEPUTY_DIRECTOR, False),
    (Post.MEMBER, True),
)
_PLACE_POSTS = ((Post.DIRECTOR, False), (Post.EXECUTIVE_DEPUTY_DIRECTOR, True), (Post.LIAISON, True))
_COUNTY_POSTS = (
    (Post.HONORARY_DIRECTOR, False),
    (Post.ADVISER, True),
    (Post.DIRECTOR, False),
    (Post.EXECUTIVE_DEPUTY_DIRECTOR, True),
    (Post.FULLTIME_DEPUTY_DIRECTOR, True),
    (Post.DEPUTY_DIRECTOR, True),
    (Post.DEPUTY_DIRECTOR, False),
    (Post.SECRETARY_GENERAL, True),
    (Post.OFFICE_DIRECTOR, False),
    (Post.STAFF, False),
    (Post.MEMBER, False),
)
_CHANGED = 0.16
_TEAMS = (
    (TeamKind.LECTURERS, "五老宣讲团"),
    (TeamKind.CARE, "关爱工作团"),
    (TeamKind.SUPERVISORS, "网吧和校园周边义务监督队"),
    (TeamKind.SCIENCE, "科技服务队"),
)
_COUNTY_TEAMS = (
    (TeamKind.LECTURERS, "苍溪县五老报告团", 32),
    (TeamKind.CARE, "苍溪县关爱工作团", 26),
    (TeamKind.TEACHERS, "苍溪县家庭教育讲师团", 18),
    (TeamKind.SCIENCE, "苍溪县五老科技服务团", 20),
    (TeamKind.CARE, "苍溪县五老健康服务队", 14),
    (TeamKind.LAW_DEPUTIES, "苍溪县五老法治副校长", 22),
)


def make_appointments(world: World) -> int:
    """Fill the posts of every committee by document; a few stay vacant, some changed hands in the main year."""
    come = [post for post in _appointments(world) if world.plan.has_come(post.starts_on)]
    return len(write(Appointment, complete(world, come)))


def _appointments(world: World) -> Iterator[Appointment]:
    for unit in world.units:
        if unit.committee_established_on is None:
            continue
        dice = world.plan.stream("posts", unit.code)
        posts: tuple[tuple[Post, bool], ...] = _PLACE_POSTS
        if unit.kind in (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT):
            posts = _TOWN_POSTS
        elif unit.kind == UnitKind.COUNTY:
            posts = _COUNTY_POSTS
        yield from _posts_of(world, dice, unit, posts)


def _posts_of(
    world: World, dice: random.Random, unit: Unit, posts: tuple[tuple[Post, bool], ...]
) -> Iterator[Appointment]:
    """One document appoints the whole committee; a second one replaces somebody."""
    founded = unit.committee_established_on or world.plan.today
    formed = max(founded, between(dice, datetime.date(2019, 12, 1), datetime.date(2023, 6, 30)))
    document = f"{world.stem(_appointing(world, unit))}〔{formed.year}〕{dice.randint(3, 80)}号"
    vacant = world.character(unit).get("vacant", ()) if unit.kind == UnitKind.TOWNSHIP else ()
    veterans = [person for person in world.staying(unit, formed) if person.kind != VeteranKind.OTHER]
    dice.shuffle(veterans)
    for post, retired in posts:
        if post in VETERAN_POSTS and not veterans:
            # Only a 五老 may hold it: the post waits for one.
            continue
        changes = dice.random() < _CHANGED or post in vacant
        left = between(dice, datetime.date(world.plan.year, 2, 10), datetime.date(world.plan.year, 8, 20))
        first = _appointment(world, dice, unit, post, veterans if retired else None, document, formed)
        if changes and formed < left and world.plan.has_come(left):
            first.ends_on = left
        yield first
        if changes and formed < left and post not in vacant and (veterans or post not in VETERAN_POSTS):
            begins = left + datetime.timedelta(days=dice.randint(5, 80))
            second = f"{world.stem(_appointing(world, unit))}〔{begins.year}〕{dice.randint(3, 80)}号"
            yield _appointment(world, dice, unit, post, veterans if retired else None, second, begins)


def _appointing(world: World, unit: Unit) -> Unit:
    """Whose Party organisation appoints: the township's for its villages, the own one elsewhere."""
    return world.middle(unit)


def _appointment(
    world: World,
    dice: random.Random,
    unit: Unit,
    post: Post,
    veterans: list[Volunteer] | None,
    document: str,
    starts_on: datetime.date,
) -> Appointment:
    """A veteran of the own roster where the post wants one and there is one left, a serving official otherwise."""
    holder = _taken(world, post, veterans) if veterans else None
    return Appointment(
        unit=unit,
        post=post,
        volunteer=holder,
        official="" if holder else person_name(dice, "middle", some_sex(dice, 0.7)),
        document=document,
        issued_by=_issuer(world, _appointing(world, unit)),
        issued_on=starts_on - datetime.timedelta(days=dice.randint(0, 6)),
        starts_on=starts_on,
    )


def _taken(world: World, post: Post, veterans: list[Volunteer]) -> Volunteer:
    """The next one; for a post with a limit of age mostly the next one below it."""
    limit = STARTING_LIMITS.get(post)
    born_after = world.plan.today.year - limit if limit else 0
    fitting = [person for person in veterans if (person.birth_year or 0) >= born_after]
    taken = fitting[-1] if fitting else veterans[-1]
    veterans.remove(taken)
    return taken


def _issuer(world: World, unit: Unit) -> str:
    if unit.kind == UnitKind.COUNTY:
        return "中共苍溪县委"
    if unit.kind == UnitKind.TOWNSHIP:
        return f"中共{unit.short_name}委员会"
    return f"中共苍溪{unit.short_name}党组" if unit.short_name.startswith("县") else "共青团苍溪县委党组"


def make_teams(world: World) -> tuple[int, int]:
    """Professional teams of the county, and one to three in every township; returns (teams, members)."""
    teams: list[Team] = []
    members: list[TeamMember] = []
    pool = [
        person
        for unit in (world.county, *world.departments, *world.townships)
        for person in world.staying(unit, datetime.date(world.plan.year - 2, 12, 31))
        if person.kind != VeteranKind.OTHER
    ]
    dice = world.plan.stream("teams")
    for kind, name, size in _COUNTY_TEAMS:
        founded = between(dice, datetime.date(2012, 3, 1), datetime.date(2020, 9, 30))
        people = dice.sample(pool, min(len(pool), world.plan.count(size)))
        _add_team(teams, members, Team(unit=world.county, kind=kind, name=name, founded_on=founded), people)
    for township in world.townships:
        _town_teams(world, township, teams, members)
    teams = [team for team in teams if world.plan.has_come(team.founded_on)]
    members = [member for member in members if world.plan.has_come(member.starts_on)]
    write(Team, teams)
    for member in members:
        member.team_id = member.team.pk
    return len(teams), len(write(TeamMember, members))


def _town_teams(world: World, township: Unit, teams: list[Team], members: list[TeamMember]) -> None:
    dice = world.plan.stream("teams", township.code)
    day = datetime.date(world.plan.year - 2, 12, 31)
    people = [person for unit in (township, *world.below(township)) for person in world.staying(unit, day)]
    if len(people) < 3:
        return
    count = 1 if world.vigour(township) < 0.6 else dice.choice((2, 3, 3, 4))
    for kind, name in _TEAMS[:count]:
        later = (day, datetime.date(world.plan.year + 1, 9, 30))
        founded = between(dice, *(later if dice.random() < 0.1 else (datetime.date(2015, 3, 1), day)))
        chosen = dice.sample(people, min(len(people), dice.randint(5, 12)))
        team = Team(unit=township, kind=kind, name=f"{township.short_name}{name}", founded_on=founded)
        _add_team(teams, members, team, chosen)
    if world.vigour(township) >= 1.2:
        lead = dice.choice([person for person in people if person.kind != VeteranKind.OTHER])
        others = [person for person in dice.sample(people, min(len(people), 6)) if person is not lead]
        founded = between(dice, datetime.date(2021, 3, 1), day)
        team = Team(unit=township, kind=TeamKind.STUDIO, name=f"{lead.name}五老工作室", founded_on=founded)
        team.studio_kind = studio_kind(world, township)
        _add_team(teams, members, team, [lead, *others])


def _add_team(teams: list[Team], members: list[TeamMember], team: Team, people: list[Volunteer]) -> None:
    teams.append(team)
    for index, person in enumerate(people):
        begins = max(team.founded_on, person.joined_on)
        members.append(TeamMember(team=team, volunteer=person, leads=index == 0, starts_on=begins))
