"""Roll-up: one query per indicator for all units of a county.

The records are first added up by their own unit (for distinct values: reduced to the pairs of unit and value), then
joined to every ancestor of that unit. No query per unit, and the number of units does not change the queries.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, Sum

from orgs.history import placements_on
from orgs.models import Unit
from reports.indicators import INDICATORS, Figure, Indicator, Period
from reports.indicators.declaration import expression

# The figure of every ancestor: of its whole branch, and of the records at its own level (本级) alone.
_JOINED = """
FROM ({records}) AS counted
JOIN orgs_unit AS place ON place.id = counted.at_unit
JOIN orgs_unit AS ancestor
    ON ancestor.tree_id = place.tree_id AND ancestor.lft <= place.lft AND ancestor.rght >= place.rght
GROUP BY ancestor.id
"""
_OWN = "FILTER (WHERE ancestor.id = place.id)"
# The same by the tree as it stood on a day: the ancestors are climbed from placement to placement. UNION, not UNION
# ALL: whatever the placements say, the climb ends.
_STOOD = """
WITH RECURSIVE stood AS ({placements}), above (id, ancestor_id) AS (
    SELECT stood.unit_id, stood.unit_id FROM stood
    UNION
    SELECT above.id, stood.parent_id FROM above JOIN stood ON stood.unit_id = above.ancestor_id
    WHERE stood.parent_id IS NOT NULL
)
"""
_JOINED_THEN = """
FROM ({records}) AS counted
JOIN above AS place ON place.id = counted.at_unit
JOIN orgs_unit AS ancestor ON ancestor.id = place.ancestor_id
GROUP BY ancestor.id
"""
_ADDED = "SELECT ancestor.id, sum(counted.counted_amount), sum(counted.counted_amount) {own}"
_DISTINCT = "SELECT ancestor.id, count(DISTINCT counted.counted_amount), count(DISTINCT counted.counted_amount) {own}"
_MEAN = (
    "SELECT ancestor.id, sum(counted.counted_amount)::numeric / nullif(sum(counted.counted_weight), 0),"
    " sum(counted.counted_amount) {own}::numeric / nullif(sum(counted.counted_weight) {own}, 0)"
)


@dataclass(frozen=True, slots=True)
class FigureTable(Mapping[int, Mapping[str, Figure]]):
    """Figures of a county: unit id → indicator code → figure of its branch; `own` gives those of a unit's own level.

    A unit without records has noughts, so every unit of the tree may be asked for.
    """

    period: Period
    codes: tuple[str, ...]
    unit_ids: tuple[int, ...]
    branch: Mapping[str, Mapping[int, Figure]]
    level: Mapping[str, Mapping[int, Figure]]

    def __getitem__(self, unit_id: int) -> dict[str, Figure]:
        return {code: self.branch[code].get(unit_id, _nought(code)) for code in self.codes}

    def __iter__(self) -> Iterator[int]:
        return iter(self.unit_ids)

    def __len__(self) -> int:
        return len(self.unit_ids)

    def own(self, unit_id: int) -> dict[str, Figure]:
        return {code: self.level[code].get(unit_id, _nought(code)) for code in self.codes}


def _nought(code: str) -> Figure:
    indicator = INDICATORS[code]
    return indicator.ratio(0, 0) if indicator.parts else indicator.figure(0)


def roll_up(
    indicator: Indicator, period: Period, county: Unit, as_of: datetime.date | None = None
) -> tuple[dict[int, Figure], dict[int, Figure]]:
    """The figures of one indicator in one query: (by branch, by own level), each unit id → figure, noughts left out.

    By the tree of today, or by the tree as it stood on the day `as_of`.

    Raises ValueError for a ratio of two indicators, which has no records.
    """
    if indicator.parts:
        raise ValueError(f"{indicator.code} is a ratio: divide the figures of {indicator.parts}")
    sql, parameters = _summed_by_unit(indicator, period, county)
    head = _MEAN if indicator.mean else _DISTINCT if indicator.distinct is not None else _ADDED
    statement = head.format(own=_OWN) + (_JOINED if as_of is None else _JOINED_THEN).format(records=sql)
    if as_of is not None:
        placements, at_day = placements_on(county, as_of).values("unit_id", "parent_id").query.sql_with_params()
        statement, parameters = _STOOD.format(placements=placements) + statement, (*at_day, *parameters)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    branch = {unit_id: indicator.figure(figure) for unit_id, figure, _ in rows}
    own = {unit_id: indicator.figure(figure) for unit_id, _, figure in rows if figure is not None}
    return branch, own


def _summed_by_unit(indicator: Indicator, period: Period, county: Unit) -> tuple[str, tuple[Any, ...]]:
    """The inner query: columns at_unit and counted_amount, and counted_weight of a mean.

    At most one row per unit, or per unit and value where different values are counted.
    """
    stem = f"{indicator.unit_path}__" if indicator.unit_path else ""
    records = indicator.records_in(period).filter(**{f"{stem}tree_id": county.tree_id}).order_by()
    grouped = records.values(at_unit=F(indicator.unit_key))
    if indicator.mean is not None:
        age = indicator.mean(period)
        grouped = grouped.annotate(counted_amount=Sum(age), counted_weight=Count(age))
    elif indicator.distinct is not None:
        grouped = records.values(
            at_unit=F(indicator.unit_key), counted_amount=expression(indicator.distinct)
        ).distinct()
    elif indicator.value is not None:
        grouped = grouped.annotate(counted_amount=Sum(expression(indicator.value)))
    else:
        grouped = grouped.annotate(counted_amount=Count("pk"))
    sql, parameters = grouped.query.sql_with_params()
    return sql, tuple(parameters)


def figures_table(
    year: int, county: Unit, codes: Iterable[str] | None = None, as_of: datetime.date | None = None
) -> FigureTable:
    """Figures of all units of a county, one query per indicator whatever the number of units.

    "As now": records count in the branch in which their unit stands today; those of a closed unit with its successor.
    "As then" (`as_of`): the same records of the same year count in the branch in which their unit stood on that day,
    so those of a unit that was still open count with its parent of that day, and those of one that was closed by then
    with its successor of that day. A unit that did not exist yet stands under the parent that it was founded under, so
    a county's total is the same by every tree.

    Raises KeyError for an unknown code.
    """
    wanted = tuple(codes) if codes is not None else tuple(INDICATORS)
    period = Period.of(year)
    branch: dict[str, dict[int, Figure]] = {}
    level: dict[str, dict[int, Figure]] = {}
    needed = dict.fromkeys(code for given in wanted for code in (INDICATORS[given].parts or (given,)))
    for code in needed:
        branch[code], level[code] = roll_up(INDICATORS[code], period, county, as_of)
    for code in wanted:
        if INDICATORS[code].parts:
            branch[code] = _divided(INDICATORS[code], branch)
            level[code] = _divided(INDICATORS[code], level)
    unit_ids = Unit.objects.filter(tree_id=county.tree_id).order_by("lft").values_list("pk", flat=True)
    return FigureTable(period, wanted, tuple(unit_ids), branch, level)


def _divided(indicator: Indicator, figures: Mapping[str, Mapping[int, Figure]]) -> dict[int, Figure]:
    assert indicator.parts  # noqa: S101  # the caller asked
    numerators, denominators = (figures[code] for code in indicator.parts)
    return {
        unit_id: indicator.ratio(numerators.get(unit_id, 0), denominator)
        for unit_id, denominator in denominators.items()
    }


def figures(year: int, unit: Unit) -> dict[str, Figure]:
    """Every figure of one unit's branch, each the total of exactly the records that it opens to."""
    period = Period.of(year)
    found: dict[str, Figure] = {}
    for code, indicator in INDICATORS.items():
        if not indicator.parts:
            found[code] = indicator.total(indicator.records_for(year, unit), period)
    # In the order of the registry, with the ratios between.
    return {
        code: indicator.ratio(*(found[part] for part in indicator.parts)) if indicator.parts else found[code]
        for code, indicator in INDICATORS.items()
    }


def figures_by(code: str, year: int, unit: Unit, dimension: str, *, own: bool = False) -> dict[Any, Figure]:
    """One figure split by a dimension, in the order of its members; members without records are nought.

    Raises KeyError for an unknown code or dimension, ValueError for a ratio or a mean.
    """
    indicator = INDICATORS[code]
    split = indicator.dimension(dimension)
    if indicator.parts or indicator.mean:
        raise ValueError(f"{code} cannot be split")
    records = indicator.records_for(year, unit, own=own).order_by().select_related(None)
    if indicator.distinct is not None:
        counted: Any = Count(expression(indicator.distinct), distinct=True)
    else:
        counted = Sum(expression(indicator.value)) if indicator.value is not None else Count("pk")
    rows = (
        records.values(member=F(split.lookup)).annotate(counted_amount=counted).values_list("member", "counted_amount")
    )
    found: dict[Any, Any] = defaultdict(int, dict(rows))
    return {member: indicator.figure(found[member]) for member, _ in split.members()}
