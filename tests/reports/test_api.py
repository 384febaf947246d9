"""Figures of one's own branches by the API, and the description of the whole."""

import json
import os

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema

from orgs.enums import Role
from reports.indicators import INDICATORS
from reports.rollup import figures
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county
from tests.reports.pages import client_of, query_count, signed_in

pytestmark = pytest.mark.django_db
FIGURES, SCHEMA = "/api/v1/figures/", "/api/v1/schema/"


def api_routes() -> set[str]:
    """Every address of the project under /api/."""
    found: set[str] = set()
    for included in get_resolver().url_patterns:
        for entry in getattr(included, "url_patterns", ()):
            if str(entry.pattern).startswith("api/"):
                found.add(str(entry.pattern))
    return found


@pytest.fixture
def world() -> World:
    return make_busy_county(35, townships=2, records=10)


def test_figures_are_those_of_the_roll_up_and_name_their_records(world: World) -> None:
    town = world.townships[0]
    client = signed_in(world.county)
    answer = client.get(f"{FIGURES}?unit={town.code}&year={YEAR}").json()
    assert (answer["unit"], answer["year"], answer["as_of"]) == (town.code, YEAR, f"{YEAR}-12-31")
    found = {each["code"]: each for each in answer["figures"]}
    assert {code: each["value"] for code, each in found.items()} == {
        code: str(value) for code, value in figures(YEAR, town).items()
    }
    assert found["funds_raised"]["measure"] == "元"
    assert client.get(found["activities"]["records"]).status_code == 200


def test_without_a_unit_it_is_the_asker_s_own(world: World) -> None:
    answer = signed_in(world.townships[1], Role.SECRETARY).get(FIGURES).json()
    assert answer["unit"] == world.townships[1].code
    assert len(answer["figures"]) == len(INDICATORS)


def test_what_lies_outside_the_branch_is_not_found(world: World) -> None:
    first, second = world.townships
    client = signed_in(first, Role.SECRETARY)
    for unit in (second.code, world.county.code, "no-such-unit"):
        assert client.get(FIGURES, {"unit": unit}).status_code == 404
    for year in ("1999", "2999", "x"):
        assert client.get(FIGURES, {"year": year}).status_code == 404


def test_nobody_gets_in_without_signing_in_or_without_a_role() -> None:
    for url in (FIGURES, SCHEMA):
        assert Client().get(url).status_code in (401, 403)
    assert client_of(make.make_user()).get(FIGURES).status_code == 403


def test_it_is_for_reading_alone(world: World) -> None:
    client = signed_in(world.county)
    assert client.post(FIGURES, {}, content_type="application/json").status_code == 405


def test_the_description_is_valid_and_complete() -> None:
    response = signed_in(make.make_county()).get(SCHEMA, headers={"Accept": "application/vnd.oai.openapi+json"})
    schema = json.loads(response.content)
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert schema["openapi"].startswith("3.1")
    offered = {f"/{route}".replace("<slug:code>", "{code}").replace("<int:pk>", "{id}") for route in api_routes()}
    assert set(schema["paths"]) | {SCHEMA} == offered | {SCHEMA}


def test_it_is_generated_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)


def test_the_number_of_queries_does_not_depend_on_the_number_of_units(world: World) -> None:
    client = signed_in(world.county)
    few = query_count(client, FIGURES)
    for _ in range(5):
        make.make_unit(world.townships[0])
    assert query_count(client, FIGURES) == few
