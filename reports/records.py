"""What stands behind one figure: its records, narrowed as the address says, and the figure that they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from guanai.templatetags.page import figure as shown_figure
from guanai.templatetags.page import yuan
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.indicators import INDICATORS, Figure, Indicator, Measure, Period
from reports.queries import in_group

NONE = "—"


@dataclass(frozen=True, slots=True)
class Slice:
    """One indicator of one branch and year: its own level alone, the units of one kind under it, or parts of it."""

    indicator: Indicator
    unit: Unit
    year: int
    own: bool = False
    group: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> Indicator:
        """Whose records are shown: a ratio opens to those that it is taken of."""
        return INDICATORS[self.indicator.parts[1]] if self.indicator.parts else self.indicator

    @property
    def place(self) -> str:
        if self.group:
            return f"{self.unit.short_name}{UnitKind(self.group).label}"
        return f"{self.unit.short_name}本级" if self.own else self.unit.short_name

    def records(self, indicator: Indicator) -> QuerySet[Any]:
        records = indicator.records_for(self.year, self.unit, own=self.own, chosen=self.chosen)
        return in_group(records, indicator, self.unit, self.group) if self.group else records

    def total(self, indicator: Indicator) -> Figure:
        return indicator.total(self.records(indicator), Period.of(self.year))


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure as shown, and one sentence on how it comes from the records of the list."""

    figure: str
    how: str


def counted(asked: Slice) -> Counted:
    """The figure of exactly these records; — for a ratio or a mean of nothing. One query, two for a ratio."""
    indicator = asked.indicator
    if indicator.parts:
        return _ratio(asked)
    total = asked.total(indicator)
    if indicator.mean is not None:
        return Counted(shown_figure(total) if total else NONE, "下面各条记录的平均数。")
    figure = yuan(total) if indicator.measure is Measure.YUAN else shown_figure(total)
    if indicator.distinct is not None:
        return Counted(figure, "下面的记录去掉重复后的数。")
    if indicator.value is not None:
        return Counted(figure, "下面各条记录相加的数。")
    return Counted(figure, f"下面一条记录算一{indicator.measure}。")


def _ratio(asked: Slice) -> Counted:
    assert asked.indicator.parts  # noqa: S101  # the caller asked
    above, below = (INDICATORS[code] for code in asked.indicator.parts)
    numerator, denominator = asked.total(above), asked.total(below)
    # Cut, not rounded: 1,999 of 2,000 is not 100.
    figure = shown_figure(Decimal(int(numerator) * 1000 // int(denominator)) / 10) if denominator else NONE
    words = f"{above.label} {shown_figure(numerator)} 除以{below.label} {shown_figure(denominator)}，"
    return Counted(figure, f"{words}下面列出后一个数的记录。")
