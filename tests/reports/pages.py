"""What the tests of the pages of reports share."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_member

KILOBYTE = 1024


def signed_in(unit: Unit, role: str = Role.COUNTY_OFFICE) -> Client:
    return client_of(make_member(unit, role))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    """A page's text, tags taken out and white space made one."""
    words: str = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def query_count(client: Client, url: str) -> int:
    """How many queries a page takes when it is opened for the second time."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
