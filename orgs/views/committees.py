"""Pages of a committee: its founding and the conditions for one."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attachments import serve_attachment
from guanai.attempts import attempt, submitted
from orgs.enums import Action
from orgs.forms import CommitteeForm, WithdrawForm
from orgs.queries import unit_for_user_or_404
from orgs.scope import user_of
from orgs.services import (
    committee_records,
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
