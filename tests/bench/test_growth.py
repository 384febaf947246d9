"""A page of one county where it stands alone, and where ninety-nine others of its size stand beside it.

In databases of its own, so that half a million people are in nobody's way. Aims: a ratio below 1.5, the same queries.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from orgs.enums import Role
from orgs.models import User
from tests.bench.counties import PEOPLE, county_of, load_counties, township_of
from tests.bench.measure import in_turn
from tests.databases import beside, use_database
from tests.factories import make_member
from volunteers.models import Volunteer

# What is measured: add an address, and it is measured for both roles.
PAGES = {
    "五老 list": "/volunteers/",
    "五老 list, one kind": "/volunteers/?kind=teacher",
    "五老 list, a name": "/volunteers/?name=李",
    "找人, speciality and Saturday": "/volunteers/search/?speciality=2&day=6",
    "找人, a kind long not called on": "/volunteers/search/?kind=teacher&recent=idle",
}
COUNTIES = 100
# In the middle of the others.
OURS = 50
REQUESTS, AIM = 10, 1.5


@pytest.fixture(scope="module")
def sizes(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[str, str]]:
    """The names of two databases: our county alone, and among a hundred."""
    with django_db_blocker.unblock(), ExitStack() as stack:
        alone, among = (stack.enter_context(beside(word)) for word in ("alone", "among"))
        for name, numbers in ((alone, [OURS]), (among, range(1, COUNTIES + 1))):
            begin = time.perf_counter()
            use_database(name)
            load_counties(list(numbers))
            for role, unit in ((Role.COUNTY_OFFICE, county_of(OURS)), (Role.SECRETARY, township_of(OURS))):
                make_member(unit, role, username=role)
            people = Volunteer.objects.count()
            assert people == PEOPLE * len(list(numbers))
            print(f"\n    {people:,} people loaded in {time.perf_counter() - begin:.0f} s", end="")
        print()
        yield alone, among


def asked(database: str, role: str, path: str) -> tuple[Client, int, bytes]:
    """A client signed in at this database, the number of queries of the page once it is warm, and the page."""
    use_database(database)
    client = Client()
    client.force_login(User.objects.get(username=role))
    for _ in range(2):
        client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200
    return client, len(queries), response.content


def timer(database: str, role: str, path: str) -> Callable[[], float]:
    """The median time of a request, in milliseconds, after some that are not counted."""

    def measured() -> float:
        client, _, _ = asked(database, role, path)
        times = []
        for _ in range(REQUESTS):
            begin = time.perf_counter()
            client.get(path)
            times.append((time.perf_counter() - begin) * 1000)
        return statistics.median(times)

    return measured


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.SECRETARY])
@pytest.mark.parametrize("page", PAGES)
def test_growth(page: str, role: Role, sizes: tuple[str, str], django_db_blocker: DjangoDbBlocker) -> None:
    alone, among = sizes
    path = PAGES[page]
    with django_db_blocker.unblock():
        _, few, small = asked(alone, role, path)
        _, many, large = asked(among, role, path)
        ratio = in_turn(timer(among, role, path), timer(alone, role, path))
    print()
    print(f"    {page}, {role}: {few} queries at 1 county, {many} at {COUNTIES}; {len(small):,} bytes", end="")
    print()
    ratio.show(f"{page}: {COUNTIES} counties / 1, signed in as {role}", "ms")
    # The same people, whatever stands beside them: the comparison is of like with like.
    assert few == many
    assert abs(len(small) - len(large)) < len(small) / 50
