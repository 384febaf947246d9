"""In a browser: no page and no admin page breaks the strict content policy, nor does what htmx puts into one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import User
from tests.access_table import TABLE, Row
from tests.factories import make_member, make_volunteer
from tests.test_access import World

# The browser keeps what it refused; the page's own scripts never read it.
LISTEN = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI, sourceFile, lineNumber}) =>
  window.refusals.push(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));
"""


class Desk:
    """A browser window that notes what its pages are refused by their own policy."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        context.add_init_script(LISTEN)
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self.page.on("console", self._hear)
        self.signed_in: User | None = None

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "inline" in message.text:
            self.said.append(message.text)

    def sign_in(self, user: User) -> None:
        if self.signed_in == user:
            return
        client = Client()
        client.force_login(user)
        self.context.clear_cookies()
        cookies = [{"name": name, "value": morsel.value, "url": self.url} for name, morsel in client.cookies.items()]
        self.context.add_cookies(cookies)  # type: ignore[arg-type]  # its own type of dictionary
        self.signed_in = user

    def refusals(self) -> list[str]:
        """What was refused since the last call, on the page that is open."""
        found = [*self.said, *self.page.evaluate("window.refusals || []")]
        self.said.clear()
        self.page.evaluate("window.refusals = []")
        return found

    def open(self, path: str) -> tuple[int, list[str]]:
        """(status, what was refused) of one page."""
        answer = self.page.goto(f"{self.url}{path}")
        return (answer.status if answer else 0), self.refusals()


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


@pytest.fixture
def desk(context: BrowserContext, live_server: LiveServer) -> Iterator[Desk]:
    desk = Desk(context, live_server.url)
    yield desk
    # A form that is left saves its draft: let it finish before the database is emptied.
    desk.page.goto(f"{live_server.url}/more/")
    desk.page.wait_for_load_state("networkidle")


def is_page(row: Row) -> bool:
    """Files and answers for programs are opened by no window."""
    return "get" in row.methods and not any(
        word in row.name for word in (":api_", "_export", "_scan", "_file", "_paper")
    )


def test_a_refusal_is_noticed(desk: Desk, world: World) -> None:
    desk.sign_in(make_member(world.county, Role.COUNTY_OFFICE))
    desk.open("/more/")

    desk.page.evaluate("document.body.setAttribute('style', 'color: red')")

    assert any("style-src" in word for word in desk.refusals())


def test_no_page_breaks_the_policy(desk: Desk, world: World) -> None:
    users = {
        (role, central): make_member(world.county if central else world.inside.township, role)
        for role in Role
        for central in (True, False)
    }
    refused, left_out, opened = [], set(), 0
    for row in filter(is_page, TABLE):
        user = users[sorted(row.roles)[0], row.for_county]
        try:
            target = row.target(world.inside, user) if row.target else {}
        except ValidationError:
            # One change of a unit stands in the way of the next.
            left_out.add(row.name)
            continue
        query = "&".join(f"{name}={value}" for name, value in (row.query(world.inside) if row.query else {}).items())
        desk.sign_in(user)
        status, found = desk.open(f"{reverse(row.name, kwargs={**row.fixed, **target})}?{query}")
        opened += status == 200
        refused += [f"{row.name}: {word}" for word in found]
    assert refused == []
    assert opened > 80
    assert len(left_out) <= 4, left_out


def test_no_admin_page_breaks_the_policy(desk: Desk, world: World) -> None:
    desk.sign_in(make_member(world.county, Role.COUNTY_OFFICE))
    paths = [reverse("admin:index")]
    for model in admin.site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths += [reverse(f"{stem}_changelist"), reverse(f"{stem}_add")]
        if row := model._default_manager.first():
            paths.append(reverse(f"{stem}_change", args=[row.pk]))
    refused, opened = [], 0
    for path in paths:
        status, found = desk.open(path)
        opened += status == 200
        refused += [f"{path}: {word}" for word in found]
    assert refused == []
    assert opened > 30


def test_searching_speakers_and_units_breaks_nothing(desk: Desk, world: World) -> None:
    make_volunteer(world.inside.village, name="杜承志")
    desk.sign_in(make_member(world.inside.township, Role.SECRETARY))
    desk.open(reverse("activities:activity_create"))
    page = desk.page

    page.get_by_text("加人", exact=True).click()
    # As a browser does when somebody drags a field larger, or an extension marks it: htmx would write it anew.
    for part in ("#find-speakers", "#found-speakers", "#field-speakers"):
        page.locator(part).evaluate("element => { element.style.minWidth = '8em'; }")
    page.get_by_label("查找五老，输入姓名").press_sequentially("杜", delay=60)
    page.get_by_role("button", name="加上 杜承志").click()
    expect(page.get_by_role("button", name="移除 杜承志")).to_be_visible()
    page.get_by_text("加单位", exact=True).click()
    page.get_by_label("查找单位，输入名称").fill("内乡")
    expect(page.get_by_role("button", name="加上 内乡村")).to_be_visible()
    page.get_by_role("button", name="移除 杜承志").click()
    expect(page.get_by_role("button", name="移除 杜承志")).to_have_count(0)

    assert desk.refusals() == []


def test_searching_in_the_admin_breaks_nothing(desk: Desk, world: World) -> None:
    desk.sign_in(make_member(world.county, Role.COUNTY_OFFICE))
    desk.open(reverse("admin:activities_venue_add"))
    page = desk.page

    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill("内乡")
    page.locator(".select2-results__option").filter(has_text="内乡").first.click()

    assert desk.refusals() == []
