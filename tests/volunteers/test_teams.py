"""Teams by their services: studios and who leads them, members who leave and come back, the end of a team."""

import datetime
import itertools
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanai.edits import NEVER, ChangedError
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.services import merge_units
from tests.factories import (
    make_county,
    make_member,
    make_team,
    make_team_member,
    make_unit,
    make_volunteer,
)
from volunteers.enums import StudioKind, TeamKind
from volunteers.models import Team, TeamMember, Volunteer
from volunteers.services import TeamEntry, add_members, correct_member, correct_team, dissolve_team, found_team

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
FOUNDED = datetime.date(2022, 3, 1)
LATER = datetime.date(2023, 5, 1)


class Town:
    """亭子镇 with its secretary and a teacher on its roster; the county with its office."""

    def __init__(self) -> None:
        self.county = make_county()
        self.unit = make_unit(self.county, name="亭子镇")
        self.secretary = make_member(self.unit)
        self.office = make_member(self.county, Role.COUNTY_OFFICE)
        self.teacher = make_volunteer(self.unit, name="杜承志")

    def entry(self, **fields: Any) -> TeamEntry:
        values = {"unit": self.unit, "kind": TeamKind.STUDIO, "studio_kind": StudioKind.TELLING, "name": "杜承志工作室"}
        return TeamEntry(**{**values, "founded_on": FOUNDED, **fields})

    def studio(self, **fields: Any) -> Team:
        return found_team(entry=self.entry(**fields), leaders=[self.teacher], by=self.secretary)

    def join(self, team: Team, *people: Volunteer, by: User | None = None, **fields: Any) -> list[TeamMember]:
        values = {"starts_on": LATER, **fields}
        return add_members(team=team, people=people, by=by or self.secretary, **values)

    def change(self, member: TeamMember, **fields: Any) -> TeamMember:
        member = TeamMember.objects.get(pk=member.pk)
        kept = {name: getattr(member, name) for name in ("starts_on", "ends_on", "leads")}
        return correct_member(member=member, by=self.secretary, seen=member.updated_at, **{**kept, **fields})


@pytest.fixture
def town() -> Town:
    return Town()


# What a refusal says, by the reason of the test.
WORDS = {
    "no_leader": "要有 1–2 位领衔人",
    "too_many": "同时最多有 2 位领衔人",
    "studio_kind": "工作室",
    "taken": "已有叫这个名称的团队",
    "future": "不能晚于今天",
    "required": "请填写",
    "overlaps": "时间重叠",
    "order": "不能",
    "gone": "不能在这以后加入",
    "nobody": "请选择要加入的人",
    "dissolved": "撤销",
    "closed": "亭子镇已撤销",
}


def refused(call: Callable[[], object], *, code: str, field: str = "") -> None:
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        call()
    assert all(WORDS[code] in words for words in refusal.value.messages)
    if field:
        assert set(refusal.value.message_dict) == {field}


def test_a_studio_is_founded_with_its_kind_and_leader(town: Town) -> None:
    studio = town.studio()
    assert studio.kind_label == "五老工作室（宣讲型）"
    assert studio.updated_by == town.secretary
    member = studio.members.get()
    assert (member.volunteer, member.leads, member.starts_on) == (town.teacher, True, FOUNDED)


def test_nothing_is_left_of_a_studio_without_a_leader(town: Town) -> None:
    refused(lambda: found_team(entry=town.entry(), by=town.secretary), code="no_leader", field="people")
    assert not Team.objects.exists()


def test_a_studio_has_two_leaders_at_most_at_a_time(town: Town) -> None:
    studio, second, third = town.studio(), make_volunteer(town.unit), make_volunteer(town.unit)
    [member] = town.join(studio, second, leads=True)
    refused(lambda: town.join(studio, third, leads=True), code="too_many", field="leads")
    town.change(member, ends_on=datetime.date(2024, 1, 1))
    # In the time of the two before, there is no room either.
    refused(lambda: town.join(studio, third, leads=True, starts_on=datetime.date(2023, 12, 31)), code="too_many")
    town.join(studio, third, leads=True, starts_on=datetime.date(2024, 1, 1))
    assert studio.members.filter(leads=True).count() == 3


def test_the_last_leader_of_a_studio_stays_until_somebody_follows(town: Town) -> None:
    studio = town.studio()
    leader = studio.members.get()
    refused(lambda: town.change(leader, ends_on=TODAY), code="no_leader", field="ends_on")
    refused(lambda: town.change(leader, leads=False), code="no_leader", field="leads")
    town.join(studio, make_volunteer(town.unit), leads=True)
    town.change(leader, ends_on=TODAY)
    assert TeamMember.objects.running(TODAY).filter(team=studio, leads=True).count() == 1


def test_a_studio_whose_leader_died_goes_on_until_somebody_follows(town: Town) -> None:
    studio = town.studio()
    [member] = town.join(studio, make_volunteer(town.unit))
    died: dict[str, Any] = {"status": "deceased", "left_on": TODAY}
    Volunteer.objects.filter(pk=town.teacher.pk).update(**died)
    town.change(member, ends_on=TODAY)
    assert not TeamMember.objects.running(TODAY).filter(team=studio).exists()


def test_only_a_studio_has_a_kind(town: Town) -> None:
    def found(**fields: Any) -> Any:
        return lambda: found_team(entry=town.entry(**fields), leaders=[town.teacher], by=town.secretary)

    refused(found(studio_kind=""), code="studio_kind", field="studio_kind")
    refused(found(kind=TeamKind.LECTURERS), code="studio_kind", field="studio_kind")
    for kind, studio_kind in ((TeamKind.STUDIO, ""), (TeamKind.CARE, StudioKind.SERVICE)):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_team(town.unit, kind=kind, studio_kind=studio_kind)


def test_a_team_becomes_a_studio_only_with_leaders(town: Town) -> None:
    team = make_team(town.unit, name="杜承志工作室")

    def change() -> Team:
        return correct_team(
            team=team, entry=town.entry(founded_on=team.founded_on), by=town.secretary, seen=team.updated_at
        )

    refused(change, code="no_leader", field="kind")
    make_team_member(team, town.teacher, leads=True)
    assert change().studio_kind == StudioKind.TELLING


def test_a_name_is_there_once_in_a_unit(town: Town) -> None:
    town.studio()
    refused(town.studio, code="taken", field="name")


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"founded_on": TODAY + datetime.timedelta(days=1)}, "founded_on", "future"),
        ({"name": "  "}, "name", "required"),
        ({"dissolved_on": TODAY}, "dissolved_reason", "required"),
        ({"dissolved_reason": "无"}, "dissolved_on", "required"),
    ],
)
def test_what_a_team_cannot_say(town: Town, fields: dict[str, Any], field: str, code: str) -> None:
    refused(lambda: town.studio(**fields), code=code, field=field)


def test_who_left_may_come_back_later_and_not_at_the_same_time(town: Town) -> None:
    team, person = make_team(town.unit, founded_on=FOUNDED), make_volunteer(town.unit)
    [member] = town.join(team, person, starts_on=FOUNDED)
    refused(lambda: town.join(team, person), code="overlaps", field="people")
    town.change(member, ends_on=LATER)
    refused(lambda: town.join(team, person, starts_on=LATER - datetime.timedelta(days=1)), code="overlaps")
    [again] = town.join(team, person, starts_on=LATER)
    # The earlier time cannot be stretched into the later one, and the database holds it in any case.
    refused(lambda: town.change(member, ends_on=None), code="overlaps", field="starts_on")
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMember.objects.filter(pk=member.pk).update(ends_on=LATER + datetime.timedelta(days=1))
    assert [each.pk for each in team.members.order_by("pk")] == [member.pk, again.pk]


def test_days_of_a_member_lie_in_the_time_of_the_team(town: Town) -> None:
    team = make_team(town.unit, founded_on=FOUNDED)
    person, tomorrow = make_volunteer(town.unit), TODAY + datetime.timedelta(days=1)
    refused(lambda: town.join(team, person, starts_on=tomorrow), code="future", field="starts_on")
    refused(lambda: town.join(team, person, starts_on=datetime.date(2021, 1, 1)), code="order", field="starts_on")
    [member] = town.join(team, person)
    refused(lambda: town.change(member, ends_on=tomorrow), code="future", field="ends_on")
    refused(lambda: town.change(member, ends_on=FOUNDED), code="order", field="ends_on")


def test_who_has_gone_does_not_join_after_that(town: Town) -> None:
    team = make_team(town.unit, founded_on=FOUNDED)
    gone = make_volunteer(town.unit, status="left", left_on=datetime.date(2023, 1, 1))
    refused(lambda: town.join(team, gone), code="gone", field="people")
    town.join(team, gone, starts_on=FOUNDED)
    assert not TeamMember.objects.running(TODAY).exists()
    assert TeamMember.objects.running(FOUNDED).exists()


def test_all_of_the_people_join_or_none(town: Town) -> None:
    team, fresh = make_team(town.unit), make_volunteer(town.unit)
    town.join(team, town.teacher)
    refused(lambda: town.join(team, fresh, town.teacher), code="overlaps")
    refused(lambda: town.join(team), code="nobody", field="people")
    assert [member.volunteer for member in team.members.all()] == [town.teacher]


def test_people_of_other_rosters_join_by_who_reads_both(town: Town) -> None:
    team, elsewhere = make_team(town.unit), make_volunteer(make_unit(town.county, name="云峰镇"))
    with pytest.raises(PermissionDenied):
        town.join(team, elsewhere)
    town.join(team, elsewhere, by=town.office)
    stranger = make_volunteer(make_county(code="510823", name="剑阁县"))
    with pytest.raises(PermissionDenied):
        town.join(team, stranger, by=town.office)
    assert team.members.get().volunteer == elsewhere


def test_a_clerk_and_a_stranger_write_no_team(town: Town) -> None:
    team = make_team(town.unit)
    member = make_team_member(team, town.teacher)
    strangers = (make_member(town.unit, Role.CLERK), make_member(make_unit(town.county)))
    for by in strangers:
        for call in (
            lambda by=by: found_team(entry=town.entry(), leaders=[town.teacher], by=by),
            lambda by=by: correct_team(team=team, entry=town.entry(), by=by, seen=team.updated_at),
            lambda by=by: dissolve_team(team=team, on=TODAY, reason="无", by=by, seen=team.updated_at),
            lambda by=by: add_members(team=team, people=[town.teacher], starts_on=LATER, by=by),
            lambda by=by: correct_member(
                member=member, starts_on=LATER, ends_on=None, leads=True, by=by, seen=member.updated_at
            ),
        ):
            with pytest.raises(PermissionDenied):
                call()


def test_a_team_is_dissolved_once_and_may_be_taken_up_again(town: Town) -> None:
    studio = town.studio()
    call: dict[str, Any] = {"team": studio, "on": TODAY, "by": town.secretary}
    refused(
        lambda: dissolve_team(**call, reason=" ", seen=studio.updated_at), code="required", field="dissolved_reason"
    )
    ended = dissolve_team(**call, reason="成员年事已高", seen=studio.updated_at)
    assert not ended.is_running
    assert not TeamMember.objects.running(TODAY).exists()
    assert ended.members.get().ends_on is None
    refused(lambda: dissolve_team(**call, reason="再来", seen=ended.updated_at), code="dissolved")
    refused(lambda: town.join(ended, make_volunteer(town.unit)), code="dissolved", field="people")
    correct_team(team=ended, entry=town.entry(), by=town.secretary, seen=ended.updated_at)
    assert TeamMember.objects.running(TODAY).count() == 1


def test_a_team_ends_neither_before_its_founding_nor_before_a_member_joined(town: Town) -> None:
    studio = town.studio()
    town.join(studio, make_volunteer(town.unit))
    for day in (FOUNDED - datetime.timedelta(days=1), LATER - datetime.timedelta(days=1)):
        call: dict[str, Any] = {"team": studio, "on": day, "reason": "无", "seen": studio.updated_at}
        refused(partial(dissolve_team, **call, by=town.secretary), code="order", field="dissolved_on")


def test_the_second_of_two_writers_is_told(town: Town) -> None:
    studio = town.studio()
    member = studio.members.get()
    for call in (
        lambda: correct_team(team=studio, entry=town.entry(), by=town.secretary, seen=NEVER),
        lambda: dissolve_team(team=studio, on=TODAY, reason="无", by=town.secretary, seen=NEVER),
        lambda: correct_member(
            member=member, starts_on=FOUNDED, ends_on=None, leads=True, by=town.secretary, seen=NEVER
        ),
    ):
        with pytest.raises(ChangedError):
            call()


def test_a_team_of_a_closed_unit_goes_to_the_unit_that_follows(town: Town) -> None:
    studio, target = town.studio(), make_unit(town.county, name="云峰镇")
    merge_units(sources=[town.unit], target=target, effective_on=TODAY, document="苍府发〔2025〕8号", by=None)
    for unit in (town.county, town.unit, target):
        unit.refresh_from_db()
    office = User.objects.get(pk=town.office.pk)
    refused(lambda: town.join(studio, make_volunteer(target), by=office), code="closed", field="people")
    entry = town.entry(name="另一个工作室")
    refused(lambda: found_team(entry=entry, leaders=[town.teacher], by=office), code="closed", field="unit")
    fresh = Team.objects.get(pk=studio.pk)
    moved = correct_team(
        team=fresh, entry=town.entry(unit=Unit.objects.get(pk=target.pk)), by=office, seen=fresh.updated_at
    )
    assert moved.unit == target
    town.join(moved, make_volunteer(target), by=office)


DAYS = st.integers(0, 400).map(lambda days: FOUNDED + datetime.timedelta(days=days))
STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "lead", "leave", "step_down"]), st.integers(0, 3), DAYS), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried_a_studio_has_one_or_two_leaders(town: Town, steps: list[tuple[str, int, Any]]) -> None:
    with transaction.atomic():
        people = [town.teacher, *(make_volunteer(town.unit) for _ in range(3))]
        studio = town.studio(name="众人工作室")
        for step, place, day in steps:
            with suppress(ValidationError), transaction.atomic():
                if step in ("join", "lead"):
                    town.join(studio, people[place], starts_on=day, leads=step == "lead")
                else:
                    row = studio.members.filter(volunteer=people[place]).order_by("-starts_on").first()
                    if row is not None:
                        town.change(row, **({"ends_on": day} if step == "leave" else {"leads": False}))
            times = list(studio.members.filter(leads=True).values_list("starts_on", "ends_on"))
            for day_asked in [*(begins for begins, _ in times), TODAY]:
                leading = sum(begins <= day_asked and (ends is None or ends > day_asked) for begins, ends in times)
                assert leading <= 2
            assert sum(begins <= TODAY and (ends is None or ends > TODAY) for begins, ends in times) >= 1
            # Nobody twice on one day.
            for person in people:
                own = sorted(studio.members.filter(volunteer=person).values_list("starts_on", "ends_on"))
                for (_, ends), (begins, _) in itertools.pairwise(own):
                    assert ends is not None
                    assert ends <= begins
        transaction.set_rollback(True)
