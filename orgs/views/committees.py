"""Pages of committees: founding and conditions, and the means of each year."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from guanai.access import get_or_post, needs
from guanai.attachments import serve_attachment
from guanai.attempts import attempt, submitted
from guanai.edits import NEVER
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.forms import CONFIRMED, WAITING, CommitteeForm, MeansFilterForm, MeansForm, WithdrawForm
from orgs.models import Unit, UnitYear
from orgs.queries import committees_of_year, unit_for_user_or_404
from orgs.scope import covering, units_for, user_of
from orgs.services import (
    carried_means,
    committee_records,
    confirm_as_before,
    confirm_means,
    record_committee,
    withdraw_committee,
)


@needs(Action.RECORD_NETWORK)
@get_or_post
def committee_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Record that a committee was founded and whether the place needs one, or put the record right."""
    user = user_of(request)
    unit = unit_for_user_or_404(user, code, Action.RECORD_NETWORK)
    form = CommitteeForm(request.POST or None, request.FILES or None, unit=unit)
    if submitted(request, form):
        founding, seen = form.founding, form.seen_at
        saved = attempt(
            form,
            lambda: record_committee(unit=unit, by=user, conditions=form.conditions, founding=founding, seen=seen),
        )
        if saved is not None:
            done = "已登记{}关工委。" if founding else "已保存{}的建会条件。"
            messages.success(request, done.format(unit.short_name))
            return redirect("orgs:unit_detail", unit.code)
    context = {"form": form, "unit": unit, "cancel_url": reverse("orgs:unit_detail", args=[unit.code])}
    return render(request, "orgs/committee_form.html", context)


@needs(Action.RECORD_NETWORK)
@get_or_post
def committee_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take back a founding that was recorded by mistake."""
    user = user_of(request)
    unit = unit_for_user_or_404(user, code, Action.RECORD_NETWORK)
    if not unit.has_committee:
        raise Http404("no committee is recorded there")
    form = WithdrawForm(request.POST or None, record=unit)
    if submitted(request, form):
        reason, seen = form.cleaned_data["reason"], form.seen_at
        saved = attempt(form, lambda: withdraw_committee(unit=unit, by=user, reason=reason, seen=seen))
        if saved is not None:
            messages.success(request, f"已撤下{unit.committee_name}的成立登记。")
            return redirect("orgs:unit_detail", unit.code)
    cancel = reverse("orgs:committee_edit", args=[unit.code])
    context = {"form": form, "unit": unit, "hanging": committee_records(unit), "cancel_url": cancel}
    return render(request, "orgs/committee_withdraw.html", context)


@needs(Action.VIEW_NETWORK)
@require_safe
def committee_scan(request: HttpRequest, code: str) -> FileResponse:
    """The document that founded the committee."""
    return serve_attachment(unit_for_user_or_404(user_of(request), code).committee_scan)


@needs(Action.VIEW_NETWORK)
@require_safe
def means_list(request: HttpRequest) -> HttpResponse:
    """Committees in tree order with what they have this year; what waits can be confirmed together."""
    user = user_of(request)
    form = MeansFilterForm(request.GET, user=user)
    year, units = timezone.localdate().year, Unit.objects.none()
    if form.is_valid():
        year = form.cleaned_data["year"]
        confirmed = {CONFIRMED: True, WAITING: False}.get(form.cleaned_data["state"])
        units = committees_of_year(units_for(user, Action.VIEW_NETWORK), year, confirmed=confirmed)
        if form.cleaned_data["unit"]:
            units = units.in_branch(unit_for_user_or_404(user, form.cleaned_data["unit"]))
    shown = units.prefetch_related(
        Prefetch("years", UnitYear.objects.filter(year__in=(year, year - 1)), to_attr="two_years")
    )
    listing = make_listing(request, shown, measure="个关工委", form=form)
    may_record = covering(user, Action.RECORD_NETWORK)
    lines = [_means_line(unit, year, may_record=may_record(unit)) for unit in listing.page]
    waiting = sum(line["may_confirm"] for line in lines)
    context = {"lines": lines, "year": year, "waiting": waiting}
    return render_list(request, "orgs/means_list.html", listing, context)


def _means_line(unit: Any, year: int, *, may_record: bool) -> dict[str, Any]:
    """This year's row; where there is none yet, last year's, which is only shown."""
    rows = {row.year: row for row in unit.two_years}
    own, before = rows.get(year), rows.get(year - 1)
    row = own or before
    confirmed = own is not None and own.confirmed_on is not None
    return {
        "unit": unit,
        "row": row,
        "confirmed": confirmed,
        "from_before": own is None and before is not None,
        "may_record": may_record,
        "may_confirm": may_record and row is not None and not confirmed,
    }


@needs(Action.RECORD_NETWORK)
@require_POST
def means_confirm(request: HttpRequest, year: int) -> HttpResponse:
    """Confirm for the ticked committees that the year is like the one before."""
    user = user_of(request)
    codes = request.POST.getlist("unit")
    units = list(units_for(user, Action.RECORD_NETWORK).established().open().filter(code__in=codes))
    if len(units) != len(set(codes)) or not _year_runs(year):
        raise Http404("no such committees in this user's branches")
    if not units:
        messages.warning(request, "没有勾选关工委。")
    else:
        done = confirm_as_before(units=units, year=year, by=user)
        messages.success(request, f"已确认 {done} 个关工委 {year} 年的保障。")
    branch = request.POST.get("branch", "")
    known = branch if branch.isalnum() else ""
    return redirect(f"{reverse('orgs:means_list')}?year={year}&unit={known}")


def _year_runs(year: int) -> bool:
    return MeansFilterForm.EARLIEST <= year <= timezone.localdate().year


@needs(Action.VIEW_NETWORK)
@get_or_post
def means_edit(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """What one committee has in one year: to be read by who sees the unit, confirmed by who records for it."""
    user = user_of(request)
    action = Action.RECORD_NETWORK if request.method == "POST" else Action.VIEW_NETWORK
    unit = unit_for_user_or_404(user, code, action)
    if not unit.has_committee or not _year_runs(year):
        raise Http404("no such year of a committee")
    row = UnitYear.objects.filter(unit=unit, year=year).first()
    carried = carried_means(unit, year) if row is None else None
    form = MeansForm(request.POST or None, row=row, carried=carried)
    if submitted(request, form):
        seen = form.seen_at if row else NEVER
        saved = attempt(form, lambda: confirm_means(unit=unit, year=year, means=form.means(), by=user, seen=seen))
        if saved is not None:
            messages.success(request, f"已确认{unit.short_name}关工委 {year} 年的保障。")
            return redirect("orgs:unit_detail", unit.code)
    context = {
        "form": form,
        "unit": unit,
        "year": year,
        "row": row,
        "carried": carried,
        "may_record": covering(user, Action.RECORD_NETWORK)(unit),
        "cancel_url": f"{reverse('orgs:means_list')}?year={year}",
    }
    return render(request, "orgs/means_form.html", context)
