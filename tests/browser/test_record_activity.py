"""On a phone: a secretary records an activity, and the dashboard counts it and opens to it."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from activities.models import Activity, ActivityDraft
from orgs.enums import Role
from orgs.models import Unit, User
from tests.browser.pages import PHONE, on_a_phone
from tests.factories import make_activity, make_county, make_member, make_theme, make_unit, make_volunteer


@dataclass(frozen=True)
class Town:
    township: Unit
    secretary: User


@pytest.fixture
def town(transactional_db: None) -> Town:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824125000")
    village = make_unit(township, name="长江村村民委员会", code="510824125209")
    make_unit(township, "school", name="亭子镇中心小学")
    secretary = make_member(township, Role.SECRETARY, username="luoxiuqiong", name="罗秀琼")
    make_volunteer(village, name="杜承志")
    make_activity(
        township,
        recorded_by=secretary,
        theme=make_theme("科学文体"),
        name="周末趣味课堂（第 18 期）",
        held_on=timezone.localdate().replace(month=1, day=1),
    )
    return Town(township, secretary)


@pytest.fixture
def phone(context: BrowserContext, live_server: LiveServer, town: Town) -> Iterator[Page]:
    """A phone on which the secretary has signed in; whatever the browser complains about fails the test."""
    page, complaints = on_a_phone(context, live_server.url, town.secretary.username)
    expect(page.get_by_role("heading", level=1)).to_contain_text("7 天内")
    yield page
    # A form that is left saves its draft: let it finish before the database is emptied.
    page.goto(f"{live_server.url}/more/")
    page.wait_for_load_state("networkidle")
    assert complaints == []


def figure_on_dashboard(page: Page) -> int:
    """活动 N 场 as the key figures of the dashboard say it."""
    page.goto(urljoin(page.url, "/dashboard/"))
    text = page.locator(".ledger a", has_text="活动").first.locator("u").inner_text()
    return int(text.replace(",", ""))


def fill_form(page: Page) -> None:
    page.get_by_label("活动名称").fill("周末趣味课堂（第 19 期）")
    page.get_by_label("主题").select_option(label="科学文体")
    page.get_by_label("日期").fill(timezone.localdate().isoformat())
    page.get_by_label("地点").fill("佛山社区阳光驿站")
    page.get_by_text("加人", exact=True).click()
    page.get_by_label("查找五老，输入姓名").fill("杜")
    page.get_by_role("button", name="加上 杜承志").click()
    expect(page.get_by_role("button", name="移除 杜承志")).to_be_visible()
    page.get_by_text("加单位", exact=True).click()
    page.get_by_label("查找单位，输入名称").fill("小学")
    page.get_by_role("button", name="加上 亭子镇中心小学").click()
    expect(page.get_by_role("button", name="移除 亭子镇中心小学")).to_be_visible()
    page.get_by_label("青少年", exact=True).fill("38")
    page.get_by_label("家长及其他").fill("12")
    page.get_by_label("活动摘要和成效").fill("做了小水车")


def test_what_a_secretary_records_is_on_the_dashboard_and_opens(phone: Page) -> None:
    before = figure_on_dashboard(phone)
    phone.get_by_role("link", name="首页").click()
    phone.get_by_role("link", name="记一次活动").click()
    fill_form(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    phone.get_by_label("其中留守、困境").fill("45")
    phone.get_by_role("button", name="上报").click()
    expect(phone.locator("#errors")).to_be_focused()
    expect(phone).to_have_title(re.compile("^错误："))
    phone.locator("#errors a").click()
    expect(phone.get_by_label("其中留守、困境")).to_be_focused()
    phone.get_by_label("其中留守、困境").fill("5")
    phone.get_by_role("button", name="上报").click()

    expect(phone.get_by_text("已上报，编号")).to_be_visible()
    recorded = Activity.objects.get(name="周末趣味课堂（第 19 期）")
    assert [person.name for person in recorded.speakers.all()] == ["杜承志"]
    assert [unit.name for unit in recorded.co_hosts.all()] == ["亭子镇中心小学"]

    assert figure_on_dashboard(phone) == before + 1
    phone.locator(".ledger a", has_text="活动").first.click()
    expect(phone.get_by_text("第 19 期")).to_be_visible()
    phone.get_by_role("link", name=recorded.name).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("周末趣味课堂（第 19 期）")


def test_what_is_typed_before_the_script_has_come_is_kept_too(phone: Page) -> None:
    held: list[Route] = []
    phone.route(re.compile(r"/draft\.js"), lambda route: held.append(route))  # noqa: PLW0108 - it hangs a mark on the function
    phone.get_by_role("link", name="记一次活动").click(no_wait_after=True)
    phone.get_by_label("活动名称").fill("写得快的活动")
    expect(phone.get_by_label("活动名称")).to_have_value("写得快的活动")
    for route in held:
        route.continue_()
    expect(phone.locator("#saved")).to_have_text(re.compile(r"已保存 \d\d:\d\d"), timeout=5_000)


def test_what_is_typed_is_kept_within_five_seconds(phone: Page) -> None:
    phone.get_by_role("link", name="记一次活动").click()
    phone.get_by_label("活动名称").fill("写了一半的活动")
    expect(phone.locator("#saved")).to_have_text(re.compile(r"已保存 \d\d:\d\d"), timeout=5_000)
    assert ActivityDraft.objects.get().name == "写了一半的活动"
    phone.get_by_role("link", name="亭子镇关工委").click()
    phone.get_by_role("link", name="接着写 写了一半的活动").click()
    expect(phone.get_by_label("活动名称")).to_have_value("写了一半的活动")


def test_carrying_over_for_a_village_keeps_the_village(phone: Page, town: Town) -> None:
    village = Unit.objects.get(code="510824125209")
    make_activity(village, recorded_by=town.secretary, theme=make_theme("法治宣传"), name="村里的读书会")
    phone.get_by_role("link", name="记一次活动").click()
    phone.get_by_text("替村（社区）记").click()
    phone.get_by_label("主办单位").select_option(village.code)
    expect(phone.locator("#host")).to_have_text(village.committee_name)
    expect(phone.locator("#offer")).to_contain_text("《村里的读书会》")
    phone.get_by_role("button", name="沿用上次").click()
    expect(phone.get_by_label("活动名称")).to_have_value("村里的读书会")
    expect(phone.locator("#host")).to_have_text(village.committee_name)
    expect(phone.locator("#id_unit")).to_have_value(village.code)


def test_an_opened_search_takes_the_cursor_and_has_it_again_after_a_pick(phone: Page) -> None:
    phone.get_by_role("link", name="记一次活动").click()
    search = phone.get_by_label("查找五老，输入姓名")
    phone.get_by_text("加人", exact=True).click()
    expect(search).to_be_focused()
    phone.keyboard.type("杜")
    phone.get_by_role("button", name="加上 杜承志").click()
    expect(phone.get_by_role("button", name="移除 杜承志")).to_be_visible()
    expect(search).to_be_focused()


def test_carrying_over_marks_fields_until_they_are_edited(phone: Page) -> None:
    phone.get_by_role("link", name="记一次活动").click()
    phone.get_by_role("button", name="沿用上次").click()
    expect(phone.get_by_label("活动名称")).to_have_value("周末趣味课堂（第 18 期）")
    expect(phone.get_by_label("日期")).to_have_value("")
    marks = phone.locator("form .kept")
    carried = marks.count()
    assert carried >= 3
    phone.get_by_label("活动名称").fill("周末趣味课堂（第 19 期）")
    expect(marks).to_have_count(carried - 1)
    day = timezone.localdate() - datetime.timedelta(days=1)
    phone.get_by_label("日期").fill(day.isoformat())
    expect(phone.locator("[data-weekday]")).to_have_text(f"星期{'一二三四五六日'[day.weekday()]}")
    phone.get_by_role("button", name="撤销沿用").click()
    expect(marks).to_have_count(0)
    expect(phone.get_by_label("活动名称")).to_have_value("周末趣味课堂（第 19 期）")
