"""The yearly papers (计划 检查 总结 评估) with their five cells, and the venues."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.enums import PaperKind, PaperState
from activities.forms import PaperFilterForm, PaperForm, VenueFilterForm
from activities.models import Paper, PaperDeadline
from activities.queries import venues_for_user
from activities.services import save_paper
from activities.validators import FIRST_YEAR
from activities.yearly import paper_year
from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.queries import unit_for_user_or_404
from orgs.scope import allows, units_for, user_of


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def paper_list(request: HttpRequest) -> HttpResponse:
    """Units in tree order with their five cells of one year."""
    user = user_of(request)
    form = PaperFilterForm(request.GET, user=user)
    units = units_for(user, Action.VIEW_ACTIVITIES).open().select_related("parent")
    year = timezone.localdate().year
    if not form.is_valid():
        units = units.none()
    else:
        branch = form.branch()
        units = units.in_branch(branch) if branch else units
        year = int(form.cleaned_data["year"] or year)
    listing = make_listing(request, units, measure="个单位", form=form)
    papers = paper_year(list(listing.page), year)
    lines = [{"unit": unit, "cells": papers.cells(unit)} for unit in listing.page]
    return render_list(request, "activities/paper_list.html", listing, {"lines": lines, "year": year})


@needs(Action.VIEW_ACTIVITIES)
@get_or_post
def paper_edit(request: HttpRequest, code: str, year: int, kind: str) -> HttpResponse:
    """One paper: to be read by who sees the unit, written and filed by who records for it."""
    user = user_of(request)
    action = Action.RECORD_ACTIVITIES if request.method == "POST" else Action.VIEW_ACTIVITIES
    unit = unit_for_user_or_404(user, code, action)
    if kind not in PaperKind.values or not FIRST_YEAR <= year <= timezone.localdate().year + 1:
        raise Http404("no such paper")
    paper = Paper.objects.filter(unit=unit, year=year, kind=kind).first()
    file_it = request.POST.get("step") != "draft"
    initial = {"text": paper.text if paper else ""}
    form = PaperForm(request.POST or None, file_it=file_it, record=paper, initial=initial)
    if submitted(request, form):
        written = {"text": form.cleaned_data["text"], "seen": form.seen_at}
        saved = attempt(form, lambda: save_paper(by=user, unit=unit, year=year, kind=kind, file_it=file_it, **written))
        if saved is not None:
            done = "已归档" if saved.state == PaperState.FILED else "草稿已保存"
            messages.success(request, f"{done}：{unit.short_name} {year} 年{saved.get_kind_display()}。")
            return redirect("activities:paper_edit", code, year, kind)
    deadline = PaperDeadline.objects.filter(kind=kind).first()
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "year": year,
        "word": PaperKind(kind).label,
        "paper": paper,
        "due_on": deadline.in_year(year) if deadline else None,
        "may_edit": allows(user, Action.RECORD_ACTIVITIES, unit),
        "cells": paper_year([unit], year).cells(unit),
        "list_url": f"{reverse('activities:paper_list')}?unit={unit.code}&year={year}",
    }
    return render(request, "activities/paper_form.html", context)


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = VenueFilterForm(request.GET, user=user)
    rows = form.applied(venues_for_user(user)).order_by("unit__tree_id", "unit__lft", "kind", "pk")
    listing = make_listing(request, rows, measure="个", form=form)
    return render_list(request, "activities/venue_list.html", listing)
