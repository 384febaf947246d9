"""The form: recording, changing, drafts, searches, carrying over, what it refuses."""

import datetime
import gzip
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.enums import ActivityState
from activities.models import Activity, Partner
from activities.services import save_draft
from orgs.enums import Role
from orgs.models import User
from tests.activities.factories import World, signed_in, typed_entry
from tests.factories import (
    make_activity,
    make_county,
    make_member,
    make_programme,
    make_theme,
    make_unit,
    make_venue,
    make_volunteer,
)

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


def test_a_sent_form_is_an_activity_that_counts(world: World) -> None:
    speaker, venue = make_volunteer(world.village), make_venue(world.village, name="佛山社区阳光驿站")
    response = signed_in(world.secretary).post(
        CREATE, typed_entry(world, speakers=[speaker.pk], co_hosts=[world.elsewhere.pk], sessions="3"), follow=True
    )
    activity = Activity.objects.counted().get()
    assert response.redirect_chain == [(f"/activities/{activity.pk}/", 302)]
    assert f"已上报，编号 {activity.number}。" in body(response)
    assert (activity.unit, activity.venue, activity.sessions) == (world.township, venue, 3)
    assert list(activity.speakers.all()) == [speaker]
    assert list(activity.co_hosts.all()) == [world.elsewhere]


def test_the_rest_of_the_form_is_stored(world: World) -> None:
    programme, partner = make_programme(), Partner.objects.create(name="司法局")
    send(
        world.secretary,
        world,
        unit=world.village.code,
        form="contest",
        starts_at="09:00",
        ends_at="11:30",
        host_person="何主持",
        programmes=[programme.pk],
        partners=[partner.pk],
        cost="350.50",
        media_link="https://example.org/a",
    )
    activity = Activity.objects.get()
    assert activity.unit == world.village
    assert (activity.form, activity.host_person, str(activity.cost)) == ("contest", "何主持", "350.50")
    assert (activity.starts_at, activity.ends_at) == (datetime.time(9), datetime.time(11, 30))
    assert (list(activity.programmes.all()), list(activity.partners.all())) == ([programme], [partner])


def test_a_wrong_entry_is_kept_and_explained_at_the_field(world: World) -> None:
    response = send(world.secretary, world, young_people="38", in_need="45", name="")
    page = body(response)
    assert response.status_code == 200
    assert "<title>错误：" in page
    assert page.count("其中留守、困境 45，比青少年 38 还多。") == 2
    assert "请填写活动名称" in page
    assert 'value="45"' in page
    assert "做了小水车" in page
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"young_people": ""}, "请填写青少年人次，没有就填 0"),
        ({"young_people": "很多"}, "请填整数"),
        ({"others": "-1"}, "不能小于 0"),
        ({"held_on": "2999-01-01"}, "2999-01-01 还没有到"),
        ({"held_on": "昨天"}, "这样的日期"),
        ({"theme": "999999"}, "没有这个主题"),
        ({"media_link": "不是网址"}, "请填完整的网址"),
        ({"cost": "三百"}, "请填数字"),
        ({"sessions": "0"}, "至少 1 场"),
    ],
)
def test_plain_words_for_what_cannot_be(world: World, changes: dict[str, str], words: str) -> None:
    assert words in body(send(world.secretary, world, **changes))
    assert not Activity.objects.exists()


def test_forged_ids_are_refused_and_the_entry_kept(world: World) -> None:
    stranger = make_volunteer(world.elsewhere, name="不该出现")
    far_unit = make_unit(make_county("510823", "剑阁县"), name="不该出现镇")
    forged: list[tuple[dict[str, Any], str]] = [
        ({"speakers": [stranger.pk]}, "不在您能看到的五老名册里"),
        ({"co_hosts": [far_unit.pk]}, "协办单位要选本县的其他单位"),
        ({"unit": world.elsewhere.code}, "只能替自己的单位"),
        ({"unit": "510824"}, "只能替自己的单位"),
        ({"speakers": ["x"]}, "不在您能看到的五老名册里"),
    ]
    for changes, words in forged:
        page = body(send(world.secretary, world, **changes))
        assert words in page
        assert "不该出现" not in page
        assert "做了小水车" in page
    assert not Activity.objects.exists()


def test_a_venue_of_another_branch_stays_a_name(world: World) -> None:
    make_venue(world.elsewhere, name="红军渡纪念馆")
    send(world.secretary, world, place="红军渡纪念馆")
    activity = Activity.objects.get()
    assert (activity.venue, activity.place) == (None, "红军渡纪念馆")
    assert (
        "红军渡纪念馆" not in body(signed_in(world.secretary).get(CREATE)).split("<datalist")[1].split("</datalist")[0]
    )


def test_the_double_tap_makes_one_activity(world: World) -> None:
    typed = typed_entry(world)
    client = signed_in(world.secretary)
    first, second = client.post(CREATE, typed), client.post(CREATE, typed)
    assert first["Location"] == second["Location"]
    assert Activity.objects.count() == 1


def test_a_reader_may_not_record(world: World) -> None:
    assert signed_in(world.reader).get(CREATE).status_code == 403
    assert send(world.reader, world).status_code == 403
    assert signed_in(world.reader).post(SAVE, typed_entry(world)).status_code == 403


def test_write_views_answer_405_to_the_wrong_method(world: World) -> None:
    draft = save_draft(by=world.secretary, key=uuid.uuid4(), fields={})
    assert draft is not None
    client = signed_in(world.secretary)
    assert client.put(CREATE).status_code == 405
    assert client.delete(edit_url(own_activity(world))).status_code == 405
    assert client.get(SAVE).status_code == 405
    assert client.get(reverse("activities:draft_discard", args=[draft.key])).status_code == 405


def test_a_colleague_edits_a_stranger_does_not_see_a_reader_only_reads(world: World) -> None:
    activity = own_activity(world)
    typed = typed_entry(world, seen=activity.updated_at.isoformat(), others="9")
    url = edit_url(activity)
    assert signed_in(world.stranger).post(url, typed).status_code == 404
    assert signed_in(world.stranger).get(url).status_code == 404
    assert signed_in(world.reader).post(url, typed).status_code == 403
    assert signed_in(world.clerk).get(url).status_code == 404
    assert signed_in(world.colleague).post(url, typed).status_code == 302
    activity.refresh_from_db()
    assert (activity.others, activity.updated_by) == (9, world.colleague)


def test_a_co_host_sees_it_but_may_not_change_it(world: World) -> None:
    activity = own_activity(world, co_hosts=[world.elsewhere])
    client = signed_in(world.stranger)
    assert client.get(reverse("activities:activity_detail", args=[activity.pk])).status_code == 200
    assert client.get(edit_url(activity)).status_code == 403
    typed = typed_entry(world, seen=activity.updated_at.isoformat())
    assert client.post(edit_url(activity), typed).status_code == 403
    assert client.post(SAVE, {**typed, "activity": activity.pk}).status_code == 403


def test_a_late_writer_is_told_who_was_first(world: World) -> None:
    activity = own_activity(world)
    opened = activity.updated_at.isoformat()
    send(world.colleague, world, edit_url(activity), seen=opened, others="7")
    response = send(world.secretary, world, edit_url(activity), seen=opened, others="8")
    page = body(response)
    assert "此记录已被 任素芳 于" in page
    assert 'value="8"' in page
    activity.refresh_from_db()
    assert activity.others == 7
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    send(world.secretary, world, edit_url(activity), seen=seen[1].replace("&#x2B;", "+"), others="8")
    activity.refresh_from_db()
    assert activity.others == 8


def test_a_sent_back_activity_is_submitted_again(world: World) -> None:
    activity = own_activity(world, state=ActivityState.RETURNED, return_note="人数请核对", reviewed_by=world.office)
    page = body(signed_in(world.secretary).get(edit_url(activity)))
    assert "人数请核对" in page
    send(world.secretary, world, edit_url(activity), seen=activity.updated_at.isoformat())
    activity.refresh_from_db()
    assert (activity.state, activity.return_note) == (ActivityState.SUBMITTED, "")


def test_an_archived_activity_cannot_be_opened_for_change(world: World) -> None:
    activity = own_activity(world, state=ActivityState.ACCEPTED)
    response = signed_in(world.secretary).get(edit_url(activity), follow=True)
    assert "已归档，不能再改" in body(response)


# Carrying over


def carried(world: World) -> Activity:
    return own_activity(
        world,
        name="周末趣味课堂（第 18 期）",
        young_people=77,
        in_need=11,
        held_on=datetime.date(2025, 11, 14),
        speakers=[make_volunteer(world.village, name="杜承志")],
        co_hosts=[world.elsewhere],
    )


def test_the_last_activity_is_offered(world: World) -> None:
    carried(world)
    page = body(signed_in(world.secretary).get(CREATE))
    assert "上次是 11月14日《周末趣味课堂（第 18 期）》" in page
    assert 'name="step" value="like">沿用上次</button>' in page


def test_the_chosen_unit_is_offered_its_own_last_activity_and_keeps_it(world: World) -> None:
    carried(world)
    make_activity(world.village, theme=world.theme, name="村里的读书会", recorded_by=world.secretary)
    client, chosen = signed_in(world.secretary), {"unit": world.village.code}
    page = body(client.post(CREATE, {**chosen, "step": "unit"}))
    assert "《村里的读书会》" in page
    assert "第 18 期" not in page
    assert f'主办：<span id="host">{world.village.committee_name}</span>' in page
    page = body(client.post(CREATE, {**chosen, "step": "like", "place": "村口"}))
    assert "已沿用" in page
    assert 'value="村里的读书会"' in page
    assert 'value="村口"' in page
    assert f'<option value="{world.village.code}" selected>' in page


def test_carried_fields_are_marked_dates_and_counts_are_not_carried(world: World) -> None:
    last = carried(world)
    page = body(signed_in(world.secretary).get(f"{CREATE}?like={last.pk}"))
    assert "已沿用 11月14日《周末趣味课堂（第 18 期）》的 6 项" in page
    assert page.count('<span class="kept">沿用</span>') == 6
    assert "杜承志" in page
    assert 'value="77"' not in page
    assert "2025-11-14" not in page


def test_an_edited_field_loses_its_mark_and_undo_drops_the_others(world: World) -> None:
    last = carried(world)
    typed = {"like": str(last.pk), "theme": str(world.theme.pk), "place": last.place, "form": last.form}
    page = body(send(world.secretary, world, **typed, in_need="99"))
    assert page.count('<span class="kept">沿用</span>') == 3
    page = body(send(world.secretary, world, **typed, step="undo"))
    assert "沿用</span>" not in page
    assert last.place not in page
    assert "周末趣味课堂（第 19 期）" in page
    assert 'value="38"' in page


def test_nobody_carries_over_what_they_may_not_see(world: World) -> None:
    last = carried(world)
    last.co_hosts.clear()
    assert signed_in(world.stranger).get(f"{CREATE}?like={last.pk}").status_code == 404
    assert send(world.stranger, world, like=str(last.pk)).status_code == 404


# The page itself


def full_county(world: World) -> None:
    for number in range(30):
        township = make_unit(world.county, name=f"第{number}乡镇")
        for village in range(4):
            make_unit(township, name=f"{number}之{village}村村民委员会")
        make_venue(township)
    for _ in range(10):
        make_theme()
        make_programme()


def test_the_form_is_small_even_for_the_county(world: World) -> None:
    full_county(world)
    make_activity(world.county, recorded_by=world.office, theme=world.theme)
    response = signed_in(world.office).get(CREATE)
    assert len(gzip.compress(response.content)) <= 25 * 1024


def test_at_most_ten_fields_are_open(world: World) -> None:
    page = body(signed_in(world.secretary).get(CREATE))
    form = page.split('id="activity-form"')[1].split("</form>")[0]
    open_part = re.sub(r"<details.*?</details>", "", form, flags=re.S)
    inputs = re.findall(r"<(?:input|select|textarea)\b[^>]*>", open_part)
    visible = [tag for tag in inputs if 'type="hidden"' not in tag]
    pickers = open_part.count('id="field-')
    assert len(visible) + pickers <= 10


def queries_of(client: Client, url: str, django_assert_max_num_queries: Any) -> int:
    with django_assert_max_num_queries(100) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_form_asks_as_often_for_a_small_branch_as_for_a_large_one(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world.office)
    make_activity(world.county, recorded_by=world.office, theme=world.theme)
    client.get(CREATE)
    small = queries_of(client, CREATE, django_assert_max_num_queries)
    full_county(world)
    assert queries_of(client, CREATE, django_assert_max_num_queries) == small


def test_a_clerk_records_for_the_village_alone(world: World) -> None:
    page = body(signed_in(world.clerk).get(CREATE))
    assert "主办：长江村关工委" in page
    assert "替村（社区）记" not in page
    signed_in(world.clerk).post(CREATE, typed_entry(world, unit=world.village.code))
    assert Activity.objects.get().unit == world.village


def test_a_role_that_ended_records_nothing(world: World) -> None:
    user = make_member(world.township, Role.SECRETARY)
    user.memberships.update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    assert send(user, world).status_code == 403


def test_a_speaker_of_another_branch_is_masked_in_the_form_as_on_the_page(world: World) -> None:
    stranger = make_volunteer(world.elsewhere, name="外乡赵志强")
    form = body(signed_in(world.secretary).get(edit_url(own_activity(world, speakers=[stranger]))))
    assert "外***强" in form
    assert "外乡赵志强" not in form
