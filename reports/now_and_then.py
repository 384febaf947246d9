"""What a change of the network does to the totals: the figures of its year by the tree of today and by that of the day
before, for the page of the change."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from guanai.dependents import Part, register_change_parts
from orgs.enums import Action, ChangeState
from orgs.history import placements_on
from orgs.models import Restructuring, Unit, User
from reports.indicators import INDICATORS, Figure
from reports.links import dashboard_url
from reports.rollup import figures_table

CODES = ("activities", "young_people", "veterans", "pairings")


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: (now, then) for each of `CODES`; `then` is None where the unit did not exist yet."""

    name: str
    url: str
    is_total: bool
    figures: list[tuple[Figure, Figure | None]]


def now_and_then(row: Restructuring, user: User) -> dict[str, Any]:
    """The context of the part; empty for a change that has not taken effect."""
    if row.state not in (ChangeState.DONE, ChangeState.TAKEN_BACK) or row.effective_on > timezone.localdate():
        return {}
    day, year = row.effective_on - datetime.timedelta(days=1), row.effective_on.year
    county = Unit.objects.get(tree_id=row.anchor.tree_id, parent=None)
    now, then = (figures_table(year, county, CODES, as_of=as_of) for as_of in (None, day))
    stood = {placement.unit_id for placement in placements_on(county, day) if placement.stood}  # type: ignore[attr-defined]
    lines = [
        Line(
            unit.short_name,
            dashboard_url(unit.code, year),
            unit.pk == row.anchor_id,
            [(now[unit.pk][code], then[unit.pk][code] if unit.pk in stood else None) for code in CODES],
        )
        for unit in _units(row)
    ]
    columns = [(INDICATORS[code].label, str(INDICATORS[code].measure)) for code in CODES]
    return {"lines": lines, "columns": columns, "day": day, "year": year}


def _units(row: Restructuring) -> list[Unit]:
    """The branch of the change first, then what it named and the parents before, in tree order."""
    ids = {row.anchor_id}
    for part in row.parts.exclude(part="child").select_related("before"):
        ids |= {part.unit_id, *({part.before.parent_id} if part.before and part.before.parent_id else set())}
    units = list(Unit.objects.filter(pk__in=ids).order_by("lft"))
    return sorted(units, key=lambda unit: unit.pk != row.anchor_id)


def register() -> None:
    register_change_parts(
        Part(
            key="now_and_then",
            heading="现在和当时的数据",
            action=Action.VIEW_FIGURES,
            template="reports/now_and_then.html",
            context=now_and_then,
        )
    )
