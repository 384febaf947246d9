"""On a phone: what a table says in its head stands on its cards, and what is sent at the end stays in reach."""

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit
from tests.browser.pages import on_a_phone
from tests.factories import make_appointment, make_county, make_member, make_team, make_unit, make_volunteer
from volunteers.models import TeamMember, Volunteer


@pytest.fixture
def people(transactional_db: None) -> list[Volunteer]:
    town = make_unit(make_county(), name="亭子镇")
    people = [make_volunteer(town, name="杜承志") for _ in range(12)]
    make_appointment(town, people[0], post="member", document="亭委发〔2024〕18号")
    TeamMember.objects.create(team=make_team(town), volunteer=people[0], starts_on="2024-01-01")
    make_member(Unit.objects.get(pk=town.pk), Role.SECRETARY, username="luoxiuqiong")
    return people


def test_nothing_of_them_is_cut_or_out_of_reach(
    context: BrowserContext, live_server: LiveServer, people: list[Volunteer]
) -> None:
    page, _ = on_a_phone(context, f"{live_server.url}/volunteers/check/", "luoxiuqiong")
    expect(page.get_by_role("button", name="勾选的没有变化")).to_be_in_viewport()

    page.goto(f"{live_server.url}/volunteers/{people[0].pk}/")
    expect(page.get_by_text("亭委发〔2024〕18号")).to_be_visible()
    cut = "tables => tables.filter(table => table.parentElement.scrollWidth > table.parentElement.clientWidth).length"
    assert page.locator(".scroll-x > table").count() == 2
    assert page.locator(".scroll-x > table").evaluate_all(cut) == 0

    page.goto(f"{live_server.url}/volunteers/duplicates/{people[0].pk}/{people[1].pk}/")
    for word, person in zip(("第一条", "第二条"), people, strict=False):
        line = page.get_by_role("listitem").filter(has_text=word)
        expect(line.get_by_role("link", name=person.number)).to_be_in_viewport()
