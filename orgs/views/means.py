"""保障: what committees have to work with in a year, confirmed one by one or many at once."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.edits import NEVER
from guanai.listing import filtered_again, make_listing, render_list
from orgs.enums import Action
from orgs.exporters import MEANS_COLUMNS, means_rows
from orgs.forms import CONFIRMED, WAITING, MeansFilterForm, MeansForm
from orgs.list_files import sent_list
from orgs.models import Unit, UnitYear, User
from orgs.queries import committees_of_year, two_years_of, unit_for_user_or_404, with_two_years
from orgs.querysets import UnitQuerySet
from orgs.scope import covering, units_for, user_of
from orgs.services import carried_means, confirm_as_before, confirm_means


@needs(Action.VIEW_NETWORK)
@require_safe
def means_list(request: HttpRequest) -> HttpResponse:
    """Committees in tree order with what they have this year; what waits can be confirmed together."""
    user = user_of(request)
    form = MeansFilterForm(request.GET, user=user)
    year, units = _chosen(form, user)
    listing = make_listing(request, units, measure="个关工委", form=form, export_url=reverse("orgs:means_export"))
    may_record = covering(user, Action.RECORD_NETWORK)
    lines = [_means_line(unit, year, may_record=may_record(unit)) for unit in listing.page]
    waiting = sum(line["may_confirm"] for line in lines)
    context = {"lines": lines, "year": year, "waiting": waiting}
    return render_list(request, "orgs/means_list.html", listing, context)


@needs(Action.VIEW_NETWORK)
@require_safe
def means_export(request: HttpRequest) -> FileResponse:
    """The filtered committees with their 保障 as an Excel file."""
    user = user_of(request)
    year, units = _chosen(MeansFilterForm(request.GET, user=user), user)
    return sent_list(user, f"{year}年度保障", MEANS_COLUMNS, means_rows(units, year))


def _chosen(form: MeansFilterForm, user: User) -> tuple[int, UnitQuerySet]:
    """The year and the committees that fit the filter, each with `two_years`; none where the filter is wrong."""
    if not form.is_valid():
        return timezone.localdate().year, UnitQuerySet(Unit).none()
    year: int = form.cleaned_data["year"]
    confirmed = {CONFIRMED: True, WAITING: False}.get(form.cleaned_data["state"])
    units = committees_of_year(units_for(user, Action.VIEW_NETWORK), year, confirmed=confirmed)
    if form.cleaned_data["unit"]:
        units = units.in_branch(unit_for_user_or_404(user, form.cleaned_data["unit"]))
    return year, with_two_years(units, year)


def _means_line(unit: Any, year: int, *, may_record: bool) -> dict[str, Any]:
    """This year's row; where there is none yet, last year's, which is only shown."""
    rows = two_years_of(unit)
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
    return redirect(filtered_again(request, reverse("orgs:means_list"), otherwise=f"year={year}"))


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
