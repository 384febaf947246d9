"""年度考评: the score sheets of a year, to be read. Units stand in tree order; there is no other."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from guanai.access import needs
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import allows, user_of
from reports.evaluation import maximum, score_scheme
from reports.models import Evaluation, Scheme
from reports.queries import year_or_404
from reports.schemes import create_town_scheme
from reports.score_table import (
    evaluation_county,
    heading_rows,
    may_score,
    points,
    scheme_tables,
    sheet_of,
    summed,
    total_so_far,
    years_evaluated,
)


def _county_or_404(user: User) -> Unit:
    county = evaluation_county(user)
    if county is None:
        raise Http404("this user has no part in an evaluation")
    return county


@needs(Action.VIEW_EVALUATION)
@require_safe
def evaluation_home(request: HttpRequest) -> HttpResponse:
    """The latest year that was scored, else the running one."""
    county = _county_or_404(user_of(request))
    scored = Evaluation.objects.filter(scheme__county=county).order_by("-scheme__year").select_related("scheme").first()
    return redirect("reports:evaluation_list", scored.scheme.year if scored else timezone.localdate().year)


@needs(Action.VIEW_EVALUATION)
@require_safe
def evaluation_list(request: HttpRequest, year: int) -> HttpResponse:
    """Every unit's points by heading, as far as the reader may see them."""
    user = user_of(request)
    year = year_or_404(str(year))
    county = _county_or_404(user)
    context = {
        "county": county,
        "year": year,
        "years": years_evaluated(county, also=(year, timezone.localdate().year)),
        "tables": scheme_tables(user, county, year),
        "may_score": may_score(user, county),
    }
    return render(request, "reports/evaluation_list.html", context)


@needs(Action.VIEW_EVALUATION)
@require_POST
def evaluation_score(request: HttpRequest, year: int) -> HttpResponse:
    """Count the suggestions of a year anew from the records; what reviewers gave stays."""
    user = user_of(request)
    year = year_or_404(str(year))
    county = _county_or_404(user)
    if not may_score(user, county):
        raise PermissionDenied("suggestions are counted by who reviews or reports on the county")
    create_town_scheme(county, year)
    for scheme in Scheme.objects.filter(county=county, year=year).select_related("county"):
        score_scheme(scheme=scheme)
    messages.success(request, f"已按现在的记录计算 {year} 年的建议分。")
    return redirect("reports:evaluation_list", year)


@needs(Action.VIEW_EVALUATION)
@require_safe
def evaluation(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """One unit's score sheet with the records behind each suggestion."""
    user = user_of(request)
    year = year_or_404(str(year))
    unit = unit_for_user_or_404(user, code, Action.VIEW_EVALUATION)
    sheet = sheet_of(unit, year)
    if sheet is None:
        raise Http404("this unit was not scored in this year")
    lines, cap = sheet.lines, sheet.scheme.bonus_cap
    context = {
        "unit": unit,
        "year": year,
        "sheet": sheet,
        "headings": heading_rows(sheet),
        "maximum": points(maximum(line.item for line in lines)),
        "suggested": summed(lines, [line.suggested for line in lines], cap),
        "reviewed": summed(lines, [line.reviewed for line in lines], cap),
        "so_far": total_so_far(sheet),
        "linked": allows(user, Action.VIEW_FIGURES, unit),
    }
    return render(request, "reports/evaluation.html", context)
