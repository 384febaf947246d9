"""Pairings and visits."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid.forms import PairingEndForm, PairingFilterForm, PairingForm, VisitFilterForm, VisitForm
from aid.queries import (
    child_for_user_or_404,
    pairing_for_user_or_404,
    pairings_for_user,
    visits_due,
    visits_for_user,
)
from aid.rules import helper_name
from aid.services import end_pairing, record_visit, start_pairing
from aid.timeline import days_left
from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.entry_keys import once
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.scope import may, user_of

DUE_SHOWN = 5


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def pairing_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = PairingFilterForm(request.GET, user=user)
    listing = make_listing(
        request,
        form.narrow(pairings_for_user(user)),
        measure="对",
        form=form,
        export_url=reverse("aid:pairing_export"),
    )
    called = helper_name(user)
    context = {
        "may_edit": may(user, Action.EDIT_CHILDREN),
        "today": timezone.localdate(),
        "lines": [(pairing, called(pairing)) for pairing in listing.page],
    }
    return render_list(request, "aid/pairing_list.html", listing, context)


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def visit_list(request: HttpRequest) -> HttpResponse:
    """What is due within a week on top, then the visits."""
    user, today = user_of(request), timezone.localdate()
    form = VisitFilterForm(request.GET, user=user)
    listing = make_listing(request, form.narrow(visits_for_user(user)), measure="次", form=form)
    due = visits_due(user).select_related("pairing__child", "pairing__volunteer", "pairing__helper_unit")
    called = helper_name(user)
    shown = [
        (visit, days_left(visit.next_on, today), called(visit.pairing))
        for visit in due.order_by("next_on")[:DUE_SHOWN]
        if visit.next_on
    ]
    return render_list(
        request,
        "aid/visit_list.html",
        listing,
        {
            "due": shown,
            "due_count": due.count() if len(shown) == DUE_SHOWN else len(shown),
            "lines": [(visit, called(visit.pairing)) for visit in listing.page],
        },
    )


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def pairing_create(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    child = child_for_user_or_404(user, pk, Action.EDIT_CHILDREN)
    form = PairingForm(request.POST or None, child=child, user=user)
    if submitted(request, form) and (
        attempt(form, lambda: once(form, by=user, make=lambda: start_pairing(pairing=form.to_pairing()))) is not None
    ):
        messages.success(request, "已结对。")
        return redirect("aid:child_detail", child.pk)
    context = {
        "form": form,
        "child": child,
        "title": "结对",
        "submit": "保存结对",
        "cancel_url": reverse("aid:child_detail", args=[child.pk]),
    }
    return render(request, "aid/record_form.html", context)


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def pairing_end(request: HttpRequest, pk: int) -> HttpResponse:
    pairing = pairing_for_user_or_404(request.user, pk, Action.EDIT_CHILDREN)
    form = PairingEndForm(request.POST or None)
    if (
        submitted(request, form)
        and attempt(form, lambda: end_pairing(pairing=pairing, **form.cleaned_data)) is not None
    ):
        messages.success(request, "已结束结对。")
        return redirect("aid:child_detail", pairing.child_id)
    context = {
        "form": form,
        "child": pairing.child,
        "title": "结束结对",
        "lead": f"帮扶人：{pairing.helper}",
        "submit": "结束结对",
        "cancel_url": reverse("aid:child_detail", args=[pairing.child_id]),
    }
    return render(request, "aid/record_form.html", context)


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def visit_create(request: HttpRequest, pk: int) -> HttpResponse:
    """记走访 for one pairing."""
    pairing = pairing_for_user_or_404(request.user, pk, Action.EDIT_CHILDREN)
    form = VisitForm(request.POST or None)
    user = user_of(request)
    if submitted(request, form) and (
        attempt(form, lambda: once(form, by=user, make=lambda: record_visit(visit=form.to_visit(pairing)))) is not None
    ):
        messages.success(request, "已记走访。")
        return redirect("aid:child_detail", pairing.child_id)
    context = {
        "form": form,
        "child": pairing.child,
        "title": "记走访",
        "lead": f"帮扶人：{pairing.helper}",
        "submit": "保存走访",
        "cancel_url": reverse("aid:child_detail", args=[pairing.child_id]),
    }
    return render(request, "aid/record_form.html", context)
