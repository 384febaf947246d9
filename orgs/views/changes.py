"""Pages of 区划调整: the list, the wizard with its preview, one change, taking back and cancelling."""

from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.dependents import change_parts
from guanai.listing import make_listing, render_list
from guanai.steps import steps_at
from orgs.enums import INTERCHANGEABLE, Action, ChangeState, ChangeVerb, UnitKind
from orgs.forms.changes import FORMS, CancelForm, ChangeFilterForm, CodeForm, TakeBackForm
from orgs.models import Restructuring, Unit, User
from orgs.queries import branch_choices, change_for_user_or_404, changes_for_user, top_units, unit_for_user_or_404
from orgs.rules import takes_code
from orgs.scope import allows, user_of
from orgs.services import (
    Preview,
    cancel_planned,
    correct_code,
    order_change,
    preview_change,
    preview_take_back,
    take_back,
)
from orgs.views.network import parts_of

Result = TypeVar("Result")
# What each verb is, in the words of the office.
EXPLAINED: dict[str, str] = {
    ChangeVerb.MERGE: "乡镇撤并、村的合并：原单位撤销，下级单位和账号归承接单位；可以并入已有单位，也可以新设。",
    ChangeVerb.CHANGE_KIND: "村改社区，或者社区改村，名称一并改。",
    ChangeVerb.RENAME: "只改名称，如乡改镇。",
    ChangeVerb.MOVE: "单位连同下级划到另一个上级。",
    ChangeVerb.DISSOLVE: "单位撤销，由别的单位承接；没有承接单位的，记录今后计入上级。",
}
STEPS = ("选事项", "填写", "预览", "确认")


@needs(Action.MANAGE_NETWORK)
@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    """What was changed, is planned, was given up or taken back."""
    form = ChangeFilterForm(request.GET)
    listing = make_listing(request, form.narrow(changes_for_user(user_of(request))), measure="项", form=form)
    return render_list(request, "orgs/change_list.html", listing)


@needs(Action.MANAGE_NETWORK)
@require_safe
def change_start(request: HttpRequest) -> HttpResponse:
    """The first step: which branch, and what is to be done; `?unit=` names the unit that it is about."""
    user = user_of(request)
    under, unit = _place(request, user)
    context = {
        "under": under,
        "unit": unit,
        "branches": branch_choices(user, Action.MANAGE_NETWORK, under.code),
        "verbs": [
            {
                "label": ChangeVerb(verb).label,
                "words": EXPLAINED[verb],
                "url": f"{reverse('orgs:change_create', args=[verb])}?under={under.code}"
                + (f"&unit={unit.code}" if unit else ""),
            }
            for verb in FORMS
            if _fits(verb, under, unit)
        ],
        "steps": steps_at(STEPS, 0),
    }
    return render(request, "orgs/change_start.html", context)


def _place(request: HttpRequest, user: User) -> tuple[Unit, Unit | None]:
    """The branch whose units are offered, and the unit that the page was opened for, if any."""
    unit = None
    if code := request.GET.get("unit"):
        unit = unit_for_user_or_404(user, code, Action.MANAGE_NETWORK)
        if unit.closed_on:
            raise Http404("a closed unit is not changed")
    if code := request.GET.get("under"):
        return unit_for_user_or_404(user, code, Action.MANAGE_NETWORK), unit
    if unit is None:
        return top_units(user, Action.MANAGE_NETWORK)[0], None
    above = unit.parent if unit.parent and allows(user, Action.MANAGE_NETWORK, unit.parent) else unit
    return above, unit


def _fits(verb: str, under: Unit, unit: Unit | None) -> bool:
    if unit is not None and unit == under:
        return verb == ChangeVerb.RENAME
    if verb == ChangeVerb.CHANGE_KIND:
        return unit.kind in INTERCHANGEABLE if unit else under.kind == UnitKind.TOWNSHIP
    return True


@needs(Action.MANAGE_NETWORK)
@get_or_post
def change_create(request: HttpRequest, verb: str) -> HttpResponse:
    """Fill in, preview, confirm. What is confirmed is what was previewed: if the network has changed meanwhile, the
    preview is shown again."""
    user = user_of(request)
    if verb not in FORMS:
        raise Http404("no such change")
    under, unit = _place(request, user)
    initial = {"unit": unit.code, "sources": [unit.code], "name": unit.name} if unit else None
    form = FORMS[verb](request.POST or None, user=user, under=under, initial=initial)
    if "edit" not in request.POST and submitted(request, form):
        change, order = form.change(), form.order()
        preview = attempt(form, lambda: preview_change(change=change, order=order))
        if preview is not None and request.POST.get("seen") != preview.fingerprint:
            return _previewed(request, form, preview, steps_at(STEPS, 2))
        row = preview and attempt(form, lambda: order_change(change=change, order=order))
        if row:
            planned = row.state == ChangeState.PLANNED
            messages.success(request, "已登记，到生效那天自动办理。" if planned else "已生效。")
            return redirect("orgs:change_detail", row.pk)
    context = {
        "form": form,
        "under": under,
        "verb": ChangeVerb(verb).label,
        "words": EXPLAINED[verb],
        "steps": steps_at(STEPS, 1),
        "cancel_url": reverse("orgs:change_list"),
    }
    return render(request, "orgs/change_form.html", context)


def _previewed(
    request: HttpRequest, form: forms.Form, preview: Preview, steps: list[dict[str, str]] | None = None
) -> HttpResponse:
    context = {"form": form, "preview": preview, "steps": steps, "changed": bool(request.POST.get("seen"))}
    return render(request, "orgs/change_preview.html", context)


@needs(Action.MANAGE_NETWORK)
@require_safe
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: its units before and after, the roles that went along, what other apps tell of it."""
    user = user_of(request)
    row = change_for_user_or_404(user, pk)
    context = {
        "change": row,
        "parts": row.parts.select_related("unit", "before__parent", "after__parent").order_by("part", "pk"),
        "roles": row.memberships.select_related("ended__user", "ended__unit", "started__unit"),
        "counter": Restructuring.objects.filter(takes_back=row).first(),
        "others": parts_of(user, row.anchor, change_parts(), record=row),
    }
    return render(request, "orgs/change_detail.html", context)


@needs(Action.MANAGE_NETWORK)
@get_or_post
def change_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The counter-operation, with the same preview as a change."""
    user = user_of(request)
    row = change_for_user_or_404(user, pk)
    if not row.may_be_taken_back:
        messages.error(request, f"这项调整{row.get_state_display()}，不能撤回。")
        return redirect("orgs:change_detail", row.pk)
    form = TakeBackForm(request.POST or None, change=row)
    if "edit" not in request.POST and submitted(request, form):
        order = form.order(user)
        preview = attempt(form, lambda: preview_take_back(restructuring=row, order=order))
        if preview is not None and request.POST.get("seen") != preview.fingerprint:
            return _previewed(request, form, preview)
        counter = preview and attempt(form, lambda: take_back(restructuring=row, order=order))
        if counter:
            messages.success(request, "已撤回。")
            return redirect("orgs:change_detail", counter.pk)
    return _about(request, row, form, title="撤回", submit="看预览")


@needs(Action.MANAGE_NETWORK)
@get_or_post
def unit_code(request: HttpRequest, code: str) -> HttpResponse:
    """更正代码: what the statistics bureau has given a unit since, or was typed wrongly."""
    unit = unit_for_user_or_404(user_of(request), code, Action.MANAGE_NETWORK)
    if not takes_code(unit):
        raise Http404("no statistical code of this unit")
    form = CodeForm(request.POST or None, initial={"code": unit.code if unit.code.isdigit() else ""})
    if submitted(request, form):
        saved = attempt(form, lambda: correct_code(unit=unit, code=form.cleaned_data["code"]))
        if saved is not None:
            messages.success(request, f"{saved.short_name}的代码已改为 {saved.code}。")
            return redirect("orgs:unit_detail", saved.code)
    context = {"form": form, "unit": unit, "cancel_url": reverse("orgs:unit_detail", args=[unit.code])}
    return render(request, "orgs/code_form.html", context)


@needs(Action.MANAGE_NETWORK)
@get_or_post
def change_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a change that has not taken effect."""
    user = user_of(request)
    row = change_for_user_or_404(user, pk)
    if not row.is_open:
        messages.error(request, f"这项调整{row.get_state_display()}，不能取消。")
        return redirect("orgs:change_detail", row.pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: cancel_planned(restructuring=row, reason=reason, by=user)):
            messages.success(request, "已取消。")
            return redirect("orgs:change_detail", row.pk)
    return _about(request, row, form, title="取消", submit="取消这项调整")


def _about(request: HttpRequest, row: Restructuring, form: forms.Form, **words: Any) -> HttpResponse:
    detail_url = reverse("orgs:change_detail", args=[row.pk])
    return render(request, "orgs/change_about.html", {"form": form, "change": row, "cancel_url": detail_url, **words})
