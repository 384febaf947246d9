"""会议, 培训, 党委听取汇报."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms import MeetingFilterForm, MeetingForm
from activities.models import Meeting
from activities.queries import meeting_for_user_or_404, meetings_for_user, recording_home, recording_units
from activities.services import save_meeting
from guanai.access import needs
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, may, user_of


@needs(Action.VIEW_ACTIVITIES)
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = MeetingFilterForm(request.GET, user=user)
    rows = form.applied(meetings_for_user(user)).order_by("-held_on", "-pk")
    listing = make_listing(request, rows, measure="次", form=form)
    lines = [
        {"meeting": meeting, "may_edit": allows(user, Action.RECORD_ACTIVITIES, meeting.unit)}
        for meeting in listing.page
    ]
    context = {"lines": lines, "may_record": may(user, Action.RECORD_ACTIVITIES)}
    return render_list(request, "activities/meeting_list.html", listing, context)


@needs(Action.RECORD_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_create(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    units = list(recording_units(user))
    home = recording_home(user)
    initial = {"unit": home.code if home else "", "kind": "meeting"}
    form = MeetingForm(request.POST or None, units=units, initial=initial)
    return _take(request, user, form, None)


@needs(Action.RECORD_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    meeting = meeting_for_user_or_404(user, pk, Action.RECORD_ACTIVITIES)
    names = ("kind", "name", "held_on", "place", "attendance", "decisions")
    form = MeetingForm(request.POST or None, units=None, initial={name: getattr(meeting, name) for name in names})
    return _take(request, user, form, meeting)


def _take(request: HttpRequest, user: User, form: MeetingForm, meeting: Meeting | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        unit = meeting.unit if meeting else recording_units(user).get(code=form.cleaned_data["unit"])
        try:
            saved = save_meeting(by=user, unit=unit, entry=form.entry(), meeting=meeting)
        except ValidationError as problems:
            form.add_error(None, problems)
        else:
            messages.success(request, f"已保存{saved.get_kind_display()}《{saved.name}》。")
            return redirect("activities:meeting_list")
    context: dict[str, Any] = {"form": form, "meeting": meeting, "cancel_url": reverse("activities:meeting_list")}
    return render(request, "activities/meeting_form.html", context)
