"""The two lists that people open most, audit and scoping on, against the two stand-ins of the design.

Aims at 16 connections and 3 gunicorn workers: at least 3 times the stock admin, at least 0.6 times a bare view.
"""

import pytest

from orgs.models import User
from tests.bench.conftest import Servers
from tests.bench.measure import in_turn

LISTS = {
    "volunteers": ("五老 list", "/volunteers/", "/bare/volunteers/", "/admin/volunteers/volunteer/"),
    "activities": ("activities list", "/activities/", "/bare/activities/", "/admin/activities/activity/"),
}


@pytest.mark.parametrize("name", LISTS)
def test_list_against_stand_ins(name: str, servers: Servers, office: User) -> None:
    label, path, bare_path, admin_path = LISTS[name]
    User.objects.filter(pk=office.pk).update(is_staff=True, is_superuser=True)
    ours = servers.page(path, office)
    bare = servers.plain_page(bare_path)
    admin = servers.plain_page(admin_path, office)
    print()
    for page in (ours, bare, admin):
        print(f"    {len(page.fetch()) / 1024:7.1f} KB  {page.path}")
    in_turn(ours.requests_per_second, bare.requests_per_second).show(f"{label} / bare Django view", "requests/s")
    in_turn(ours.requests_per_second, admin.requests_per_second).show(f"{label} / stock admin", "requests/s")


def test_branch_list_of_a_secretary(servers: Servers, secretary: User, office: User) -> None:
    ours, whole = servers.page("/volunteers/", secretary), servers.page("/volunteers/", office)
    print()
    in_turn(ours.requests_per_second, whole.requests_per_second).show("五老 list: secretary / office", "requests/s")
