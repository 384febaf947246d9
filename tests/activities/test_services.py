"""Submitting, changing, sending back and archiving; drafts; meetings and papers."""

import datetime
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from activities.enums import ActivityState, PaperState
from activities.models import Activity, ActivityDraft
from activities.services import (
    MeetingEntry,
    accept_activity,
    activity_number,
    discard_draft,
    return_activity,
    save_draft,
    save_meeting,
    save_paper,
    submit_activity,
    update_activity,
)
from guanai.edits import NEVER, ChangedError
from orgs.models import Unit, User
from tests.activities.factories import World, an_entry, make_world
from tests.factories import make_county, make_unit, make_venue, make_volunteer


def submitted(world: World, **changes: object) -> Activity:
    return submit_activity(by=world.secretary, unit=world.township, entry=an_entry(world, **changes))


def test_a_submitted_activity_has_a_number_and_counts(world: World) -> None:
    activity = submitted(world)
    year = activity.held_on.year
    assert activity.number == f"510824125-H{year}-0001"
    assert activity.state == ActivityState.SUBMITTED
    assert activity.recorded_by == world.secretary
    assert Activity.objects.counted().held_in(year).in_branch(world.county).get() == activity


def test_numbers_run_by_unit_and_by_the_year_of_the_day(world: World) -> None:
    may, june, last_year = (datetime.date(*day) for day in ((2025, 5, 20), (2025, 6, 1), (2024, 12, 31)))
    numbers = [submitted(world, held_on=day).number for day in (may, june, last_year)]
    assert numbers == ["510824125-H2025-0001", "510824125-H2025-0002", "510824125-H2024-0001"]
    village = submit_activity(by=world.secretary, unit=world.village, entry=an_entry(world, held_on=may))
    assert village.number == "510824125209-H2025-0001"


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("510824125000", "510824125-H2026-0021"),
        ("510824125209", "510824125209-H2026-0021"),
        ("510824", "510824-H2026-0021"),
        ("510824D01", "510824D01-H2026-0021"),
    ],
)
def test_a_number_starts_with_the_units_code(code: str, number: str) -> None:
    assert activity_number(code, 2026, 21) == number


def test_the_same_form_sent_twice_is_one_activity(world: World) -> None:
    key = uuid.uuid4()
    save_draft(by=world.secretary, key=key, fields={"name": ["周末"]})
    first = submit_activity(by=world.secretary, unit=world.township, entry=an_entry(world), key=key)
    second = submit_activity(by=world.secretary, unit=world.township, entry=an_entry(world), key=key)
    assert first.pk == second.pk
    assert Activity.objects.count() == 1
    assert not ActivityDraft.objects.exists()


def test_relations_are_written(world: World) -> None:
    speaker, venue = make_volunteer(world.village), make_venue(world.village)
    activity = submitted(world, speakers=[speaker], co_hosts=[world.elsewhere], venue=venue)
    assert list(activity.speakers.all()) == [speaker]
    assert list(activity.co_hosts.all()) == [world.elsewhere]
    assert activity.where == venue.name


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"young_people": 38, "in_need": 45}, "in_need", "其中留守、困境 45，比青少年 38 还多。"),
        ({"young_people": 20_001, "in_need": 0}, "young_people", "20,001 人次太多了"),
        ({"others": 20_001}, "others", "最多 20,000"),
        ({"held_on": datetime.date(2999, 1, 1)}, "held_on", "2999-01-01 还没有到"),
        ({"held_on": datetime.date(1899, 1, 1)}, "held_on", "1899 年太早了"),
        ({"sessions": 0}, "sessions", "至少 1 场"),
        ({"sessions": 51}, "sessions", "51 场太多了"),
        ({"starts_at": datetime.time(10), "ends_at": datetime.time(9, 30)}, "ends_at", "结束时间 09:30"),
        ({"ends_at": datetime.time(9, 30)}, "starts_at", "把开始时间也填上"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(
    world: World, changes: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        submitted(world, **changes)
    assert words in refused.value.message_dict[field][0]
    assert not Activity.objects.exists()


def test_nobody_records_for_a_unit_outside_their_branch(world: World) -> None:
    for unit in (world.elsewhere, world.county):
        with pytest.raises(PermissionDenied):
            submit_activity(by=world.secretary, unit=unit, entry=an_entry(world))
    with pytest.raises(PermissionDenied):
        submit_activity(by=world.reader, unit=world.township, entry=an_entry(world))
    assert not Activity.objects.exists()


def test_a_closed_unit_takes_no_new_record(world: World) -> None:
    Unit.objects.filter(pk=world.village.pk).update(closed_on=timezone.localdate())
    world.village.refresh_from_db()
    with pytest.raises(ValidationError, match="已撤销"):
        submit_activity(by=world.secretary, unit=world.village, entry=an_entry(world))


def test_forged_people_units_and_venues_are_refused(world: World) -> None:
    other_county = make_county("510823", "剑阁县")
    forged: list[dict[str, Any]] = [
        {"speakers": [make_volunteer(world.elsewhere)]},
        {"co_hosts": [make_unit(other_county)]},
        {"co_hosts": [world.township]},
        {"venue": make_venue(world.elsewhere)},
    ]
    for changes in forged:
        with pytest.raises(PermissionDenied):
            submitted(world, **changes)
    assert not Activity.objects.exists()


def test_a_colleague_keeps_the_speaker_that_the_county_chose(world: World) -> None:
    guest = make_volunteer(world.elsewhere)
    activity = submit_activity(
        by=world.office, unit=world.township, entry=an_entry(world, speakers=[guest], venue=make_venue(world.elsewhere))
    )
    changed = update_activity(
        activity=activity,
        by=world.secretary,
        entry=an_entry(world, speakers=[guest], venue=activity.venue, others=9),
        seen=activity.updated_at,
    )
    assert changed.others == 9
    assert list(changed.speakers.all()) == [guest]


def test_a_returned_activity_counts_again_after_it_is_put_right(world: World) -> None:
    activity = submitted(world)
    returned = return_activity(activity=activity, by=world.office, note=" 人数请核对 ", seen=activity.updated_at)
    assert (returned.state, returned.return_note, returned.reviewed_by) == (
        ActivityState.RETURNED,
        "人数请核对",
        world.office,
    )
    assert not Activity.objects.counted().exists()
    again = update_activity(
        activity=returned, by=world.colleague, entry=an_entry(world, others=6), seen=returned.updated_at
    )
    assert (again.state, again.return_note, again.number) == (ActivityState.SUBMITTED, "", activity.number)
    assert again.updated_by == world.colleague
    assert Activity.objects.counted().count() == 1


def test_a_return_needs_its_reason(world: World) -> None:
    activity = submitted(world)
    with pytest.raises(ValidationError, match="退回原因"):
        return_activity(activity=activity, by=world.office, note="  ", seen=activity.updated_at)


def test_an_archived_activity_stays_as_it_is(world: World) -> None:
    activity = submitted(world)
    accepted = accept_activity(activity=activity, by=world.office, seen=activity.updated_at)
    assert (accepted.state, accepted.reviewed_by) == (ActivityState.ACCEPTED, world.office)
    with pytest.raises(ValidationError, match="已归档"):
        update_activity(activity=activity, by=world.secretary, entry=an_entry(world), seen=accepted.updated_at)
    with pytest.raises(ValidationError, match="不用再审核"):
        return_activity(activity=activity, by=world.office, note="晚了", seen=accepted.updated_at)


def test_nobody_reviews_their_own(world: World) -> None:
    own = submit_activity(by=world.office, unit=world.county, entry=an_entry(world))
    assert own.state == ActivityState.SUBMITTED
    with pytest.raises(ValidationError, match="自己记的活动"):
        accept_activity(activity=own, by=world.office, seen=own.updated_at)


@pytest.mark.parametrize("who", ["secretary", "reader", "stranger"])
def test_only_a_reviewer_of_the_branch_archives(world: World, who: str) -> None:
    activity = submitted(world)
    with pytest.raises(PermissionDenied):
        accept_activity(activity=activity, by=getattr(world, who), seen=activity.updated_at)


@pytest.mark.parametrize("who", ["stranger", "reader", "clerk"])
def test_nobody_else_changes_it(world: World, who: str) -> None:
    activity = submitted(world)
    with pytest.raises(PermissionDenied):
        update_activity(activity=activity, by=getattr(world, who), entry=an_entry(world), seen=activity.updated_at)


def test_nothing_is_overwritten_silently(world: World) -> None:
    activity = submitted(world)
    opened = activity.updated_at
    update_activity(activity=activity, by=world.colleague, entry=an_entry(world, others=7), seen=opened)
    with pytest.raises(ChangedError) as refused:
        update_activity(activity=activity, by=world.secretary, entry=an_entry(world, others=8), seen=opened)
    assert refused.value.by == world.colleague
    with pytest.raises(ChangedError):
        accept_activity(activity=activity, by=world.office, seen=opened)
    activity.refresh_from_db()
    assert (activity.others, activity.state) == (7, ActivityState.SUBMITTED)


def test_a_draft_is_kept_as_typed_and_is_ones_own(world: World) -> None:
    key = uuid.uuid4()
    draft = save_draft(by=world.secretary, key=key, fields={"name": ["周"], "in_need": ["四十五"]})
    again = save_draft(by=world.secretary, key=key, fields={"name": ["周末"], "summary": ["长" * 3_000]})
    assert draft is not None
    assert again is not None
    assert again.pk == draft.pk
    assert again.fields == {"name": ["周末"], "summary": ["长" * 2_000]}
    with pytest.raises(PermissionDenied):
        discard_draft(draft=again, by=world.colleague)
    discard_draft(draft=again, by=world.secretary)
    assert not ActivityDraft.objects.exists()


def test_a_late_save_leaves_no_draft_of_what_was_submitted(world: World) -> None:
    key = uuid.uuid4()
    submit_activity(by=world.secretary, unit=world.township, entry=an_entry(world), key=key)
    assert save_draft(by=world.secretary, key=key, fields={"name": ["周末"]}) is None
    assert not ActivityDraft.objects.exists()


def test_an_edit_has_one_draft_a_person_until_it_is_saved(world: World) -> None:
    activity = submitted(world)
    for _ in range(2):
        save_draft(by=world.secretary, key=uuid.uuid4(), fields={"name": ["改"]}, activity=activity)
    assert ActivityDraft.objects.get().activity == activity
    update_activity(activity=activity, by=world.secretary, entry=an_entry(world), seen=activity.updated_at)
    assert not ActivityDraft.objects.exists()
    with pytest.raises(PermissionDenied):
        save_draft(by=world.stranger, key=uuid.uuid4(), fields={}, activity=activity)


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    """Run `work` in so many threads at once, each with a connection of its own."""
    start, results = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            start.wait(timeout=10)
            results.append(work(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double_under_threads() -> None:
    world = make_world()
    users = [User.objects.get(pk=user.pk) for user in (world.secretary, world.colleague, world.office)]

    def record(number: int) -> list[str]:
        by = User.objects.get(pk=users[number % 3].pk)
        return [submit_activity(by=by, unit=world.township, entry=an_entry(world)).number for _ in range(5)]

    in_threads(6, record)
    numbers = sorted(Activity.objects.values_list("number", flat=True))
    assert [int(number[-4:]) for number in numbers] == list(range(1, 31))


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_is_one_activity_even_at_the_same_time() -> None:
    world, key = make_world(), uuid.uuid4()

    def tap(number: int) -> int:
        by = User.objects.get(pk=world.secretary.pk)
        return submit_activity(by=by, unit=world.township, entry=an_entry(world), key=key).pk

    assert len(set(in_threads(4, tap))) == 1
    assert Activity.objects.count() == 1


def test_a_meeting_is_recorded_for_ones_branch_only(world: World) -> None:
    entry = MeetingEntry(kind="hearing", name="党委听取汇报", held_on=timezone.localdate(), attendance=9)
    meeting = save_meeting(by=world.secretary, unit=world.village, entry=entry)
    assert (meeting.unit, meeting.attendance) == (world.village, 9)
    with pytest.raises(PermissionDenied):
        save_meeting(by=world.stranger, unit=world.village, entry=entry, meeting=meeting)
    late = MeetingEntry(kind="meeting", name="明年例会", held_on=datetime.date(2999, 1, 1))
    with pytest.raises(ValidationError, match="还没有到"):
        save_meeting(by=world.secretary, unit=world.village, entry=late)


def test_a_paper_is_filed_once_it_has_a_text(world: World) -> None:
    year = timezone.localdate().year
    mine: dict[str, Any] = {"by": world.secretary, "unit": world.township, "kind": "plan", "seen": NEVER}
    with pytest.raises(ValidationError, match="正文是空的"):
        save_paper(**mine, year=year, text=" ", file_it=True)
    draft = save_paper(**mine, year=year, text="一", file_it=False)
    assert (draft.state, draft.filed_on) == (PaperState.DRAFT, None)
    filed = save_paper(**mine | {"seen": draft.updated_at}, year=year, text="一二", file_it=True)
    assert (filed.pk, filed.state, filed.filed_on) == (draft.pk, PaperState.FILED, timezone.localdate())
    with pytest.raises(PermissionDenied):
        save_paper(**mine | {"by": world.stranger}, year=year, text="三", file_it=True)
    with pytest.raises(ValidationError, match="还没有到"):
        save_paper(**mine, year=year + 1, text="三", file_it=True)
