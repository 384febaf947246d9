"""Appointing, dismissing, correcting: the rules, the constraint of the database, random sequences."""

import datetime
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanai.edits import NEVER, ChangedError
from guanai.enums import Change
from guanai.models import RowEvent
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_appointment, make_county, make_member, make_unit, make_volunteer
from volunteers.enums import SINGLE_POSTS, EndReason, Post, VeteranKind, VolunteerStatus
from volunteers.models import Appointment, PostRule
from volunteers.services import Dismissal, Entry, age_warning, appoint, correct, dismiss, set_post_rules
from volunteers.services.appointments import Entry as Said

FOUNDED = datetime.date(2015, 3, 1)
DAY = datetime.date(2024, 5, 6)


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def town(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇", committee_established_on=FOUNDED)


@pytest.fixture
def office(county: Unit) -> User:
    return make_member(county, Role.COUNTY_OFFICE)


def said(unit: Unit, post: str = Post.DIRECTOR, **fields: Any) -> Said:
    given: dict[str, Any] = {"official": "" if fields.get("volunteer") else "何永兵", "starts_on": DAY}
    given |= {"document": "苍委发[2024]12号", "issued_by": "中共亭子镇委员会", "issued_on": DAY}
    # People of the tests are of any age; only the tests of the age limit ask for it.
    given["despite_age"] = True
    return Entry(unit=unit, post=post, **{**given, **fields})


def dismissal(ends_on: datetime.date, **fields: Any) -> Dismissal:
    given = {"reason": EndReason.TRANSFERRED, "document": "苍委发〔2025〕3号", "issued_by": "中共亭子镇委员会"}
    return Dismissal(ends_on=ends_on, **{"issued_on": ends_on, **given, **fields})


def refusal(**call: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        appoint(**call)
    return dict(refused.value.message_dict)


def test_an_official_becomes_director_by_document(town: Unit, office: User) -> None:
    entry = said(town, official_office="亭子镇党委书记", scan=SimpleUploadedFile("a.pdf", b"%PDF-1.7 a paper"))
    appointment = appoint(entry=entry, by=office)
    assert (appointment.document, appointment.holder) == ("苍委发〔2024〕12号", "何永兵")
    assert appointment.scan is not None
    assert appointment.scan.path.read_bytes() == b"%PDF-1.7 a paper"
    assert appointment.updated_by == office


@pytest.mark.parametrize("kind", [kind for kind in VeteranKind if kind != VeteranKind.OTHER])
def test_every_kind_of_veteran_may_become_executive_deputy(town: Unit, office: User, kind: str) -> None:
    person = make_volunteer(town, kind=kind)
    assert appoint(entry=said(town, Post.EXECUTIVE_DEPUTY_DIRECTOR, volunteer=person), by=office).volunteer == person


def test_an_executive_deputy_who_is_no_veteran_is_refused_at_the_field(town: Unit, office: User) -> None:
    other = make_volunteer(town, kind=VeteranKind.OTHER, name="李佳")
    by_person = refusal(entry=said(town, Post.EXECUTIVE_DEPUTY_DIRECTOR, volunteer=other), by=office)
    assert "退休的五老" in by_person["volunteer"][0]
    assert "李佳" in by_person["volunteer"][0]
    by_official = refusal(entry=said(town, Post.EXECUTIVE_DEPUTY_DIRECTOR), by=office)
    assert "退休的五老" in by_official["official"][0]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("status", [VolunteerStatus.LEFT, VolunteerStatus.DECEASED])
def test_who_has_left_or_died_is_not_appointed(town: Unit, office: User, status: str) -> None:
    person = make_volunteer(town, status=status, left_on=datetime.date(2024, 1, 1))
    assert set(refusal(entry=said(town, Post.MEMBER, volunteer=person), by=office)) == {"volunteer"}
    # What they did before is still recorded.
    before = said(town, Post.MEMBER, volunteer=person, starts_on=datetime.date(2021, 1, 1))
    ended = dismissal(datetime.date(2023, 12, 31), reason=EndReason.DECEASED)
    assert appoint(entry=replace(before, dismissal=ended), by=office).ends_on == datetime.date(2023, 12, 31)


def test_holder_days_and_unit_are_checked(county: Unit, town: Unit, office: User) -> None:
    person, tomorrow = make_volunteer(town), timezone.localdate() + datetime.timedelta(days=2)
    cases = {
        "official": said(town, volunteer=person, official="何永兵"),
        "volunteer": said(town, official=" "),
        "document": said(town, document=" "),
        "issued_on": said(town, issued_on=tomorrow),
        "starts_on": said(town, starts_on=tomorrow),
        "term_ends_on": said(town, term_ends_on=DAY - datetime.timedelta(days=1)),
        "unit": said(make_unit(county)),
    }
    for field, entry in cases.items():
        assert set(refusal(entry=entry, by=office)) == {field}


def test_a_closed_unit_gets_nobody(town: Unit, office: User) -> None:
    Unit.objects.filter(pk=town.pk).update(closed_on=DAY)
    assert "已撤销" in refusal(entry=said(town), by=office)["unit"][0]


@pytest.mark.parametrize("post", SINGLE_POSTS)
def test_a_held_post_names_its_holder_and_the_way_out(town: Unit, office: User, post: str) -> None:
    holder = make_appointment(town, make_volunteer(town, name="冯定国"), post=post)
    successor = make_volunteer(town)
    words = refusal(entry=said(town, post, volunteer=successor), by=office)["replaces"][0]
    assert "冯定国" in words
    assert "请在“前任”一项选“由这份文件免去”" in words
    appoint(entry=said(town, post, volunteer=successor), by=office, replaces=holder.pk)
    holder.refresh_from_db()
    assert holder.ends_on == DAY - datetime.timedelta(days=1)
    assert (holder.dismissal_document, holder.end_reason) == ("苍委发〔2024〕12号", EndReason.DISMISSED)
    assert holder.updated_by == office


def test_a_refused_successor_leaves_the_holder_in_the_post(town: Unit, office: User) -> None:
    holder = make_appointment(town, make_volunteer(town), post=Post.EXECUTIVE_DEPUTY_DIRECTOR)
    refusal(entry=said(town, Post.EXECUTIVE_DEPUTY_DIRECTOR), by=office, replaces=holder.pk)
    holder.refresh_from_db()
    assert holder.ends_on is None


def test_only_the_holder_of_this_post_makes_way(town: Unit, office: User) -> None:
    elsewhere = make_appointment(make_unit(town.parent))  # type: ignore[arg-type]  # a township has a parent
    assert set(refusal(entry=said(town), by=office, replaces=elsewhere.pk)) == {"replaces"}
    holder = make_appointment(town)
    early = said(town, starts_on=holder.starts_on)
    assert set(refusal(entry=early, by=office, replaces=holder.pk)) == {"starts_on"}


def test_posts_of_several_holders_take_another_but_nobody_twice(town: Unit, office: User) -> None:
    person = make_volunteer(town)
    for volunteer in (person, make_volunteer(town)):
        appoint(entry=said(town, Post.MEMBER, volunteer=volunteer), by=office)
    assert set(refusal(entry=said(town, Post.MEMBER, volunteer=person), by=office)) == {"starts_on"}


def test_a_dismissal_has_its_document_and_comes_once(town: Unit, office: User) -> None:
    held = appoint(entry=said(town), by=office)
    end = dismissal(datetime.date(2025, 6, 30), document="苍委发(2025)3号")
    gone = dismiss(appointment=held, dismissal=end, by=office, seen=held.updated_at)
    assert (gone.ends_on, gone.dismissal_document) == (datetime.date(2025, 6, 30), "苍委发〔2025〕3号")
    with pytest.raises(ValidationError, match="不用再登记"):
        dismiss(appointment=gone, dismissal=end, by=office, seen=gone.updated_at)


def test_a_dismissal_lies_between_the_start_and_today(town: Unit, office: User) -> None:
    held = appoint(entry=said(town), by=office)
    for day in (DAY - datetime.timedelta(days=1), timezone.localdate() + datetime.timedelta(days=2)):
        with pytest.raises(ValidationError) as refused:
            dismiss(appointment=held, dismissal=dismissal(day), by=office, seen=held.updated_at)
        assert set(refused.value.message_dict) == {"ends_on"}


def test_the_second_of_two_editors_is_told(town: Unit, office: User) -> None:
    held = appoint(entry=said(town), by=office)
    seen = held.updated_at
    first = correct(appointment=held, entry=said(town, official="何永兵二"), by=office, seen=seen)
    end = dismissal(DAY)
    with pytest.raises(ChangedError):
        correct(appointment=held, entry=said(town, official="何三"), by=office, seen=seen)
    with pytest.raises(ChangedError):
        dismiss(appointment=held, dismissal=end, by=office, seen=seen)
    assert Appointment.objects.get(pk=held.pk).official == first.official


def test_a_correction_takes_a_wrong_dismissal_back_but_not_over_a_successor(town: Unit, office: User) -> None:
    first = appoint(entry=said(town), by=office)
    gone = dismiss(appointment=first, dismissal=dismissal(DAY), by=office, seen=first.updated_at)
    back = correct(appointment=gone, entry=said(town), by=office, seen=gone.updated_at)
    assert (back.ends_on, back.dismissal_document, back.end_reason) == (None, "", "")
    gone = dismiss(appointment=back, dismissal=dismissal(DAY), by=office, seen=back.updated_at)
    appoint(entry=said(town, official="罗书记", starts_on=datetime.date(2024, 6, 1)), by=office)
    with pytest.raises(ValidationError, match="罗书记"):
        correct(appointment=gone, entry=said(town), by=office, seen=gone.updated_at)


def test_no_correction_lets_two_holders_overlap(town: Unit, office: User) -> None:
    june = datetime.date(2024, 6, 1)
    first = appoint(entry=replace(said(town), dismissal=dismissal(june)), by=office)
    second = appoint(entry=said(town, official="罗书记", starts_on=datetime.date(2024, 6, 2)), by=office)
    person = make_volunteer(town)
    members = [
        appoint(entry=said(town, Post.MEMBER, volunteer=one), by=office) for one in (person, make_volunteer(town))
    ]
    ended_later = dismissal(datetime.date(2024, 6, 2))
    wrong = [
        (first, replace(said(town), dismissal=ended_later)),
        (second, said(town, official="罗书记", starts_on=june)),
        (members[0], said(town, Post.DIRECTOR, volunteer=person)),
        (members[1], said(town, Post.MEMBER, volunteer=person)),
    ]
    before = list(Appointment.objects.order_by("pk").values())
    for appointment, entry in wrong:
        with pytest.raises(ValidationError) as refused:
            correct(appointment=appointment, entry=entry, by=office, seen=appointment.updated_at)
        assert set(refused.value.message_dict) == {"starts_on"}
    assert list(Appointment.objects.order_by("pk").values()) == before


def test_a_correction_leaves_what_it_replaced_in_the_history(town: Unit, office: User) -> None:
    held = appoint(entry=said(town), by=office)
    correct(appointment=held, entry=said(town, official="何永彬"), by=office, seen=held.updated_at)
    events = RowEvent.objects.filter(record="volunteers.appointment", record_id=held.pk)
    assert [event.change for event in events.order_by("pk")] == [Change.INSERT, Change.UPDATE]
    assert events.get(change=Change.UPDATE).changes["official"] == ["何永兵", "何永彬"]


def test_the_secretary_records_for_the_own_villages_alone(county: Unit, town: Unit) -> None:
    village = make_unit(town, committee_established_on=FOUNDED)
    secretary = make_member(town, Role.SECRETARY)
    held = appoint(entry=said(village), by=secretary)
    stranger = make_member(make_unit(county), Role.SECRETARY)
    readers = [make_member(town, role) for role in (Role.CLERK, Role.REVIEWER, Role.LEADER)]
    for user in (stranger, *readers):
        with pytest.raises(PermissionDenied):
            appoint(entry=said(village, Post.MEMBER), by=user)
        with pytest.raises(PermissionDenied):
            dismiss(appointment=held, dismissal=dismissal(DAY), by=user, seen=held.updated_at)
        with pytest.raises(PermissionDenied):
            correct(appointment=held, entry=said(village), by=user, seen=held.updated_at)
    # Nor is a record carried into a unit of somebody else's.
    with pytest.raises(PermissionDenied):
        correct(appointment=held, entry=said(county), by=secretary, seen=held.updated_at)


def test_an_age_above_the_limit_is_asked_about_once_before_anything_is_written(town: Unit, office: User) -> None:
    post = Post.EXECUTIVE_DEPUTY_DIRECTOR
    old, young = (make_volunteer(town, birth_date=datetime.date(DAY.year - age, 1, 1)) for age in (71, 70))
    holder = make_appointment(town, young, post=post)
    refused = refusal(entry=said(town, post, volunteer=old, despite_age=False), by=office, replaces=holder.pk)
    assert refused == {"despite_age": ["71 岁，超过本县常务副主任年龄上限 70 岁。仍照文件登记的，请勾选后再保存"]}
    holder.refresh_from_db()
    assert holder.ends_on is None
    held = appoint(entry=said(town, post, volunteer=old), by=office, replaces=holder.pk)
    # Known already: a correction of the same person in the same post is not asked again, another post is.
    again = said(town, post, volunteer=old, document="别的〔2024〕1号", despite_age=False)
    held = correct(appointment=held, entry=again, by=office, seen=held.updated_at)
    with pytest.raises(ValidationError, match="65 岁"):
        correct(appointment=held, entry=replace(again, post=Post.MEMBER), by=office, seen=held.updated_at)
    # Nor is what is over.
    past = said(town, Post.MEMBER, volunteer=old, despite_age=False, dismissal=dismissal(DAY))
    assert appoint(entry=past, by=office).ends_on == DAY


def test_an_age_above_the_county_s_limit_warns_and_does_not_block(county: Unit, town: Unit, office: User) -> None:
    old, young = (make_volunteer(town, birth_date=datetime.date(DAY.year - age, 1, 1)) for age in (71, 70))
    held = appoint(entry=said(town, Post.EXECUTIVE_DEPUTY_DIRECTOR, volunteer=old), by=office)
    assert "71 岁" in age_warning(held, DAY)
    assert "70 岁" in age_warning(held, DAY)
    member = appoint(entry=said(town, Post.MEMBER, volunteer=young), by=office)
    assert "65 岁" in age_warning(member, DAY)
    rules = [PostRule(post=Post.EXECUTIVE_DEPUTY_DIRECTOR, age_limit=75), PostRule(post=Post.MEMBER, age_limit=None)]
    set_post_rules(county=county, rules=rules, by=office, seen=NEVER)
    assert age_warning(held, DAY) == age_warning(member, DAY) == ""
    assert age_warning(make_appointment(town), DAY) == ""


def test_the_second_of_two_writers_of_rules_is_told(county: Unit, office: User) -> None:
    first = [PostRule(post=Post.DIRECTOR, age_limit=60), PostRule(post=Post.MEMBER, age_limit=70)]
    stored = set_post_rules(county=county, rules=first, by=office, seen=NEVER)
    second = [PostRule(post=Post.DIRECTOR, age_limit=80)]
    for seen in (NEVER, stored[0].updated_at):
        with pytest.raises(ChangedError):
            set_post_rules(county=county, rules=second, by=office, seen=seen)
    assert PostRule.objects.get(post=Post.DIRECTOR).age_limit == 60
    set_post_rules(county=county, rules=second, by=office, seen=stored[-1].updated_at)
    assert PostRule.objects.get(post=Post.DIRECTOR).age_limit == 80


def _until_somebody_waits() -> None:
    """Until another connection to this database waits for a transaction to end."""
    for _ in range(400):
        with connection.cursor() as cursor:
            # Within a transaction the list of sessions is kept as it was first read: the other one may be younger.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nobody waits")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("post", SINGLE_POSTS)
def test_the_database_lets_one_of_two_transactions_fill_a_post(post: str) -> None:
    """The second inserts before the first commits, past every check of the service, and waits for it."""
    unit, outcomes = make_unit(make_county()), []

    def insert() -> None:
        try:
            make_appointment(unit, post=post, official="乙")
            outcomes.append("stored")
        except IntegrityError as error:
            outcomes.append("refused" if f"appointment_one_{post}" in str(error) else str(error))
        finally:
            connection.close()

    second = threading.Thread(target=insert)
    with transaction.atomic():
        make_appointment(unit, post=post, official="甲")
        second.start()
        _until_somebody_waits()
        assert outcomes == []
    second.join(30)
    assert outcomes == ["refused"]
    assert Appointment.objects.get().official == "甲"
    # The day after the holder's last one is free, the last one itself is not.
    Appointment.objects.update(ends_on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_appointment(unit, post=post, starts_on=DAY)
    make_appointment(unit, post=post, starts_on=DAY + datetime.timedelta(days=1))
    make_appointment(make_unit(unit.parent), post=post)  # type: ignore[arg-type]  # a township has a parent


@pytest.mark.django_db(transaction=True)
def test_two_who_appoint_at_once_are_told_apart() -> None:
    """Through the service: the second waits for the unit, then reads who holds the post."""
    county = make_county()
    unit = make_unit(county, committee_established_on=FOUNDED)
    office, start, outcomes = make_member(county, Role.COUNTY_OFFICE), threading.Barrier(2, timeout=20), []

    def record(name: str) -> None:
        try:
            start.wait()
            appoint(entry=said(unit, official=name), by=User.objects.get(pk=office.pk))
            outcomes.append("stored")
        except ValidationError as refused:
            outcomes.append(next(iter(refused.message_dict)))
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["replaces", "stored"]


@pytest.mark.django_db(transaction=True)
def test_a_correction_and_an_appointment_at_once_are_told_apart() -> None:
    county = make_county()
    unit = make_unit(county, committee_established_on=FOUNDED)
    office, start, outcomes = make_member(county, Role.COUNTY_OFFICE), threading.Barrier(2, timeout=20), []
    member = appoint(entry=said(unit, Post.MEMBER, official="甲"), by=office)

    def moved() -> None:
        correct(appointment=member, entry=said(unit, official="甲"), by=office, seen=member.updated_at)

    def made() -> None:
        appoint(entry=said(unit, official="乙"), by=office)

    def record(act: Callable[[], None]) -> None:
        try:
            start.wait()
            act()
            outcomes.append("stored")
        except ValidationError as refused:
            outcomes.append("refused " + next(iter(refused.message_dict)))
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=(act,)) for act in (moved, made)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes)[1] == "stored"
    assert sorted(outcomes)[0] in ("refused replaces", "refused starts_on")
    assert Appointment.objects.filter(post=Post.DIRECTOR).count() == 1


Steps = list[tuple[str, str, int, int]]
_step = st.tuples(
    st.sampled_from(["appoint", "replace", "dismiss", "take_back"]),
    st.sampled_from([str(post) for post in SINGLE_POSTS]),
    st.integers(0, 400),
    st.integers(0, 5),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(steps=st.lists(_step, max_size=12))
def test_no_sequence_puts_two_holders_in_a_post_on_one_day(town: Unit, office: User, steps: Steps) -> None:
    with transaction.atomic():
        people = [make_volunteer(town) for _ in range(6)]
        for step in steps:
            _do(town, office, people, step)
            _only_one_a_day(town)
        transaction.set_rollback(True)


def _do(town: Unit, office: User, people: list[Any], step: tuple[str, str, int, int]) -> None:
    """One step; the service may refuse it, and then nothing has changed."""
    verb, post, offset, who = step
    day = datetime.date(2023, 1, 1) + datetime.timedelta(days=offset)
    rows = Appointment.objects.filter(unit=town, post=post).order_by("pk")
    before = list(rows.values_list())
    try:
        if verb in ("appoint", "replace"):
            running = rows.filter(ends_on=None).first() if verb == "replace" else None
            entry = said(town, post, volunteer=people[who], starts_on=day)
            appoint(entry=entry, by=office, replaces=running.pk if running else None)
        elif (held := rows[who % 2 :].first()) is not None and verb == "dismiss":
            dismiss(appointment=held, dismissal=dismissal(day), by=office, seen=held.updated_at)
        elif held is not None:
            entry = said(town, post, volunteer=held.volunteer, starts_on=held.starts_on)
            correct(appointment=held, entry=entry, by=office, seen=held.updated_at)
    except ValidationError:
        assert list(rows.values_list()) == before


def _only_one_a_day(town: Unit) -> None:
    for post in SINGLE_POSTS:
        spans = (
            Appointment.objects.filter(unit=town, post=post).order_by("starts_on").values_list("starts_on", "ends_on")
        )
        last: datetime.date | None = datetime.date.min
        for starts_on, ends_on in spans:
            assert last is not None
            assert last < starts_on
            last = ends_on
