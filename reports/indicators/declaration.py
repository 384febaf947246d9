"""What an indicator is: one queryset of records, and how it is counted.

The figure and the list behind it are the same queryset, so that a number always opens to exactly its records.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum
from typing import Any

from django.db.models import Avg, Count, DecimalField, F, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.utils import timezone

from orgs.enums import Action
from orgs.models import Unit
from orgs.querysets import in_branch_q

Figure = int | Decimal
"""Money in yuan and means are Decimal, a ratio is a Decimal part of 1, everything else is int."""

# One decimal of a per cent, as pages, Excel and Word show it; cut, so that 1,999 of 2,000 is nowhere 100.
_RATIO_STEP = Decimal("0.001")
_MONEY_STEP = Decimal("0.01")
_MEAN_STEP = Decimal("0.1")


class Kind(Enum):
    """How an indicator relates to time and persons."""

    FLOW = "flow"
    STOCK = "stock"
    DISTINCT = "distinct"
    RATIO = "ratio"


class Measure(StrEnum):
    """The unit of measure that stands behind a figure."""

    UNITS = "个"
    TIMES = "场"
    PERSONS = "人"
    PERSON_TIMES = "人次"
    PAIRS = "对"
    YUAN = "元"
    PER_CENT = "%"
    YEARS = "岁"
    ITEMS = "笔"
    PAPERS = "份"
    ARTICLES = "篇"
    VISITS = "次"
    QUARTERS = "季"
    POINTS = "项"


class FormPart(Enum):
    """The parts of the annual statistics form (domain.md §3), in its order."""

    ORGANISATION = "组织"
    PEOPLE = "队伍"
    EDUCATION = "教育"
    CARE = "关爱"
    PLACES = "阵地"
    GUARANTEES = "保障"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year, and the day on which stocks are counted: its last one, or today in the running year."""

    year: int
    day: datetime.date

    @classmethod
    def of(cls, year: int) -> "Period":
        return cls(year, min(datetime.date(year, 12, 31), timezone.localdate()))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list behind a figure. `value` takes the record; a personal one needs the subject's action, and
    `action` besides, where it tells of somebody of another list.

    `note` gives a second, quiet line of the same cell.
    """

    heading: str
    value: Callable[[Any], object]
    personal: bool = False
    note: Callable[[Any], str] | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the records of an indicator are: how a list shows them and who may open one.

    Without `action` on the unit, a reader of figures sees the columns that are not personal, and no links.
    """

    action: Action
    columns: tuple[Column, ...]
    related: tuple[str, ...] = ()
    detail: str = ""
    detail_key: str = "pk"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to split a figure: `lookup` is a field path, `members` its values with labels in their own order."""

    code: str
    label: str
    lookup: str
    members: Callable[[], Sequence[tuple[Any, str]]]


Expression = str | Combinable


def expression(value: Expression) -> Combinable:
    return F(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One figure of the network, declared once.

    `records` gives the records of a period, already limited to it. What is counted: the rows; or the sum of `value`;
    or the different values of `distinct`; or the mean of `mean`. A ratio has no records of its own: it divides the
    figures of two others, and opens to those of the second.
    """

    code: str
    label: str
    definition: str
    measure: Measure
    kind: Kind
    part: FormPart
    subject: Subject
    records: Callable[[Period], QuerySet[Any]]
    unit_path: str = "unit"
    date_path: str = ""
    value: Expression | None = None
    distinct: Expression | None = None
    mean: Callable[[Period], Combinable] | None = None
    parts: tuple[str, str] | None = None
    dimensions: tuple[Dimension, ...] = ()
    group: str | None = None
    on_form: bool = True
    narrow: Mapping[str, Any] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Whether the figure of a branch is the sum of the figures of its parts."""
        return self.distinct is None and self.kind is not Kind.RATIO

    @property
    def unit_key(self) -> str:
        """The path of the unit's id, for grouping."""
        return f"{self.unit_path}_id" if self.unit_path else "pk"

    def narrowed(self, code: str, label: str, definition: str, **changes: Any) -> "Indicator":
        """The same records, fewer of them: `narrow` holds the conditions."""
        return replace(self, code=code, label=label, definition=definition, **changes)

    def records_in(self, period: Period) -> QuerySet[Any]:
        """Every record that counts in a period, in the whole database."""
        return self.records(period).filter(**self.narrow)

    def records_for(
        self, year: int, unit: Unit, *, own: bool = False, chosen: Mapping[str, Any] | None = None
    ) -> QuerySet[Any]:
        """The records behind the figure of one unit: its branch, or its own level alone.

        `chosen` narrows them by dimension, e.g. {"month": 3, "theme": 2}; an unknown dimension raises KeyError.
        """
        records = self.records_in(Period.of(year)).select_related(*self.subject.related)
        if own:
            records = records.filter(**{self.unit_key: unit.pk})
        else:
            records = records.filter(in_branch_q(unit, self.unit_path))
        for code, value in (chosen or {}).items():
            records = records.filter(**{self.dimension(code).lookup: value})
        return records

    def dimension(self, code: str) -> Dimension:
        return {dimension.code: dimension for dimension in self.dimensions}[code]

    def total(self, records: QuerySet[Any], period: Period) -> Figure:
        """The figure of these records."""
        records = records.order_by()
        if self.mean is not None:
            # Exactly, as the roll-up divides: as a binary fraction 73.85 would be cut to 73.8.
            return self.figure(records.aggregate(figure=Avg(self.mean(period), output_field=DecimalField()))["figure"])
        if self.distinct is not None:
            return self.figure(records.aggregate(figure=Count(expression(self.distinct), distinct=True))["figure"])
        if self.value is not None:
            return self.figure(records.aggregate(figure=Sum(expression(self.value)))["figure"])
        return records.count()

    def figure(self, raw: Any) -> Figure:
        """A value from the database as a figure of this indicator; nothing is nought."""
        if self.mean is not None:
            return Decimal(raw or 0).quantize(_MEAN_STEP, ROUND_HALF_UP)
        if self.measure is Measure.YUAN:
            return Decimal(raw or 0).quantize(_MONEY_STEP, ROUND_HALF_UP)
        return int(raw or 0)

    def ratio(self, numerator: Figure, denominator: Figure) -> Decimal:
        """The quotient as a part of 1; nought where there is nothing to divide by (show it as "—")."""
        if not denominator:
            return Decimal(0)
        return (Decimal(numerator) / Decimal(denominator)).quantize(_RATIO_STEP, ROUND_DOWN)


def months(date_path: str) -> Dimension:
    """The months of a flow."""
    return Dimension("month", "月份", f"{date_path}__month", lambda: [(month, f"{month}月") for month in range(1, 13)])


def choices(code: str, label: str, lookup: str, members: Sequence[tuple[str, str]]) -> Dimension:
    """The values of a field with choices."""
    return Dimension(code, label, lookup, lambda: list(members))
