"""会议, 培训, 党委听取汇报, and what they asked for."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.forms import CloseFollowUpForm, FollowUpFilterForm, MeetingFilterForm, MeetingForm, follow_up_forms
from activities.models import FollowUp, Meeting
from activities.queries import (
    follow_up_for_user_or_404,
    follow_ups_for_user,
    meeting_for_user_or_404,
    meetings_for_user,
    recording_home,
    recording_units,
)
from activities.services import close_follow_up, save_meeting
from activities.services.meetings import TEXTS
from guanai.access import get_or_post, needs
from guanai.attachments import serve_attachment
from guanai.attempts import attempt, submitted
from guanai.entry_keys import once
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, covering, may, user_of


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = MeetingFilterForm(request.GET, user=user)
    rows = form.applied(meetings_for_user(user)).order_by("-held_on", "-pk")
    listing = make_listing(request, rows, measure="次", form=form)
    may_record = covering(user, Action.RECORD_ACTIVITIES)
    lines = [{"meeting": meeting, "may_edit": may_record(meeting.unit)} for meeting in listing.page]
    context = {"lines": lines, "may_record": may(user, Action.RECORD_ACTIVITIES)}
    return render_list(request, "activities/meeting_list.html", listing, context)


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting with what it asked for."""
    user = user_of(request)
    meeting = meeting_for_user_or_404(user, pk)
    context = {
        "meeting": meeting,
        "follow_ups": meeting.follow_ups.all(),
        "today": timezone.localdate(),
        "may_edit": allows(user, Action.RECORD_ACTIVITIES, meeting.unit),
    }
    return render(request, "activities/meeting_detail.html", context)


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def meeting_scan(request: HttpRequest, pk: int) -> FileResponse:
    """The minutes."""
    return serve_attachment(meeting_for_user_or_404(user_of(request), pk).scan)


@needs(Action.RECORD_ACTIVITIES)
@get_or_post
def meeting_create(request: HttpRequest) -> HttpResponse:
    """Record a meeting; `?kind=hearing` has 党委听取汇报 chosen."""
    user = user_of(request)
    home = recording_home(user)
    initial = {"unit": home.code if home else "", "kind": request.GET.get("kind", "meeting")}
    form = MeetingForm(request.POST or None, request.FILES or None, units=list(recording_units(user)), initial=initial)
    return _take(request, user, form, None)


@needs(Action.RECORD_ACTIVITIES)
@get_or_post
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    meeting = meeting_for_user_or_404(user, pk, Action.RECORD_ACTIVITIES)
    initial = {name: getattr(meeting, name) for name in TEXTS}
    form = MeetingForm(request.POST or None, request.FILES or None, units=None, meeting=meeting, initial=initial)
    return _take(request, user, form, meeting)


def _take(request: HttpRequest, user: User, form: MeetingForm, meeting: Meeting | None) -> HttpResponse:
    follow_ups = follow_up_forms(request.POST, meeting.follow_ups.open() if meeting else ())
    # Both, so that every mistake is shown at once.
    fits = [follow_ups.is_valid(), submitted(request, form)] if request.method == "POST" else [False]
    if all(fits):
        unit = meeting.unit if meeting else recording_units(user).get(code=form.cleaned_data["unit"])
        seen = form.seen_at if meeting else None
        entry = form.entry(follow_ups)

        def save() -> Meeting:
            return save_meeting(by=user, unit=unit, entry=entry, meeting=meeting, seen=seen)

        saved = attempt(form, save if meeting else lambda: once(form, by=user, make=save))
        if saved is not None:
            messages.success(request, f"已保存{saved.get_kind_display()}《{saved.name}》。")
            return redirect("activities:meeting_detail", saved.pk)
    cancel = reverse("activities:meeting_detail", args=[meeting.pk]) if meeting else reverse("activities:meeting_list")
    context: dict[str, Any] = {"form": form, "follow_ups": follow_ups, "meeting": meeting, "cancel_url": cancel}
    return render(request, "activities/meeting_form.html", context)


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """What meetings asked for and nobody has finished, by its day."""
    user = user_of(request)
    form = FollowUpFilterForm(request.GET, user=user)
    rows = form.applied(follow_ups_for_user(user))
    listing = make_listing(request, rows, measure="件", form=form, unfiltered="只列未办结的")
    may_record = covering(user, Action.RECORD_ACTIVITIES)
    today = timezone.localdate()
    lines = [_follow_up_line(row, today, may_close=may_record(row.meeting.unit)) for row in listing.page]
    return render_list(request, "activities/follow_up_list.html", listing, {"lines": lines})


def _follow_up_line(row: FollowUp, today: Any, *, may_close: bool) -> dict[str, Any]:
    return {"row": row, "days": (row.due_on - today).days, "may_close": may_close and row.done_on is None}


@needs(Action.RECORD_ACTIVITIES)
@get_or_post
def follow_up_close(request: HttpRequest, pk: int) -> HttpResponse:
    """办结."""
    user = user_of(request)
    row = follow_up_for_user_or_404(user, pk, Action.RECORD_ACTIVITIES)
    form = CloseFollowUpForm(request.POST or None)
    if (
        submitted(request, form)
        and attempt(form, lambda: close_follow_up(follow_up=row, by=user, **form.cleaned_data)) is not None
    ):
        messages.success(request, f"已办结：{row.text}。")
        return redirect("activities:follow_up_list")
    context = {"form": form, "row": row, "cancel_url": reverse("activities:follow_up_list")}
    return render(request, "activities/follow_up_form.html", context)
