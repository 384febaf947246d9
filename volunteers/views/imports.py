"""导入名册: upload, what the columns mean, what would happen, taken in, taken back. Large files go by a worker."""

import base64
import io
from collections.abc import Callable
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
from guanai.enums import JobState
from guanai.steps import steps_at
from orgs.enums import Action
from orgs.models import User
from orgs.scope import home_unit, user_of
from volunteers.enums import ImportState, ImportWork
from volunteers.forms.imports import ColumnsForm, RosterFileForm, RulingForm
from volunteers.import_progress import STEPS, read_progress
from volunteers.imports.error_file import error_file
from volunteers.imports.preview import Preview, from_text, preview_of
from volunteers.models import RosterImport
from volunteers.queries import import_for_user_or_404, imports_of
from volunteers.rules import may_keep_terms
from volunteers.services import import_jobs
from volunteers.services import imports as services

# What htmx takes for "nothing new": it leaves the page as it is and asks again.
NOTHING_NEW = 204


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
        batch = attempt(form, lambda: _at_file(lambda: import_jobs.take_upload(content=content, unit=chosen, by=user)))
        if batch is not None:
            return redirect("volunteers:import_columns", batch.pk)
    context = {
        "form": form,
        "steps": steps_at(STEPS, 0),
        "earlier": imports_of(user)[:10],
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
    if batch.state != ImportState.OPEN or not batch.fields or services.is_running(batch):
        return redirect("volunteers:import_detail", batch.pk)
    outline = services.outline_of(batch)
    form = ColumnsForm(request.POST or None, headings=outline.headings, fields=batch.fields)
    if submitted(request, form):
        saved = attempt(form, lambda: services.choose_columns(batch=batch, fields=form.meanings, by=user))
        if saved is not None:
            return _show_result(request, saved, user)
    context = {
        "form": form,
        "batch": batch,
        "outline": outline,
        "steps": steps_at(STEPS, 1),
        "cancel_url": reverse("volunteers:import_start"),
    }
    return render(request, "volunteers/import_columns.html", context)


def _at_file(take: Callable[[], RosterImport]) -> RosterImport:
    """What is wrong with a file is said at the field where it is chosen."""
    try:
        return take()
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal


def _show_result(request: HttpRequest, batch: RosterImport, user: User) -> HttpResponse:
    """To what would happen; of a large file a worker finds it out first."""
    if import_jobs.is_large(batch) and not batch.found:
        _try(request, lambda: import_jobs.start_work(batch=batch, work=ImportWork.CHECK, by=user))
    return redirect("volunteers:import_detail", batch.pk)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What would happen, or what has happened; POST decides about what is unknown or in question."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if services.is_running(batch) or (batch.state == ImportState.OPEN and _failed(batch)):
        context = {"batch": batch, "work": read_progress(batch)}
        return render(request, "volunteers/import_running.html", context)
    if batch.state != ImportState.OPEN:
        return render(request, "volunteers/import_done.html", _done(batch))
    if import_jobs.is_large(batch) and not batch.found:
        return redirect("volunteers:import_columns", batch.pk)
    try:
        preview = _preview(batch, user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("volunteers:import_start")
    may_create = may_keep_terms(user)
    form = RulingForm(request.POST or None, unknown=preview.unknown, questions=preview.questions, may_create=may_create)
    if submitted(request, form):
        ruling = form.ruling(services.ruling_of(batch))
        ruled = attempt(form, lambda: services.rule(batch=batch, ruling=ruling, by=user))
        if ruled is not None:
            return _show_result(request, ruled, user)
    context = {"batch": batch, "form": form, "preview": preview, "steps": steps_at(STEPS, 2)}
    names = zip(services.outline_of(batch).headings, batch.fields, strict=False)
    context["left_out"] = [name for name, field in names if name and not field]
    context["is_large"] = import_jobs.is_large(batch)
    return render(request, "volunteers/import_check.html", context)


def _failed(batch: RosterImport) -> bool:
    return batch.job is not None and batch.job.state == JobState.FAILED


def _done(batch: RosterImport) -> dict[str, Any]:
    is_committed = batch.state == ImportState.COMMITTED
    return {
        "batch": batch,
        "steps": steps_at(STEPS, 4),
        "may_undo": is_committed,
        "refused": batch.job.error if batch.job and _failed(batch) else "",
        "has_file": batch.wrong and RosterImport.objects.filter(pk=batch.pk).exclude(content=None).exists(),
    }


def _preview(batch: RosterImport, user: User) -> Preview:
    if import_jobs.is_large(batch):
        return from_text(batch.found)
    return preview_of(services.check_import(batch=batch, by=user))


@needs(Action.EDIT_ROSTER)
@require_safe
@never_cache
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while a worker is at it, for htmx; once it is over, the page anew."""
    batch = import_for_user_or_404(user_of(request), pk)
    if not services.is_running(batch):
        return HttpResponse(status=NOTHING_NEW, headers={"HX-Refresh": "true"})
    work = read_progress(batch)
    if request.GET.get("seen") == work.mark:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "volunteers/import_progress.html", {"batch": batch, "work": work})


@needs(Action.EDIT_ROSTER)
@require_POST
def import_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the step that failed once more."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if not import_jobs.try_again(batch=batch, by=user):
        messages.warning(request, "没有失败的步骤需要再试。")
    return redirect("volunteers:import_detail", batch.pk)


@needs(Action.EDIT_ROSTER)
@require_safe
@never_cache
def import_error_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file back with a column of reasons, of a large one the rows that are wrong. It holds what the user uploaded
    and nothing of the base."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if import_jobs.is_large(batch):
        if not batch.wrong_rows:
            raise Http404("nothing was wrong, or the file is gone")
        file = io.BytesIO(base64.b85decode(batch.wrong_rows))
    else:
        file = _checked_file(batch, user)
    return FileResponse(file, as_attachment=True, filename=f"没有导入的行-{batch.pk}.xlsx")


def _checked_file(batch: RosterImport, user: User) -> io.BytesIO:
    if not batch.content:
        raise Http404("the file is gone")
    try:
        return error_file(services.check_import(batch=batch, by=user))
    except ValidationError as refusal:
        raise PermissionDenied("too many numbers asked for") from refusal


@needs(Action.EDIT_ROSTER)
@require_POST
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows in."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if import_jobs.goes_by_worker(batch):
        _try(request, lambda: import_jobs.start_work(batch=batch, work=ImportWork.COMMIT, by=user))
    else:
        _try(request, lambda: services.commit_import(batch=batch, by=user))
    return redirect("volunteers:import_detail", batch.pk)


@needs(Action.EDIT_ROSTER)
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the import back."""
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    if import_jobs.goes_by_worker(batch):
        _try(request, lambda: import_jobs.start_work(batch=batch, work=ImportWork.UNDO, by=user))
    else:
        _try(request, lambda: services.undo_import(batch=batch, by=user))
    return redirect("volunteers:import_detail", batch.pk)


def _try(request: HttpRequest, work: Any) -> None:
    try:
        work()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
