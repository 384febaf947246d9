"""The browser admin shows, offers and changes what the scope allows, and keeps personal values out of its log."""

import json
import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from activities.models import Venue
from orgs.admin_site import ScopedAdmin
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.tree import broken_nodes
from tests.factories import (
    make_appointment,
    make_county,
    make_member,
    make_speciality,
    make_team,
    make_unit,
    make_volunteer,
    seen,
)
from volunteers.models import Appointment, Team, TeamMember, Volunteer

pytestmark = pytest.mark.django_db

HIDDEN = {
    "Child",
    "Consent",
    "Certification",
    "LedgerEntry",
    "ViewLog",
    "User",
    "Membership",
    "SecondFactor",
    "ApiToken",
}
INLINE = re.compile(
    rb"<[^>]+\sstyle=|<style|<script(?![^>]*(\ssrc=|application/json))|\son[a-z]+=|javascript:", re.IGNORECASE
)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def branch(county: Unit) -> Unit:
    """A township whose own office may use the admin: the way to see that rows are narrowed."""
    return make_unit(county, name="亭子镇", code="510824105")


@pytest.fixture
def elsewhere(county: Unit) -> Unit:
    return make_unit(county, name="云峰镇", code="510824101")


@pytest.fixture
def office(branch: Unit) -> Client:
    return signed_in(make_member(branch, Role.COUNTY_OFFICE))


def url(model: type, page: str, *args: int) -> str:
    meta: Any = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def options(client: Client, model: type, field: str, term: str = "") -> list[str]:
    meta: Any = model._meta  # type: ignore[attr-defined]
    query = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field, "term": term}
    response = client.get(reverse("admin:autocomplete"), query)
    if response.status_code != 200:
        return [str(response.status_code)]
    return [found["text"] for found in json.loads(response.content)["results"]]


def test_every_admin_is_a_scoped_one_and_children_and_ledger_have_none() -> None:
    registered = admin.site._registry
    assert [model.__name__ for model, one in registered.items() if not isinstance(one, ScopedAdmin)] == []
    assert not {model.__name__ for model in registered} & HIDDEN


def test_nothing_is_deleted_in_the_admin(office: Client, branch: Unit) -> None:
    person, team = make_volunteer(branch), make_team(branch)
    for row in (branch, person, team, make_appointment(branch)):
        assert office.post(url(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
        response = office.post(url(type(row), "changelist"), {"action": "delete_selected", "_selected_action": row.pk})
        assert response.status_code in {200, 302}
        assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COUNTY_OFFICE}))
def test_other_roles_do_not_get_in(county: Unit, role: Role) -> None:
    client = signed_in(make_member(county, role))
    for address in ("/admin/", url(Unit, "changelist"), reverse("admin:autocomplete")):
        assert client.get(address).status_code == 403


def test_nobody_signed_in_gets_the_sign_in_page() -> None:
    response = Client().get("/admin/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_lists_hold_the_own_branch(office: Client, branch: Unit, elsewhere: Unit) -> None:
    rows: dict[type, list[Any]] = {
        Unit: [branch, elsewhere],
        Volunteer: [make_volunteer(unit) for unit in (branch, elsewhere)],
        Team: [make_team(unit) for unit in (branch, elsewhere)],
        Appointment: [make_appointment(unit) for unit in (branch, elsewhere)],
    }
    for model, (inside, outside) in rows.items():
        shown = {row.pk for row in office.get(url(model, "changelist")).context["cl"].result_list}
        assert inside.pk in shown
        assert outside.pk not in shown
        assert office.get(url(model, "change", inside.pk)).status_code == 200
        # Django leads away from a row that is not there for this user, without saying more.
        assert office.get(url(model, "change", outside.pk)).status_code == 302
        # Units, teams and appointments are only looked up here.
        assert office.post(url(model, "change", outside.pk), {}).status_code == (
            403 if model in (Unit, Appointment, Team) else 302
        )


def test_autocompletes_offer_the_own_branch(office: Client, branch: Unit, elsewhere: Unit) -> None:
    inside, outside = make_volunteer(branch, name="杜承志"), make_volunteer(elsewhere, name="外乡人")
    assert options(office, Team, "unit") == ["亭子镇"]
    assert options(office, Appointment, "unit", "云峰") == []
    assert options(office, Appointment, "volunteer") == [f"杜承志 · {inside.number}"]
    assert options(office, TeamMember, "volunteer", "外乡") == []
    assert options(office, Appointment, "volunteer", outside.number) == []


def test_forged_choices_are_refused(office: Client, branch: Unit, elsewhere: Unit) -> None:
    fields = {"kind": "red_base", "name": "红军渡基地", "opened_on": "2021-07-01"}
    response = office.post(url(Venue, "add"), {**fields, "unit": elsewhere.pk})
    assert response.status_code == 200
    assert response.context["errors"]
    assert not Venue.objects.exists()
    assert office.post(url(Venue, "add"), {**fields, "unit": branch.pk}).status_code == 302


def test_appointments_are_read_in_the_admin_and_written_on_their_pages(office: Client, branch: Unit) -> None:
    appointment = make_appointment(branch)
    assert office.get(url(Appointment, "change", appointment.pk)).status_code == 200
    for address in (url(Appointment, "add"), url(Appointment, "change", appointment.pk)):
        assert office.post(address, {"document": "改了"}).status_code == 403
    appointment.refresh_from_db()
    assert appointment.document != "改了"


def test_teams_are_read_in_the_admin_and_written_on_their_pages(office: Client, branch: Unit) -> None:
    team, outside = make_team(branch, name="张建国工作室"), make_volunteer(branch)
    assert "张建国工作室" in office.get(url(Team, "change", team.pk)).content.decode()
    members = {"members-TOTAL_FORMS": 1, "members-INITIAL_FORMS": 0, "members-0-volunteer": outside.pk}
    for address in (url(Team, "add"), url(Team, "change", team.pk)):
        assert office.post(address, {"name": "改了", **members, "members-0-starts_on": "2024-01-01"}).status_code == 403
    team.refresh_from_db()
    assert team.name == "张建国工作室"
    assert not team.members.exists()


def test_units_are_only_looked_up(office: Client, branch: Unit) -> None:
    assert office.post(url(Unit, "change", branch.pk), {"name": "改名镇"}).status_code == 403
    assert office.get(url(Unit, "add")).status_code == 403
    branch.refresh_from_db()
    assert branch.name == "亭子镇"
    assert broken_nodes() == []


def test_a_volunteer_s_form_holds_no_personal_value(office: Client, branch: Unit) -> None:
    person = make_volunteer(branch, make_speciality("法治"), address="文昌路 5 号")
    page = office.get(url(Volunteer, "change", person.pk)).content.decode()
    for secret in (person.id_number, person.phone, person.address, f"{person.birth_date:%Y-%m-%d}"):
        assert secret not in page
    entry = {"kind": "cadre", "is_core": "on", "former_post": "县教育局", "specialities": [], "phone": "13900000000"}
    refused = office.post(url(Volunteer, "change", person.pk), entry)
    assert "您的内容还没有存入" in refused.content.decode()
    response = office.post(url(Volunteer, "change", person.pk), entry | seen(person))
    assert response.status_code == 302
    again = Volunteer.objects.get(pk=person.pk)
    assert (again.kind, again.is_core, again.former_post) == ("cadre", True, "县教育局")
    assert (again.id_number, again.phone, again.birth_date) == (person.id_number, person.phone, person.birth_date)
    assert office.get(url(Volunteer, "add")).status_code == 403


def test_the_log_holds_numbers_and_names_of_fields_alone(office: Client, branch: Unit) -> None:
    person = make_volunteer(branch, name="欧阳承志")
    office.post(url(Volunteer, "change", person.pk), {"kind": "cadre", "former_post": "某局局长"} | seen(person))
    entry = LogEntry.objects.get()
    assert entry.object_repr == person.number
    for secret in ("欧阳承志", "某局局长", person.phone, person.id_number):
        assert secret not in entry.change_message + entry.object_repr


def test_pages_need_no_inline_script_or_style(county: Unit) -> None:
    """The policy is the same as everywhere, and nothing in the admin's pages needs more."""
    unit = make_unit(county)
    make_volunteer(unit)
    make_team(unit)
    client = signed_in(make_member(county, Role.COUNTY_OFFICE))
    seen = 0
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            response = client.get(url(model, page))
            if response.status_code != 200:
                continue
            seen += 1
            policy = response.headers["Content-Security-Policy"]
            assert "unsafe-inline" not in policy
            assert "unsafe-eval" not in policy
            assert INLINE.findall(response.content) == [], f"{model.__name__} {page}"
    assert seen >= 4


def test_queries_of_a_list_do_not_grow(office: Client, branch: Unit, django_assert_max_num_queries: Any) -> None:
    def count(model: type) -> int:
        with django_assert_max_num_queries(30) as counted:
            office.get(url(model, "changelist"))
        return len(counted)

    def grow() -> None:
        person = make_volunteer(make_unit(branch))
        make_team(branch)
        make_appointment(branch, person, post="member")

    grow()
    models = (Unit, Volunteer, Team, Appointment)
    before = [count(model) for model in models]
    grow()
    grow()
    assert [count(model) for model in models] == before
