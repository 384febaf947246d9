"""Pages of honours: list, record, correct, take down, the scan."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from orgs.scope import allows, covering, may, user_of
from volunteers.forms import HonourFilterForm, HonourForm, RemovalForm
from volunteers.forms.honours import REMOVED
from volunteers.honours import honour_for_user_or_404
from volunteers.models import Honour, Team, Volunteer
from volunteers.queries import volunteer_for_user_or_404
from volunteers.services import correct_honour, record_honour, remove_honour
from volunteers.team_files import HONOUR_COLUMNS, honour_rows
from volunteers.teams import team_for_user_or_404


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def honour_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = HonourFilterForm(request.GET, user=user)
    url = reverse("volunteers:honour_export")
    listing = make_listing(request, form.narrow(user), measure="项", form=form, export_url=url)
    edits, reads = covering(user, Action.EDIT_ROSTER), covering(user, Action.VIEW_ROSTER)
    lines = [
        {"honour": each, "may_edit": edits(each.unit), "url": holder_url(each), "may_open": reads(_stands_at(each))}
        for each in listing.page
    ]
    removed = form["state"].value() == REMOVED
    may_edit = may(user, Action.EDIT_ROSTER)
    context = {"lines": lines, "removed": removed, "may_edit": may_edit}
    return render_list(request, "volunteers/honour_list.html", listing, context)


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def honour_export(request: HttpRequest) -> FileResponse:
    """The filtered honours as an Excel file."""
    user = user_of(request)
    return sent_list(user, "荣誉", HONOUR_COLUMNS, honour_rows(HonourFilterForm(request.GET, user=user).narrow(user)))


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def honour_scan(request: HttpRequest, pk: int) -> FileResponse:
    return serve_attachment(honour_for_user_or_404(user_of(request), pk).scan)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def honour_create(request: HttpRequest) -> HttpResponse:
    """登记荣誉 of the person of `?volunteer=` or the team of `?team=`; without either, where to find them."""
    user = user_of(request)
    if not request.GET.get("volunteer") and not request.GET.get("team") and request.method != "POST":
        return render(request, "volunteers/honour_start.html")
    holder = _holder_of(request, user)
    form = HonourForm(request.POST or None, request.FILES or None)
    if submitted(request, form):
        written = attempt(
            form, lambda: once(form, by=user, make=lambda: record_honour(holder=holder, entry=form.entry(), by=user))
        )
        if written is not None:
            messages.success(request, f"已登记荣誉“{written.name}”。")
            return redirect(url_of(holder))
    context = {"form": form, "whose": holder.name, "cancel_url": url_of(holder)}
    return render(request, "volunteers/honour_form.html", context)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def honour_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    record = _standing_or_404(user, pk)
    form = HonourForm(request.POST or None, request.FILES or None, record=record)
    if submitted(request, form):
        written = attempt(form, lambda: correct_honour(honour=record, entry=form.entry(), by=user, seen=form.seen_at))
        if written is not None:
            messages.success(request, "已保存更正。")
            return redirect(back_url(record, user))
    context = {"form": form, "record": record, "whose": record.holder, "cancel_url": back_url(record, user)}
    return render(request, "volunteers/honour_form.html", context)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def honour_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    record = _standing_or_404(user, pk)
    form = RemovalForm(request.POST or None, record=record)
    if submitted(request, form):
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: remove_honour(honour=record, reason=reason, by=user, seen=form.seen_at)) is not None:
            messages.success(request, f"已撤下荣誉“{record.name}”，原登记和原因都留着。")
            return redirect(back_url(record, user))
    context = {"form": form, "honour": record, "cancel_url": back_url(record, user)}
    return render(request, "volunteers/honour_remove.html", context)


def _standing_or_404(user: User, pk: int) -> Honour:
    honour = honour_for_user_or_404(user, pk, Action.EDIT_ROSTER)
    if honour.removed_on:
        raise Http404("taken down already")
    return honour


def _holder_of(request: HttpRequest, user: User) -> Volunteer | Team:
    for name, find in (("volunteer", volunteer_for_user_or_404), ("team", team_for_user_or_404)):
        key = request.GET.get(name, "")
        if is_key(key):
            return find(user, int(key), Action.EDIT_ROSTER)
    raise Http404("no holder named")


def url_of(holder: Volunteer | Team) -> str:
    name = "team" if isinstance(holder, Team) else "volunteer"
    return reverse(f"volunteers:{name}_detail", args=[holder.pk])


def holder_url(honour: Honour) -> str:
    """The page of the person or team, where its honours stand."""
    name, key = ("team", honour.team_id) if honour.team_id else ("volunteer", honour.volunteer_id)
    return reverse(f"volunteers:{name}_detail", args=[key])


def back_url(honour: Honour, user: User) -> str:
    """That page, or the list where its person stands on another roster by now."""
    if allows(user, Action.VIEW_ROSTER, _stands_at(honour)):
        return holder_url(honour)
    return reverse("volunteers:honour_list")


def _stands_at(honour: Honour) -> Unit:
    holder = honour.volunteer or honour.team
    assert holder is not None  # noqa: S101  # honour_of_one
    return holder.unit
