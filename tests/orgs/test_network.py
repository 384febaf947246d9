import datetime

import pytest

from guanai.dependents import UnitRecords
from orgs.enums import Tier, UnitKind
from orgs.models import Unit
from orgs.network import Coverage, by_place, by_tier, lines_of, load_branch
from tests.factories import make_county, make_unit, make_volunteer
from volunteers.queries import roster_by_unit

FOUNDED = datetime.date(2015, 6, 1)
ROSTER = UnitRecords("roster", "五老", "人", "view_roster", by_unit=roster_by_unit, url=lambda unit: unit.code)

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Unit:
    """A county with two departments and two townships; one village of the first has no committee."""
    county = make_county()
    for name in ("民政局", "司法局"):
        make_unit(county, UnitKind.DEPARTMENT, name=name, committee_established_on=FOUNDED)
    first = make_unit(county, code="510824100", name="陵江镇", committee_established_on=FOUNDED)
    make_unit(county, code="510824101", name="云峰镇", committee_established_on=FOUNDED)
    make_unit(first, code="510824100201", committee_established_on=FOUNDED)
    make_unit(first, code="510824100202")
    make_unit(first, code="510824100203", has_veterans=False)
    return Unit.objects.get(pk=county.pk)


def test_totals_are_those_of_the_branch(county: Unit) -> None:
    top = load_branch(county)
    first = next(child for child in top.children if child.name == "陵江镇")
    assert (top.coverage.required, top.coverage.established) == (7, 5)
    assert (first.coverage.required, first.coverage.established) == (3, 2)


def test_a_branch_costs_one_query_and_one_for_each_kind(county: Unit, django_assert_num_queries: "object") -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        load_branch(county, [ROSTER])


def test_records_of_a_closed_unit_count_but_it_is_not_shown(county: Unit) -> None:
    township = Unit.objects.get(name="陵江镇")
    closed = make_unit(township, name="旧村", committee_established_on=FOUNDED, closed_on=datetime.date(2021, 1, 1))
    make_volunteer(closed)
    make_volunteer(township)
    node = load_branch(Unit.objects.get(pk=township.pk), [ROSTER])
    assert node.counts == [2]
    assert closed.name not in [child.name for child in node.children]
    assert node.coverage.required == 3


def test_nothing_is_unfolded_until_asked(county: Unit) -> None:
    labels = [line.label for line in lines_of(load_branch(county), "")]
    assert labels == ["苍溪县", "县直部门（2 个）", "陵江镇", "云峰镇"]


def test_one_township_unfolds_at_a_time(county: Unit) -> None:
    lines = lines_of(load_branch(county), "510824100")
    assert [line.depth for line in lines] == [0, 1, 1, 2, 2, 2, 1]
    assert [line.label for line in lines if line.is_open] == ["陵江镇"]


def test_departments_unfold_together(county: Unit) -> None:
    lines = lines_of(load_branch(county), UnitKind.DEPARTMENT)
    assert [line.label for line in lines[1:4]] == ["县直部门（2 个）", "民政局", "司法局"]


def test_a_township_shows_its_villages_at_once(county: Unit) -> None:
    lines = lines_of(load_branch(Unit.objects.get(name="陵江镇")), "")
    assert [line.depth for line in lines] == [0, 1, 1, 1]


def test_coverage_by_tier_adds_up_to_the_total(county: Unit) -> None:
    top = load_branch(county)
    tiers = [line for line in by_tier([top]) if line.is_total]
    assert [line.label for line in tiers] == [tier.label for tier in Tier]
    assert sum(line.coverage.required for line in tiers) == top.coverage.required
    assert sum(line.coverage.established for line in tiers) == top.coverage.established


def test_coverage_by_place_starts_with_the_total(county: Unit) -> None:
    lines = by_place([load_branch(county)])
    assert [line.label for line in lines] == ["苍溪县合计", "民政局", "司法局", "陵江镇", "云峰镇"]
    assert lines[0].coverage.missing == 2


@pytest.mark.parametrize(
    ("required", "established", "shown"),
    [(0, 0, "—"), (4, 4, "100%"), (2000, 1999, "99.9%"), (3, 2, "66.6%"), (5, 0, "0.0%")],
)
def test_a_percentage_never_rounds_up_to_the_whole(required: int, established: int, shown: str) -> None:
    assert Coverage(required, established).percent == shown
