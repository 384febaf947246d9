"""A secretary founds a 五老工作室 on a phone: a refusal at its field, people found while typing, both chosen kept."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit
from tests.browser.pages import PHONE, on_a_phone
from tests.factories import make_county, make_member, make_unit, make_volunteer
from volunteers.models import Team


@pytest.fixture
def town(transactional_db: None) -> Unit:
    town = make_unit(make_county(), name="亭子镇")
    for name in ("杜承志", "罗秀琼", "冯定国"):
        make_volunteer(town, name=name)
    make_member(town, Role.SECRETARY, username="luoxiuqiong")
    return town


def test_founding_a_studio_with_two_leaders(context: BrowserContext, live_server: LiveServer, town: Unit) -> None:
    page, complaints = on_a_phone(context, f"{live_server.url}/teams/new/", "luoxiuqiong")

    page.get_by_label("类别").select_option("studio")
    page.get_by_label("名称").fill("杜承志工作室")
    page.get_by_label("成立日期").fill("2024-05-06")
    page.get_by_role("button", name="登记团队").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page).to_have_title(re.compile("^错误："))
    page.get_by_label("工作室类型").select_option("telling")
    search = page.get_by_label("查找五老，输入姓名")
    for words, name in (("du", "杜承志"), ("罗秀", "罗秀琼")):
        search.fill("")
        search.press_sequentially(words, delay=60)
        expect(page.get_by_role("checkbox", name="冯定国")).to_have_count(0)
        page.get_by_role("checkbox", name=name).check()
    expect(page.get_by_role("checkbox", name="杜承志")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("button", name="登记团队").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("杜承志工作室")
    expect(page.get_by_role("link", name="罗秀琼")).to_be_visible()
    assert Team.objects.get().members.filter(leads=True).count() == 2
    assert complaints == []
