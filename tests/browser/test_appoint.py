"""A secretary appoints a 常务副主任 from the roster by a document; who is no 五老 is not offered, nobody is refused."""

import datetime
import re

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit
from tests.browser.pages import PHONE, on_a_phone
from tests.factories import make_county, make_member, make_unit, make_volunteer
from volunteers.enums import VeteranKind
from volunteers.models import Appointment


@pytest.fixture
def town(transactional_db: None) -> Unit:
    town = make_unit(make_county(), name="亭子镇", committee_established_on=datetime.date(2015, 3, 1))
    make_volunteer(town, name="杜承志", birth_date=datetime.date(1958, 3, 1))
    make_volunteer(town, name="杜小军", kind=VeteranKind.OTHER)
    make_member(town, Role.SECRETARY, username="luoxiuqiong")
    return town


def test_appointing_and_the_refusal_of_nobody_chosen(
    context: BrowserContext, live_server: LiveServer, town: Unit
) -> None:
    page, complaints = on_a_phone(context, f"{live_server.url}/vacancies/", "luoxiuqiong")

    page.get_by_role("row").filter(has_text="常务副主任").get_by_role("link", name="登记任职").click()
    expect(page.get_by_label("职务", exact=True)).to_have_value("executive_deputy_director")
    page.get_by_label("查找五老，输入姓名").press_sequentially("du", delay=60)
    expect(page.get_by_role("radio", name="杜承志")).to_be_visible()
    expect(page.get_by_role("radio", name="杜小军")).to_have_count(0)
    page.get_by_label("任职文号").fill("亭委发[2024] 6号")
    page.get_by_label("发文单位", exact=True).fill("中共亭子镇委员会")
    page.get_by_label("发文日期", exact=True).fill("2024-05-06")
    page.get_by_label("任职日期").fill("2024-05-06")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("button", name="登记", exact=True).click()

    expect(page.locator("#errors")).to_be_focused()
    expect(page).to_have_title(re.compile("^错误："))
    expect(page.locator("#id_volunteer")).to_contain_text("请从五老名册里选人")
    expect(page.get_by_label("任职文号")).to_have_value("亭委发[2024] 6号")
    assert not Appointment.objects.exists()

    search = page.get_by_label("查找五老，输入姓名")
    search.fill("")
    search.press_sequentially("杜承", delay=60)
    page.get_by_role("radio", name="杜承志").check()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("常务副主任 杜承志")
    expect(page.get_by_text("亭委发〔2024〕6号").first).to_be_visible()
    assert Appointment.objects.get().unit == town

    page.goto(f"{live_server.url}/appointments/new/?unit={town.code}")
    page.get_by_label("职务", exact=True).select_option("executive_deputy_director")
    expect(page.get_by_role("radio", name="由这份文件免去杜承志")).to_be_visible()
    assert complaints == []
