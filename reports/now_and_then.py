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
    """One unit: (now, then) for each of `CODES`, and in `note` where its records are.

    None where they are in the line of another unit, or were: a closed unit is counted in the one that it stands under,
    and one that did not exist yet is counted nowhere.
    """

    name: str
    note: str
    url: str
    is_total: bool
    figures: list[tuple[Figure | None, Figure | None]]


def now_and_then(row: Restructuring, user: User) -> dict[str, Any]:
    """The context of the part; empty for a change that has not taken effect."""
    if row.state not in (ChangeState.DONE, ChangeState.TAKEN_BACK) or row.effective_on > timezone.localdate():
        return {}
    day, year = row.effective_on - datetime.timedelta(days=1), row.effective_on.year
    county = Unit.objects.get(tree_id=row.anchor.tree_id, parent=None)
    now, then = (figures_table(year, county, CODES, as_of=as_of) for as_of in (None, day))
    stood = {row.unit_id for row in placements_on(county, day) if row.stood and not row.is_closed}  # type: ignore[attr-defined]
    founded = set(row.parts.filter(before=None).exclude(after=None).values_list("unit", flat=True))
    lines = [
        Line(
            unit.short_name,
            _note(unit, is_founded=unit.pk in founded),
            dashboard_url(unit.code, year),
            unit.pk == row.anchor_id,
            [
                (None if unit.closed_on else now[unit.pk][code], then[unit.pk][code] if unit.pk in stood else None)
                for code in CODES
            ],
        )
        for unit in _units(row)
    ]
    columns = [(INDICATORS[code].label, str(INDICATORS[code].measure)) for code in CODES]
    return {"lines": lines, "columns": columns, "day": day, "year": year}


def _note(unit: Unit, *, is_founded: bool) -> str:
    """已并入元坝镇; of a closed unit also where its records count now, unless that is its successor."""
    if unit.closed_on is None:
        return "新设" if is_founded else ""
    what = f"已并入{unit.successor.short_name}" if unit.successor else "已撤销"
    counted = unit.get_ancestors(ascending=True).filter(closed_on=None).first()
    return what if counted is None or counted == unit.successor else f"{what}，现在计入{counted.short_name}"


def _units(row: Restructuring) -> list[Unit]:
    """The branch of the change first, then what it named and the parents before, in tree order."""
    ids = {row.anchor_id}
    for part in row.parts.exclude(part="child").select_related("before"):
        ids |= {part.unit_id, *({part.before.parent_id} if part.before and part.before.parent_id else set())}
    units = list(Unit.objects.filter(pk__in=ids).select_related("successor").order_by("lft"))
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
