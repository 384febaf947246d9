"""One question for every view that writes: who may, who may only read, who does not even know that it is there?"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.enums import Role
from orgs.models import User
from tests.aid.factories import World, signed_in
from tests.factories import make_member


def statuses(world: World, url: str, entry: dict[str, Any], *, by: User) -> dict[str, int]:
    """Who gets which status for the same POST; `by` is asked last, since the record may change."""
    clerk = make_member(world.village, Role.CLERK)
    return {
        "stranger": signed_in(world.stranger).post(url, entry).status_code,
        "reader": signed_in(world.reader).post(url, entry).status_code,
        "clerk": signed_in(clerk).post(url, entry).status_code,
        "wrong method": signed_in(by).put(url).status_code,
        "allowed": signed_in(by).post(url, entry).status_code,
    }


AS_IT_SHOULD = {"stranger": 404, "reader": 403, "clerk": 403, "wrong method": 405, "allowed": 302}


def query_count(user: User, url: str) -> int:
    """Queries of one page for a user who is signed in already."""
    client = signed_in(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def counts_at_two_sizes(user: User, url: str, add: Callable[[], Any]) -> tuple[int, int]:
    """The query count of a list with one row and with three."""
    add()
    one = query_count(user, url)
    add()
    add()
    return one, query_count(user, url)
