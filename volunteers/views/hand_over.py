"""移交: what still hangs on somebody who goes, in steps to its end; and who has gone with something left open."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.entry_keys import once
from guanai.listing import make_listing, render_list
from guanai.steps import steps_at
from orgs.enums import Action
from orgs.scope import user_of
from volunteers.forms.hand_over import PAPER_FIELDS, HandOverForm, LeavingForm
from volunteers.handing_over import OpenGroup, gone_with_work, open_counts, open_groups
from volunteers.models import Volunteer
from volunteers.queries import volunteer_for_user_or_404
from volunteers.services import hand_over

STEPS = ("原因和日期", "接替人", "核对")
FROM_STEP_1, FIND, PREVIEW, DO = "who", "find", "preview", "do"


@needs(Action.EDIT_ROSTER)
@require_safe
@never_cache
def hand_over_list(request: HttpRequest) -> HttpResponse:
    """Who has left or died with something open in their name."""
    listing = make_listing(request, gone_with_work(user_of(request)), measure="人", unfiltered="您管的名册")
    return render_list(request, "volunteers/hand_over_list.html", listing)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def volunteer_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """One address for all steps: what was said so far travels in hidden fields, nothing is stored before the last."""
    user = user_of(request)
    person = volunteer_for_user_or_404(user, pk, Action.EDIT_ROSTER)
    groups = open_groups(person, user)
    step = request.POST.get("step", "")
    if step not in (FROM_STEP_1, FIND, PREVIEW, DO):
        return _reason(request, person, groups, LeavingForm(request.POST or None, person=person))
    if step == FROM_STEP_1:
        first = LeavingForm(request.POST, person=person)
        if not submitted(request, first):
            return _reason(request, person, groups, first)
    if step == FIND or (step == FROM_STEP_1 and any(group.records for group in groups)):
        # Nothing is wrong yet: what was chosen so far stands, the rest has its first choice.
        said = {name: request.POST[name] for name in request.POST if request.POST[name]}
        form = HandOverForm(initial=said, said=said, person=person, user=user, groups=groups)
        return _heirs(request, person, form)
    form = HandOverForm(request.POST, said=request.POST, person=person, user=user, groups=groups)
    if not submitted(request, form):
        return _heirs(request, person, form)
    if step == DO:
        done = attempt(form, lambda: once(form, by=user, make=lambda: _done(form, person, user)))
        if done is not None:
            return _said(request, form, done)
        return _heirs(request, person, form)
    return _preview(request, person, form)


def _done(form: HandOverForm, person: Volunteer, user: Any) -> Volunteer:
    try:
        return hand_over(
            person=person,
            on=form.cleaned_data["on"],
            settled=form.settled(),
            by=user,
            seen=form.seen_at,
            leaving=form.leaving(),
            dismissal=form.dismissal(),
        )
    except ValidationError as refusal:
        if not hasattr(refusal, "error_dict"):
            raise
        by_field = {PAPER_FIELDS.get(name, name): said for name, said in refusal.message_dict.items()}
        raise ValidationError(by_field) from refusal


def _said(request: HttpRequest, form: HandOverForm, person: Volunteer) -> HttpResponse:
    left = sum(count for _, count in open_counts(person))
    if left and not form.settled():
        gone = f"已登记{form.status_label}，" if "status" in form.cleaned_data else ""
        messages.warning(request, f"{gone}还没有移交：{person.name}名下有 {left} 项以后再办。")
    elif left:
        messages.warning(request, f"已办理，{person.name}名下还有 {left} 项没有移交。")
    else:
        messages.success(request, f"已办理，{person.name}名下没有要移交的了。")
    return redirect("volunteers:volunteer_detail", person.pk)


def _reason(request: HttpRequest, person: Volunteer, groups: list[OpenGroup], form: LeavingForm) -> HttpResponse:
    context = _context(person, form, 0) | {"groups": groups, "total": sum(group.count for group in groups)}
    return render(request, "volunteers/hand_over.html", context)


def _heirs(request: HttpRequest, person: Volunteer, form: HandOverForm) -> HttpResponse:
    return render(request, "volunteers/hand_over_heirs.html", _context(person, form, 1))


def _preview(request: HttpRequest, person: Volunteer, form: HandOverForm) -> HttpResponse:
    context = _context(person, form, 2) | {
        "outcome": form.outcome(),
        "on": form.cleaned_data["on"],
        "status_label": form.status_label,
        "today": timezone.localdate(),
        "elsewhere": [group for group in form.groups if group.elsewhere],
    }
    return render(request, "volunteers/hand_over_preview.html", context)


def _context(person: Volunteer, form: LeavingForm, now: int) -> dict[str, Any]:
    return {
        "person": person,
        "form": form,
        "steps": steps_at(STEPS, now),
        "cancel_url": reverse("volunteers:volunteer_detail", args=[person.pk]),
    }
