"""Totals "as now" and "as then": by the tree of today, and by the tree as it stood on a day."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from orgs.enums import ChangeVerb, UnitKind
from orgs.history import placements_on
from orgs.models import Unit, UnitYear
from orgs.services import Change, Order, order_change
from reports.indicators import INDICATORS, Period
from reports.rollup import figures_table, roll_up
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county
from tests.reports.test_rollup import COUNTED, by_hand, unit_id_of

pytestmark = pytest.mark.django_db
MERGED = datetime.date(YEAR, 7, 1)
EVE = datetime.date(YEAR, 6, 30)
# The demonstration's year is open on this day, whenever the tests run.
TODAY = datetime.date(YEAR, 12, 31)


def order(day: datetime.date) -> Order:
    return Order(effective_on=day, document="苍府发〔2025〕8号", by=None)


def do(verb: str, *units: Unit, day: datetime.date = MERGED, **fields: object) -> None:
    order_change(change=Change(verb=verb, units=units, **fields), order=order(day), today=TODAY)  # type: ignore[arg-type]


def held(unit: Unit, month: int, count: int) -> None:
    for _ in range(count):
        make.make_activity(unit, held_on=datetime.date(YEAR, month, 10))


def test_a_merger_in_the_middle_of_the_year_counts_by_both_trees() -> None:
    county = make.make_county()
    gone, stays = make.make_unit(county), make.make_unit(county)
    village, kept = make.make_unit(gone), make.make_unit(stays)
    for unit, before in ((gone, 1), (village, 2), (stays, 4), (kept, 8)):
        held(unit, 3, before)
    do(ChangeVerb.MERGE, gone, target=stays)
    young = make.make_unit(stays, starts_on=datetime.date(YEAR, 9, 1))
    for unit, after in ((village, 16), (stays, 32), (kept, 64), (young, 128)):
        held(unit, 10, after)
    county.refresh_from_db()
    now = figures_table(YEAR, county, ["activities"])
    then = figures_table(YEAR, county, ["activities"], as_of=EVE)
    on_the_day = figures_table(YEAR, county, ["activities"], as_of=MERGED)
    everything = 1 + 2 + 4 + 8 + 16 + 32 + 64 + 128
    by_unit = {
        county: (everything, everything),
        # As now, the closed township has only what it recorded itself; as then also its village, after the merger too.
        gone: (1, 1 + 2 + 16),
        # The young village did not exist on the eve; it stands under the township that it was founded under.
        stays: (everything, 4 + 8 + 32 + 64 + 128),
        village: (2 + 16, 2 + 16),
        kept: (8 + 64, 8 + 64),
        young: (128, 128),
    }
    assert {unit: (now[unit.pk]["activities"], then[unit.pk]["activities"]) for unit in by_unit} == by_unit
    assert {pk: on_the_day[pk] for pk in on_the_day} == {pk: now[pk] for pk in now}
    assert then.own(gone.pk)["activities"] == 1
    assert then.own(stays.pk)["activities"] == 4 + 32


def test_a_township_founded_by_a_merger_counts_in_the_county_alone_on_the_day_before() -> None:
    county = make.make_county()
    first, second = make.make_unit(county), make.make_unit(county)
    village = make.make_unit(first)
    held(first, 3, 1)
    held(second, 3, 2)
    held(village, 3, 4)
    do(ChangeVerb.MERGE, first, second, name="新设镇")
    new = Unit.objects.get(name="新设镇")
    held(new, 10, 8)
    held(village, 10, 16)
    county.refresh_from_db()
    now = figures_table(YEAR, county, ["activities"])
    then = figures_table(YEAR, county, ["activities"], as_of=EVE)
    assert [now[unit.pk]["activities"] for unit in (county, first, second, new)] == [31, 1, 2, 31]
    assert [then[unit.pk]["activities"] for unit in (county, first, second, new)] == [31, 1 + 4 + 16, 2, 8]


def changed_county(seed: int) -> World:
    """A busy county in which every kind of change happened, on days of their own."""
    world = make_busy_county(seed)
    first, second, third = world.townships
    village = Unit.objects.filter(parent=third, kind=UnitKind.VILLAGE)[0]
    school = Unit.objects.filter(parent=world.county, kind=UnitKind.SCHOOL)[0]
    enterprise = Unit.objects.filter(kind=UnitKind.ENTERPRISE)[0]
    days = [datetime.date(YEAR, month, 15) for month in range(2, 7)]
    do(ChangeVerb.CHANGE_KIND, village, name="新社区", kind=UnitKind.COMMUNITY, day=days[0])
    do(ChangeVerb.MOVE, school, target=second, day=days[1])
    do(ChangeVerb.MERGE, first, target=second, day=days[2])
    do(ChangeVerb.DISSOLVE, enterprise, day=days[3])
    do(ChangeVerb.MERGE, second, third, name="新设镇", day=days[4])
    world.county.refresh_from_db()
    return world


@pytest.mark.parametrize("day", [datetime.date(YEAR, 1, 1), datetime.date(YEAR, 4, 20), EVE])
def test_every_indicator_as_then_equals_climbing_record_by_record(day: datetime.date) -> None:
    world = changed_county(3)
    make_busy_county(103, "510823", townships=1, records=12)
    period = Period.of(YEAR)
    parents = {row.unit_id: row.parent_id for row in placements_on(world.county, day)}

    def stands_under(unit_id: int | None, branch: int) -> bool:
        while unit_id is not None and unit_id != branch:
            unit_id = parents.get(unit_id)
        return unit_id == branch

    for indicator in COUNTED:
        branch, own = roll_up(indicator, period, world.county, as_of=day)
        everywhere = list(indicator.records_in(period))
        for pk in parents:
            inside = [record for record in everywhere if stands_under(unit_id_of(record, indicator.unit_path), pk)]
            at_level = [record for record in inside if unit_id_of(record, indicator.unit_path) == pk]
            assert branch.get(pk, 0) == by_hand(indicator.code, inside), (indicator.code, pk)
            assert own.get(pk, 0) == by_hand(indicator.code, at_level), (indicator.code, pk)


def test_a_county_s_total_is_the_same_by_every_tree() -> None:
    world = changed_county(5)
    now = figures_table(YEAR, world.county)[world.county.pk]
    assert now["activities"]
    for day in (datetime.date(YEAR, 1, 1), datetime.date(YEAR, 4, 20), TODAY):
        assert figures_table(YEAR, world.county, as_of=day)[world.county.pk] == now


def test_as_then_takes_one_query_per_indicator(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    world = changed_county(6)
    codes = [code for code, indicator in INDICATORS.items() if not indicator.parts]
    with django_assert_num_queries(len(codes) + 1):
        figures_table(YEAR, world.county, as_of=EVE)
    for _ in range(5):
        make.make_unit(Unit.objects.get(name="新设镇"))
    with django_assert_num_queries(len(codes) + 1):
        figures_table(YEAR, world.county, as_of=EVE)


def test_a_founded_unit_is_no_place_of_the_years_before() -> None:
    """Two townships merged into a new one are two places in the year before, and one from then on."""
    county = make.make_county()
    first, second = make.make_unit(county), make.make_unit(county)
    assert required(county) == [3, 3]
    do(ChangeVerb.MERGE, first, second, name="新设镇")
    assert required(county) == [3, 2]


def required(county: Unit) -> list[object]:
    """应建 of the year before and of the year, the county itself among them."""
    code = "committees_required"
    return [figures_table(year, county, [code])[county.pk][code] for year in (YEAR - 1, YEAR)]


def test_no_more_committees_are_good_than_there_are() -> None:
    """A committee that was found good in spring and merged in summer is none of the good ones at the year's end."""
    county = make.make_county()
    founded = datetime.date(2010, 5, 4)
    first, second = (make.make_unit(county, committee_established_on=founded) for _ in range(2))
    for unit in (first, second):
        means = {"has_office": True, "staff": 2, "budget": 500, "confirmed_on": EVE}
        UnitYear.objects.create(unit=unit, year=YEAR, five_goods=True, **means)
    do(ChangeVerb.MERGE, first, target=second)
    county.refresh_from_db()
    table = figures_table(YEAR, county, ["five_goods", "committees", "five_goods_rate", "offices", "staff", "budget"])
    counted = {"five_goods": 1, "committees": 1, "five_goods_rate": 1, "offices": 1, "staff": 2}
    # The money of the first was spent before it was closed.
    assert table[county.pk] == {**counted, "budget": 1000}
