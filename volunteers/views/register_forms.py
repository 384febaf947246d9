"""登记表 as Word files: masked for every reader, in clear for who may and says why."""

import io
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.clear_files import clear_file_or_404, clear_files_of, serve_clear_file
from guanai.forms import ClearExportForm
from guanai.keys import is_key
from guanai.listing import chips_of
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, user_of
from volunteers.forms import VolunteerFilterForm
from volunteers.models import Volunteer
from volunteers.queries import volunteer_for_user_or_404, volunteers_for_user
from volunteers.register_form import for_register_form, register_paper
from volunteers.services.register_forms import MOST_FORMS, REGISTER_FORM, forms_in_clear

REASONS = ("入库登记盖章", "上级要求报送", "归入本人档案")


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def register_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Both ways of one person's form on one page."""
    user = user_of(request)
    person = volunteer_for_user_or_404(user, pk)
    return _page(request, person, user, ClearExportForm(reasons=REASONS))


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def register_form_export(request: HttpRequest, pk: int) -> FileResponse:
    """The masked form, at once. Its name holds the person's number, as no name of a person may."""
    person = volunteer_for_user_or_404(user_of(request), pk)
    people = list(for_register_form(Volunteer.objects.filter(pk=person.pk)))
    content = io.BytesIO(register_paper(people, in_clear=False, day=timezone.localdate()))
    return FileResponse(content, as_attachment=True, filename=f"登记表（遮盖）-{person.number}.docx")


@needs(Action.EXPORT_ROSTER_CLEAR)
@require_POST
@never_cache
def register_form_clear(request: HttpRequest, pk: int) -> HttpResponse:
    """The form in clear: kept for a day for who asked, and offered on the page."""
    user = user_of(request)
    person = volunteer_for_user_or_404(user, pk, Action.EXPORT_ROSTER_CLEAR)
    form = ClearExportForm(request.POST, reasons=REASONS)
    people = volunteers_for_user(user, Action.EXPORT_ROSTER_CLEAR).filter(pk=person.pk)
    made = None
    if submitted(request, form):
        made = attempt(form, lambda: forms_in_clear(people=people, by=user, reason=form.reason_line))
    if made is not None:
        return redirect(f"{reverse('volunteers:register_form', args=[person.pk])}#files")
    return _page(request, person, user, form)


@needs(Action.EXPORT_ROSTER_CLEAR)
@get_or_post
@never_cache
def register_form_batch(request: HttpRequest) -> HttpResponse:
    """The forms of everybody whom the roster's filter shows, in one file in clear; the filter stands in the address."""
    user = user_of(request)
    filtered = VolunteerFilterForm(request.GET, user=user)
    people = filtered.narrow(volunteers_for_user(user, Action.EXPORT_ROSTER_CLEAR), user)
    form = ClearExportForm(request.POST or None, reasons=REASONS)
    made = None
    if submitted(request, form):
        shown = [int(key) for key in request.POST.getlist("person") if is_key(key)]
        made = attempt(form, lambda: forms_in_clear(people=people, by=user, reason=form.reason_line, shown=shown))
    if made is not None:
        return redirect(f"{request.get_full_path()}#files")
    count = people.count()
    query = request.GET.urlencode()
    context = {
        "form": form,
        "count": count,
        "most": MOST_FORMS,
        "people": people.select_related("unit")[:MOST_FORMS] if count <= MOST_FORMS else [],
        "chips": chips_of(filtered, request.GET),
        "files": clear_files_of(user, REGISTER_FORM),
        "list_url": f"{reverse('volunteers:volunteer_list')}{f'?{query}' if query else ''}",
        "action": request.get_full_path(),
    }
    return render(request, "volunteers/register_form_batch.html", context)


@needs(Action.EXPORT_ROSTER_CLEAR)
@require_safe
@never_cache
def register_form_file(request: HttpRequest, pk: int) -> FileResponse:
    """A file in clear, for who asked for it, for a day, and only while they may export everybody in it."""
    user = user_of(request)
    file = clear_file_or_404(user, pk, REGISTER_FORM)
    mine = volunteers_for_user(user, Action.EXPORT_ROSTER_CLEAR).filter(pk__in=file.record_ids)
    if mine.count() != len(file.record_ids):
        raise Http404("no longer in this user's branches")
    return serve_clear_file(file)


def _page(request: HttpRequest, person: Volunteer, user: User, form: ClearExportForm) -> HttpResponse:
    may_clear = allows(user, Action.EXPORT_ROSTER_CLEAR, person.unit)
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "may_clear": may_clear,
        "files": clear_files_of(user, REGISTER_FORM).filter(record_ids=[person.pk]) if may_clear else [],
    }
    return render(request, "volunteers/register_form.html", context)
