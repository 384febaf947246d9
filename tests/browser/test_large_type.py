"""大字版 is switched while somebody is at work: nothing typed is lost, and what is wide stays within the screen."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit, User
from tests.browser.pages import on_a_phone
from tests.factories import make_county, make_member, make_unit, make_volunteer

SWITCH = "/large-type/"
WIDER = "tables => tables.filter(table => table.scrollWidth > table.clientWidth).length"


@pytest.fixture
def secretary(transactional_db: None) -> User:
    town = make_unit(make_county(), name="亭子镇")
    for _ in range(3):
        make_volunteer(town, name="杜承志")
    return make_member(Unit.objects.get(pk=town.pk), Role.SECRETARY, username="luoxiuqiong")


def is_large(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.classList.contains('large')"))


def test_the_switch_keeps_what_is_typed_and_what_is_filtered(
    context: BrowserContext, live_server: LiveServer, secretary: User
) -> None:
    page, complaints = on_a_phone(context, f"{live_server.url}/volunteers/new/", "luoxiuqiong")
    page.get_by_label("姓名", exact=True).fill("李素芳")
    switch = page.get_by_role("button", name="大字")
    expect(switch).to_have_attribute("aria-pressed", "false")
    with page.expect_response(f"{live_server.url}{SWITCH}"):
        switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert is_large(page)
    expect(page.get_by_label("姓名", exact=True)).to_have_value("李素芳")

    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{live_server.url}/volunteers/")
    assert is_large(page)
    page.get_by_role("textbox", name="姓名或拼音").fill("杜")
    expect(page.get_by_text("姓名或拼音：杜")).to_be_visible()
    assert page.locator(".scroll-x").evaluate_all(WIDER) == 0
    with page.expect_response(f"{live_server.url}{SWITCH}"):
        switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("textbox", name="姓名或拼音")).to_have_value("杜")
    assert page.locator(".scroll-x").evaluate_all(WIDER) == 0
    secretary.refresh_from_db()
    assert not secretary.large_type
    assert complaints == []


def test_a_wrong_filter_says_so_where_the_list_would_be(
    context: BrowserContext, live_server: LiveServer, secretary: User
) -> None:
    page, _ = on_a_phone(context, f"{live_server.url}/volunteers/", "luoxiuqiong")
    page.locator(".sheet > .fold > summary").click()
    page.get_by_role("textbox", name="姓名或拼音").fill("510824195001011234")
    expect(page.get_by_role("alert").filter(has_text="这里只填姓名")).to_be_visible()
    expect(page.get_by_text("条件有误，请改一下")).to_be_visible()
    expect(page.get_by_text("还没有登记五老")).to_have_count(0)
    assert "51082419" not in page.url
    page.get_by_role("textbox", name="姓名或拼音").fill("杜")
    expect(page.get_by_role("link", name="杜承志").first).to_be_visible()
    assert page.locator(".scroll-x").evaluate_all(WIDER) == 0
