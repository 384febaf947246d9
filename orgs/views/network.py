"""Pages of the network: the tree, one unit, coverage."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from guanai.access import needs
from guanai.dependents import Part, UnitRecords, unit_parts, unit_records
from guanai.listing import make_listing, render_list
from orgs.enums import TIER_OF_KIND, Action
from orgs.exporters import COLUMNS, coverage_rows
from orgs.forms import ESTABLISHED, REQUIRED, CoverageFilterForm
from orgs.list_files import sent_list
from orgs.models import Unit, User
from orgs.network import by_place, by_tier, lines_of, load_branch
from orgs.queries import required_units, top_units, unit_for_user_or_404
from orgs.querysets import UnitQuerySet
from orgs.rules import takes_code
from orgs.scope import allows, covering, may, user_of


@needs(Action.VIEW_NETWORK)
@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    """The tree of the user's branches; `?open=` names the township, or the kind of unit, that is unfolded."""
    user = user_of(request)
    kinds = [kind for kind in unit_records() if kind.in_tree]
    opened = request.GET.get("open", "")
    tops = top_units(user)
    htmx = HtmxDetails(request)
    part = bool(htmx) and not htmx.history_restore_request
    context = {
        "rows": [row for top in tops for row in _tree_rows(user, top, kinds, opened)],
        "kinds": kinds,
        "list_base": "base_part.html" if part else "base.html",
        "may_restructure": may(user, Action.MANAGE_NETWORK),
    }
    response = render(request, "orgs/unit_list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _tree_rows(user: User, top: Unit, kinds: list[UnitRecords], opened: str) -> list[dict[str, Any]]:
    """Lines with their counts, each with the address of the records behind it for who may open them."""
    may_open = [allows(user, kind.action, top) for kind in kinds]
    return [
        {
            "line": line,
            "counts": [
                {"count": count, "url": kind.url(line.node) if line.node and count and may_see else ""}
                for kind, count, may_see in zip(kinds, line.counts, may_open, strict=True)
            ],
        }
        for line in lines_of(load_branch(top, kinds), opened)
    ]


@needs(Action.VIEW_NETWORK)
@require_safe
def unit_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: facts, who leads it, what hangs on it, where it stood, what stands under it."""
    user = user_of(request)
    unit = unit_for_user_or_404(user, code)
    branch = load_branch(unit)
    context = {
        "unit": unit,
        "branch": branch,
        "crumbs": [above for above in unit.get_ancestors() if allows(user, Action.VIEW_NETWORK, above)],
        "records": records_of(user, unit),
        "parts": parts_of(user, unit, unit_parts()),
        "may_record": allows(user, Action.RECORD_NETWORK, unit),
        "year": (year := timezone.localdate().year),
        "means": unit.years.filter(year=year).first(),
        "placements": unit.placements.select_related("parent", "by").order_by("-starts_on", "-pk"),
        "may_restructure": (manages := allows(user, Action.MANAGE_NETWORK, unit)) and unit.closed_on is None,
        "may_correct_code": manages and takes_code(unit),
    }
    return render(request, "orgs/unit_detail.html", context)


def records_of(user: User, unit: Unit) -> list[dict[str, Any]]:
    """How many records of each kind hang on the branch, with the list behind it for who may open it."""
    return [
        {
            "label": kind.label,
            "measure": kind.measure,
            "count": sum(kind.by_unit(unit).values()),
            "url": kind.url(unit) if allows(user, kind.action, unit) else "",
        }
        for kind in unit_records()
    ]


def parts_of(user: User, unit: Unit, parts: list[Part], *, record: Any = None) -> list[dict[str, Any]]:
    """What other apps show on this unit's page, or on the page of `record`, which belongs to the unit."""
    shown = []
    for part in parts:
        context = part.context(record or unit, user) if allows(user, part.action, unit) else {}
        if context:
            shown.append({"heading": part.heading, "template": part.template, "context": context})
    return shown


@needs(Action.VIEW_NETWORK)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Committees established ÷ required, by tier and place; with `?missing=` the places behind a number."""
    if "missing" in request.GET:
        return _coverage_list(request)
    tops = [load_branch(top) for top in top_units(request.user)]
    return render(request, "orgs/coverage.html", {"tiers": by_tier(tops), "places": by_place(tops), "tops": tops})


def _coverage_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = CoverageFilterForm(request.GET, user=user)
    units = _places(form, user)
    export_url = reverse("orgs:coverage_export")
    listing = make_listing(request, units, measure="个", form=form, export_url=export_url)
    may_record = covering(user, Action.RECORD_NETWORK)
    lines = [{"unit": unit, "may_record": may_record(unit)} for unit in listing.page]
    return render_list(request, "orgs/coverage_list.html", listing, {"lines": lines})


def _places(form: CoverageFilterForm, user: User) -> UnitQuerySet:
    """The places that fit the filter; none where the filter is wrong."""
    if not form.is_valid():
        return required_units(user).none()
    chosen = form.cleaned_data
    state = chosen["missing"]
    units = required_units(user, established=None if state == REQUIRED else state == ESTABLISHED)
    if chosen["unit"]:
        units = units.in_branch(unit_for_user_or_404(user, chosen["unit"]))
    if chosen["kind"]:
        units = units.filter(kind=chosen["kind"])
    if chosen["tier"]:
        units = units.filter(kind__in=[kind for kind, tier in TIER_OF_KIND.items() if tier == chosen["tier"]])
    return units


@needs(Action.VIEW_NETWORK)
@require_safe
def coverage_export(request: HttpRequest) -> FileResponse:
    """The filtered places as an Excel file."""
    user = user_of(request)
    units = _places(CoverageFilterForm(request.GET, user=user), user)
    return sent_list(user, "应建关工委的单位", COLUMNS, coverage_rows(units), title="单位清单")
