"""The search for people, opened from the activity form: narrowed by it, filling its speakers, losing nothing."""

import datetime
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, ActivityDraft
from activities.services import choose_speaker, save_draft, submit_activity
from activities.services.drafts import MOST_VALUES
from orgs.models import User
from tests.activities.factories import World, an_entry, body, signed_in, typed_entry
from tests.factories import make_activity, make_speciality, make_volunteer
from volunteers.models import Availability, Volunteer

CREATE = "/activities/record/"


def search_url(draft: ActivityDraft) -> str:
    return reverse("activities:speaker_search", args=[draft.key])


def choose_url(draft: ActivityDraft) -> str:
    return reverse("activities:speaker_choose", args=[draft.key])


def make_draft(world: World, by: User | None = None, **fields: list[str]) -> ActivityDraft:
    draft = save_draft(by=by or world.secretary, key=uuid.uuid4(), fields={"name": ["法治讲座"], **fields})
    assert draft is not None
    return draft


def speakers_in(draft: ActivityDraft) -> list[str]:
    draft.refresh_from_db()
    return list(draft.fields.get("speakers", []))


def on_saturdays(person: Volunteer) -> Volunteer:
    Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
    return person


def test_the_button_keeps_what_is_typed_and_opens_the_search_for_that_time_and_place(world: World) -> None:
    typed = typed_entry(
        world, step="people", unit=world.village.code, held_on="2026-12-05", starts_at="14:30", others="很多"
    )
    response = signed_in(world.secretary).post(CREATE, typed)
    draft = ActivityDraft.objects.get()
    assert str(draft.key) == typed["key"]
    assert (draft.fields["others"], draft.fields["summary"]) == (["很多"], ["做了小水车"])
    address = urlsplit(response.headers["Location"])
    assert address.path == search_url(draft)
    assert parse_qs(address.query) == {"unit": [world.village.code], "on": ["2026-12-05"], "part": ["afternoon"]}
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("starts_at", "part"), [("09:00", ["morning"]), ("12:00", ["afternoon"]), ("18:00", ["evening"]), ("早上", None)]
)
def test_the_time_gives_the_part_of_the_day(world: World, starts_at: str, part: list[str] | None) -> None:
    response = signed_in(world.secretary).post(CREATE, typed_entry(world, step="people", starts_at=starts_at))
    assert parse_qs(urlsplit(response.headers["Location"]).query).get("part") == part


def test_the_theme_asks_for_its_specialities(world: World) -> None:
    law, mind = make_speciality("法治", position=1), make_speciality("心理", position=2)
    make_speciality("农技")
    world.theme.specialities.set([law, mind])
    client = signed_in(world.secretary)
    response = client.post(CREATE, typed_entry(world, step="people"))
    asked = parse_qs(urlsplit(response.headers["Location"]).query)
    assert asked["speciality"] == [str(law.pk), str(mind.pk)]
    able = on_saturdays(make_volunteer(world.village, mind, name="冯定国"))
    saturday = typed_entry(world, step="people", held_on="2025-12-06")
    page = client.post(CREATE, saturday, follow=True)
    assert [line.name for ring in page.context["rings"] for line in ring.lines] == [able.name]
    for forged in ("x", "9" * 30, "999999"):
        response = client.post(CREATE, typed_entry(world, step="people", theme=forged))
        assert "speciality" not in response.headers["Location"]


def test_what_is_not_typed_yet_narrows_nothing(world: World) -> None:
    response = signed_in(world.secretary).post(CREATE, {"key": str(uuid.uuid4()), "step": "people", "held_on": "明天"})
    assert parse_qs(urlsplit(response.headers["Location"]).query) == {"unit": [world.township.code]}


def test_without_javascript_people_are_added_and_stand_in_the_form(world: World) -> None:
    client = signed_in(world.secretary)
    first, second = (on_saturdays(make_volunteer(world.village, name=name)) for name in ("杜承志", "冯定国"))
    draft = make_draft(world, speakers=[str(first.pk)], place=["佛山社区"])
    page = body(client.get(search_url(draft), {"day": "6"}))
    assert 'aria-label="去掉 杜承志"' in page
    assert 'aria-label="加上 冯定国"' in page
    back = client.post(choose_url(draft), {"add": second.pk, "query": "day=6"})
    assert back.headers["Location"] == f"{search_url(draft)}?day=6#pick-{second.pk}"
    assert speakers_in(draft) == [str(first.pk), str(second.pk)]
    client.post(choose_url(draft), {"drop": first.pk})
    assert speakers_in(draft) == [str(second.pk)]
    form = body(client.get(f"{CREATE}?draft={draft.key}"))
    assert "移除 冯定国" in form
    assert "移除 杜承志" not in form
    assert 'value="佛山社区"' in form


def test_htmx_gets_the_bar_and_the_button_alone(world: World) -> None:
    person = make_volunteer(world.village, name="杜承志")
    draft = make_draft(world)
    part = body(signed_in(world.secretary).post(choose_url(draft), {"add": person.pk}, headers={"hx-request": "true"}))
    assert "主讲五老 1 人：杜承志" in part
    assert f'id="pick-{person.pk}" aria-label="去掉 杜承志" hx-swap-oob="outerHTML"' in part
    assert "<html" not in part


def test_the_added_are_the_speakers_of_what_is_submitted(world: World) -> None:
    client = signed_in(world.secretary)
    person = make_volunteer(world.village)
    typed = typed_entry(world, step="people")
    client.post(CREATE, typed)
    draft = ActivityDraft.objects.get()
    client.post(choose_url(draft), {"add": person.pk})
    client.post(CREATE, typed | {"step": "submit", "speakers": speakers_in(draft)})
    assert list(Activity.objects.get().speakers.all()) == [person]
    # Back in the browser, to the search of what has been submitted.
    sent = Activity.objects.get()
    assert client.get(search_url(draft)).headers["Location"] == reverse("activities:activity_detail", args=[sent.pk])


def test_a_change_of_an_activity_comes_back_to_its_form(world: World) -> None:
    client = signed_in(world.secretary)
    person = on_saturdays(make_volunteer(world.village, name="杜承志"))
    saturday = datetime.date(2025, 12, 6)
    activity = make_activity(world.township, recorded_by=world.secretary, held_on=saturday, speakers=[person])
    edit = reverse("activities:activity_edit", args=[activity.pk])
    client.post(edit, typed_entry(world, step="people", held_on=saturday, seen=activity.updated_at.isoformat()))
    draft = ActivityDraft.objects.get(activity=activity)
    found = client.get(search_url(draft), {"on": saturday.isoformat()})
    assert f'href="{edit}"' in body(found)
    # The activity itself does not take the day of its own speaker, nor does its draft.
    assert "当天已有安排" not in body(found)
    make_activity(world.township, held_on=saturday, speakers=[person])
    assert "当天已有安排" in body(client.get(search_url(draft), {"on": saturday.isoformat()}))


def test_the_draft_itself_takes_nobody_s_day(world: World) -> None:
    person = on_saturdays(make_volunteer(world.village))
    draft = make_draft(world, held_on=["2026-12-05"], speakers=[str(person.pk)])
    page = body(signed_in(world.secretary).get(search_url(draft), {"on": "2026-12-05"}))
    assert person.name in page
    assert "当天已有安排" not in page


def test_a_draft_is_its_writer_s_own(world: World) -> None:
    person = make_volunteer(world.village)
    draft = make_draft(world)
    for other in (world.colleague, world.stranger, world.office):
        assert signed_in(other).get(search_url(draft)).status_code == 404
        assert signed_in(other).post(choose_url(draft), {"add": person.pk}).status_code == 404
    assert signed_in(world.reader).get(search_url(draft)).status_code == 403
    assert signed_in(world.reader).post(choose_url(draft), {"add": person.pk}).status_code == 403
    assert speakers_in(draft) == []
    with pytest.raises(PermissionDenied):
        choose_speaker(draft=draft, by=world.colleague, person=person, chosen=True)


def test_somebody_of_another_branch_cannot_be_added(world: World) -> None:
    outside = make_volunteer(world.elsewhere, name="外乡人")
    draft = make_draft(world)
    assert signed_in(world.secretary).post(choose_url(draft), {"add": outside.pk}).status_code == 404
    with pytest.raises(PermissionDenied):
        choose_speaker(draft=draft, by=world.secretary, person=outside, chosen=True)
    assert speakers_in(draft) == []


@pytest.mark.parametrize("forged", ["", "x", "9" * 30, "-1", "٣"])
def test_what_is_no_person_changes_nothing(world: World, forged: str) -> None:
    draft = make_draft(world)
    assert signed_in(world.secretary).post(choose_url(draft), {"add": forged}).status_code in {302, 404}
    assert speakers_in(draft) == []


def test_wrong_methods(world: World) -> None:
    draft = make_draft(world)
    client = signed_in(world.secretary)
    assert client.get(choose_url(draft)).status_code == 405
    assert client.post(search_url(draft)).status_code == 405


def test_adding_twice_adds_once_and_there_is_an_end(world: World) -> None:
    person = make_volunteer(world.village)
    draft = make_draft(world)
    for _ in range(2):
        draft = choose_speaker(draft=draft, by=world.secretary, person=person, chosen=True)
    assert speakers_in(draft) == [str(person.pk)]
    full = make_draft(world, speakers=[str(10**9 + number) for number in range(MOST_VALUES)])
    with pytest.raises(ValidationError):
        choose_speaker(draft=full, by=world.secretary, person=person, chosen=True)
    refused = signed_in(world.secretary).post(choose_url(full), {"add": person.pk}, headers={"hx-request": "true"})
    assert f"最多 {MOST_VALUES} 位主讲" in body(refused)
    assert f'aria-label="加上 {person.name}"' in body(refused)


def test_what_others_typed_meanwhile_in_the_same_draft_stays(world: World) -> None:
    person = make_volunteer(world.village)
    stale = make_draft(world)
    save_draft(by=world.secretary, key=stale.key, fields={"name": ["改过的名称"], "young_people": ["38"]})
    choose_speaker(draft=stale, by=world.secretary, person=person, chosen=True)
    stale.refresh_from_db()
    assert stale.fields == {"name": ["改过的名称"], "young_people": ["38"], "speakers": [str(person.pk)]}


def test_a_draft_that_went_meanwhile_is_said_to_be_gone(world: World) -> None:
    draft = make_draft(world)
    ActivityDraft.objects.all().delete()
    with pytest.raises(ValidationError, match="这份草稿已经上报或删除"):
        choose_speaker(draft=draft, by=world.secretary, person=make_volunteer(world.village), chosen=True)


def test_a_submitted_draft_takes_nobody_any_more(world: World) -> None:
    person = make_volunteer(world.village)
    draft = make_draft(world)
    submit_activity(by=world.secretary, unit=world.township, entry=an_entry(world), key=draft.key)
    assert signed_in(world.secretary).post(choose_url(draft), {"add": person.pk}).status_code == 404


def test_queries_do_not_grow_with_the_chosen(world: World, django_assert_max_num_queries: Any) -> None:
    client: Client = signed_in(world.secretary)
    draft = make_draft(world, held_on=["2026-12-05"])

    def queries_with_more(count: int) -> int:
        for _ in range(count):
            person = on_saturdays(make_volunteer(world.village))
            choose_speaker(draft=draft, by=world.secretary, person=person, chosen=True)
        with django_assert_max_num_queries(25) as counted:
            client.get(search_url(draft), {"on": "2026-12-05"})
        return len(counted)

    queries_with_more(1)
    assert queries_with_more(1) == queries_with_more(2)


def test_a_talk_is_recorded_from_the_page_of_who_gave_it(world: World) -> None:
    person, other = make_volunteer(world.village, name="马俊"), make_volunteer(world.elsewhere, name="外人")
    left = make_volunteer(world.village, status="left", left_on=timezone.localdate())
    client = signed_in(world.secretary)
    link = f"{reverse('activities:activity_create')}?speaker={person.pk}"
    assert link in body(client.get(f"/volunteers/{person.pk}/"))
    assert "?speaker=" not in body(client.get(f"/volunteers/{left.pk}/"))
    assert "马俊" in body(client.get(link))
    # Somebody of another roster, and what is no key, is nobody.
    assert "外人" not in body(client.get(f"{reverse('activities:activity_create')}?speaker={other.pk}"))
    assert client.get(f"{reverse('activities:activity_create')}?speaker=x%00").status_code == 200
