"""The roll-up against brute force, and every figure against the records that it opens to."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from activities.models import Theme
from orgs.models import Unit
from reports.indicators import INDICATORS, Kind, Period
from reports.rollup import figures, figures_by, figures_table, roll_up
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county, make_network

pytestmark = pytest.mark.django_db
COUNTED = [indicator for indicator in INDICATORS.values() if not indicator.parts]


def two_counties(seed: int) -> World:
    """A busy county beside another one, whose records must never be seen."""
    make_busy_county(seed + 100, "510823", townships=1, records=12)
    return make_busy_county(seed)


def test_every_figure_is_the_total_of_its_records() -> None:
    world = two_counties(1)
    period = Period.of(YEAR)
    table = figures_table(YEAR, world.county)
    some = 0
    for indicator in COUNTED:
        for unit in (world.county, world.townships[0], *world.units[1:12:5]):
            for own, figure in ((False, table[unit.pk]), (True, table.own(unit.pk))):
                records = indicator.records_for(YEAR, unit, own=own)
                assert indicator.total(records, period) == figure[indicator.code], (indicator.code, unit, own)
        some += bool(table[world.county.pk][indicator.code])
    # A test on noughts alone would prove nothing.
    assert some == len(COUNTED)


def test_roll_up_equals_adding_record_by_record() -> None:
    world = two_counties(7)
    period = Period.of(YEAR)
    for indicator in COUNTED:
        branch, own = roll_up(indicator, period, world.county)
        everywhere = list(indicator.records_in(period))
        for unit in world.units:
            below = set(Unit.objects.in_branch(unit).values_list("pk", flat=True))
            inside = [record for record in everywhere if unit_id_of(record, indicator.unit_path) in below]
            at_level = [record for record in inside if unit_id_of(record, indicator.unit_path) == unit.pk]
            assert branch.get(unit.pk, 0) == by_hand(indicator.code, inside), (indicator.code, unit)
            assert own.get(unit.pk, 0) == by_hand(indicator.code, at_level), (indicator.code, unit)


def unit_id_of(record: object, path: str) -> int:
    for step in path.split("__") if path else ():
        record = getattr(record, step)
    assert isinstance(record, Unit)
    return record.pk


def by_hand(code: str, records: list[Any]) -> int | Decimal:
    """The figure of an indicator from its records in Python."""
    distinct: dict[str, Callable[[Any], object]] = {
        "key_posts": lambda r: (r.unit_id, r.post),
        "team_members": lambda r: r.volunteer_id,
        "children_helped": lambda r: r.child_id,
        "students_aided": lambda r: r.child_id,
        "quarters_recorded": lambda r: (r.held_on.month - 1) // 3,
    }
    added = {
        "talks": "sessions",
        "young_people": "young_people",
        "in_need": "in_need",
        "other_people": "others",
        "budget": "budget",
        "staff": "staff",
        "periodicals": "periodicals",
    }
    money = ("funds_raised", "allocations", "goods_received", "fund_balance", "grants_amount", "goods_granted")
    if code in distinct:
        return len({distinct[code](record) for record in records})
    if code == "mean_age":
        ages = [YEAR - record.birth_year for record in records]
        exact = Decimal(sum(ages)) / len(ages) if ages else Decimal(0)
        return exact.quantize(Decimal("0.1"), "ROUND_HALF_UP")
    if code == "funds_spent":
        return -sum((record.amount for record in records), Decimal(0))
    if code in money or code == "student_grants_amount":
        return sum((record.amount for record in records), Decimal(0))
    if code in added or code.endswith("_sessions"):
        name = added.get(code, "sessions")
        added_up: int | Decimal = sum(getattr(record, name) for record in records)
        return added_up
    return len(records)


def test_ratio_divides_and_is_nought_without_a_divisor() -> None:
    county = make.make_county()
    town = make.make_unit(county, committee_established_on=datetime.date(2020, 1, 1))
    make.make_unit(county)
    make.make_unit(county, has_veterans=False)
    bare = make.make_unit(county, has_veterans=False)
    table = figures_table(YEAR, Unit.objects.get(pk=county.pk))
    assert table[town.pk]["coverage"] == 1
    assert table[bare.pk]["coverage"] == 0
    # County and two townships should have a committee, one has.
    assert table[county.pk]["coverage"] == Decimal("0.333")


def test_ratio_is_whole_only_when_nothing_is_missing() -> None:
    coverage = INDICATORS["coverage"]
    assert coverage.ratio(1999, 2000) == Decimal("0.999")
    assert coverage.ratio(2000, 2000) == 1


def test_mean_on_the_edge_of_two_decimals_is_rounded_up_everywhere() -> None:
    county = make.make_county()
    # 17 persons of 74 and 3 of 73 years: 73.85 exactly, which no binary fraction holds.
    for age in [74] * 17 + [73] * 3:
        make.make_volunteer(county, birth_date=datetime.date(YEAR - age, 3, 1))
    assert figures_table(YEAR, county, ["mean_age"])[county.pk]["mean_age"] == Decimal("73.9")
    assert figures(YEAR, county)["mean_age"] == Decimal("73.9")


def test_figures_of_one_unit_are_those_of_the_table() -> None:
    world = two_counties(4)
    table = figures_table(YEAR, world.county)
    for unit in (world.county, world.townships[0], world.units[-1]):
        assert figures(YEAR, unit) == table[unit.pk]


def test_joint_activity_counts_once_for_its_host() -> None:
    world = make_network()
    host, guest = world.townships[:2]
    make.make_activity(host, co_hosts=[guest, world.county])
    table = figures_table(YEAR, world.county, ["activities"])
    assert table[host.pk]["activities"] == 1
    assert table[guest.pk]["activities"] == 0
    assert table[world.county.pk]["activities"] == 1
    assert table.own(world.county.pk)["activities"] == 0


def test_child_helped_in_two_places_is_one_person_in_the_county() -> None:
    world = make_network()
    first, second = world.townships[:2]
    child = make.make_child(first)
    make.make_visit(make.make_pairing(child))
    account = make.make_fund_account(second)
    make.make_paid_grant(child, account, unit=second)
    table = figures_table(YEAR, world.county, ["children_helped", "helps"])
    assert [table[unit.pk]["children_helped"] for unit in (first, second, world.county)] == [1, 1, 1]
    assert [table[unit.pk]["helps"] for unit in (first, second, world.county)] == [1, 1, 2]


def test_split_adds_up_and_opens_to_the_same_records() -> None:
    world = two_counties(5)
    period = Period.of(YEAR)
    unit = world.county
    for indicator in COUNTED:
        for dimension in indicator.dimensions:
            if indicator.mean:
                continue
            split = figures_by(indicator.code, YEAR, unit, dimension.code)
            for member, figure in split.items():
                chosen = {dimension.code: member}
                records = indicator.records_for(YEAR, unit, chosen=chosen)
                assert indicator.total(records, period) == figure, (indicator.code, dimension.code, member)
            whole = figures_table(YEAR, unit, [indicator.code])[unit.pk][indicator.code]
            if indicator.kind is not Kind.DISTINCT:
                assert sum(split.values()) == whole, (indicator.code, dimension.code)
    assert list(figures_by("activities", YEAR, unit, "theme")) == list(Theme.objects.values_list("pk", flat=True))


def test_one_query_per_indicator_whatever_the_number_of_units(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    world = make_busy_county(6, townships=2, records=12)
    # One query per indicator that has records, one for the list of units.
    with django_assert_num_queries(len(COUNTED) + 1):
        figures_table(YEAR, world.county)
    for _ in range(12):
        make.make_unit(world.townships[0])
    world.county.refresh_from_db()
    with django_assert_num_queries(len(COUNTED) + 1):
        figures_table(YEAR, world.county)


def test_stock_is_taken_at_the_end_of_the_year_and_today_in_the_running_one() -> None:
    today = timezone.localdate()
    assert Period.of(YEAR).day == datetime.date(YEAR, 12, 31)
    assert Period.of(today.year).day == today
    county = make.make_county()
    make.make_volunteer(county, joined_on=datetime.date(YEAR, 12, 31))
    make.make_volunteer(county, joined_on=datetime.date(YEAR + 1, 1, 1))
    assert figures_table(YEAR, county, ["veterans"])[county.pk]["veterans"] == 1


def test_every_indicator_is_declared_in_full() -> None:
    for code, indicator in INDICATORS.items():
        assert indicator.code == code
        assert indicator.definition.endswith("。"), code
        assert indicator.label
        if indicator.parts:
            assert all(part in INDICATORS for part in indicator.parts)
