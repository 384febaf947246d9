"""The figures of a report, taken once: every part of a build reads these, whatever is recorded meanwhile.

They hold codes, names of units, numbers and ids of rows, and no personal data, so they may lie in a file.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from activities.models import Theme
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.evaluation import ScoreSheet, score_scheme
from reports.indicators import INDICATORS, Figure, Indicator
from reports.rollup import figures_by, figures_table
from reports.schemes import create_town_scheme

Figures = Mapping[str, Figure]
# A build has a part for each unit of these kinds that stands directly under the county.
PART_KINDS = {UnitKind.DEPARTMENT: "县直部门", UnitKind.TOWNSHIP: "乡镇"}


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as it stood when the figures were taken. `group` is set for those that get files of their own."""

    code: str
    name: str
    committee: str
    parent: str
    group: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a unit's score sheet; points are text, empty where nobody has scored."""

    heading: str
    name: str
    rule: str
    maximum: str
    is_bonus: bool
    evidence: str
    suggested: str
    reviewed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scores:
    """One unit's score sheet; total and grade are empty while items wait."""

    scheme: str
    place: str
    lines: tuple[Line, ...]
    base: str
    bonus: str
    total: str
    grade: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """All that the files of a report are made from. Figures by code of place and code of indicator, noughts left out.

    `branch` and `own` are this year's, `before` last year's branches. `months` are activities and young people by
    month, `themes` activities by theme, each with last year's. `rows` are the ids behind the registers, in order.
    """

    year: int
    day: datetime.date
    county: str
    places: tuple[Place, ...]
    branch: Mapping[str, Figures]
    own: Mapping[str, Figures]
    before: Mapping[str, Figures]
    months: tuple[tuple[int, int, int], ...]
    themes: tuple[tuple[str, int, int], ...]
    scores: tuple[Scores, ...]
    rows: Mapping[str, tuple[int, ...]]

    def place(self, code: str) -> Place:
        return next(place for place in self.places if place.code == code)

    def below(self, code: str) -> list[Place]:
        """The places directly under one, in tree order."""
        return [place for place in self.places if place.parent == code]

    def parts(self) -> list[Place]:
        """The places that get files of their own, in tree order."""
        return [place for place in self.places if place.group]

    def scores_of(self, code: str) -> Scores | None:
        return next((scores for scores in self.scores if scores.place == code), None)


def figure(figures: Figures, code: str) -> Figure:
    """A figure, nought where none is kept."""
    indicator = INDICATORS[code]
    nought = Decimal(0) if indicator.parts else indicator.figure(0)
    return figures.get(code, nought)


def is_empty(figures: Figures, indicator: Indicator) -> bool:
    """Whether a ratio or a mean has nothing to be taken of, and is to be shown as —."""
    if indicator.parts:
        return not figure(figures, indicator.parts[1])
    return indicator.mean is not None and not figure(figures, indicator.code)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let every query of the block see the same moment. Inside a caller's transaction it is the caller's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def take_figures(year: int, county: Unit) -> Frozen:
    """Take every figure of a county's year, and last year's, at one moment; then score the townships by them."""
    with one_snapshot():
        units = list(Unit.objects.filter(tree_id=county.tree_id).order_by("lft"))
        table, before = figures_table(year, county), figures_table(year - 1, county)
        months = _months(year, county)
        themes = _themes(year, county)
        rows = {name: tuple(_ids(code, year, county)) for name, code in REGISTERS.items()}
    sheets = score_scheme(scheme=create_town_scheme(county, year), table=table)
    places = _places(units)
    headed = {county.code, *(place.code for place in places if place.group)}
    return Frozen(
        year=year,
        day=table.period.day,
        county=county.code,
        places=places,
        branch={unit.code: _kept(table[unit.pk]) for unit in units},
        own={unit.code: _kept(table.own(unit.pk)) for unit in units if unit.code in headed},
        before={unit.code: _kept(before[unit.pk]) for unit in units if unit.code in headed},
        months=months,
        themes=themes,
        scores=tuple(_scores(sheet) for sheet in sheets),
        rows=rows,
    )


# The registers of a report and the figures whose records they list.
REGISTERS = {"activities": "activities", "roster": "veterans", "income": "funds_raised", "spending": "funds_spent"}


def _ids(code: str, year: int, county: Unit) -> list[int]:
    return list(INDICATORS[code].records_for(year, county).order_by("pk").values_list("pk", flat=True))


def _kept(figures: Figures) -> Figures:
    return {code: value for code, value in figures.items() if value}


def _places(units: list[Unit]) -> tuple[Place, ...]:
    """All units of the tree, closed ones too. Names become names of files: those that occur twice get their code."""
    codes = {unit.pk: unit.code for unit in units}
    parts = [unit for unit in units if unit.level == 1]
    names = [unit.short_name for unit in parts]
    return tuple(
        Place(
            code=unit.code,
            name=_file_name(unit, unique=names.count(unit.short_name) < 2),
            committee=unit.committee_name,
            parent=codes.get(unit.parent_id or 0, ""),
            group=PART_KINDS.get(UnitKind(unit.kind), "") if unit.level == 1 and not unit.closed_on else "",
        )
        for unit in units
    )


def _file_name(unit: Unit, *, unique: bool) -> str:
    name = unit.short_name.replace("/", "／")
    return name if unique else f"{name}（{unit.code}）"


def _months(year: int, county: Unit) -> tuple[tuple[int, int, int], ...]:
    this, last = (figures_by("activities", of, county, "month") for of in (year, year - 1))
    return tuple((month, int(this[month]), int(last[month])) for month in range(1, 13))


def _themes(year: int, county: Unit) -> tuple[tuple[str, int, int], ...]:
    this, last = (figures_by("activities", of, county, "theme") for of in (year, year - 1))
    return tuple((theme.name, int(this[theme.pk]), int(last[theme.pk])) for theme in Theme.objects.all())


def _scores(sheet: ScoreSheet) -> Scores:
    lines = tuple(
        Line(
            heading=line.item.heading,
            name=line.item.name,
            rule=line.item.rule_text,
            maximum=str(line.item.maximum),
            is_bonus=line.item.rule == "bonus",
            evidence=line.evidence,
            suggested=_text(line.suggested),
            reviewed=_text(line.reviewed),
            reason=line.reason,
        )
        for line in sheet.lines
    )
    return Scores(
        scheme=str(sheet.scheme),
        place=sheet.unit.code,
        lines=lines,
        base=str(sheet.base),
        bonus=str(sheet.bonus),
        total=_text(sheet.total),
        grade=sheet.grade.label if sheet.grade else "",
    )


def _text(points: Decimal | None) -> str:
    return "" if points is None else str(points)


def to_json(frozen: Frozen) -> bytes:
    content = asdict(frozen) | {"day": frozen.day.isoformat()}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def from_json(content: bytes) -> Frozen:
    """Read what `to_json` wrote, to the last cent."""
    given: dict[str, Any] = json.loads(content)
    return Frozen(
        year=given["year"],
        day=datetime.date.fromisoformat(given["day"]),
        county=given["county"],
        places=tuple(Place(**place) for place in given["places"]),
        branch=_read_figures(given["branch"]),
        own=_read_figures(given["own"]),
        before=_read_figures(given["before"]),
        months=tuple((month, this, last) for month, this, last in given["months"]),
        themes=tuple((name, this, last) for name, this, last in given["themes"]),
        scores=tuple(_read_scores(scores) for scores in given["scores"]),
        rows={name: tuple(ids) for name, ids in given["rows"].items()},
    )


def _read_scores(given: Mapping[str, Any]) -> Scores:
    return Scores(**{**given, "lines": tuple(Line(**line) for line in given["lines"])})


def _read_figures(given: Mapping[str, Mapping[str, str | int]]) -> dict[str, Figures]:
    """Counts are JSON numbers; everything else was written as text, since a float would lose cents."""
    return {
        place: {code: value if isinstance(value, int) else Decimal(value) for code, value in figures.items()}
        for place, figures in given.items()
    }
