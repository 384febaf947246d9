"""Default deny, proved: every view says who may open it, and every address answers every role as the table says."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from guanai.access import declared_action, needs
from orgs.enums import Action, Role
from orgs.models import User
from reports.evaluation import score_scheme
from reports.schemes import create_town_scheme
from tests.access_table import EVERYBODY, PUBLIC, TABLE, Row, Side, make_side
from tests.factories import grant, make_county, make_member, make_user

REFUSED = {403, 404}


def patterns(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(full name or the pattern itself, view) of every address of the project."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield ":".join([*namespaces, entry.name or str(entry.pattern)]), entry.callback
        else:
            own = (entry.namespace,) if entry.namespace else ()
            yield from patterns(entry, (*namespaces, *own))


def own_views() -> dict[str, Callable[..., Any]]:
    """Every view but those of the admin, which is one site with one door of its own."""
    return {name: view for name, view in patterns(get_resolver()) if not name.startswith("admin:")}


def test_every_view_declares_who_may_open_it() -> None:
    undeclared = [name for name, view in own_views().items() if declared_action(view) is None]
    assert undeclared == []


def test_declared_actions_exist() -> None:
    words = {*Action.values, "public", "signed_in"}
    assert {
        name: declared_action(view) for name, view in own_views().items() if declared_action(view) not in words
    } == {}


def test_the_table_covers_every_address_and_no_other() -> None:
    addresses = {name.rstrip("/") for name in own_views()}
    assert addresses == {row.name for row in TABLE} | PUBLIC


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may read this")


@needs(Action.VIEW_NETWORK)
def declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("readers of the network")


@pytest.mark.django_db
def test_a_view_that_declares_nothing_is_refused_to_all(settings: Any) -> None:
    urls = ModuleType("urls_with_an_undeclared_view")
    urls.urlpatterns = [*get_resolver().url_patterns, path("forgotten/", undeclared), path("said/", declared)]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    office = make_member(make_county(), Role.COUNTY_OFFICE, is_superuser=True, is_staff=True)
    client = Client()
    assert client.get("/forgotten/").status_code == 403
    client.force_login(office)
    assert client.get("/said/").status_code == 200
    assert client.get("/forgotten/").status_code == 403


@pytest.mark.django_db
def test_django_s_own_permissions_open_nothing() -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    for url in ("/units/", "/volunteers/", "/children/", "/admin/"):
        assert client.get(url).status_code in {302, 403}
        assert client.get(url, follow=True).status_code == 403 or url == "/admin/"


class World:
    """A county with two townships alike, and whoever asks works in the first."""

    def __init__(self) -> None:
        self.county = make_county()
        self.inside = make_side(self.county, "内乡", "510824901")
        self.outside = make_side(self.county, "外乡", "510824902")
        score_scheme(scheme=create_town_scheme(self.county, 2025))
        self.clients: dict[int, Client] = {}

    def client_of(self, user: User | None) -> Client:
        """A browser for each user, signed in once."""
        if user is None:
            return Client()
        if user.pk not in self.clients:
            self.clients[user.pk] = Client()
            self.clients[user.pk].force_login(user)
        return self.clients[user.pk]

    def ask(self, user: User | None, row: Row, side: Side, method: str) -> tuple[int, str]:
        """(status, text) of one request; what it wrote is taken back."""
        client = self.client_of(user)
        with transaction.atomic():
            target = row.target(side, user or side.activity.recorded_by) if row.target else {}
            url = reverse(row.name, kwargs={**row.fixed, **target})
            query = row.query(side) if row.query else {}
            response = client.post(url) if method == "post" else client.get(url, query)
            answer = response.status_code, text_of(response)
            transaction.set_rollback(True)
        return answer


def text_of(response: Any) -> str:
    """What somebody can read in an answer: a page, or the cells of a workbook."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if not body.startswith(b"PK"):
        return str(body.decode())
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".xml"))


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def told(row: Row, method: str, status: int) -> str:
    return f"{row.name} {method}: {status}"


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_every_address_inside_the_branch(world: World, role: Role) -> None:
    """Whoever may, gets in and reads nothing of the other township; whoever may not, is refused."""
    local, central = make_member(world.inside.township, role), make_member(world.county, role)
    wrong, leaks = [], []
    for row in TABLE:
        for method in row.methods:
            status, text = world.ask(central if row.for_county else local, row, world.inside, method)
            let_in = status not in REFUSED and status < 500
            if let_in is not (role in row.roles):
                wrong.append(told(row, method, status))
            for offer in row.offers:
                text = text.replace(offer, "")
            if status < 400 and not row.for_county:
                leaks += [f"{row.name} {method}: {mark}" for mark in world.outside.marks if mark in text]
    assert wrong == []
    assert leaks == []


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_every_record_outside_the_branch(world: World, role: Role) -> None:
    """A record of another township is not there: 404 for whoever could open it at home, a refusal for the rest."""
    user = make_member(world.inside.township, role)
    wrong = []
    for row in TABLE:
        for method in row.methods if row.target or row.query else ():
            status, text = world.ask(user, row, world.outside, method)
            if status not in ({404} if role in row.roles else REFUSED):
                wrong.append(told(row, method, status))
            wrong += [f"{row.name} {method} shows {mark}" for mark in world.outside.marks if mark in text]
    assert wrong == []


@pytest.mark.slow
def test_a_reader_here_who_writes_elsewhere_gets_403_here(world: World) -> None:
    wrong = []
    for row in TABLE:
        readers = sorted(row.seen_by - row.roles)
        if not readers:
            continue
        user = make_member(world.inside.township, readers[0])
        grant(user, world.outside.township, min(row.roles))
        for method in row.methods:
            status, _ = world.ask(user, row, world.inside, method)
            if status != 403:
                wrong.append(told(row, method, status))
    assert wrong == []


def test_nobody_gets_in_without_signing_in(world: World) -> None:
    wrong = []
    for row in TABLE:
        for method in row.methods:
            status, text = world.ask(None, row, world.inside, method)
            # A program is told so, a person is led to the sign-in page.
            if status not in ({401, 403} if ":api_" in row.name else {302}) or any(
                mark in text for mark in world.inside.marks
            ):
                wrong.append(told(row, method, status))
    assert wrong == []


def test_an_account_without_a_role_opens_its_own_pages_alone(world: World) -> None:
    user = make_user()
    wrong = []
    for row in TABLE:
        for method in row.methods:
            status, text = world.ask(user, row, world.inside, method)
            if (status not in REFUSED) is not (row.roles == EVERYBODY) or any(
                mark in text for mark in world.inside.marks
            ):
                wrong.append(told(row, method, status))
    assert wrong == []


LISTS = [
    "orgs:unit_list",
    "volunteers:volunteer_list",
    "volunteers:volunteer_export",
    "activities:activity_list",
    "activities:activity_export",
    "activities:meeting_list",
    "activities:venue_list",
    "activities:paper_list",
    "aid:child_list",
    "aid:child_export",
    "aid:pairing_list",
    "aid:visit_list",
    "aid:donation_list",
    "aid:grant_list",
    "aid:grant_export",
    "aid:entry_list",
    "aid:entry_export",
    "reports:records",
]


def test_there_is_something_to_leak(world: World) -> None:
    """The marks that must not be seen from outside are seen from inside, so that their absence means something."""
    user = make_member(world.outside.township, Role.SECRETARY)
    texts = {row.name: world.ask(user, row, world.outside, "get")[1] for row in TABLE if row.name in LISTS}
    assert [name for name in LISTS if not any(mark in texts[name] for mark in world.outside.marks)] == []
