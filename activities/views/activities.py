"""The list of activities, one activity, and what a reviewer does with it."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from activities.enums import ActivityState
from activities.exporters import ACTIVITY_COLUMNS, activity_rows
from activities.forms import ActivityFilterForm, ReturnForm
from activities.queries import activities_for_user, activity_for_user_or_404, for_list, waiting_for_review
from activities.querysets import ActivityQuerySet
from activities.rows import STATE_KINDS, activity_lines
from activities.rules import may_edit, may_review, name_for
from activities.services import accept_activity, return_activity
from guanai.access import get_or_post, needs
from guanai.edits import ChangedError, parse_seen
from guanai.listing import make_listing, render_list
from guanai.templatetags.page import day_time
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import User
from orgs.scope import allows, may, user_of
from volunteers.models import Volunteer


def filtered(request: HttpRequest, user: User) -> tuple[ActivityFilterForm, ActivityQuerySet]:
    """The filter of the address and its rows: the list and its export read the same."""
    form = ActivityFilterForm(request.GET, user=user)
    return form, form.applied(activities_for_user(user)).order_by("-held_on", "-pk")


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form, rows = filtered(request, user)
    export_url = reverse("activities:activity_export")
    listing = make_listing(request, for_list(rows), measure="场", form=form, export_url=export_url)
    context = {"lines": activity_lines(listing.page, user), "may_record": may(user, Action.RECORD_ACTIVITIES)}
    return render_list(request, "activities/activity_list.html", listing, context)


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def activity_export(request: HttpRequest) -> FileResponse:
    """The rows of exactly this filter as an Excel list."""
    user = user_of(request)
    _, rows = filtered(request, user)
    return sent_list(user, "活动台账", ACTIVITY_COLUMNS, activity_rows(rows), title="活动", stem="活动台账")


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    activity = activity_for_user_or_404(user, pk)
    people = Prefetch("speakers", Volunteer.objects.select_related("unit").order_by("name_key", "pk"))
    joined = Prefetch("participants", Volunteer.objects.select_related("unit").order_by("name_key", "pk"))
    prefetch_related_objects([activity], people, joined, "co_hosts", "partners", "programmes")
    context: dict[str, Any] = {
        "activity": activity,
        "kind": STATE_KINDS[ActivityState(activity.state)],
        "is_joint": not allows(user, Action.VIEW_ACTIVITIES, activity.unit),
        "may_edit": may_edit(user, activity),
        "may_review": may_review(user, activity),
        "may_copy": may(user, Action.RECORD_ACTIVITIES),
        "speakers": names_for(user, activity.speakers.all()),
        "participants": names_for(user, activity.participants.all()),
        "seen": activity.updated_at.isoformat(),
    }
    return render(request, "activities/activity_detail.html", context)


def names_for(user: User, people: Any) -> str:
    """Names joined by 、."""
    return "、".join(name_for(user, person) for person in people)


@needs(Action.REVIEW_ACTIVITIES)
@get_or_post
def activity_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an entry back with a reason: a page, or the dialog of the activity's page."""
    user = user_of(request)
    activity = activity_for_user_or_404(user, pk, Action.REVIEW_ACTIVITIES)
    form = ReturnForm(request.POST or None, record=activity)
    if request.method == "POST" and form.is_valid():
        try:
            return_activity(activity=activity, by=user, note=form.cleaned_data["note"], seen=form.seen_at)
        except (ChangedError, ValidationError) as refusal:
            messages.error(request, refusal_words(refusal))
        else:
            messages.success(request, f"已退回 {activity.number}，填报人修改后会再上报。")
        return redirect("activities:activity_detail", pk)
    return render(request, "activities/activity_return.html", {"activity": activity, "form": form})


@needs(Action.REVIEW_ACTIVITIES)
@require_POST
def activity_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Archive an entry as it was read, then go on with the next one that waits."""
    user = user_of(request)
    activity = activity_for_user_or_404(user, pk, Action.REVIEW_ACTIVITIES)
    try:
        accept_activity(activity=activity, by=user, seen=parse_seen(request.POST.get("seen", "")))
    except (ChangedError, ValidationError) as refusal:
        messages.error(request, refusal_words(refusal))
        return redirect("activities:activity_detail", pk)
    messages.success(request, f"已归档 {activity.number}。")
    following = waiting_for_review(user).first()
    return redirect("activities:activity_detail", following.pk if following else pk)


def refusal_words(refusal: ChangedError | ValidationError) -> str:
    if isinstance(refusal, ChangedError):
        return changed_words(refusal.by, refusal.at)
    return "；".join(refusal.messages)


def changed_words(by: User | None, at: datetime.datetime) -> str:
    who = f"被 {by.name} " if by else ""
    return f"此记录已{who}于 {day_time(at)} 修改，刚才的操作没有做。请看过现在的内容再办。"
