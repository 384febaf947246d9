"""查重: what becomes of two rows that are one person."""

import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.models import Activity, ActivityDraft
from aid.models import Pairing, Visit
from aid.services import start_pairing
from guanai.edits import ChangedError
from guanai.enums import Verb
from guanai.models import TrailEntry
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.trail_words import words_of_entry
from tests.factories import (
    make_activity,
    make_appointment,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_speciality,
    make_team,
    make_theme,
    make_unit,
    make_user,
    make_visit,
    make_volunteer,
)
from tests.volunteers.pages import LIST, page_of
from tests.volunteers.twice import BORN, merge
from volunteers.duplicates import pairs_for_user
from volunteers.forms.duplicates import LABELS
from volunteers.imports.checking import Roster
from volunteers.imports.rows import Said
from volunteers.models import Appointment, Availability, DuplicateRuling, TeamMember, Volunteer
from volunteers.services import update_volunteer
from volunteers.services.duplicates import CHOICES, SETS, latest
from volunteers.services.teams import united_times

pytestmark = pytest.mark.django_db

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def test_the_other_row_leads_on_and_counts_no_more(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    first, second = pair
    number, phone = first.id_number, second.phone
    kept = merge(second, first, secretary, chosen={"phone": "second", "unit": "second"})
    gone = Volunteer.objects.get(pk=first.pk)
    assert (kept.pk, kept.number, kept.id_number, kept.phone) == (second.pk, second.number, number, phone)
    assert (kept.former_post, kept.no_id_reason) == ("县教育局副局长", "")
    assert (gone.status, gone.left_on, gone.left_reason) == ("left", TODAY, f"重复登记，并入 {kept.number}")
    assert (gone.id_number, gone.phone, gone.address, gone.birth_date) == ("", "", "", None)
    assert Volunteer.objects.on_roster(TODAY).get() == kept
    assert Volunteer.objects.on_roster(datetime.date(2024, 1, 1)).get() == kept
    assert pairs_for_user(secretary)[1] == 0
    client = Client()
    client.force_login(secretary)
    assert client.get(page_of(gone)).headers["Location"] == page_of(kept)
    assert client.get(f"{page_of(gone)}edit/").status_code == 404
    told = client.post(f"{LIST}find/", {"number": number})
    assert told.headers["Location"] == page_of(kept)
    assert [row.pk for row in client.get(f"{LIST}?status=all").context["listing"].page] == [kept.pk]
    entry = TrailEntry.objects.get(verb=Verb.MERGED)
    assert (entry.record_id, entry.detail) == (kept.pk, {"merged": gone.number, "moved": {}})
    assert DuplicateRuling.objects.get().ruling == "merged"


def test_sets_come_together_unless_somebody_says_otherwise(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    law, health = make_speciality("法治"), make_speciality("健康")
    for person, speciality, day in zip(pair, (law, health), (6, 7), strict=True):
        person.specialities.add(speciality)
        Availability.objects.create(volunteer=person, weekday=day, daypart="morning")
    kept = merge(*pair, secretary, chosen={"times": "second"})
    assert {one.name for one in kept.specialities.all()} == {"法治", "健康"}
    assert [time.weekday for time in kept.availabilities.all()] == [7]


@pytest.mark.parametrize(
    ("states", "chosen", "status"),
    [
        (("left", "active"), "", "active"),
        (("deceased", "left"), "", "deceased"),
        (("active", "deceased"), "second", "deceased"),
        (("active", "resting"), "", "active"),
    ],
)
def test_whose_state_stays(
    pair: tuple[Volunteer, Volunteer], secretary: User, states: tuple[str, str], chosen: str, status: str
) -> None:
    for person, state in zip(pair, states, strict=True):
        day = datetime.date(2024, 1, 1) if state in ("left", "deceased") else None
        Volunteer.objects.filter(pk=person.pk).update(status=state, left_on=day)
    assert merge(*pair, secretary, chosen={"state": chosen}).status == status


def test_every_column_of_a_person_is_merged_by_choice_or_by_rule() -> None:
    """Whoever adds a column says what becomes of it when two rows become one."""
    chosen = {name for group in CHOICES.values() for name in group}
    by_rule = {
        "id",
        "number",
        "name_key",
        "id_index",
        "phone_index",
        "joined_on",
        "checked_on",
        "merged_into",
        "county",
    }
    by_rule |= {"updated_by", "updated_at"}
    assert {field.name for field in Volunteer._meta.concrete_fields} == chosen | by_rule
    assert {field.name for field in Volunteer._meta.many_to_many} | {"times"} == set(SETS)
    assert set(LABELS) == {*CHOICES, *SETS}


def test_who_knows_the_day_of_birth_says_it(village: Unit, secretary: User) -> None:
    vague = make_volunteer(village, name="杜承志", id_number="", birth_date=None, birth_year=1950)
    exact = make_volunteer(village, name="杜承志", id_number="", birth_date=BORN)
    assert merge(vague, exact, secretary).birth_date == BORN


def test_the_trail_tells_what_was_merged(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    merge(*pair, secretary)
    entry = TrailEntry.objects.get(verb=Verb.MERGED)
    assert words_of_entry(entry) == ("合并登记", [f"{pair[1].number} 并入此条"])


def test_every_record_goes_along(village: Unit, pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    keep, drop = pair
    theme, recorder = make_theme(), make_user()
    team, other_team = make_team(village), make_team(village)
    for person, start in ((keep, 2022), (drop, 2021)):
        TeamMember.objects.create(
            team=team, volunteer=person, starts_on=datetime.date(start, 1, 1), leads=person == drop
        )
    TeamMember.objects.create(team=other_team, volunteer=drop, starts_on=datetime.date(2023, 1, 1))
    both = make_activity(village, theme=theme, recorded_by=recorder, speakers=[keep, drop], participants=[drop])
    one = make_activity(village, theme=theme, recorded_by=recorder, speakers=[drop])
    draft = ActivityDraft.objects.create(
        user=recorder, fields={"speakers": [str(drop.pk), str(keep.pk)], "name": ["a"]}
    )
    post = make_appointment(village, drop, post="member")
    child = make_child(village)
    stays, goes = make_pairing(child, keep), make_pairing(child, drop, starts_on=datetime.date(2024, 5, 1))
    for pairing in (stays, goes):
        make_visit(pairing)
    alone = make_pairing(make_child(village), drop)
    grandchild = make_volunteer(village, name="杜承志", birth_date=BORN, id_number="")
    merge(drop, grandchild, secretary)
    merge(keep, drop, secretary)

    member = TeamMember.objects.get(team=team)
    assert (member.volunteer, member.starts_on, member.leads, member.ends_on) == (
        keep,
        datetime.date(2021, 1, 1),
        True,
        None,
    )
    assert TeamMember.objects.get(team=other_team).volunteer == keep
    assert list(both.speakers.all()) == list(one.speakers.all()) == list(both.participants.all()) == [keep]
    draft.refresh_from_db()
    assert draft.fields == {"speakers": [str(keep.pk)], "name": ["a"]}
    post.refresh_from_db()
    assert post.volunteer == keep
    stays.refresh_from_db()
    goes.refresh_from_db()
    alone.refresh_from_db()
    assert (stays.volunteer, stays.starts_on, stays.ends_on) == (keep, datetime.date(2024, 5, 1), None)
    assert (goes.volunteer, goes.ends_on) == (keep, goes.starts_on)
    assert (alone.volunteer, alone.ends_on) == (keep, None)
    assert stays.visits.count() == 2
    grandchild.refresh_from_db()
    assert grandchild.merged_into == keep
    # An open form of the activity is told that its people changed.
    assert Activity.objects.get(pk=one.pk).updated_at > one.updated_at


def test_a_form_of_a_pairing_that_was_open_gives_no_child_to_a_row_that_went(
    village: Unit, pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    entered = Pairing(child=make_child(village), kind="veteran", volunteer=pair[1], starts_on=TODAY)
    merge(*pair, secretary)
    with pytest.raises(ValidationError, match="已退出名册"):
        start_pairing(pairing=entered)
    assert not Pairing.objects.exists()


def test_merging_twice_changes_nothing(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    version = latest(*pair).updated_at
    kept = merge(*pair, secretary)
    assert merge(*pair, secretary, seen=version) == kept
    assert TrailEntry.objects.filter(verb=Verb.MERGED).count() == 1
    with pytest.raises(ValidationError, match="已经并入"):
        merge(pair[1], pair[0], secretary)


def test_who_changes_one_of_them_meanwhile_is_heard(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    version = latest(*pair).updated_at
    update_volunteer(volunteer=pair[0], former_post="县农机局", by=secretary)
    with pytest.raises(ChangedError):
        merge(*pair, secretary, seen=version)
    assert not Volunteer.objects.exclude(merged_into=None).exists()


def test_a_form_that_was_open_cannot_bring_a_merged_row_back(
    pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    version = pair[1].updated_at
    merge(*pair, secretary)
    with pytest.raises(ChangedError):
        update_volunteer(volunteer=pair[1], name="改名", by=secretary, seen=version)
    with pytest.raises(ValidationError, match="已并入"):
        update_volunteer(volunteer=pair[1], name="改名", by=secretary)


def test_who_keeps_one_roster_alone_merges_nothing(
    township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    far = make_volunteer(make_unit(township.parent or township, name="云峰镇"), name="杜承志", id_number="")
    with pytest.raises(PermissionDenied):
        merge(pair[0], far, secretary)


DAYS = st.dates(datetime.date(2019, 1, 1), datetime.date(2025, 1, 1))
ROW = st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 1000)))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.tuples(ROW, ROW),
    talks=st.lists(st.sets(st.integers(0, 2), min_size=1), max_size=4),
    teams=st.lists(
        st.tuples(st.integers(0, 1), st.booleans(), DAYS, st.one_of(st.none(), st.integers(1, 400))), max_size=5
    ),
    pairings=st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.integers(0, 2)), max_size=4),
    swapped=st.booleans(),
)
def test_no_record_is_lost_and_one_person_counts_once(
    township: Unit, secretary: User, rows: Any, talks: Any, teams: Any, pairings: Any, swapped: Any
) -> None:
    """Whatever hangs on the two: sums of occasions stay, and distinct persons are one less where both counted."""
    with transaction.atomic():
        people = []
        for joined, stayed in rows:
            left = joined + datetime.timedelta(days=stayed) if stayed is not None else None
            fields = {"status": "left", "left_on": left} if left else {}
            people.append(make_volunteer(township, name="杜承志", id_number="", joined_on=joined, **fields))
        third = make_volunteer(township)
        _hang(township, [*people, third], talks, teams, pairings)
        before = {day: _on_roster(day) for day in _days(rows)}
        occasions = _occasions()
        spoke, joined_teams, helped = (_distinct(name) for name in ("talks", "teams", "pairings"))
        keep, drop = reversed(people) if swapped else people
        merge(keep, drop, secretary)
        pks = {person.pk for person in people}
        for day, was in before.items():
            counted = was & pks
            now = _on_roster(day)
            assert now - pks == was - pks
            if len(counted) == 2 or counted:
                assert now & pks == {keep.pk}
        assert _occasions() == occasions
        for name, was in (("talks", spoke), ("teams", joined_teams), ("pairings", helped)):
            now = _distinct(name)
            assert drop.pk not in now
            assert len(now) == len(was) - (1 if pks <= was else 0)
        transaction.set_rollback(True)


def _hang(unit: Unit, people: list[Volunteer], talks: Any, teams: Any, pairings: Any) -> None:
    theme, recorder = make_theme(), make_user()
    for speakers in talks:
        make_activity(unit, theme=theme, recorded_by=recorder, speakers=[people[place] for place in speakers])
    both = [make_team(unit), make_team(unit)]
    for team, is_first, start, stayed in teams:
        end = start + datetime.timedelta(days=stayed) if stayed else None
        person = people[0] if is_first else people[1]
        rows = TeamMember.objects.filter(team=both[team], volunteer=person)
        beside = Q(ends_on__lte=start) | (Q(starts_on__gte=end) if end else Q(pk__in=[]))
        if rows.exclude(beside).exists():
            continue
        TeamMember.objects.create(team=both[team], volunteer=person, starts_on=start, ends_on=end)
    children = [make_child(unit), make_child(unit)]
    for child, is_first, visits in pairings:
        person = people[0] if is_first else people[1]
        if Pairing.objects.filter(child=children[child], volunteer=person, ends_on=None).exists():
            continue
        pairing = make_pairing(children[child], person)
        for _ in range(visits):
            make_visit(pairing)


def _days(rows: Any) -> list[datetime.date]:
    """Days on which something may change: the first of each, the last before each leave, and today."""
    days = [TODAY]
    for joined, stayed in rows:
        days += [joined, joined - datetime.timedelta(days=1)]
        if stayed:
            days += [joined + datetime.timedelta(days=stayed - 1), joined + datetime.timedelta(days=stayed)]
    return days


def _on_roster(day: datetime.date) -> set[int]:
    return set(Volunteer.objects.on_roster(day).values_list("pk", flat=True))


def _occasions() -> tuple[int, int, int]:
    """Activities that somebody held, pairings, visits: what was recorded, not who did it."""
    held = Activity.objects.exclude(speakers=None).distinct().count()
    return held, Pairing.objects.count(), Visit.objects.count()


def _distinct(relation: str) -> set[int]:
    return set(Volunteer.objects.exclude(**{relation: None}).values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_merge_a_pair_once() -> None:
    """One from each side: the second finds that the row it would keep is gone."""
    county = make_county()
    town = make_unit(county, name="亭子镇")
    office = make_member(Unit.objects.get(pk=county.pk), Role.COUNTY_OFFICE)
    first, second = (make_volunteer(town, name="杜承志", id_number="") for _ in range(2))
    pairing = make_pairing(make_child(town), second)
    start, outcomes = threading.Barrier(2, timeout=20), []

    def run(keep: Volunteer, drop: Volunteer) -> None:
        try:
            start.wait()
            merge(keep, drop, User.objects.get(pk=office.pk))
            outcomes.append("merged")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=rows) for rows in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["merged", "refused"]
    stays = Volunteer.objects.get(merged_into=None)
    pairing.refresh_from_db()
    assert pairing.volunteer == stays


def test_a_file_does_not_write_into_a_merged_row(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    merge(*pair, secretary)
    row = Said(2, {"number": pair[1].number, "name": "杜承志"}, [])
    roster = Roster([row])
    assert roster.by_number == {}


def test_posts_of_two_rows_are_both_kept(village: Unit, pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    for person in pair:
        make_appointment(village, person, post="member")
    merge(*pair, secretary)
    assert Appointment.objects.filter(volunteer=pair[0]).count() == 2


TIME = st.tuples(DAYS, st.one_of(st.none(), st.integers(1, 900)), st.booleans())


@given(times=st.lists(TIME, max_size=5), day=DAYS)
def test_united_times_say_of_every_day_what_was_said_before(times: list[Any], day: datetime.date) -> None:
    """In the team where any said so, leading where any said so; no two overlap, and they are in order."""

    def until(start: datetime.date, stayed: int | None) -> datetime.date | None:
        return start + datetime.timedelta(days=stayed) if stayed else None

    spans = sorted(((start, until(start, stayed), leads) for start, stayed, leads in times), key=lambda one: one[0])
    united = united_times(spans)

    def on(day: datetime.date, some: list[Any]) -> list[bool]:
        return [leads for start, end, leads in some if start <= day and (end is None or day < end)]

    for each in (day, *(start for start, _, _ in spans), *(end for _, end, _ in spans if end)):
        before, after = on(each, spans), on(each, united)
        assert len(after) == min(len(before), 1)
        assert any(after) == any(before)
    assert [one[0] for one in united] == sorted(one[0] for one in united)


def test_times_that_only_touch_stay_apart() -> None:
    first, second = datetime.date(2020, 1, 1), datetime.date(2024, 1, 1)
    touching = [(first, second, False), (second, None, True)]
    assert united_times(touching) == touching
