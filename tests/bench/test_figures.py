"""The indicator pass for the whole county against the bare SQL aggregates of the same records."""

from orgs.models import Unit
from reports.indicators import INDICATORS, Period
from reports.rollup import figures_table
from tests.bench.measure import in_turn, seconds

YEAR = 2025


def bare_totals(year: int) -> dict[str, object]:
    """What the same figures cost without any tree: one plain aggregate of each indicator's records."""
    period = Period.of(year)
    return {
        code: indicator.total(indicator.records_in(period), period)
        for code, indicator in INDICATORS.items()
        if not indicator.parts
    }


def test_indicator_pass(county: Unit) -> None:
    """All figures of all units in one pass; the other side gives the county's total alone."""
    table = figures_table(YEAR, county)
    assert len(table) == Unit.objects.filter(tree_id=county.tree_id).count()
    assert {code: table[county.pk][code] for code in bare_totals(YEAR)} == bare_totals(YEAR)
    print()
    print(f"    {len(table.codes)} figures of {len(table)} units, {len(bare_totals(YEAR))} queries each")
    ratio = in_turn(seconds(lambda: figures_table(YEAR, county)), seconds(lambda: bare_totals(YEAR)))
    ratio.show("indicator pass for all units / bare totals", "seconds")
