"""五纳入五统一: five cells for each unit and year, each opening its evidence."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.enums import InclusionKind
from activities.forms import InclusionForm, PaperFilterForm
from activities.inclusions import inclusion_year
from activities.models import Inclusion
from activities.services import may_evidence, remove_inclusion, save_inclusion
from activities.validators import FIRST_YEAR
from guanai.access import get_or_post, needs
from guanai.attachments import serve_attachment
from guanai.attempts import attempt, submitted
from guanai.edits import SeenForm
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.models import Unit
from orgs.queries import unit_for_user_or_404
from orgs.scope import units_for, user_of


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def inclusion_list(request: HttpRequest) -> HttpResponse:
    """Units with a committee in tree order, with their five cells of one year."""
    user = user_of(request)
    form = PaperFilterForm(request.GET, user=user)
    year, units = timezone.localdate().year, Unit.objects.none()
    if form.is_valid():
        year = int(form.cleaned_data["year"] or year)
        units = units_for(user, Action.VIEW_ACTIVITIES).open().established()
        branch = form.branch()
        units = units.in_branch(branch) if branch else units
    listing = make_listing(request, units, measure="个单位", form=form)
    shown = inclusion_year(list(listing.page), year)
    lines = [{"unit": unit, "cells": shown.cells(unit), "done": shown.done(unit)} for unit in listing.page]
    return render_list(request, "activities/inclusion_list.html", listing, {"lines": lines, "year": year})


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def inclusion_unit(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """All five of one unit and year, each with its evidence or the way to record it."""
    user = user_of(request)
    unit = unit_for_user_or_404(user, code, Action.VIEW_ACTIVITIES)
    _check_year(year)
    rows = Inclusion.objects.filter(unit=unit, year=year).select_related("meeting", "scan", "updated_by")
    found = {row.kind: row for row in rows}
    context = {
        "unit": unit,
        "year": year,
        "lines": [{"kind": kind, "row": found.get(kind)} for kind in InclusionKind],
        "cells": inclusion_year([unit], year).cells(unit),
        "done": len(found),
        "missing": len(InclusionKind) - len(found),
        "may_edit": may_evidence(user, unit, year),
    }
    return render(request, "activities/inclusion_unit.html", context)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404("no such year")


@needs(Action.RECORD_ACTIVITIES)
@get_or_post
def inclusion_remove(request: HttpRequest, code: str, year: int, kind: str) -> HttpResponse:
    """Take the evidence of a cell away, after a look at it."""
    user = user_of(request)
    unit = unit_for_user_or_404(user, code, Action.RECORD_ACTIVITIES)
    rows = Inclusion.objects.filter(unit=unit, year=year, kind=kind).select_related("meeting", "updated_by")
    row = rows.first()
    if row is None:
        raise Http404("no such evidence")
    form = SeenForm(request.POST or None, record=row)
    if (
        submitted(request, form)
        and attempt(form, lambda: remove_inclusion(by=user, inclusion=row, seen=form.seen_at)) is not None
    ):
        messages.success(request, f"已撤下{unit.short_name} {year} 年“{InclusionKind(kind).label}”的依据。")
        return redirect("activities:inclusion_unit", code, year)
    cancel = reverse("activities:inclusion_edit", args=[code, year, kind])
    context = {"form": form, "unit": unit, "year": year, "row": row, "cancel_url": cancel}
    return render(request, "activities/inclusion_remove.html", context)


@needs(Action.VIEW_ACTIVITIES)
@get_or_post
def inclusion_edit(request: HttpRequest, code: str, year: int, kind: str) -> HttpResponse:
    """The evidence of one cell: to be read by who sees the unit, written by who records for it."""
    user = user_of(request)
    action = Action.RECORD_ACTIVITIES if request.method == "POST" else Action.VIEW_ACTIVITIES
    unit = unit_for_user_or_404(user, code, action)
    _check_year(year)
    if kind not in InclusionKind.values:
        raise Http404("no such cell")
    rows = Inclusion.objects.filter(unit=unit, kind=kind).select_related("meeting", "scan", "updated_by")
    row, before = rows.filter(year=year).first(), rows.filter(year=year - 1).first()
    form = InclusionForm(request.POST or None, request.FILES or None, unit=unit, year=year, inclusion=row)
    if submitted(request, form):
        entry, seen = form.entry(), form.seen_at
        saved = attempt(form, lambda: save_inclusion(by=user, unit=unit, year=year, kind=kind, entry=entry, seen=seen))
        if saved is not None:
            messages.success(request, f"已保存{unit.short_name} {year} 年“{InclusionKind(kind).label}”的依据。")
            return redirect("activities:inclusion_unit", code, year)
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "year": year,
        "kind": InclusionKind(kind),
        "row": row,
        "before": before,
        "may_edit": may_evidence(user, unit, year),
        "cells": inclusion_year([unit], year).cells(unit),
        "cancel_url": reverse("activities:inclusion_unit", args=[unit.code, year]),
    }
    return render(request, "activities/inclusion_form.html", context)


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def inclusion_scan(request: HttpRequest, code: str, year: int, kind: str) -> FileResponse:
    """The scanned evidence."""
    unit = unit_for_user_or_404(user_of(request), code, Action.VIEW_ACTIVITIES)
    row = Inclusion.objects.filter(unit=unit, year=year, kind=kind).select_related("scan").first()
    return serve_attachment(row.scan if row else None)
