"""Children: list, record, each look at a masked value, registration and change."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid.enums import PersonalField
from aid.forms import (
    CertificationForm,
    ChildEditForm,
    ChildFilterForm,
    ChildForm,
    ConsentForm,
    EndCareForm,
    WithdrawalForm,
)
from aid.models import Child
from aid.queries import child_for_user_or_404, children_for_user, consent_for_user_or_404
from aid.rules import helper_name
from aid.services import (
    end_care,
    record_certification,
    record_consent,
    register_child,
    update_child,
    withdraw_consent,
)
from aid.timeline import timeline_of
from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.entry_keys import once
from guanai.forms import RevealForm
from guanai.limits import writing_number
from guanai.listing import make_listing, render_list
from guanai.models import ViewLog
from guanai.reveals import looks_at, note_look
from orgs.enums import Action
from orgs.scope import allows, may, user_of

REASONS = ("联系走访", "核对登记", "发放助学金或物资")
LOOKS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PersonalFact:
    """A masked value on the record; `clear` is the value where it was just revealed, `url` where one asks for it."""

    label: str
    masked: str
    url: str
    clear: str = ""
    note: str = ""


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def child_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = ChildFilterForm(request.GET, user=user)
    listing = make_listing(
        request, form.narrow(children_for_user(user)), measure="人", form=form, export_url=reverse("aid:child_export")
    )
    context = {"may_edit": may(user, Action.EDIT_CHILDREN)}
    return render_list(request, "aid/child_list.html", listing, context)


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def child_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render_child(request, child_for_user_or_404(request.user, pk))


def render_child(request: HttpRequest, child: Child, revealed: PersonalField | None = None) -> HttpResponse:
    """The record, everything personal masked but for the one field that was just asked for."""
    user = user_of(request)
    looks = looks_at(child, LOOKS_SHOWN + 1)
    context = {
        "child": child,
        "facts": _facts(child, revealed, may_reveal=allows(user, Action.REVEAL_CHILDREN, child.unit)),
        "certifications": child.certifications.all(),
        "consents": list(child.consents.order_by("-version")),
        "timeline": timeline_of(child, helper_name(user)),
        "looks": looks[:LOOKS_SHOWN],
        "more_looks": len(looks) > LOOKS_SHOWN,
        "may_edit": allows(user, Action.EDIT_CHILDREN, child.unit),
        "may_open_grants": allows(user, Action.VIEW_FUND, child.unit),
    }
    return render(request, "aid/child_detail.html", context)


def _facts(child: Child, revealed: PersonalField | None, *, may_reveal: bool) -> dict[str, PersonalFact]:
    """By field name: what is shown masked, and the address where one asks to see it."""
    relation = f"（{child.guardian_relation}）" if child.guardian_relation else ""
    return {
        field.value: PersonalFact(
            label=field.label,
            masked=_masked(child, field),
            url=reverse("aid:child_reveal", args=[child.pk, field.value]) if may_reveal else "",
            clear=str(getattr(child, field.value)) if field == revealed else "",
            note=relation if field == PersonalField.GUARDIAN else "",
        )
        for field in PersonalField
    }


def _masked(child: Child, field: PersonalField) -> str:
    masks: dict[str, str] = {
        PersonalField.NAME: child.masked_name,
        PersonalField.ID_NUMBER: child.masked_id,
        PersonalField.SCHOOL: child.masked_school,
        PersonalField.ADDRESS: child.masked_address,
        PersonalField.GUARDIAN: child.masked_guardian,
        PersonalField.GUARDIAN_PHONE: child.masked_guardian_phone,
    }
    return masks[field]


@needs(Action.REVEAL_CHILDREN)
@get_or_post
@never_cache
def child_reveal(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Ask for one field; a POST with a reason is logged and answered with the record and this value in clear."""
    child = child_for_user_or_404(request.user, pk, Action.REVEAL_CHILDREN)
    if field not in PersonalField.values or not getattr(child, field):
        raise Http404("no such value")
    asked = PersonalField(field)
    form = RevealForm(request.POST or None, reasons=REASONS)
    if submitted(request, form):
        note_look(request, record=child, field=asked.label, reason=form.reason_line)
        return render_child(request, child, revealed=asked)
    context = {
        "form": form,
        "heading": f"查看{asked.label}",
        "subject": f"{child.masked_name} · {_masked(child, asked)}",
        "action": request.path,
        "submit": f"查看{asked.label}",
        "back_url": reverse("aid:child_detail", args=[child.pk]),
    }
    return render(request, "reveal.html", context)


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def child_looks(request: HttpRequest, pk: int) -> HttpResponse:
    """Every look at this child's masked values: who, what, when, why."""
    child = child_for_user_or_404(request.user, pk)
    rows = ViewLog.objects.filter(record=child._meta.label_lower, record_id=child.pk).select_related("user")
    listing = make_listing(request, rows, measure="次")
    return render_list(request, "aid/child_looks.html", listing, {"child": child})


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def child_create(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = ChildForm(request.POST or None, user=user)
    if submitted(request, form):

        def register() -> Child:
            return register_child(child=form.to_child(), consent=form.to_consent())

        def register_once() -> Child:
            return once(form, by=user, make=register)

        number = form.cleaned_data["id_number"]
        child = attempt(form, lambda: writing_number(by=user, number=number, write=register_once))
        if child:
            messages.success(request, f"已登记，编号 {child.number}。")
            return redirect("aid:child_detail", child.pk)
    return render(request, "aid/child_form.html", {"form": form, "cancel_url": reverse("aid:child_list")})


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def child_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    child = child_for_user_or_404(user, pk, Action.EDIT_CHILDREN)
    form = ChildEditForm(request.POST or None, child=child, user=user)
    if submitted(request, form):

        def update() -> Child:
            return update_child(child=child, by=user, seen=form.seen_at, **form.values())

        number = form.cleaned_data["id_number"]
        # Left empty, it stays as it is.
        before = child.id_number if number else ""
        written = attempt(form, lambda: writing_number(by=user, number=number, write=update, instead_of=before))
        if written is not None:
            messages.success(request, "已保存。")
            return redirect("aid:child_detail", child.pk)
    return _child_form(request, child.pk, form, title="修改登记", submit="保存")


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def child_close(request: HttpRequest, pk: int) -> HttpResponse:
    child = child_for_user_or_404(request.user, pk, Action.EDIT_CHILDREN)
    form = EndCareForm(request.POST or None)
    if submitted(request, form) and attempt(form, lambda: end_care(child=child, **form.cleaned_data)) is not None:
        messages.success(request, "已结束帮扶，结对同时结束。")
        return redirect("aid:child_detail", child.pk)
    return _child_form(request, child.pk, form, title="结束帮扶", submit="结束帮扶")


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def consent_create(request: HttpRequest, pk: int) -> HttpResponse:
    child = child_for_user_or_404(request.user, pk, Action.EDIT_CHILDREN)
    form = ConsentForm(request.POST or None)
    if submitted(request, form):
        consent = attempt(form, lambda: record_consent(child=child, consent=form.to_consent()))
        if consent:
            messages.success(request, f"已记监护人同意（第 {consent.version} 版）。")
            return redirect("aid:child_detail", child.pk)
    return _child_form(request, child.pk, form, title="记监护人同意", submit="保存")


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    consent = consent_for_user_or_404(request.user, pk, Action.EDIT_CHILDREN)
    form = WithdrawalForm(request.POST or None)
    if submitted(request, form):
        day = form.cleaned_data["withdrawn_on"]
        if attempt(form, lambda: withdraw_consent(consent=consent, withdrawn_on=day)) is not None:
            messages.success(request, "已记撤回。重新取得同意之前，不再记新的结对、走访和资助。")
            return redirect("aid:child_detail", consent.child_id)
    return _child_form(request, consent.child_id, form, title="监护人撤回同意", submit="记撤回")


@needs(Action.EDIT_CHILDREN)
@get_or_post
@never_cache
def certification_create(request: HttpRequest, pk: int) -> HttpResponse:
    child = child_for_user_or_404(request.user, pk, Action.EDIT_CHILDREN)
    form = CertificationForm(request.POST or None)
    if submitted(request, form):
        certification = form.to_certification(child)
        if attempt(form, lambda: record_certification(certification=certification)) is not None:
            messages.success(request, "已记认定。")
            return redirect("aid:child_detail", child.pk)
    return _child_form(request, child.pk, form, title="记认定", submit="保存")


def _child_form(request: HttpRequest, child_pk: int, form: Any, *, title: str, submit: str) -> HttpResponse:
    """A form about one child; the page names the child by its number only."""
    child = Child.objects.only("number").get(pk=child_pk)
    context = {
        "form": form,
        "child": child,
        "title": title,
        "submit": submit,
        "cancel_url": reverse("aid:child_detail", args=[child_pk]),
    }
    return render(request, "aid/record_form.html", context)
