"""Drafts of the form, and the search for people and units inside it."""

import datetime
import re
import uuid
from typing import Any

from django.urls import reverse

from activities.models import Activity, ActivityDraft
from activities.services import save_draft
from orgs.models import User
from tests.activities.factories import World, signed_in, typed_entry
from tests.factories import make_activity, make_county, make_unit, make_volunteer

CREATE = "/activities/record/"
SAVE = "/activities/drafts/save/"


def send(user: User, world: World, url: str = CREATE, **changes: Any) -> Any:
    return signed_in(user).post(url, typed_entry(world, **changes))


def body(response: Any) -> str:
    return str(response.content.decode())


def edit_url(activity: Activity) -> str:
    return reverse("activities:activity_edit", args=[activity.pk])


def own_activity(world: World, **fields: Any) -> Activity:
    return make_activity(world.township, recorded_by=world.secretary, theme=world.theme, **fields)


# Drafts


def test_what_is_typed_is_saved_as_it_is(world: World) -> None:
    typed = typed_entry(world, name="", held_on="", young_people="三十八")
    answer = signed_in(world.secretary).post(SAVE, typed)
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved"])
    page = body(signed_in(world.secretary).get(f"{CREATE}?draft={typed['key']}"))
    assert 'value="三十八"' in page
    assert "做了小水车" in page
    assert f'name="key" value="{typed["key"]}"' in page
    assert "<title>错误" not in page
    assert not Activity.objects.exists()


def test_a_draft_is_nobody_elses(world: World) -> None:
    key = uuid.uuid4()
    save_draft(by=world.secretary, key=key, fields={"name": ["我的草稿"]})
    for other in (world.colleague, world.office, world.stranger):
        client = signed_in(other)
        assert client.get(f"{CREATE}?draft={key}").status_code == 404
        assert client.post(reverse("activities:draft_discard", args=[key])).status_code == 404
        assert "我的草稿" not in body(client.get(reverse("activities:draft_list")))
    assert "我的草稿" in body(signed_in(world.secretary).get(reverse("activities:draft_list")))
    signed_in(world.secretary).post(reverse("activities:draft_discard", args=[key]))
    assert not ActivityDraft.objects.exists()


def test_the_draft_button_works_without_javascript(world: World) -> None:
    response = signed_in(world.secretary).post(CREATE, typed_entry(world, step="draft", held_on=""), follow=True)
    draft = ActivityDraft.objects.get()
    assert response.redirect_chain == [(f"{CREATE}?draft={draft.key}", 302)]
    assert "草稿已保存" in body(response)
    send(world.secretary, world, key=str(draft.key))
    assert Activity.objects.count() == 1
    assert not ActivityDraft.objects.exists()


def test_a_save_after_submission_says_so(world: World) -> None:
    typed = typed_entry(world)
    client = signed_in(world.secretary)
    client.post(CREATE, typed)
    assert client.post(SAVE, typed).status_code == 409
    assert client.post(CREATE, {**typed, "step": "draft"})["Location"] == f"/activities/{Activity.objects.get().pk}/"
    assert client.post(SAVE, {**typed, "key": "no key"}).status_code == 400
    assert not ActivityDraft.objects.exists()


def test_changes_to_an_activity_are_kept_as_a_draft_until_given_up(world: World) -> None:
    activity = own_activity(world)
    client = signed_in(world.secretary)
    client.post(SAVE, typed_entry(world, activity=str(activity.pk), name="改了一半"))
    page = body(client.get(edit_url(activity)))
    assert "改了一半" in page
    assert "还没有上报的修改" in page
    draft = ActivityDraft.objects.get()
    assert client.get(f"{CREATE}?draft={draft.key}")["Location"] == edit_url(activity)
    client.post(reverse("activities:draft_discard", args=[draft.key]))
    assert "改了一半" not in body(client.get(edit_url(activity)))
    assert signed_in(world.stranger).post(SAVE, typed_entry(world, activity=str(activity.pk))).status_code == 404


def test_a_draft_keeps_only_the_fields_of_the_form(world: World) -> None:
    signed_in(world.secretary).post(SAVE, typed_entry(world, child_name="李小明", find_speakers="杜"))
    assert "李小明" not in str(ActivityDraft.objects.get().fields)
    assert "find_speakers" not in ActivityDraft.objects.get().fields


# Searching people and units


def picker(user: User, world: World, htmx_target: str = "", trigger: str = "", **changes: Any) -> str:
    headers = {"HX-Request": "true", "HX-Target": htmx_target, "HX-Trigger-Name": trigger} if htmx_target else {}
    response = signed_in(user).post(CREATE, typed_entry(world, **changes), headers=headers)
    assert response.status_code == 200
    return body(response)


def test_speakers_are_found_by_a_plain_button_in_ones_own_branch(world: World) -> None:
    own = make_volunteer(world.village, name="杜承志", phone="13800002046")
    make_volunteer(world.elsewhere, name="杜外乡")
    page = picker(world.secretary, world, step="find_speakers", find_speakers="杜")
    assert f'name="add_speakers" value="{own.pk}"' in page
    assert "杜外乡" not in page
    assert "2046" not in page
    assert "<title>错误" not in page
    page = picker(world.secretary, world, step="find_speakers", find_speakers="du")
    assert "杜承志" in page
    assert "名册里没有这样的人" in picker(world.secretary, world, step="find_speakers", find_speakers="没有")


def test_a_zero_byte_is_no_server_error(world: World) -> None:
    assert "没有这样的人" in picker(world.secretary, world, step="find_speakers", find_speakers="没\x00有")
    answer = signed_in(world.secretary).post(SAVE, typed_entry(world, name="周\x00末"))
    assert answer.status_code == 200
    assert ActivityDraft.objects.get().name == "周末"


def test_who_left_the_roster_is_not_found(world: World) -> None:
    make_volunteer(world.village, name="杜承志", status="left", left_on=datetime.date(2024, 1, 1))
    assert "杜承志" not in picker(world.secretary, world, step="find_speakers", find_speakers="杜")


def test_chips_come_and_go_and_nothing_else_is_lost(world: World) -> None:
    speaker = make_volunteer(world.village, name="杜承志")
    chip = f'<input type="hidden" name="speakers" value="{speaker.pk}">'
    page = picker(world.secretary, world, step="", add_speakers=str(speaker.pk))
    assert chip in page
    assert "做了小水车" in page
    page = picker(world.secretary, world, step="", speakers=[speaker.pk], drop_speakers=str(speaker.pk))
    assert chip not in page
    assert "做了小水车" in page


def test_htmx_gets_the_field_alone(world: World) -> None:
    make_volunteer(world.village, name="杜承志")
    part = picker(world.secretary, world, "found-speakers", trigger="find_speakers", find_speakers="杜")
    assert part.lstrip().startswith('<div class="field" id="field-speakers">')
    assert "杜承志" in part
    assert "<html" not in part


def test_enter_in_a_search_box_searches_and_elsewhere_saves_a_draft(world: World) -> None:
    make_volunteer(world.village, name="杜承志")
    assert "杜承志" in picker(world.secretary, world, step="enter", find_speakers="杜")
    assert not ActivityDraft.objects.exists()
    assert send(world.secretary, world, step="enter").status_code == 302
    assert ActivityDraft.objects.exists()


def test_co_hosts_are_found_in_the_whole_county_without_the_host(world: World) -> None:
    make_unit(make_county("510823", "剑阁县"), name="亭外镇")
    page = picker(world.secretary, world, step="find_co_hosts", find_co_hosts="镇")
    assert f'name="add_co_hosts" value="{world.elsewhere.pk}"' in page
    assert f'name="add_co_hosts" value="{world.township.pk}"' not in page
    assert "亭外镇" not in page


def test_an_activity_s_number_that_nobody_has_is_no_server_error(world: World) -> None:
    for number in ("9" * 30, "9" * 5000, "x"):
        sent = {**typed_entry(world), "key": str(uuid.uuid4()), "activity": number}
        assert signed_in(world.secretary).post(SAVE, sent).status_code == 404
