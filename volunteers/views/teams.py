"""Pages of teams: list, one team, found, correct, dissolve, who joins and leaves."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.dependents import team_parts
from guanai.entry_keys import once
from guanai.keys import is_key
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import Unit, User
from orgs.scope import allows, covering, home_unit, may, user_of
from orgs.views.network import parts_of
from volunteers.forms import DissolutionForm, JoinForm, MemberForm, TeamFilterForm, TeamForm
from volunteers.models import Team, TeamMember, Volunteer
from volunteers.posts import HITS, find_people
from volunteers.services import add_members, correct_member, correct_team, dissolve_team, found_team
from volunteers.team_files import TEAM_COLUMNS, team_rows
from volunteers.teams import (
    for_list,
    member_for_user_or_404,
    members_of,
    names_team,
    people_to_join,
    still_in,
    team_for_user_or_404,
)


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody's time in a team; `may_open` says whether the reader sees the roster where they stand."""

    member: TeamMember
    may_open: bool
    is_running: bool


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def team_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = TeamFilterForm(request.GET, user=user)
    rows = for_list(form.narrow(user))
    listing = make_listing(
        request, rows, measure="个", form=form, export_url=reverse("volunteers:team_export"), unfiltered="在办的团队"
    )
    named, edits = names_team(user), covering(user, Action.EDIT_ROSTER)
    lines = [{"team": team, "named": named(team), "may_edit": edits(team.unit)} for team in listing.page]
    context = {"lines": lines, "may_edit": may(user, Action.EDIT_ROSTER)}
    return render_list(request, "volunteers/team_list.html", listing, context)


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def team_export(request: HttpRequest) -> FileResponse:
    """The filtered teams as an Excel file."""
    user = user_of(request)
    teams = TeamFilterForm(request.GET, user=user).narrow(user)
    return sent_list(user, "五老团队", TEAM_COLUMNS, team_rows(teams, user))


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def team_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A team; its name, members and honours are for who reads the roster of its unit."""
    user = user_of(request)
    team = team_for_user_or_404(user, pk)
    named = names_team(user)(team)
    running = set(TeamMember.objects.running(timezone.localdate()).filter(team=team).values_list("pk", flat=True))
    members = list(members_of(team)) if named else []
    may_open = covering(user, Action.VIEW_ROSTER)
    lines = [MemberLine(each, may_open(each.volunteer.unit), each.pk in running) for each in members]
    present = [line for line in lines if line.is_running]
    context = {
        "team": team,
        "title": team.name if named else team.label,
        "named": named,
        "count": len(running),
        "present": present,
        "past": [line for line in lines if not line.is_running],
        "leaders": [line for line in present if line.member.leads],
        "parts": parts_of(user, team.unit, team_parts(), record=team),
        "may_edit": allows(user, Action.EDIT_ROSTER, team.unit),
        "may_join": not team.dissolved_on and not team.unit.closed_on,
    }
    return render(request, "volunteers/team_detail.html", context)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def team_create(request: HttpRequest) -> HttpResponse:
    """登记团队, for the own unit unless another one is chosen."""
    user = user_of(request)
    searching = asks_for_people(request)
    home = home_unit(user)
    own = home.code if home and allows(user, Action.EDIT_ROSTER, home) and home.closed_on is None else ""
    code = request.POST.get("unit") or request.GET.get("unit") or own
    unit = Unit.objects.filter(code=code.replace("\0", "")).first()
    initial = {"unit": code, **as_typed(request)} if searching else {"unit": code}
    form = TeamForm(None if searching else request.POST or None, user=user, unit=unit, initial=initial)
    if not searching and submitted(request, form):
        leaders = list(form.cleaned_data["people"])
        team = attempt(
            form, lambda: once(form, by=user, make=lambda: found_team(entry=form.entry(), leaders=leaders, by=user))
        )
        if team is not None:
            messages.success(request, f"已登记{team.name}，接着可以加入成员。")
            return redirect("volunteers:team_detail", team.pk)
    context = {
        "form": form,
        "cancel_url": reverse("volunteers:team_list"),
        **people_context(request, user, unit, form),
    }
    return render(request, "volunteers/team_form.html", context)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    team = team_for_user_or_404(user, pk, Action.EDIT_ROSTER)
    names = ("kind", "studio_kind", "name", "founded_on", "dissolved_on", "dissolved_reason")
    initial = {**{name: getattr(team, name) for name in names}, "unit": team.unit.code}
    form = TeamForm(request.POST or None, user=user, unit=team.unit, team=team, initial=initial)
    if submitted(request, form):
        written = attempt(form, lambda: correct_team(team=team, entry=form.entry(), by=user, seen=form.seen_at))
        if written is not None:
            messages.success(request, "已保存修改。")
            return redirect("volunteers:team_detail", team.pk)
    return _of_team(request, "volunteers/team_form.html", team, form)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def team_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    team = team_for_user_or_404(user, pk, Action.EDIT_ROSTER)
    form = DissolutionForm(request.POST or None, record=team, initial={"dissolved_on": timezone.localdate()})
    if submitted(request, form):
        on, reason = form.cleaned_data["dissolved_on"], form.cleaned_data["dissolved_reason"]
        written = attempt(form, lambda: dissolve_team(team=team, on=on, reason=reason, by=user, seen=form.seen_at))
        if written is not None:
            messages.success(request, f"已登记撤销，{team.name}的成员记录都还在。")
            return redirect("volunteers:team_detail", team.pk)
    return _of_team(request, "volunteers/team_dissolve.html", team, form)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    team = team_for_user_or_404(user, pk, Action.EDIT_ROSTER)
    searching = asks_for_people(request)
    initial = {"starts_on": timezone.localdate(), **(as_typed(request) if searching else {})}
    form = JoinForm(None if searching else request.POST or None, user=user, team=team, initial=initial)
    if not searching and submitted(request, form):
        chosen = {name: form.cleaned_data[name] for name in ("starts_on", "leads")}
        people = list(form.cleaned_data["people"])

        def join() -> TeamMember:
            return add_members(team=team, people=people, by=user, **chosen)[0]

        if attempt(form, lambda: once(form, by=user, make=join)) is not None:
            messages.success(request, f"已加入{'、'.join(person.name for person in people)}。")
            return redirect("volunteers:team_detail", team.pk)
    return _of_team(
        request, "volunteers/team_join.html", team, form, **people_context(request, user, team.unit, form, team)
    )


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody's days in a team; `?leave=1` fills in today as the day on which they left."""
    user = user_of(request)
    member = member_for_user_or_404(user, pk)
    leaving = "leave" in request.GET and member.ends_on is None
    initial = {"ends_on": timezone.localdate()} if leaving else {}
    form = MemberForm(request.POST or None, record=member, initial=initial)
    if submitted(request, form):
        chosen = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on", "leads")}
        written = attempt(form, lambda: correct_member(member=member, by=user, seen=form.seen_at, **chosen))
        if written is not None:
            left = written.ends_on and not member.ends_on
            words = f"已登记{member.volunteer.name}退出，记录仍保留。" if left else "已保存修改。"
            messages.success(request, words)
            return redirect("volunteers:team_detail", member.team_id)
    return _of_team(request, "volunteers/team_member.html", member.team, form, member=member, leaving=leaving)


def _of_team(request: HttpRequest, template: str, team: Team, form: Any, **more: Any) -> HttpResponse:
    cancel_url = reverse("volunteers:team_detail", args=[team.pk])
    return render(request, template, {"form": form, "team": team, "cancel_url": cancel_url, **more})


def asks_for_people(request: HttpRequest) -> bool:
    """Were people to choose from asked for: by the search's button, by typing, by Enter in its box?"""
    if request.method != "POST":
        return False
    step = request.POST.get("step")
    by_enter = step == "enter" and bool(request.POST.get("find", "").strip())
    return request.headers.get("HX-Trigger-Name") in ("find", "unit") or step == "find" or by_enter


def as_typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed so far, to draw the form again without a judgement on it."""
    typed: QueryDict = request.POST
    return {**typed.dict(), "people": typed.getlist("people")}


def people_context(
    request: HttpRequest, user: User, unit: Unit | None, form: Any, team: Team | None = None
) -> dict[str, Any]:
    """Who is offered for a choice of several people: those chosen already, then those that the search finds.

    Of a `team` that is there already the members are not offered.
    """
    if unit is None or "people" not in form.fields:
        return {}
    words = request.POST.get("find", "")[:40]
    chosen = [int(pk) for pk in form["people"].value() or [] if is_key(str(pk))]
    ticked: list[Volunteer] = list(people_to_join(user, unit).filter(pk__in=chosen[:50]).order_by("name_key", "pk"))
    keys = {person.pk for person in ticked}
    members = still_in(team, timezone.localdate()) if team else None
    hits = find_people(user, unit, words, without=members)
    found = [person for person in hits if person.pk not in keys]
    return {"find": words, "ticked": ticked, "found": found, "more": HITS if len(hits) >= HITS else 0}
