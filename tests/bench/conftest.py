"""One county of the demonstration's full size, and the product and its stand-ins served from it by real gunicorns."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django_otp import DEVICE_ID_SESSION_KEY
from pytest_django import DjangoDbBlocker

from guanai.database_role import as_owner
from guanai.embedded.detached import wait_until
from guanai.embedded.processes import start_web, stop
from orgs.enums import Role, UnitKind
from orgs.models import Membership, Unit, User
from reports import demo
from tests.bench.measure import Page
from tests.processes import database_address

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Servers:
    """Ports of the product and of the stand-ins, over the same database."""

    product: int
    plain: int

    def page(self, path: str, user: User) -> Page:
        return Page(self.product, path, _cookie(user))

    def plain_page(self, path: str, user: User | None = None) -> Page:
        return Page(self.plain, path, _cookie(user) if user else "")


@pytest.fixture(scope="session")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Unit]:
    """The demonstration, whole, in the database of this run. Autovacuum is off here: it is analysed, and the tables are
    written anew, since the imports that are measured before it leave pages and pages of dead rows."""
    with django_db_blocker.unblock():
        demo.load()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("VACUUM (FULL, ANALYZE)")
        yield Unit.objects.get(kind=UnitKind.COUNTY)


@pytest.fixture(scope="session")
def office(county: Unit) -> User:
    """An account of the county's office, which may see most."""
    return Membership.objects.filter(role=Role.COUNTY_OFFICE, unit=county)[0].user


@pytest.fixture(scope="session")
def secretary(county: Unit) -> User:
    """An account of one township."""
    return Membership.objects.filter(role=Role.SECRETARY, unit__parent=county)[0].user


@pytest.fixture(scope="session")
def servers(county: Unit) -> Iterator[Servers]:
    address = database_address()
    connection.close()
    with ExitStack() as stack:
        ports = []
        for settings_module in ("tests.bench.settings", "tests.bench.plain_settings"):
            port = _free_port()
            environment = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": settings_module}
            stack.callback(stop, start_web(port=port, environment=environment))
            assert wait_until(partial(_answers, port), seconds=30), f"{settings_module} did not start"
            ports.append(port)
        yield Servers(*ports)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _cookie(user: User) -> str:
    """A session as the sign-in page would make it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = MODEL_BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if user.has_second_factor:
        session[DEVICE_ID_SESSION_KEY] = user.second_factor.persistent_id
    session.save()
    return f"sessionid={session.session_key}"
