"""What holds for every page, file and admin: a strict policy, rows of the own branch, never an error of the server."""

import re
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from activities.models import Activity, Meeting, Paper, Publication, Venue
from aid.models import FundAccount
from guanai.models import Attachment
from orgs.admin_site import ScopedAdmin
from orgs.enums import Role
from orgs.models import Unit
from tests.access_table import TABLE, Row
from tests.factories import grant, make_appointment, make_member, make_team
from tests.test_access import World, world  # noqa: F401 - a fixture
from volunteers.models import Appointment, Team, Volunteer

pytestmark = pytest.mark.django_db

INLINE = re.compile(
    r"<[^>]+\sstyle=|<style|<script(?![^>]*(\ssrc=|application/json))|<[^>]+\son[a-z]+=|javascript:", re.IGNORECASE
)
FORBIDDEN = ("unsafe-inline", "unsafe-eval", "*", "http:", "https:")
# Which address serves the scans of which field.
SCANS = {
    "orgs.Unit.committee_scan": "orgs:committee_scan",
    "activities.Meeting.scan": "activities:meeting_scan",
    "activities.Inclusion.scan": "activities:inclusion_scan",
    "volunteers.Honour.scan": "volunteers:honour_scan",
    "volunteers.Appointment.scan": "volunteers:appointment_scan",
    "volunteers.Appointment.dismissal_scan": "volunteers:appointment_scan",
}


def ask(world: World, row: Row, method: str, **sent: Any) -> Any:  # noqa: F811
    """The answer to somebody who may; what it wrote is taken back."""
    roles = sorted(row.roles)
    user = make_member(world.county if row.for_county else world.inside.township, roles[0])
    client = world.client_of(user)
    target = row.target(world.inside, user) if row.target else {}
    url = reverse(row.name, kwargs={**row.fixed, **target})
    return getattr(client, method)(url, sent or (row.query(world.inside) if row.query else {}))


def test_every_page_keeps_to_a_strict_policy_and_has_nothing_inline(world: World) -> None:  # noqa: F811
    wrong = []
    for row in TABLE:
        if "get" not in row.methods:
            continue
        with transaction.atomic():
            response = ask(world, row, "get")
            policy = response.headers.get("Content-Security-Policy", "")
            body = response.getvalue().decode(errors="replace")
            transaction.set_rollback(True)
        if "script-src 'self'" not in policy or any(word in policy for word in FORBIDDEN):
            wrong.append(f"{row.name}: {policy}")
        if response["Content-Type"].startswith("text/html") and (found := INLINE.search(body)):
            wrong.append(f"{row.name}: {found[0]}")
        if response.headers.get("X-Content-Type-Options") != "nosniff":
            wrong.append(f"{row.name}: may be sniffed")
    assert wrong == []


@pytest.mark.parametrize(
    "text", ['<p style="x">', "<style>", "<script>x()</script>", '<a onclick="x()">', '<a href="javascript:x()">']
)
def test_what_is_inline_is_found(text: str) -> None:
    assert INLINE.search(text)
    assert not INLINE.search('<script src="/a.js"></script><p class="style">once=1</p>')


def scan_fields() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Attachment
    }


def test_every_scan_is_served_by_an_address_of_the_table() -> None:
    assert scan_fields() == set(SCANS)
    assert set(SCANS.values()) <= {row.name for row in TABLE}


# A record of every admin that belongs to a unit.
ADMINS: dict[type[models.Model], Any] = {
    Unit: lambda side: side.village,
    Volunteer: lambda side: side.volunteer,
    Team: lambda side: make_team(side.village, name=f"{side.marks[0]}团"),
    Appointment: lambda side: make_appointment(side.village, official=f"{side.marks[0]}书记"),
    Activity: lambda side: side.activity,
    Meeting: lambda side: side.meeting,
    Venue: lambda side: side.activity.venue,
    Paper: lambda side: Paper.objects.create(unit=side.village, year=2025, kind="plan"),
    Publication: lambda side: Publication.objects.create(
        unit=side.village, kind="news", name=f"{side.marks[0]}信息", published_on="2025-03-01"
    ),
    FundAccount: lambda side: FundAccount.objects.get(unit=side.township),
}
# Of a county, or of accounts: tests/orgs/test_admin.py and tests/reports/test_admin.py see to them.
ELSEWHERE = {"Membership", "User", "Scheme", "SchemeItem"}


def test_every_admin_of_a_unit_s_records_is_in_the_table() -> None:
    scoped = {
        model
        for model, site in admin.site._registry.items()
        if isinstance(site, ScopedAdmin) and site.unit_path is not None and model.__name__ not in ELSEWHERE
    }
    assert scoped == set(ADMINS)


def test_admins_list_change_and_offer_the_own_branch_alone(world: World) -> None:  # noqa: F811
    office = make_member(world.inside.township, Role.COUNTY_OFFICE)
    grant(office, world.inside.township, Role.FUND_MANAGER)
    client = world.client_of(office)
    wrong = []
    for model, record_of in ADMINS.items():
        meta = model._meta
        stem = f"admin:{meta.app_label}_{meta.model_name}"
        inside, outside = record_of(world.inside), record_of(world.outside)
        page = client.get(reverse(f"{stem}_changelist"))
        text = page.content.decode()
        wrong += [f"{stem} lists {mark}" for mark in world.outside.marks if mark in text]
        if page.status_code == 200 and inside.pk not in {row.pk for row in page.context["cl"].result_list}:
            wrong.append(f"{stem} lacks its own")
        for name in ("change", "history", "delete"):
            shown = client.get(reverse(f"{stem}_{name}", args=[outside.pk]))
            if shown.status_code not in {302, 403, 404}:
                wrong.append(f"{stem} opens {name} of another branch: {shown.status_code}")
        wrong += offers(world, client, model)
    assert wrong == []


def test_admins_are_filtered_only_by_what_they_offer(world: World) -> None:  # noqa: F811
    client = world.client_of(make_member(world.county, Role.COUNTY_OFFICE))
    wrong = []
    for model in ADMINS:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        site = admin.site._registry[model]
        offered = {str(name) for name in site.list_filter} | {str(site.date_hierarchy)}
        for field in model._meta.concrete_fields:
            for lookup in (field.name, f"{field.name}__startswith", f"{field.name}__gt"):
                status = client.get(url, {lookup: "1"}).status_code
                if status >= 500 or (field.name not in offered and status == 200):
                    wrong.append(f"{model.__name__}.{lookup}: {status}")
    assert wrong == []


def offers(world: World, client: Any, model: type[models.Model]) -> list[str]:  # noqa: F811
    """What the searches of an admin's form offer of the other branch."""
    found = []
    for name in admin.site._registry[model].autocomplete_fields:
        for mark in world.outside.marks:
            query = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": name,
                "term": mark,
            }
            answer = client.get(reverse("admin:autocomplete"), query)
            # Its JSON writes every Chinese sign as a number.
            if answer.status_code == 200 and mark in str(answer.json()):
                found.append(f"{model.__name__}.{name} offers {mark}")
    return found


HOSTILE = st.one_of(
    st.sampled_from(
        [
            *("", "0", "-1", "9" * 40, "1e400", "٣", "null", "[]", "{}", "../../etc/passwd", "%00", "\x00", "a\x00b"),
            *("\u202e倒", "\ufeff", "\ud7ff", "a" * 5000, "2999-13-45", "0000-00-00", "<script>x()</script>", "'; --"),
            *("510824901", "510824902201", "内乡", "外乡", "true", "on", "2025-01-01", "12:61", "１２"),
        ]
    ),
    st.text(max_size=40),
)
ROWS = [(row, method) for row in TABLE for method in row.methods]
QUERY = {"page", "unit", "year", "state", "text", "kind", "open", "missing", "step", "seen", "key", "like", "ordering"}


@cache
def api_parameters() -> dict[str, list[str]]:
    """The query parameters of every address of the API, by its path, as its schema names them."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]  # untyped
    return {
        path: [each["name"] for each in operations["get"].get("parameters", []) if each["in"] == "query"]
        for path, operations in paths.items()
        if "get" in operations
    }


def test_the_schema_names_the_parameters_of_the_api() -> None:
    assert {"unit", "kind", "tier", "page"} <= set(api_parameters()["/api/v1/units/"])
    assert "depth" in api_parameters()["/api/v1/tree/"]


def field_names(world: World, row: Row) -> list[str]:  # noqa: F811
    """The names that the page's own forms would send, or that a program may send."""
    if "get" not in row.methods:
        return []
    if ":api_" in row.name:
        return sorted({name for names in api_parameters().values() for name in names})
    body = ask(world, row, "get").getvalue()
    if not body.lstrip().startswith(b"<"):
        return []
    fields = html.fromstring(body).iter("input", "select", "textarea", "button")
    return sorted({name for field in fields if (name := field.get("name"))} - {"csrfmiddlewaretoken"})


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=st.sampled_from(ROWS), data=st.data())
def test_hostile_input_is_answered_and_never_an_error_of_the_server(
    world: World,  # noqa: F811
    case: tuple[Row, str],
    data: st.DataObject,
) -> None:
    row, method = case
    with transaction.atomic():
        names = sorted({*QUERY, *field_names(world, row)})
        transaction.set_rollback(True)
    with transaction.atomic():
        chosen = data.draw(st.sets(st.sampled_from(names), max_size=8))
        sent = {name: data.draw(st.one_of(HOSTILE, st.lists(HOSTILE, max_size=3)), label=name) for name in chosen}
        response = ask(world, row, method, **sent)
        # Read to its end, a file is closed.
        assert b"Traceback" not in response.getvalue()
        assert response.status_code < 500, (row.name, method, sent)
        transaction.set_rollback(True)


@pytest.mark.slow
def test_zero_bytes_in_lists_are_no_error_of_the_server(world: World) -> None:  # noqa: F811
    wrong = []
    for row, method in ROWS:
        with transaction.atomic():
            sent = {name: ["\x00", "5108\x0024"] for name in {*QUERY, *field_names(world, row)}}
            transaction.set_rollback(True)
        with transaction.atomic():
            response = ask(world, row, method, **sent)
            response.getvalue()
            if response.status_code >= 500:
                wrong.append(f"{row.name} {method}: {response.status_code}")
            transaction.set_rollback(True)
    assert wrong == []


def test_ids_that_can_be_nobody_s_are_not_found(world: World) -> None:  # noqa: F811
    client = world.client_of(make_member(world.county, Role.COUNTY_OFFICE))
    for path in ("/activities/{}/", "/volunteers/{}/", "/children/{}/", "/meetings/{}/", "/units/{}/", "/reports/{}/"):
        for forged in ("0", "-1", "9" * 30, "1e3", "%00", "1'--", "٣"):
            assert client.get(path.format(forged)).status_code in {403, 404}, path.format(forged)
