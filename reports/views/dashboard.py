"""数据总览: the figures of a branch in a year, and the table of its units."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.enums import ActivityState
from activities.queries import count_waiting
from aid.queries import grants_to_do_count, visits_due_count
from guanai.access import needs
from orgs.enums import Action, UnitKind
from orgs.models import Unit, User
from orgs.scope import allows, user_of
from reports.dashboard import is_running, key_figures, months_of_activities, themes_of_activities
from reports.exporters import units_workbook
from reports.links import dashboard_url
from reports.queries import figures_unit_or_404, year_or_404, years_with_records
from reports.rollup import figures_table
from reports.unit_table import CODES, make_unit_table, shortened


@needs(Action.VIEW_FIGURES)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """One branch in one year. `?open=` unfolds a line of the table, `?missing=1` leaves what lacks a paper.

    A long table is cut unless `?all=1` asks for the rest.
    """
    user = user_of(request)
    unit = figures_unit_or_404(user, request.GET.get("unit", ""))
    year = year_or_404(request.GET.get("year", ""))
    figures = figures_table(year, unit, CODES)
    opens_records = allows(user, Action.VIEW_ACTIVITIES, unit)
    missing, whole = request.GET.get("missing") == "1", request.GET.get("all") == "1"
    table = make_unit_table(
        unit,
        year,
        figures,
        opened=request.GET.get("open", ""),
        linked=opens_records,
        missing=missing,
    )
    context: dict[str, Any] = {
        "unit": unit,
        "year": year,
        "years": years_with_records(unit, also=year),
        "day": figures.period.day,
        "now": timezone.localtime(),
        "running": is_running(year),
        "is_county": unit.kind == UnitKind.COUNTY,
        "above": branches_above(user, unit, year),
        "opens_records": opens_records,
        # What waits is counted over all of the user's branches, so it stands on their own first page alone.
        "to_do": to_do(user) if unit == figures_unit_or_404(user, "") else [],
        "keys": key_figures(unit, year, figures[unit.pk]),
        "months": months_of_activities(unit, year),
        "themes": themes_of_activities(unit, year),
        "table": table if whole else shortened(table),
        "missing": missing,
        "here": f"?unit={unit.code}&year={year}{'&all=1' if whole else ''}",
    }
    return render(request, "reports/dashboard.html", context)


def branches_above(user: User, unit: Unit, year: int) -> list[tuple[str, str]]:
    """Name and dashboard of the units above, as far as the user sees their figures."""
    above = unit.get_ancestors() if unit.parent_id else []
    return [(at.short_name, dashboard_url(at.code, year)) for at in above if allows(user, Action.VIEW_FIGURES, at)]


def to_do(user: User) -> list[tuple[str, str]]:
    """What waits for this user, in words and with the list behind it; only what the user may do."""
    waiting, grants, visits = count_waiting(user), grants_to_do_count(user), visits_due_count(user)
    submitted = f"{reverse('activities:activity_list')}?state={ActivityState.SUBMITTED.value}"
    found = (
        (waiting, f"待审活动 {waiting:,} 场", submitted),
        (grants, f"基金申请 {grants:,} 件", reverse("aid:grant_list")),
        (visits, f"到期走访 {visits:,} 次", reverse("aid:visit_list")),
    )
    return [(words, url) for count, words, url in found if count]


@needs(Action.VIEW_FIGURES)
@require_safe
@never_cache
def dashboard_export(request: HttpRequest) -> FileResponse:
    """The table of units as a workbook, every unit directly under the branch in a row of its own."""
    user = user_of(request)
    unit = figures_unit_or_404(user, request.GET.get("unit", ""))
    year = year_or_404(request.GET.get("year", ""))
    content = units_workbook(unit, year, opened=request.GET.get("open", ""))
    return FileResponse(content, as_attachment=True, filename=f"{unit.short_name}{year}年各单位数据.xlsx")
