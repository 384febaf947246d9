"""Activities and hours of a team: what members spoke at while they were members, and the list behind the figure."""

import datetime
from typing import Any

import pytest
from django.test import Client

from activities.enums import ActivityState
from activities.models import Activity
from guanai.dependents import team_parts
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import (
    make_activity,
    make_county,
    make_member,
    make_team,
    make_team_member,
    make_unit,
    make_volunteer,
)
from volunteers.models import Team, Volunteer

pytestmark = pytest.mark.django_db
FROM, UNTIL = datetime.date(2024, 3, 1), datetime.date(2025, 3, 1)


class World:
    """A team of 亭子镇 in which 甲 was from FROM until UNTIL, and 乙 is since FROM."""

    def __init__(self) -> None:
        self.county = make_county()
        self.town = make_unit(self.county, name="亭子镇")
        self.team = make_team(self.town, name="张建国工作室", founded_on=FROM)
        self.first, self.second = make_volunteer(self.town, name="甲"), make_volunteer(self.town, name="乙")
        make_team_member(self.team, self.first, ends_on=UNTIL)
        make_team_member(self.team, self.second)

    def held(self, day: datetime.date, *speakers: Volunteer, **fields: Any) -> Activity:
        return make_activity(self.town, held_on=day, speakers=list(speakers), **fields)

    def client(self, role: str = Role.SECRETARY, unit: Unit | None = None) -> Client:
        client = Client()
        client.force_login(make_member(unit or self.town, role))
        return client


@pytest.fixture
def world() -> World:
    return World()


def found(team: Team) -> set[int]:
    return set(Activity.objects.all().of_team(team).values_list("pk", flat=True))


def work(client: Client, team: Team) -> Any:
    parts = client.get(f"/teams/{team.pk}/").context["parts"]
    return next((part["context"] for part in parts if part["heading"] == "活动和时长"), None)


def test_what_a_member_said_counts_from_joining_to_the_day_before_leaving(world: World) -> None:
    one_day = datetime.timedelta(days=1)
    inside = [world.held(day, world.first) for day in (FROM, UNTIL - one_day)]
    for day in (FROM - one_day, UNTIL):
        world.held(day, world.first)
    inside.append(world.held(UNTIL, world.second))
    assert found(world.team) == {activity.pk for activity in inside}


def test_an_activity_of_two_members_counts_once_and_one_of_others_not(world: World) -> None:
    both = world.held(FROM, world.first, world.second)
    world.held(FROM, make_volunteer(world.town))
    world.held(FROM, participants=[world.first])
    assert list(Activity.objects.all().of_team(world.team)) == [both]


def test_only_what_counts_and_what_was_held_before_the_end_of_the_team(world: World) -> None:
    kept = world.held(FROM, world.second)
    world.held(FROM, world.second, state=ActivityState.RETURNED)
    world.held(UNTIL, world.second)
    Team.objects.filter(pk=world.team.pk).update(dissolved_on=UNTIL, dissolved_reason="成员年事已高")
    assert found(Team.objects.get(pk=world.team.pk)) == {kept.pk}


def test_somebody_of_two_times_in_the_team_is_not_counted_between_them(world: World) -> None:
    make_team_member(world.team, world.first, starts_on=datetime.date(2025, 6, 1))
    between, after = datetime.date(2025, 4, 1), world.held(datetime.date(2025, 6, 1), world.first)
    world.held(between, world.first)
    assert found(world.team) == {after.pk}


def test_the_page_adds_up_hours_by_year_where_the_times_are_known(world: World) -> None:
    nine, half_past_ten, noon = datetime.time(9), datetime.time(10, 30), datetime.time(12)
    world.held(FROM, world.first, starts_at=nine, ends_at=half_past_ten)
    world.held(datetime.date(2025, 1, 5), world.first, world.second, starts_at=nine, ends_at=noon)
    world.held(datetime.date(2025, 1, 6), world.second)
    world.held(datetime.date(2025, 1, 7), world.second, starts_at=noon, ends_at=nine)
    told = work(world.client(), world.team)
    lines = [(year["year"], year["count"], year["timed"], str(year["hours"])) for year in told["years"]]
    assert lines == [(2025, 3, 1, "3.0"), (2024, 1, 1, "1.5")]
    total = told["total"]
    assert (total["count"], total["timed"], str(total["hours"])) == (4, 2, "4.5")


def test_the_list_behind_a_figure_has_exactly_its_activities(world: World) -> None:
    for day in (FROM, datetime.date(2025, 1, 5), datetime.date(2025, 1, 6)):
        world.held(day, world.second)
    world.held(FROM, make_volunteer(world.town))
    client = world.client()
    told = work(client, world.team)
    for line in (told["total"], *told["years"]):
        page = client.get(line["url"])
        assert page.context["listing"].total == line["count"]
        assert "团队：张建国工作室" in page.content.decode()


def test_a_county_s_team_is_seen_with_what_the_reader_may_see(world: World) -> None:
    team = make_team(world.county, founded_on=FROM)
    make_team_member(team, world.second)
    world.held(FROM, world.second)
    make_activity(make_unit(world.county), held_on=FROM, speakers=[world.second])
    assert work(world.client(Role.COUNTY_OFFICE, world.county), team)["total"]["count"] == 2


@pytest.mark.parametrize("key", ["x", "0", "9" * 30, "\x00"])
def test_a_team_that_is_none_filters_everything_away(world: World, key: str) -> None:
    world.held(FROM, world.second)
    assert world.client().get("/activities/", {"team": key}).context["listing"].total == 0


def test_a_team_of_another_branch_is_no_choice(world: World) -> None:
    world.held(FROM, world.second)
    stranger = world.client(unit=make_unit(world.county, name="云峰镇"))
    page = stranger.get(f"/activities/?team={world.team.pk}")
    assert page.context["listing"].total == 0
    assert "张建国" not in page.content.decode()


def test_without_the_filter_its_field_is_not_in_the_bar(world: World) -> None:
    page = world.client().get("/activities/").content.decode()
    assert '<label for="id_team">' not in page


def test_the_part_is_for_readers_of_activities(world: World) -> None:
    assert [part.key for part in team_parts()] == ["honours", "work"]
    world.held(FROM, world.second)
    assert work(world.client(Role.LEADER), world.team) is None
    assert work(world.client(Role.CLERK), world.team)["total"]["count"] == 1
