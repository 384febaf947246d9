"""The list, its filter and export, one activity, and the review."""

import datetime
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.enums import ActivityState
from activities.models import Activity
from orgs.enums import Role
from tests.activities.factories import World, signed_in
from tests.factories import make_activity, make_member, make_theme, make_venue, make_volunteer, seen

LIST = "/activities/"
EXPORT = "/activities/export/"


def own_activity(world: World, **fields: Any) -> Activity:
    unit = fields.pop("unit", world.township)
    return make_activity(unit, recorded_by=world.secretary, theme=fields.pop("theme", world.theme), **fields)


def url(name: str, activity: Activity) -> str:
    return reverse(f"activities:activity_{name}", args=[activity.pk])


def body(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def names_in(world_user: Any, query: str = "") -> list[str]:
    response = signed_in(world_user).get(f"{LIST}{query}")
    return [activity.name for activity in response.context["listing"].page]


def test_everybody_sees_their_branch(world: World) -> None:
    own_activity(world, name="镇上的")
    own_activity(world, unit=world.village, name="村里的")
    own_activity(world, unit=world.elsewhere, name="外乡的")
    assert set(names_in(world.secretary)) == {"镇上的", "村里的"}
    assert names_in(world.clerk) == ["村里的"]
    assert names_in(world.stranger) == ["外乡的"]
    assert len(names_in(world.office)) == len(names_in(world.reader)) == 3


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.FUND_MANAGER])
def test_roles_without_activities_get_403(world: World, role: str) -> None:
    client = signed_in(make_member(world.county, role))
    activity = own_activity(world)
    for address in (LIST, EXPORT, url("detail", activity)):
        assert client.get(address).status_code == 403


def test_a_joint_activity_is_listed_once_and_marked_for_its_co_host(world: World) -> None:
    own_activity(world, name="联办的", co_hosts=[world.elsewhere, world.village])
    assert names_in(world.office) == names_in(world.secretary) == ["联办的"]
    page = body(signed_in(world.stranger), LIST)
    assert page.count("联办的") == 1
    assert '<span class="quiet">协办</span>' in page
    assert "修改</a>" not in page
    assert '<span class="quiet">协办</span>' not in body(signed_in(world.secretary), LIST)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?year=2025", {"夏", "秋"}),
        ("?month=6", {"夏"}),
        ("?year=2024&month=6", set()),
        ("?form=contest", {"秋"}),
        ("?state=returned", {"旧"}),
        ("?text=%E5%A4%8F", {"夏"}),
        ("?unit=510824125209", {"秋"}),
        ("?unit=510824125000", {"夏", "秋", "旧"}),
        ("?unit=510824104000", set()),
        ("?unit=nowhere", set()),
        ("?state=wrong", set()),
    ],
)
def test_each_filter_narrows_the_list(world: World, query: str, names: set[str]) -> None:
    own_activity(world, name="夏", held_on=datetime.date(2025, 6, 1))
    own_activity(world, name="秋", held_on=datetime.date(2025, 9, 1), form="contest", unit=world.village)
    own_activity(world, name="旧", held_on=datetime.date(2024, 3, 1), state=ActivityState.RETURNED)
    assert set(names_in(world.secretary)) == {"夏", "秋", "旧"}
    assert set(names_in(world.secretary, query)) == names


def test_the_theme_filters_and_shows_as_a_chip(world: World) -> None:
    law = make_theme("法治教育")
    own_activity(world, name="讲法", theme=law)
    own_activity(world, name="讲科学")
    response = signed_in(world.secretary).get(f"{LIST}?theme={law.pk}&year=2025")
    chips = [(chip.label, chip.value, chip.url) for chip in response.context["listing"].chips]
    assert chips == [("年度", "2025 年", f"?theme={law.pk}"), ("主题", "法治教育", "?year=2025")]
    assert [activity.name for activity in response.context["listing"].page] == ["讲法"]


def test_a_unit_filter_takes_in_what_the_unit_co_hosted(world: World) -> None:
    own_activity(world, name="联办的", co_hosts=[world.elsewhere])
    assert names_in(world.office, f"?unit={world.elsewhere.code}") == ["联办的"]


def test_htmx_gets_the_results_alone(world: World) -> None:
    own_activity(world)
    response = signed_in(world.secretary).get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert "1 场" in response.content.decode()


def fill(world: World, count: int) -> None:
    speaker = make_volunteer(world.village)
    for number in range(count):
        own_activity(
            world,
            name=f"周末趣味课堂（第 {number:02d} 期）在佛山社区阳光驿站和亭子镇中心小学同时举行",
            speakers=[speaker],
            co_hosts=[world.elsewhere],
            venue=make_venue(world.village),
        )


def test_fifty_rows_make_a_page_within_60_kb(world: World) -> None:
    fill(world, 51)
    client = signed_in(world.office)
    response = client.get(LIST)
    assert len(response.context["listing"].page) == 50
    assert len(response.content) <= 60 * 1024
    assert len(client.get(f"{LIST}?page=2").context["listing"].page) == 1


@pytest.mark.parametrize("address", [LIST, EXPORT])
def test_one_row_and_three_rows_cost_the_same_queries(
    world: World, address: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world.office)
    counts = []
    for more in (1, 2):
        fill(world, more)
        client.get(address).getvalue()
        with django_assert_max_num_queries(30) as captured:
            client.get(address).getvalue()
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_export_is_exactly_the_filter(world: World) -> None:
    own_activity(world, name="=夏天", held_on=datetime.date(2025, 6, 1), co_hosts=[world.village], cost=350)
    own_activity(world, name="往年", held_on=datetime.date(2024, 6, 1))
    own_activity(world, name="外乡", unit=world.elsewhere, held_on=datetime.date(2025, 6, 1))
    response = signed_in(world.secretary).get(f"{EXPORT}?year=2025")
    assert "attachment" in response["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(response.getvalue()))["活动"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "活动台账"
    assert rows[2][:4] == ("编号", "日期", "主办单位", "活动名称")
    assert len(rows) == 4
    assert rows[3][3] == "=夏天"
    assert rows[3][7] == "长江村"
    assert sheet.cell(4, 4).data_type == "s"


# One activity


def test_the_page_of_an_activity_says_it_all(world: World) -> None:
    speaker = make_volunteer(world.village, name="杜承志")
    activity = own_activity(
        world, speakers=[speaker], co_hosts=[world.elsewhere], summary="做了小水车", cost=350, young_people=1_038
    )
    page = body(signed_in(world.secretary), url("detail", activity))
    for words in (activity.number, "杜承志", "云峰镇", "做了小水车", "350.00 元", "1,038", "待审", "罗秀琼"):
        assert words in page


def test_a_stranger_gets_404_for_what_exists(world: World) -> None:
    activity = own_activity(world)
    assert signed_in(world.secretary).get(url("detail", activity)).status_code == 200
    for name in ("detail", "edit"):
        assert signed_in(world.stranger).get(url(name, activity)).status_code == 404


def test_a_co_host_reads_masked_names_of_a_roster_that_is_not_theirs(world: World) -> None:
    guest, own = make_volunteer(world.village, name="杜承志"), make_volunteer(world.elsewhere, name="向桂英")
    activity = own_activity(world, speakers=[guest, own], co_hosts=[world.elsewhere])
    page = body(signed_in(world.stranger), url("detail", activity))
    assert "杜承志" not in page
    assert "杜*志" in page
    assert "向桂英" in page
    assert "本单位协办" in page


def test_buttons_follow_the_rules(world: World) -> None:
    activity = own_activity(world)
    secretary, office = signed_in(world.secretary), signed_in(world.office)
    assert "归档</button>" in body(office, url("detail", activity))
    assert "归档</button>" not in body(secretary, url("detail", activity))
    assert url("edit", activity) in body(secretary, url("detail", activity))
    assert url("edit", activity) not in body(signed_in(world.reader), url("detail", activity))
    Activity.objects.update(state=ActivityState.ACCEPTED)
    assert url("edit", activity) not in body(secretary, url("detail", activity))


def test_the_detail_page_costs_the_same_for_many_people(world: World, django_assert_max_num_queries: Any) -> None:
    client = signed_in(world.office)
    counts = []
    for people in (1, 5):
        speakers = [make_volunteer(world.village) for _ in range(people)]
        activity = own_activity(world, speakers=speakers, participants=speakers, co_hosts=[world.elsewhere])
        client.get(url("detail", activity))
        with django_assert_max_num_queries(30) as captured:
            client.get(url("detail", activity))
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Review


def test_the_office_archives_and_goes_on_with_the_next(world: World) -> None:
    first = own_activity(world, held_on=datetime.date(2025, 5, 1))
    second = own_activity(world, held_on=datetime.date(2025, 5, 2))
    response = signed_in(world.office).post(url("accept", first), seen(first), follow=True)
    first.refresh_from_db()
    assert (first.state, first.reviewed_by) == (ActivityState.ACCEPTED, world.office)
    assert response.redirect_chain == [(url("detail", second), 302)]
    assert f"已归档 {first.number}。" in response.content.decode()


def test_the_office_sends_back_with_a_reason(world: World) -> None:
    activity = own_activity(world)
    client = signed_in(world.office)
    assert "退回原因" in body(client, url("return", activity))
    empty = client.post(url("return", activity), seen(activity))
    assert "请写明退回原因" in empty.content.decode()
    client.post(url("return", activity), {**seen(activity), "note": "人数请核对"})
    activity.refresh_from_db()
    assert (activity.state, activity.return_note) == (ActivityState.RETURNED, "人数请核对")
    assert "人数请核对" in body(signed_in(world.secretary), url("detail", activity))


@pytest.mark.parametrize("name", ["accept", "return"])
def test_review_is_for_reviewers_of_the_branch(world: World, name: str) -> None:
    activity = own_activity(world)
    sent = {**seen(activity), "note": "改"}
    for reader in (world.secretary, world.reader, world.stranger):
        assert signed_in(reader).post(url(name, activity), sent).status_code == 403
    other_office = make_member(world.elsewhere, Role.COUNTY_OFFICE)
    assert signed_in(other_office).post(url(name, activity), sent).status_code == 404
    activity.refresh_from_db()
    assert activity.state == ActivityState.SUBMITTED


def test_a_co_hosting_reviewer_may_read_but_not_review(world: World) -> None:
    activity = own_activity(world, co_hosts=[world.elsewhere])
    client = signed_in(make_member(world.elsewhere, Role.COUNTY_OFFICE))
    assert client.get(url("detail", activity)).status_code == 200
    assert client.post(url("accept", activity), seen(activity)).status_code == 403


def test_review_answers_405_to_the_wrong_method(world: World) -> None:
    activity = own_activity(world)
    client = signed_in(world.office)
    assert client.get(url("accept", activity)).status_code == 405
    assert client.put(url("return", activity)).status_code == 405
    assert client.post(LIST).status_code == 405


def test_what_was_changed_after_reading_is_not_archived(world: World) -> None:
    activity = own_activity(world)
    opened = seen(activity)
    activity.updated_by = world.colleague
    activity.save()
    response = signed_in(world.office).post(url("accept", activity), opened, follow=True)
    assert "此记录已被 任素芳 于" in response.content.decode()
    activity.refresh_from_db()
    assert activity.state == ActivityState.SUBMITTED


def test_ones_own_record_waits_for_somebody_else(world: World) -> None:
    own = make_activity(world.county, recorded_by=world.office, theme=world.theme)
    response = signed_in(world.office).post(url("accept", own), seen(own), follow=True)
    assert "自己记的活动要由别人审核" in response.content.decode()
    own.refresh_from_db()
    assert own.state == ActivityState.SUBMITTED


def test_the_menu_counts_what_waits_for_the_reviewer(world: World) -> None:
    own_activity(world)
    own_activity(world, state=ActivityState.ACCEPTED)
    make_activity(world.county, recorded_by=world.office, theme=world.theme)
    assert 'aria-label="1 件待办"' in body(signed_in(world.office), LIST)
    # What waits for a secretary are the vacant posts of the committee.
    assert 'aria-label="1 件待办"' not in body(signed_in(world.secretary), LIST)


def test_an_activity_of_a_stranger_is_not_in_the_admin(world: World) -> None:
    inside = own_activity(world)
    outside = make_activity(world.elsewhere, theme=world.theme)
    client = signed_in(make_member(world.township, Role.COUNTY_OFFICE))
    page = body(client, reverse("admin:activities_activity_changelist"))
    assert inside.number in page
    assert outside.number not in page
    assert client.get(reverse("admin:activities_activity_change", args=[outside.pk])).status_code == 302
    assert client.get(reverse("admin:activities_activity_add")).status_code == 403


@pytest.mark.parametrize(
    "model", ["activity", "meeting", "paper", "publication", "venue", "theme", "programme", "partner", "paperdeadline"]
)
def test_every_admin_list_opens_for_the_office(world: World, model: str) -> None:
    own_activity(world, held_on=timezone.localdate())
    assert signed_in(world.office).get(reverse(f"admin:activities_{model}_changelist")).status_code == 200
    assert signed_in(world.secretary).get(reverse(f"admin:activities_{model}_changelist")).status_code in (302, 403)


def test_the_admin_list_costs_the_same_for_many_rows(world: World, django_assert_max_num_queries: Any) -> None:
    client = signed_in(world.office)
    counts = []
    for more in (1, 5):
        fill(world, more)
        address = reverse("admin:activities_activity_changelist")
        client.get(address)
        with django_assert_max_num_queries(30) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
