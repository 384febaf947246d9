"""On a phone: a secretary begins an activity, finds two speakers for it, and submits it with them."""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from activities.models import Activity
from orgs.enums import Role
from tests.browser.pages import PHONE, on_a_phone
from tests.factories import make_county, make_member, make_speciality, make_theme, make_unit, make_volunteer
from volunteers.models import Availability


@pytest.fixture
def phone(context: BrowserContext, live_server: LiveServer, transactional_db: None) -> Iterator[Page]:
    """The phone of a township's secretary; whatever the browser complains about fails the test."""
    township = make_unit(make_county(), name="亭子镇", code="510824125000")
    village = make_unit(township, name="长江村村民委员会", code="510824125209")
    law = make_speciality("法治")
    today = timezone.localdate().isoweekday()
    for name, specialities in (("杜承志", [law]), ("冯定国", [law]), ("向桂英", [])):
        person = make_volunteer(village, *specialities, name=name)
        Availability.objects.create(volunteer=person, weekday=today, daypart="morning")
    make_theme("法治宣传")
    secretary = make_member(township, Role.SECRETARY, name="罗秀琼")
    page, complaints = on_a_phone(context, live_server.url, secretary.username)
    page.get_by_role("link", name="记一次活动").click()
    yield page
    # A form that is left saves its draft: let it finish before the database is emptied.
    page.goto(f"{live_server.url}/more/")
    page.wait_for_load_state("networkidle")
    assert complaints == []


def test_speakers_are_found_added_and_submitted(phone: Page) -> None:
    phone.get_by_label("活动名称").fill("法治讲座")
    phone.get_by_label("主题").select_option(label="法治宣传")
    phone.get_by_label("日期").fill(timezone.localdate().isoformat())
    phone.get_by_role("button", name="找合适的人").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("找主讲五老")
    expect(phone.get_by_role("link", name="向桂英")).to_be_visible()
    phone.get_by_text("条件", exact=True).click()
    phone.get_by_label("法治").check()
    expect(phone.get_by_role("link", name="向桂英")).to_have_count(0)
    expect(phone).to_have_url(re.compile(r"speciality=\d+"))
    for name in ("杜承志", "冯定国"):
        phone.get_by_role("button", name=f"加上 {name}").click()
        expect(phone.get_by_role("button", name=f"去掉 {name}")).to_be_focused()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.get_by_role("link", name="带上这 2 人，回到活动").click()

    expect(phone.get_by_label("活动名称")).to_have_value("法治讲座")
    # Back to the form as it was left: the draft, with the people in it.
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_have_text("找主讲五老")
    phone.go_forward()
    expect(phone.get_by_role("button", name="移除 冯定国")).to_be_visible()
    phone.get_by_label("地点").fill("长江村文化广场")
    phone.get_by_label("青少年", exact=True).fill("60")
    phone.get_by_role("button", name="上报").click()
    expect(phone.get_by_text("已上报，编号")).to_be_visible()
    assert {person.name for person in Activity.objects.get().speakers.all()} == {"杜承志", "冯定国"}
