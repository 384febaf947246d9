"""Evaluation schemes in the browser admin: edited by the county's office until something was scored by them."""

import json

import pytest

from orgs.enums import Role, UnitKind
from orgs.models import Unit
from reports.evaluation import score_scheme
from reports.models import Scheme, SchemeItem
from reports.schemes import create_town_scheme
from tests import factories as make
from tests.reports.factories import YEAR
from tests.reports.pages import signed_in

pytestmark = pytest.mark.django_db
SCHEMES, ITEMS = "/admin/reports/scheme/", "/admin/reports/schemeitem/"


@pytest.fixture
def county() -> Unit:
    county = make.make_county()
    make.make_unit(county)
    county.refresh_from_db()
    return county


def fields(item: SchemeItem, **changes: object) -> dict[str, str]:
    given = {
        "scheme": item.scheme_id,
        "position": item.position,
        "heading": item.heading,
        "name": item.name,
        "rule_text": item.rule_text,
        "maximum": item.maximum,
        "rule": item.rule,
        "parameters": "{}",
        "evidence": item.evidence,
        **changes,
    }
    return {name: str(value) for name, value in given.items()}


def test_an_unused_scheme_is_edited_and_a_used_one_only_read(county: Unit) -> None:
    scheme = create_town_scheme(county, YEAR)
    item = scheme.items.get(position=3)
    client = signed_in(county)
    url = f"{ITEMS}{item.pk}/change/"
    assert client.post(url, fields(item, maximum=6)).status_code == 302
    item.refresh_from_db()
    assert item.maximum == 6
    score_scheme(scheme=scheme)
    assert client.get(url).status_code == 200
    assert client.post(url, fields(item, maximum=7)).status_code == 403
    assert client.post(f"{SCHEMES}{scheme.pk}/change/", {"name": "别的办法"}).status_code == 403
    item.refresh_from_db()
    assert item.maximum == 6


def test_nothing_is_added_to_a_used_scheme(county: Unit) -> None:
    scheme = create_town_scheme(county, YEAR)
    score_scheme(scheme=scheme)
    item = scheme.items.get(position=3)
    count = scheme.items.count()
    signed_in(county).post(f"{ITEMS}add/", fields(item, position=99))
    assert scheme.items.count() == count
    unused = create_town_scheme(county, YEAR + 1)
    added = signed_in(county).post(f"{ITEMS}add/", fields(item, position=99, scheme=unused.pk))
    assert added.status_code == 302
    assert unused.items.filter(position=99).exists()


@pytest.mark.parametrize(
    ("rule", "parameters", "evidence"),
    [
        ("deduct_per_missing", "{}", "key_posts"),
        ("deduct_per_missing", '{"wanted": {"budget": {"count": "4", "each": "1"}}}', "key_posts"),
        ("deduct_per_missing", '{"wanted": {"key_posts": {"count": "vier", "each": "1"}}}', "key_posts"),
        ("threshold_count", '{"at_least": {"activities": "0"}}', "activities"),
        ("bonus", '["adopted"]', "adopted"),
        ("judged", "{}", "no_such_evidence"),
    ],
)
def test_an_item_that_cannot_be_worked_out_is_refused(county: Unit, rule: str, parameters: str, evidence: str) -> None:
    item = create_town_scheme(county, YEAR).items.get(position=3)
    given = fields(item, rule=rule, parameters=parameters, evidence=evidence)
    assert signed_in(county).post(f"{ITEMS}{item.pk}/change/", given).status_code == 200
    item.refresh_from_db()
    assert (item.rule, item.parameters, item.evidence) == ("judged", {}, "periodicals")


def test_every_item_of_the_published_sheet_is_accepted_as_it_is(county: Unit) -> None:
    client = signed_in(county)
    for item in create_town_scheme(county, YEAR).items.all():
        given = fields(item, parameters=json.dumps(item.parameters))
        assert client.post(f"{ITEMS}{item.pk}/change/", given).status_code == 302, item.name


def test_a_scheme_belongs_to_a_county_of_one_s_own(county: Unit) -> None:
    other = make.make_county("510825", "邻县")
    township = Unit.objects.get(kind=UnitKind.TOWNSHIP)
    client = signed_in(county)
    given = {
        "year": YEAR,
        "name": "办法",
        "unit_kind": "township",
        "bonus_cap": 10,
        "excellent_from": 90,
        "good_from": 80,
        "pass_from": 60,
    }
    for unit, status in ((township, 200), (other, 200), (county, 302)):
        assert client.post(f"{SCHEMES}add/", {**given, "county": unit.pk}).status_code == status
    assert Scheme.objects.get().county == county


def test_another_county_s_scheme_is_not_there(county: Unit) -> None:
    scheme = create_town_scheme(make.make_county("510825", "邻县"), YEAR)
    client = signed_in(county)
    assert scheme.name not in client.get(SCHEMES).content.decode()
    # Django's admin leads from an unknown row back to its start.
    assert client.get(f"{SCHEMES}{scheme.pk}/change/").status_code == 302


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.REVIEWER, Role.LEADER])
def test_who_reads_the_evaluation_does_not_get_into_the_admin(county: Unit, role: Role) -> None:
    assert signed_in(county, role).get(SCHEMES).status_code == 403
