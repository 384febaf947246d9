"""On a phone, by keyboard where somebody types: who moved away hands a child on to a neighbour."""

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from aid.models import Pairing
from orgs.enums import Role
from orgs.models import Unit
from tests.browser.pages import PHONE, on_a_phone
from tests.factories import make_child, make_county, make_member, make_pairing, make_unit, make_volunteer
from volunteers.models import Volunteer


@pytest.fixture
def leaving(transactional_db: None) -> Volunteer:
    town = make_unit(make_county(), name="亭子镇")
    make_volunteer(town, name="冯定国")
    person = make_volunteer(town, name="杜承志")
    make_pairing(make_child(town), person)
    make_member(Unit.objects.get(pk=town.pk), Role.SECRETARY, username="luoxiuqiong")
    return person


def test_the_way_from_the_person_to_the_end(
    context: BrowserContext, live_server: LiveServer, leaving: Volunteer
) -> None:
    page, complaints = on_a_phone(context, f"{live_server.url}/volunteers/{leaving.pk}/", "luoxiuqiong")

    page.get_by_role("link", name="退出和移交").click()
    page.get_by_role("button", name="下一步：选接替人").click()
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("radio", name="退出", exact=True).check()
    page.get_by_label("原因").fill("随子女外出居住")
    page.get_by_role("button", name="下一步：选接替人").click()
    search = page.get_by_label("查找接替人，输入姓名")
    search.fill("feng")
    search.press("Enter")
    page.get_by_role("radio", name="冯定国").check()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("交给 冯定国")).to_be_visible()
    page.get_by_role("button", name="确认办理").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("杜承志")
    expect(page.get_by_text("名下没有要移交的了")).to_be_visible()
    assert Pairing.objects.get(ends_on=None).volunteer == Volunteer.objects.get(name="冯定国")
    assert complaints == []
