"""The API: figures and units of one's own branches, described by OpenAPI."""

import json

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from orgs.enums import Role
from orgs.models import Unit
from reports.indicators import INDICATORS
from reports.rollup import figures
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county
from tests.reports.pages import client_of, query_count, signed_in

pytestmark = pytest.mark.django_db
FIGURES, UNITS, SCHEMA = "/api/v1/figures/", "/api/v1/units/", "/api/v1/schema/"


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


def test_units_are_those_of_the_branch_in_tree_order(world: World) -> None:
    town = world.townships[0]
    answer = signed_in(town, Role.CLERK).get(UNITS).json()
    branch = Unit.objects.in_branch(town)
    assert [unit["code"] for unit in answer["results"]] == list(branch.values_list("code", flat=True))
    assert answer["results"][1]["parent_code"] == town.code
    villages = signed_in(town, Role.CLERK).get(UNITS, {"kind": "village"}).json()
    assert {unit["kind"] for unit in villages["results"]} == {"village"}


def test_what_lies_outside_the_branch_is_not_found(world: World) -> None:
    first, second = world.townships
    client = signed_in(first, Role.SECRETARY)
    for unit in (second.code, world.county.code, "no-such-unit"):
        assert client.get(FIGURES, {"unit": unit}).status_code == 404
    for year in ("1999", "2999", "x"):
        assert client.get(FIGURES, {"year": year}).status_code == 404
    assert second.code not in client.get(UNITS).content.decode()


def test_nobody_gets_in_without_signing_in_or_without_a_role() -> None:
    for url in (FIGURES, UNITS, SCHEMA):
        assert Client().get(url).status_code in (401, 403)
    for url in (FIGURES, UNITS):
        assert client_of(make.make_user()).get(url).status_code == 403


def test_it_is_for_reading_alone(world: World) -> None:
    client = signed_in(world.county)
    for url in (FIGURES, UNITS):
        assert client.post(url, {}, content_type="application/json").status_code == 405


def test_the_description_is_valid_and_names_both() -> None:
    response = signed_in(make.make_county()).get(SCHEMA, headers={"Accept": "application/vnd.oai.openapi+json"})
    schema = json.loads(response.content)
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert schema["openapi"].startswith("3.1")
    assert {FIGURES, UNITS} <= set(schema["paths"])


def test_the_number_of_queries_does_not_depend_on_the_number_of_units(world: World) -> None:
    client = signed_in(world.county)
    few = [query_count(client, url) for url in (FIGURES, UNITS)]
    for _ in range(5):
        make.make_unit(world.townships[0])
    assert [query_count(client, url) for url in (FIGURES, UNITS)] == few
