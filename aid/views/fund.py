"""The care fund: donations, grants step by step, the ledger."""

import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from aid.enums import GrantState
from aid.forms import (
    DonationFilterForm,
    DonationForm,
    EntryFilterForm,
    GrantFilterForm,
    GrantForm,
    RefusalForm,
    ReversalForm,
    StepForm,
)
from aid.models import Grant
from aid.queries import (
    child_for_user_or_404,
    donations_for_user,
    entries_for_user,
    entry_for_user_or_404,
    grant_for_user_or_404,
    grants_for_user,
)
from aid.rules import STEPS, Step, may_take, open_steps
from aid.services import (
    apply_for_grant,
    approve_grant,
    check_grant,
    pay_grant,
    receive_donation,
    refuse_grant,
    reverse_entry,
    review_grant,
    sign_grant,
)
from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.entry_keys import once
from guanai.listing import make_listing, render_list
from guanai.steps import step_state
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, may, user_of


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def donation_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = DonationFilterForm(request.GET, user=user)
    rows = form.narrow(donations_for_user(user))
    listing = make_listing(request, rows, measure="笔", form=form, export_url=reverse("aid:donation_export"))
    context = {"total": rows.net_total(), "may_handle": may(user, Action.HANDLE_FUND)}
    return render_list(request, "aid/donation_list.html", listing, context)


@needs(Action.HANDLE_FUND)
@get_or_post
@never_cache
def donation_create(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = DonationForm(request.POST or None, user=user)
    if submitted(request, form):
        donation = attempt(
            form, lambda: once(form, by=user, make=lambda: receive_donation(by=user, **form.values_to_write()))
        )
        if donation:
            messages.success(request, f"已记捐赠，收据号 {donation.number}。")
            return redirect("aid:donation_list")
    return render(request, "aid/donation_form.html", {"form": form, "cancel_url": reverse("aid:donation_list")})


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def grant_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = GrantFilterForm(request.GET, user=user)
    rows = form.narrow(grants_for_user(user))
    listing = make_listing(request, rows, measure="笔", form=form, export_url=reverse("aid:grant_export"))
    return render_list(request, "aid/grant_list.html", listing, {"total": rows.amount_total()})


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def grant_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    return _render_grant(request, grant_for_user_or_404(user, pk))


def _render_grant(request: HttpRequest, grant: Grant, failed: StepForm | None = None) -> HttpResponse:
    """The grant with a form for each step that the user may take now; `failed` is the one that came back."""
    user = user_of(request)
    forms = [
        (step, failed if failed is not None and failed.prefix == step.key else _step_form(step))
        for step in open_steps(user, grant)
    ]
    context = {
        "grant": grant,
        "road": _road(grant),
        "steps": forms,
        "form": failed,
        "may_open_child": allows(user, Action.VIEW_CHILDREN, grant.unit),
        "entries": grant.entries.order_by("pk"),
    }
    return render(request, "aid/grant_detail.html", context)


def _step_form(step: Step, entered: QueryDict | None = None) -> StepForm:
    kind = RefusalForm if step.key == "refuse" else StepForm
    return kind(entered, prefix=step.key)


def _road(grant: Grant) -> list[dict[str, str]]:
    """The way of a grant for includes/steps.html: what is done with its day and person, where it stands, what comes."""
    stations: list[tuple[str, datetime.date | None, User | None]] = [
        ("申请", grant.applied_on, grant.applied_by),
        ("村核实", grant.checked_on, grant.checked_by),
        ("乡镇审核", grant.reviewed_on, grant.reviewed_by),
    ]
    if grant.state == GrantState.REFUSED:
        stations.append(("未批准", grant.refused_on, grant.approved_by))
    else:
        stations += [
            ("批准", grant.approved_on, grant.approved_by),
            ("发放", grant.paid_on, grant.handled_by),
            ("签收", grant.signed_on, None),
        ]
    done = _done_stations(grant)
    road = []
    for at, (word, day, person) in enumerate(stations):
        note = f"{day}" if day else ""
        if person is not None:
            note = f"{note} {person.name}".strip()
        road.append({"word": word, "note": note, "state": step_state(at, done)})
    return road


def _done_stations(grant: Grant) -> int:
    order = [
        GrantState.APPLIED,
        GrantState.CHECKED,
        GrantState.REVIEWED,
        GrantState.APPROVED,
        GrantState.PAID,
        GrantState.SIGNED,
    ]
    return 4 if grant.state == GrantState.REFUSED else order.index(GrantState(grant.state)) + 1


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def grant_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply for one child."""
    user = user_of(request)
    child = child_for_user_or_404(user, pk, Action.EDIT_CHILDREN)
    form = GrantForm(request.POST or None, child=child)
    if submitted(request, form):
        grant = attempt(
            form,
            lambda: once(form, by=user, make=lambda: apply_for_grant(child=child, by=user, **form.values_to_write())),
        )
        if grant:
            messages.success(request, f"已申请，编号 {grant.number}。")
            return redirect("aid:grant_detail", grant.pk)
    context = {
        "form": form,
        "child": child,
        "title": "申请资助",
        "submit": "提交申请",
        "cancel_url": reverse("aid:child_detail", args=[child.pk]),
    }
    return render(request, "aid/record_form.html", context)


@needs(Action.VIEW_FUND)
@require_POST
@never_cache
def grant_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take one step; who may read the grant but not take the step gets 403."""
    user = user_of(request)
    grant = grant_for_user_or_404(user, pk)
    wanted = STEPS.get(step)
    if wanted is None:
        raise Http404("no such step")
    if not may_take(user, wanted, grant):
        raise PermissionDenied(f"no {wanted.action} for this grant")
    form = _step_form(wanted, request.POST)
    if form.is_valid() and attempt(form, lambda: _take(wanted, grant, form, user)) is not None:
        messages.success(request, f"{wanted.said}。")
        return redirect("aid:grant_detail", grant.pk)
    # Somebody else may have taken the step meanwhile: the page shows the grant as it is now.
    return _render_grant(request, grant_for_user_or_404(user, pk), failed=form)


def _take(step: Step, grant: Grant, form: StepForm, user: User) -> Grant:
    on = form.cleaned_data["on"]
    match step.key:
        case "check":
            return check_grant(grant=grant, on=on, by=user)
        case "review":
            return review_grant(grant=grant, on=on, by=user)
        case "approve":
            return approve_grant(grant=grant, on=on, by=user)
        case "refuse":
            return refuse_grant(grant=grant, on=on, reason=form.cleaned_data["reason"], by=user)
        case "pay":
            return pay_grant(grant=grant, paid_on=on, by=user)
        case _:
            return sign_grant(grant=grant, on=on)


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def entry_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = EntryFilterForm(request.GET, user=user)
    rows = form.narrow(entries_for_user(user))
    listing = make_listing(request, rows, measure="笔", form=form, export_url=reverse("aid:entry_export"))
    context = {"sums": rows.sums(), "may_handle": may(user, Action.HANDLE_FUND)}
    return render_list(request, "aid/entry_list.html", listing, context)


@needs(Action.HANDLE_FUND)
@get_or_post
@never_cache
def entry_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    entry = entry_for_user_or_404(user, pk, Action.HANDLE_FUND)
    form = ReversalForm(request.POST or None)
    if (
        submitted(request, form)
        and attempt(form, lambda: reverse_entry(entry=entry, by=user, **form.cleaned_data)) is not None
    ):
        messages.success(request, "已冲销。")
        return redirect("aid:entry_list")
    context = {"form": form, "entry": entry, "cancel_url": reverse("aid:entry_list")}
    return render(request, "aid/entry_reverse.html", context)
