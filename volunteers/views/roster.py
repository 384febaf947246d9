"""Pages of the roster: list, look-up by identity number, one person, register and correct, reveal."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from guanai import limits
from guanai.access import get_or_post, needs
from guanai.addresses import safe_next
from guanai.attempts import attempt, submitted
from guanai.dependents import PersonRecords, person_parts
from guanai.entry_keys import once
from guanai.forms import RevealForm
from guanai.keys import is_key
from guanai.listing import Act, make_listing, render_list
from guanai.partial_dates import shown_partial_date
from guanai.reveals import looks_at, note_look
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, covering, home_unit, may, user_of
from orgs.views.network import parts_of
from volunteers.enums import GONE
from volunteers.forms import STATUSES, FindForm, VolunteerFilterForm, VolunteerForm
from volunteers.handing_over import open_counts
from volunteers.models import Volunteer
from volunteers.queries import (
    for_list,
    running_posts,
    volunteer_for_user_or_404,
    volunteers_by_number,
    volunteers_for_user,
)
from volunteers.register_form import SECRETS
from volunteers.row_history import history_of_person
from volunteers.rows import roster_lines
from volunteers.services import register_another, update_volunteer
from volunteers.teams import teams_of

# On the page of a person; the rest has a page of its own.
STEPS = 5
# A telephone that is that of more people is a wrong one.
MOST_FOUND = 20
REASONS = ("联系本人参加活动", "核对身份", "上级要求报送")


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def volunteer_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = VolunteerFilterForm(request.GET, user=user)
    people = for_list(form.narrow(volunteers_for_user(user), user))
    acts = [Act("filter", "选择列", reverse("volunteers:export_columns"))]
    if may(user, Action.EXPORT_ROSTER_CLEAR):
        acts.append(Act("doc", "登记表", reverse("volunteers:register_form_batch")))
    export_url = reverse("volunteers:volunteer_export")
    listing = make_listing(request, people, measure="人", form=form, export_url=export_url, acts=acts)
    status = str(form["status"].value() or "")
    may_edit = may(user, Action.EDIT_ROSTER)
    context = {
        "lines": roster_lines(listing.page, may_edit=may_edit),
        "statuses": [{"value": value, "label": label, "current": value == status} for value, label in STATUSES],
        "may_edit": may_edit,
    }
    return render_list(request, "volunteers/volunteer_list.html", listing, context)


@needs(Action.VIEW_ROSTER)
@get_or_post
@sensitive_post_parameters("number")
@never_cache
def volunteer_find(request: HttpRequest) -> HttpResponse:
    """Look somebody up by the whole identity or telephone number, which never enters an address.

    Who is found was looked at; and nobody may try number after number. A telephone may be that of several people.
    """
    user = user_of(request)
    form = FindForm(request.POST or None)
    people = _looked_up(request, user, form) if submitted(request, form) else []
    if len(people) == 1:
        return redirect("volunteers:volunteer_detail", people[0].pk)
    if people:
        return render(request, "volunteers/volunteer_found.html", {"people": people, "what": form.what})
    context = {
        "form": form,
        "nobody": form.has_error("number", "nobody"),
        "may_edit": may(user, Action.EDIT_ROSTER),
        "cancel_url": reverse("volunteers:volunteer_list"),
    }
    return render(request, "volunteers/volunteer_find.html", context)


def _looked_up(request: HttpRequest, user: User, form: FindForm) -> list[Volunteer]:
    """Who has the number; where nobody has, or too many were asked for, that is said at the field."""
    if not limits.may_ask_for_number(user):
        words = f"一小时内最多按号码查 {limits.NUMBERS_PER_HOUR} 次，请过一会儿再查。"
        form.add_error("number", ValidationError(words, code="too_many"))
        return []
    people = list(volunteers_by_number(user, form.field, form.cleaned_data["number"])[:MOST_FOUND])
    for person in people:
        note_look(request, record=person, field=form.field, reason=f"按{form.what}查找")
    if not people:
        form.add_error("number", ValidationError(f"您可以看的名册里没有这个{form.what}。", code="nobody"))
    return people


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def volunteer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = volunteer_for_user_or_404(user_of(request), pk, merged=True)
    if person.merged_into_id:
        # One person registered twice: the number that went leads to the one that stayed.
        messages.info(request, f"您打开的编号 {person.number} 已并入这一条。")
        return redirect("volunteers:volunteer_detail", person.merged_into_id)
    return _detail(request, person)


@needs(Action.REVEAL_ROSTER)
@get_or_post
@never_cache
def volunteer_reveal(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Ask why; then note the look and show this one value on this one answer."""
    person = volunteer_for_user_or_404(user_of(request), pk, Action.REVEAL_ROSTER)
    form = RevealForm(request.POST or None, reasons=REASONS)
    if request.method == "POST" and form.is_valid():
        note_look(request, record=person, field=field, reason=form.reason_line)
        return _detail(request, person, revealed=field)
    what = SECRETS[field]
    context = {
        "form": form,
        "heading": f"查看{what}",
        "subject": f"{person.name} · {person.unit.short_name}",
        "action": request.path,
        "submit": f"查看{what}",
        "back_url": reverse("volunteers:volunteer_detail", args=[person.pk]),
    }
    return render(request, "reveal.html", context)


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def volunteer_history(request: HttpRequest, pk: int) -> HttpResponse:
    person = volunteer_for_user_or_404(user_of(request), pk)
    before = request.GET.get("before", "")
    history = history_of_person(person, before=int(before) if is_key(before) else None)
    return render(request, "volunteers/volunteer_history.html", {"person": person, "history": history})


def _detail(request: HttpRequest, person: Volunteer, revealed: str = "") -> HttpResponse:
    user = user_of(request)
    full = Volunteer.objects.select_related("unit", "unit__parent").prefetch_related(
        "specialities", "availabilities", running_posts()
    )
    person = full.get(pk=person.pk)
    may_reveal = allows(user, Action.REVEAL_ROSTER, person.unit)
    history = history_of_person(person)
    context = {
        "person": person,
        "secrets": secrets_of(person, revealed, may_reveal=may_reveal),
        "register": register_facts(person),
        "appointments": person.appointments.select_related("unit").order_by("-starts_on"),
        "left_open": left_open(person),
        "teams": team_lines(person, user),
        "parts": parts_of(user, person.unit, person_parts(), record=person),
        "steps": history.steps[:STEPS],
        "more_history": len(history.steps) > STEPS or history.older,
        "looks": looks_of(person) if may_reveal else [],
        "may_edit": allows(user, Action.EDIT_ROSTER, person.unit),
    }
    return render(request, "volunteers/volunteer_detail.html", context)


def team_lines(person: Volunteer, user: User) -> list[dict[str, Any]]:
    """The teams of a person; one of a unit outside the user's branches is named and leads nowhere."""
    seen = covering(user, Action.VIEW_NETWORK)
    return [{"member": each, "may_open": seen(each.team.unit)} for each in teams_of(person)]


def register_facts(person: Volunteer) -> list[tuple[str, str]]:
    """Label and value of what the 登记表 knows beside the basic facts; what is not known is left out."""
    values = {
        "former_name": person.former_name,
        "native_place": person.native_place,
        "politics": person.get_politics_display(),
        "party_joined": shown_partial_date(person.party_joined),
        "education": person.get_education_display(),
        "work_began": shown_partial_date(person.work_began),
        "retirement": person.get_retirement_display(),
        "health": person.get_health_display(),
        "no_id_reason": person.no_id_reason,
    }
    fields = {field.name: field for field in Volunteer._meta.concrete_fields}
    return [(str(fields[name].verbose_name), value) for name, value in values.items() if value]


def looks_of(person: Volunteer) -> list[dict[str, Any]]:
    """Who looked at which secret, in the words of the screen."""
    return [
        {"at": look.at, "name": look.user.name, "label": SECRETS[look.field], "reason": look.reason}
        for look in looks_at(person)
    ]


def secrets_of(person: Volunteer, revealed: str, *, may_reveal: bool) -> list[dict[str, Any]]:
    """The secret fields masked, and the one that was just asked for in clear."""
    masked = {
        "id_number": person.masked_id,
        "phone": person.masked_phone,
        "address": person.masked_address,
        "birth_date": f"{person.birth_year} 年" if person.birth_date else "",
    }
    empty = {"id_number": "无证件", "phone": "没有电话", "address": "没有登记", "birth_date": "没有登记"}
    return [
        {
            "label": label,
            "masked": masked[name],
            "empty": empty[name],
            "clear": getattr(person, name) if name == revealed else "",
            "url": reverse("volunteers:volunteer_reveal", args=[person.pk, name]) if may_reveal else "",
        }
        for name, label in SECRETS.items()
    ]


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
@sensitive_post_parameters("id_number", "phone", "address", "birth_date")
def volunteer_create(request: HttpRequest) -> HttpResponse:
    """登记一人. The only unit of who works for one unit is chosen already; `?unit=` chooses another."""
    user = user_of(request)
    unit = home_unit(user)
    initial = {"unit": request.GET.get("unit") or (unit.code if unit else "")}
    form = VolunteerForm(request.POST or None, user=user, initial=initial)
    if submitted(request, form):

        def register() -> Volunteer:
            return once(
                form, by=user, make=lambda: register_another(alike=form.alike, by=user, **form.fields_to_write())
            )

        number = form.cleaned_data["id_number"]
        person = attempt(form, lambda: limits.writing_number(by=user, number=number, write=register))
        if person is not None:
            messages.success(request, f"已登记，编号 {person.number}。")
            return redirect("volunteers:volunteer_detail", person.pk)
    return render(
        request, "volunteers/volunteer_form.html", {"form": form, "cancel_url": reverse("volunteers:volunteer_list")}
    )


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
@sensitive_post_parameters("id_number", "phone", "address", "birth_date")
def volunteer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    person = volunteer_for_user_or_404(user, pk, Action.EDIT_ROSTER)
    # 年度核对 sends people here and has them back.
    back = safe_next(request, reverse("volunteers:volunteer_detail", args=[person.pk]))
    form = VolunteerForm(request.POST or None, user=user, volunteer=person)
    if submitted(request, form):
        fields = form.fields_to_write()

        def update() -> Volunteer:
            return update_volunteer(volunteer=person, by=user, seen=form.seen_at, **fields)

        number = fields.get("id_number", "")
        before = person.id_number if "id_number" in fields else ""
        written = attempt(form, lambda: limits.writing_number(by=user, number=number, write=update, instead_of=before))
        if written is not None:
            messages.success(request, "已保存修改。")
            if left_open(written):
                messages.warning(request, f"{written.name}名下还有工作没有移交，请接着办移交。")
                return redirect("volunteers:volunteer_hand_over", person.pk)
            return redirect(back)
    context = {"form": form, "person": person, "cancel_url": back}
    return render(request, "volunteers/volunteer_form.html", context)


def left_open(person: Volunteer) -> list[tuple[PersonRecords, int]]:
    """What is still open in the name of somebody who has left or died, kind by kind: it does not end by itself."""
    return open_counts(person) if person.status in GONE else []
