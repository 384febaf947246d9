"""查重: which rows look like one person, what is ruled about them, and what becomes of two rows that are one."""

import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.models import Activity, ActivityDraft
from aid.models import Pairing, Visit
from aid.services import start_pairing
from guanai.edits import ChangedError
from guanai.enums import Verb
from guanai.models import TrailEntry
from guanai.trail import history_of
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.scope import grants_of
from orgs.trail_words import words_of_entry
from tests.factories import (
    grant,
    make_activity,
    make_appointment,
    make_child,
    make_county,
    make_id_number,
    make_member,
    make_pairing,
    make_speciality,
    make_team,
    make_theme,
    make_unit,
    make_user,
    make_visit,
    make_volunteer,
    seen,
)
from tests.volunteers.pages import LIST, page_of, signed_in
from volunteers.duplicates import pairs_for_user
from volunteers.forms.duplicates import LABELS
from volunteers.imports.checking import Roster
from volunteers.imports.rows import Said
from volunteers.models import Appointment, Availability, DuplicateRuling, TeamMember, Volunteer
from volunteers.services import merge_people, rule_two_persons, update_volunteer
from volunteers.services.duplicates import CHOICES, SETS, latest
from volunteers.services.teams import united_times

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PAIRS = "/volunteers/duplicates/"
BORN = datetime.date(1950, 3, 4)


@pytest.fixture
def pair(township: Unit, village: Unit) -> tuple[Volunteer, Volunteer]:
    """One person twice: with an identity number in the village, without one in the township."""
    first = make_volunteer(village, name="杜承志", birth_date=BORN, former_post="")
    second = make_volunteer(
        Unit.objects.get(pk=township.pk),
        name="杜承志",
        birth_date=BORN,
        id_number="",
        no_id_reason="没有带",
        former_post="县教育局副局长",
    )
    return first, second


def found(user: User) -> list[tuple[str, str, str]]:
    pairs, total = pairs_for_user(user)
    assert total == len(pairs)
    return [(pair.first.number, pair.second.number, pair.grounds) for pair in pairs]


def merge(keep: Volunteer, drop: Volunteer, by: User, **more: Any) -> Volunteer:
    keep, drop = (Volunteer.objects.get(pk=row.pk) for row in (keep, drop))
    said = {"chosen": {}, "seen": latest(keep, drop).updated_at, **more}
    return merge_people(keep=keep, drop=drop, by=by, **said)


# Which


@pytest.mark.parametrize(
    ("one", "other", "grounds"),
    [
        ({}, {"id_number": ""}, "同名同出生年份"),
        ({"id_number": ""}, {"id_number": "", "birth_date": datetime.date(1950, 9, 9)}, "同名同出生年份"),
        ({}, {"id_number": "", "birth_date": None}, "同名"),
        ({}, {"id_number": "", "birth_date": datetime.date(1951, 1, 1)}, ""),
        ({}, {"id_number": "", "name": "冯定国"}, ""),
        ({}, {"id_number": "", "name": "冯定国", "phone": "13812345678"}, "同电话"),
        # Two identity numbers are two persons, unless name and phone agree.
        ({}, {}, ""),
        ({}, {"name": "冯定国", "phone": "13812345678"}, ""),
        ({}, {"phone": "13812345678"}, "同名同出生年份、同电话"),
        ({"phone": ""}, {"name": "冯定国", "id_number": "", "phone": ""}, ""),
    ],
)
def test_who_looks_like_one_person(
    village: Unit, secretary: User, one: dict[str, Any], other: dict[str, Any], grounds: str
) -> None:
    first = make_volunteer(village, **{"name": "杜承志", "birth_date": BORN, "phone": "13812345678", **one})
    second = make_volunteer(village, **{"name": "杜承志", "birth_date": BORN, **other})
    assert found(secretary) == ([(first.number, second.number, grounds)] if grounds else [])


def test_only_pairs_whose_both_rows_the_user_keeps(
    township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    far = make_unit(township.parent or township, name="云峰镇")
    make_volunteer(far, name="杜承志", birth_date=BORN, id_number="")
    assert len(found(secretary)) == 1
    assert len(found(make_member(Unit.objects.get(parent=None), Role.COUNTY_OFFICE))) == 3
    assert found(make_member(Unit.objects.get(pk=township.pk), Role.REVIEWER)) == []
    # Nothing crosses counties, whoever works in both.
    other = make_county("510825", "旺苍县")
    make_volunteer(other, name="杜承志", birth_date=BORN, id_number="")
    both = make_member(other, Role.COUNTY_OFFICE)
    grant(both, Unit.objects.get(pk=township.pk), Role.SECRETARY)
    assert len(found(both)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_once_however_long(
    village: Unit, secretary: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        for _ in range(2):
            make_volunteer(village, name=f"杜承志{number}", birth_date=BORN, id_number="")
    grants_of(secretary)
    with django_assert_num_queries(1):
        pairs, total = pairs_for_user(secretary)
    assert (len(pairs), total) == (count, count)


def test_the_list_in_pages(village: Unit, secretary: User) -> None:
    for _ in range(11):
        make_volunteer(village, name="杜承志", birth_date=BORN, id_number="")
    client = Client()
    client.force_login(secretary)
    first = client.get(PAIRS)
    assert "55 对登记可能是同一个人" in first.content.decode()
    assert len(first.context["listing"].page) == 50
    second = client.get(f"{PAIRS}?page=2").context["listing"].page
    assert (len(second), second.has_next(), second.number) == (5, False, 2)
    assert client.get(f"{PAIRS}?page=9").context["listing"].page.number == 1
    assert client.get(f"{PAIRS}?page=x").status_code == 200


# Two persons


def test_two_persons_are_not_asked_about_again_until_they_are_more_alike(
    pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    rule_two_persons(first=pair[1], second=pair[0], reason="堂兄弟", by=secretary)
    assert found(secretary) == []
    update_volunteer(volunteer=pair[1], former_post="县农机局")
    assert found(secretary) == []
    update_volunteer(volunteer=pair[1], phone=pair[0].phone)
    assert [grounds for *_, grounds in found(secretary)] == ["同名同出生年份、同电话"]
    rule_two_persons(first=pair[0], second=pair[1], reason="共用电话", by=secretary)
    assert found(secretary) == []
    ruling = DuplicateRuling.objects.get()
    assert (ruling.first_id, ruling.second_id) == tuple(sorted(row.pk for row in pair))
    assert history_of(ruling)[0].personal == ["reason"]


def test_a_ruling_needs_a_reason_and_both_rosters(
    township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    with pytest.raises(ValidationError, match="依据"):
        rule_two_persons(first=pair[0], second=pair[1], reason=" ", by=secretary)
    far = make_volunteer(make_unit(township.parent or township, name="云峰镇"), name="杜承志", id_number="")
    with pytest.raises(PermissionDenied):
        rule_two_persons(first=pair[0], second=far, reason="不是", by=secretary)


# One person


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
    assert found(secretary) == []
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


# Pages


def url_of(pair: tuple[Volunteer, Volunteer]) -> str:
    return reverse("volunteers:duplicate_pair", args=[pair[0].pk, pair[1].pk])


def test_a_pair_beside_each_other_and_merged(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    listed = client.get(PAIRS).content.decode()
    assert url_of(pair) in listed
    response = client.get(url_of(pair))
    top = response.content.decode().split("<table")[0]
    for word, row in zip(("第一条", "第二条"), pair, strict=True):
        assert f'{word} <a href="{reverse("volunteers:volunteer_detail", args=[row.pk])}">{row.number}</a>' in top
    page = response.content.decode()
    for words in ("不同", pair[0].masked_id, pair[0].masked_phone, "县教育局副局长", "无证件（没有带）"):
        assert words in page
    for secret in (pair[0].id_number, pair[0].phone, pair[1].address, f"{BORN:%Y-%m-%d}"):
        assert secret not in page
    form = response.context["merge"]
    assert "name" not in form.fields
    said = {name: form[name].value() for name in form.fields if name != "sure"}
    assert (said["keep"], said["identity"], said["former_post"]) == ("first", "first", "second")
    refused = client.post(url_of(pair), {**said, "merge": "1"})
    assert refused.context["merge"].errors["sure"] == ["请核对后勾选：两条登记是同一个人。"]
    done = client.post(url_of(pair), {**said, "sure": "on", "merge": "1"}, follow=True)
    assert f"{pair[1].number} 并入 {pair[0].number}" in done.content.decode()
    kept = Volunteer.objects.get(merged_into=None)
    assert (kept.pk, kept.former_post) == (pair[0].pk, "县教育局副局长")
    # A double tap sends it twice; the second finds the one person.
    again = client.post(url_of(pair), {**said, "sure": "on", "merge": "1"}, follow=True)
    assert again.redirect_chain[-1][0] == page_of(kept)


def test_two_secrets_that_look_alike_masked_are_told_apart(village: Unit, secretary: User) -> None:
    phones = ("13811115678", "13822225678")
    pair = tuple(
        make_volunteer(village, name="杜承志", id_number="", birth_date=BORN, phone=phone, address="x")
        for phone in phones
    )
    client = Client()
    client.force_login(secretary)
    form = client.get(url_of(pair)).context["merge"]  # type: ignore[arg-type]  # two of them
    assert "phone" in form.fields
    assert "address" not in form.fields


def test_the_page_says_that_somebody_changed_a_row_meanwhile(
    pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    client = Client()
    client.force_login(secretary)
    form = client.get(url_of(pair)).context["merge"]
    said = {name: form[name].value() for name in form.fields if name != "sure"}
    update_volunteer(volunteer=pair[1], rank="正科级", by=secretary)
    page = client.post(url_of(pair), {**said, "rank": "second", "sure": "on"})
    assert "您的内容还没有存入" in page.content.decode()
    assert not Volunteer.objects.exclude(merged_into=None).exists()
    assert (
        client.post(
            url_of(pair), {**said, "rank": "second", "sure": "on", **seen(Volunteer.objects.get(pk=pair[1].pk))}
        ).status_code
        == 302
    )


def test_two_persons_on_the_page(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    empty = client.post(url_of(pair), {"two": "1", "reason": ""})
    assert empty.context["two"].errors["reason"]
    client.post(url_of(pair), {"two": "1", "reason": "身份证都看过"})
    assert "没有可能重复的登记" in client.get(PAIRS).content.decode()
    assert "身份证都看过" in client.get(url_of(pair)).content.decode()


def test_strangers_readers_and_methods(township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    town = Unit.objects.get(pk=township.pk)
    far_unit = make_unit(township.parent or township, name="云峰镇")
    far = make_volunteer(far_unit, name="杜承志", id_number="")
    own = Client()
    own.force_login(secretary)
    for url in (url_of((pair[0], far)), url_of((far, pair[0])), url_of((pair[0], pair[0]))):
        assert own.get(url).status_code == 404
        assert own.post(url, {"two": "1", "reason": "不是"}).status_code == 404
    reader = signed_in(town, Role.REVIEWER)
    assert reader.get(url_of(pair)).status_code == 403
    assert own.put(url_of(pair)).status_code == 405
    assert signed_in(far_unit).get(url_of(pair)).status_code == 404
    assert not DuplicateRuling.objects.exists()


def test_whoever_is_registered_a_second_time_is_asked_about(village: Unit, secretary: User) -> None:
    known = make_volunteer(village, name="杜承志", birth_date=BORN, id_number="")
    client = Client()
    client.force_login(secretary)
    said = {"unit": village.code, "name": "杜承志", "kind": "teacher", "joined_on": "2020-01-01"}
    said |= {"id_number": make_id_number(BORN)}
    page = client.post(f"{LIST}new/", said)
    assert page_of(known) in page.content.decode()
    assert page.context["form"].errors["another"]
    assert Volunteer.objects.count() == 1
    entered = {**said, "another": "on", "entry_key": page.context["form"]["entry_key"].value() or ""}
    assert client.post(f"{LIST}new/", entered).status_code == 302
    ruling = DuplicateRuling.objects.get()
    assert (ruling.ruling, ruling.first_id, ruling.by_id) == ("two_persons", known.pk, secretary.pk)
    assert found(secretary) == []


def test_a_double_tap_of_the_register_form_is_not_asked_about_itself(village: Unit, secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    key = client.get(f"{LIST}new/").context["form"]["entry_key"].value()
    said = {"unit": village.code, "name": "杜承志", "kind": "teacher", "joined_on": "2020-01-01", "entry_key": key}
    said |= {"no_id": "on", "no_id_reason": "补办中", "sex": "male", "birth_date": "1950-03-04"}
    answers = [client.post(f"{LIST}new/", said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Volunteer.objects.count() == 1


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
