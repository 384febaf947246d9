"""导入名册: upload, what the columns mean, what would happen, taken in, taken back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.steps import steps_at
from orgs.enums import Action
from orgs.scope import home_unit, user_of
from volunteers.enums import ImportState
from volunteers.forms.imports import ColumnsForm, RosterFileForm, RulingForm
from volunteers.imports.error_file import error_file
from volunteers.imports.preview import preview_of
from volunteers.models import RosterImport
from volunteers.queries import import_for_user_or_404
from volunteers.rules import may_keep_terms
from volunteers.services import imports as services

STEPS = ("传文件", "认列名", "看结果", "导入")


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def import_start(request: HttpRequest) -> HttpResponse:
    """Choose a file; below, what one has taken in before."""
    user = user_of(request)
    unit = home_unit(user)
    form = RosterFileForm(
        request.POST or None, request.FILES or None, user=user, initial={"unit": unit.code if unit else ""}
    )
    if submitted(request, form):
        content, chosen = form.cleaned_data["file"].read(), form.cleaned_data["unit"]
        batch = attempt(form, lambda: services.open_import(content=content, unit=chosen, by=user))
        if batch is not None:
            return redirect("volunteers:import_columns", batch.pk)
    context = {
        "form": form,
        "steps": steps_at(STEPS, 0),
        "earlier": RosterImport.objects.filter(by=user).select_related("unit")[:10],
        "cancel_url": reverse("volunteers:volunteer_list"),
    }
    return render(request, "volunteers/import_start.html", context)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column means, by its heading alone: what stands in its cells is not shown."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if batch.state != ImportState.OPEN or not batch.content:
        return redirect("volunteers:import_detail", batch.pk)
    sheet = services.sheet_of(batch)
    heading = services.heading_of(batch, sheet)
    form = ColumnsForm(request.POST or None, headings=heading.names, fields=heading.fields)
    if submitted(request, form):
        saved = attempt(form, lambda: services.choose_columns(batch=batch, fields=form.meanings, by=user))
        if saved is not None:
            return redirect("volunteers:import_detail", batch.pk)
    context = {
        "form": form,
        "batch": batch,
        "sheet": sheet,
        "steps": steps_at(STEPS, 1),
        "cancel_url": reverse("volunteers:import_start"),
    }
    return render(request, "volunteers/import_columns.html", context)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What would happen, or what has happened; POST decides about unknown terms."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if batch.state != ImportState.OPEN or not batch.content:
        undone = {"batch": batch, "steps": steps_at(STEPS, 4), "may_undo": batch.state == ImportState.COMMITTED}
        return render(request, "volunteers/import_done.html", undone)
    try:
        found = services.check_import(batch=batch, by=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("volunteers:import_start")
    may_create = may_keep_terms(user)
    form = RulingForm(request.POST or None, unknown=found.unknown, questions=found.questions, may_create=may_create)
    if submitted(request, form):
        services.rule(batch=batch, ruling=form.ruling(services.ruling_of(batch)), by=user)
        return redirect("volunteers:import_detail", batch.pk)
    context: dict[str, Any] = {
        "batch": batch,
        "form": form,
        "preview": preview_of(found),
        "steps": steps_at(STEPS, 2),
    }
    return render(request, "volunteers/import_check.html", context)


@needs(Action.EDIT_ROSTER)
@require_safe
@never_cache
def import_error_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file back with a column of reasons. It holds what the user uploaded and nothing of the base."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if not batch.content:
        raise Http404("the file is gone")
    try:
        found = services.check_import(batch=batch, by=user)
    except ValidationError as refusal:
        raise PermissionDenied("too many numbers asked for") from refusal
    return FileResponse(error_file(found), as_attachment=True, filename=f"没有导入的行-{batch.pk}.xlsx")


@needs(Action.EDIT_ROSTER)
@require_POST
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows in."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    _try(request, lambda: services.commit_import(batch=batch, by=user))
    return redirect("volunteers:import_detail", batch.pk)


@needs(Action.EDIT_ROSTER)
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the import back."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    _try(request, lambda: services.undo_import(batch=batch, by=user))
    return redirect("volunteers:import_detail", batch.pk)


def _try(request: HttpRequest, work: Any) -> None:
    try:
        work()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
