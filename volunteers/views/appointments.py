"""Pages of posts: who holds which, one appointment, appoint, correct, dismiss, the scans."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attachments import serve_attachment
from guanai.attempts import attempt, submitted
from guanai.entry_keys import once
from guanai.keys import is_key
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import allows, covering, may, user_of
from volunteers.enums import VETERAN_POSTS, Post
from volunteers.forms import END_NAMES, AppointmentFilterForm, AppointmentForm, DismissalForm, UnitSearchForm
from volunteers.models import Appointment
from volunteers.post_files import APPOINTMENT_COLUMNS, appointment_rows, leading_groups_paper, office, standing
from volunteers.post_rules import rule_for
from volunteers.posts import (
    appointment_for_user_or_404,
    find_people,
    reads_holder,
    sole_holder,
    units_to_staff,
)
from volunteers.services import age_warning, appoint, correct, dismiss

MOST_UNITS = 60
SCANS = {"appointment": "scan", "dismissal": "dismissal_scan"}
KEPT = ("post", "official", "official_office", "document", "issued_by", "issued_on", "starts_on")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def appointment_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = AppointmentFilterForm(request.GET, user=user)
    rows = form.narrow(user)
    export_url = reverse("volunteers:appointment_export") if may(user, Action.VIEW_ROSTER) else ""
    listing = make_listing(request, rows, measure="人", form=form, export_url=export_url)
    reads, reads_papers, edits = (
        reads_holder(user),
        covering(user, Action.VIEW_ROSTER),
        covering(user, Action.EDIT_POSTS),
    )
    today = timezone.localdate()
    lines = [
        {
            "appointment": each,
            "standing": standing(each, reads=reads(each)),
            "age": each.age_on(today) if reads(each) else None,
            "may_edit": edits(each.unit),
            # Why somebody left is for the roster's readers; that a unit was closed is for everybody.
            "end_reason": each.end_label if reads_papers(each.unit) or each.ended_with_unit else "",
            "term_over": bool(each.term_ends_on and not each.last_day and each.term_ends_on < today),
        }
        for each in listing.page
    ]
    chosen = form.cleaned_data.get("unit", "") if form.is_valid() else ""
    context = {"lines": lines, "may_edit": may(user, Action.EDIT_POSTS), "unit_code": chosen}
    return render_list(request, "volunteers/appointment_list.html", listing, context)


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def appointment_export(request: HttpRequest) -> FileResponse:
    """The filtered appointments as an Excel file, of the branches whose rosters the user reads."""
    user = user_of(request)
    rows = AppointmentFilterForm(request.GET, user=user).narrow(user, Action.VIEW_ROSTER)
    return sent_list(user, "领导班子和任职", APPOINTMENT_COLUMNS, appointment_rows(rows, user))


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def appointment_paper(request: HttpRequest, code: str) -> HttpResponse:
    """领导班子名单 of a unit and of those directly under it, as a Word file to be stamped."""
    user = user_of(request)
    unit = unit_for_user_or_404(user, code)
    response = HttpResponse(leading_groups_paper(unit, user), content_type=DOCX)
    name = f"{unit.committee_name}领导班子名单-{timezone.localdate():%Y%m%d}.docx"
    response.headers["Content-Disposition"] = str(content_disposition_header(True, name))
    return response


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def appointment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    appointment = appointment_for_user_or_404(user, pk)
    unit = appointment.unit
    history = Appointment.objects.filter(unit=unit, post=appointment.post).select_related("unit", "volunteer")
    reads = reads_holder(user)(appointment)
    context = {
        "appointment": appointment,
        "standing": standing(appointment, reads=reads),
        "office": office(appointment, reads=reads),
        "warning": age_warning(appointment) if reads and appointment.is_running else "",
        "may_open_person": reads,
        "reads_papers": allows(user, Action.VIEW_ROSTER, unit),
        "may_edit": allows(user, Action.EDIT_POSTS, unit),
        "history": history.order_by("-starts_on", "-pk"),
    }
    return render(request, "volunteers/appointment_detail.html", context)


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def appointment_scan(request: HttpRequest, pk: int, which: str) -> FileResponse:
    """The document as scanned: it says more of a person than that they hold a post."""
    appointment = appointment_for_user_or_404(user_of(request), pk, Action.VIEW_ROSTER)
    return serve_attachment(getattr(appointment, SCANS[which]))


@needs(Action.EDIT_POSTS)
@get_or_post
@never_cache
def appointment_create(request: HttpRequest) -> HttpResponse:
    """登记任职 for the unit of `?unit=`; without one, the units to choose from."""
    user = user_of(request)
    code = request.GET.get("unit", "")
    if not code:
        return _choose_unit(request, user)
    unit = unit_for_user_or_404(user, code, Action.EDIT_POSTS)
    post = request.POST.get("post") or request.GET.get("post", "")
    holder = sole_holder(unit, post)
    last = unit.appointments.order_by("-issued_on", "-pk").values_list("issued_by", flat=True).first()
    initial = {"post": post, "issued_by": last or ""}
    if asks_for_people(request):
        initial |= request.POST.dict()
    data = None if asks_for_people(request) else request.POST or None
    files = request.FILES or None
    form = AppointmentForm(data, files, user=user, unit=unit, holder=holder, initial=initial)
    form.kept = {"issued_by"} if last and request.method != "POST" else set()
    if data is not None and submitted(request, form):
        written = attempt(
            form,
            lambda: once(form, by=user, make=lambda: appoint(entry=form.entry(), by=user, replaces=form.replaced)),
        )
        if written is not None:
            return _written(request, written, f"已登记{written.holder}任{written.get_post_display()}。")
    return _form_page(request, user, form, unit, None)


@needs(Action.EDIT_POSTS)
@get_or_post
@never_cache
def appointment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    record = appointment_for_user_or_404(user, pk, Action.EDIT_POSTS)
    initial: dict[str, Any] = {name: getattr(record, name) for name in (*KEPT, *END_NAMES, "term_ends_on")}
    initial["volunteer"] = record.volunteer_id
    if asks_for_people(request):
        initial |= request.POST.dict()
    data = None if asks_for_people(request) else request.POST or None
    form = AppointmentForm(data, request.FILES or None, user=user, unit=record.unit, record=record, initial=initial)
    if data is not None and submitted(request, form):
        written = attempt(form, lambda: correct(appointment=record, entry=form.entry(), by=user, seen=form.seen_at))
        if written is not None:
            return _written(request, written, "已保存更正。")
    return _form_page(request, user, form, record.unit, record)


@needs(Action.EDIT_POSTS)
@get_or_post
@never_cache
def appointment_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    record = appointment_for_user_or_404(user, pk, Action.EDIT_POSTS)
    initial = {"dismissal_issued_by": record.issued_by, "ends_on": timezone.localdate()}
    form = DismissalForm(request.POST or None, request.FILES or None, record=record, initial=initial)
    form.kept = {"dismissal_issued_by"} if request.method != "POST" else set()
    if submitted(request, form) and (dismissal := form.dismissal()) is not None:
        written = attempt(form, lambda: dismiss(appointment=record, dismissal=dismissal, by=user, seen=form.seen_at))
        if written is not None:
            messages.success(request, f"已登记{record.holder}离任，{record.get_post_display()}自次日起空缺。")
            return redirect("volunteers:appointment_detail", record.pk)
    cancel_url = reverse("volunteers:appointment_detail", args=[record.pk])
    context = {"form": form, "appointment": record, "cancel_url": cancel_url}
    return render(request, "volunteers/appointment_dismiss.html", context)


def asks_for_people(request: HttpRequest) -> bool:
    """Were people to choose from asked for: by the search's button, by typing, by Enter in its box, by another post?"""
    if request.method != "POST":
        return False
    typed = request.headers.get("HX-Trigger-Name") in ("find", "post")
    step = request.POST.get("step")
    by_enter = step == "enter" and bool(request.POST.get("find", "").strip()) and not request.POST.get("volunteer")
    return typed or step == "find" or by_enter


def _choose_unit(request: HttpRequest, user: User) -> HttpResponse:
    form = UnitSearchForm(request.GET)
    words = form.cleaned_data["find"] if form.is_valid() else ""
    units = units_to_staff(user, words)
    found = list(units.order_by("level", "lft")[: MOST_UNITS + 1])
    context = {"form": form, "units": found[:MOST_UNITS], "more": len(found) > MOST_UNITS, "words": words}
    return render(request, "volunteers/appointment_unit.html", context)


def _typed_year(form: AppointmentForm) -> int:
    """The year of the first day in the post as it is typed so far, by which the service asks for the age too."""
    try:
        return datetime.date.fromisoformat(str(form["starts_on"].value())).year
    except ValueError:
        return timezone.localdate().year


def _form_page(
    request: HttpRequest, user: User, form: AppointmentForm, unit: Unit, record: Appointment | None
) -> HttpResponse:
    words = request.POST.get("find", "")[:40]
    chosen_pk = str(form["volunteer"].value() or "")
    post = str(form["post"].value() or "")
    candidates = find_people(user, unit, words, post) if asks_for_people(request) or not chosen_pk else []
    if is_key(chosen_pk) and all(str(person.pk) != chosen_pk for person in candidates):
        field: Any = form.fields["volunteer"]
        candidates = [*field.queryset.filter(pk=int(chosen_pk)), *candidates]
    rule = rule_for(unit, post) if post in Post.values else None
    year = _typed_year(form)
    above = {person.pk for person in candidates if rule and rule.is_exceeded_by(person.age_in(year))}
    here = reverse("volunteers:appointment_list") + f"?unit={unit.code}"
    context = {
        "form": form,
        "unit": unit,
        "record": record,
        "people": candidates,
        "chosen_pk": chosen_pk,
        "age_limit": rule.age_limit if rule else None,
        "above_limit": above,
        "veterans_alone": post in VETERAN_POSTS,
        "find": words,
        "cancel_url": reverse("volunteers:appointment_detail", args=[record.pk]) if record else here,
        "now_url": reverse("volunteers:appointment_detail", args=[record.pk]) if record else "",
        "official_open": any(form[name].value() or form[name].errors for name in ("official", "official_office")),
        "ended_open": any(form[name].value() or form[name].errors for name in END_NAMES),
    }
    return render(request, "volunteers/appointment_form.html", context)


def _written(request: HttpRequest, appointment: Appointment, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("volunteers:appointment_detail", appointment.pk)
