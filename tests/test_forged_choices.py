"""What a page does not offer is refused, stored nowhere, and noted by the name of its field alone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from activities.models import Activity, Meeting
from aid.models import Donation
from guanai.enums import Verb
from guanai.models import TrailEntry
from orgs.enums import Role
from orgs.models import Unit
from tests.activities.factories import World, make_world, typed_entry
from tests.factories import make_fund_account, make_member
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def denied() -> list[Any]:
    return [entry.detail.get("field") for entry in TrailEntry.objects.filter(verb=Verb.DENIED)]


def client_of(world: World, role: str) -> Client:
    client = Client()
    client.force_login(make_member(Unit.objects.get(pk=world.township.pk), role))
    return client


def test_a_unit_of_another_branch_in_a_form(world: World) -> None:
    client = client_of(world, Role.SECRETARY)
    other = world.elsewhere.code
    meeting = {
        "unit": other,
        "kind": "meeting",
        "name": "例会",
        "held_on": "2025-09-30",
        "attendance": "9",
        "follow-TOTAL_FORMS": "0",
        "follow-INITIAL_FORMS": "0",
    }
    client.post(reverse("activities:meeting_create"), meeting)
    client.post(reverse("volunteers:volunteer_create"), {"unit": other, "name": "某人", "kind": "teacher"})
    client.post(reverse("activities:activity_create"), typed_entry(world, theme="999999"))
    assert sorted(denied()) == ["theme", "unit", "unit"]
    assert not Meeting.objects.exists()
    assert not Volunteer.objects.exists()
    assert not Activity.objects.exists()
    assert "某人" not in str(list(TrailEntry.objects.values()))


def test_an_account_of_another_branch_in_a_form(world: World) -> None:
    foreign = make_fund_account(world.elsewhere)
    sent = {"account": foreign.pk, "donor_kind": "anonymous", "kind": "money", "amount": "5"}
    sent["received_on"] = "2026-01-05"
    client_of(world, Role.FUND_MANAGER).post(reverse("aid:donation_create"), sent)
    assert denied() == ["account"]
    assert not Donation.objects.exists()


@pytest.mark.parametrize("address", ["units", "tree", "coverage", "appointments", "figures"])
def test_a_unit_of_another_branch_in_the_query_of_the_api(world: World, address: str) -> None:
    client = client_of(world, Role.SECRETARY)
    assert client.get(f"/api/v1/{address}/", {"unit": world.elsewhere.code}).status_code == 404
    entry = TrailEntry.objects.get(verb=Verb.DENIED)
    assert entry.detail["filter"] == {"unit": world.elsewhere.code}
