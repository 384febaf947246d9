"""The browser admin, walked: lists of no unit, what every search offers, and hostile input."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from activities.models import PaperDeadline, Partner, Programme, Theme
from orgs.admin_site import ScopedAdmin
from orgs.enums import Role
from tests.factories import grant, make_appointment, make_member, make_speciality, make_team, make_theme
from tests.test_access import World, world  # noqa: F401 - a fixture
from tests.test_every_page import HOSTILE
from volunteers.models import Speciality

pytestmark = pytest.mark.django_db

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
# Lists of the whole network, which the county's office alone may open: a record of each.
OF_NO_UNIT: dict[type[models.Model], Any] = {
    Theme: lambda: make_theme("红色教育"),
    Programme: lambda: Programme.objects.create(name="护苗行动"),
    Partner: lambda: Partner.objects.create(name="县司法局"),
    PaperDeadline: lambda: PaperDeadline.objects.get(kind="plan"),
    Speciality: lambda: make_speciality("法治"),
}


def address(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_admin_is_scoped() -> None:
    assert [model for model in REGISTERED if not isinstance(admin.site._registry[model], ScopedAdmin)] == []
    of_no_unit = {model for model in REGISTERED if getattr(admin.site._registry[model], "unit_path", "") is None}
    assert of_no_unit == set(OF_NO_UNIT)


@pytest.mark.parametrize("role", Role)
def test_lists_of_no_unit_open_to_the_county_s_office_alone(world: World, role: Role) -> None:  # noqa: F811
    client = world.client_of(make_member(world.county, role))
    wrong = []
    for model, make in OF_NO_UNIT.items():
        pk = make().pk
        urls = [address(model, "changelist"), *([address(model, "add")] if model is not Speciality else [])]
        urls += [address(model, page, pk) for page in ("change", "history")]
        for url in urls:
            status = client.get(url).status_code
            if (status == 200) is not (role == Role.COUNTY_OFFICE) or status not in {200, 302, 403}:
                wrong.append(f"{url}: {status}")
        if client.post(address(model, "delete", pk), {"post": "yes"}).status_code not in {302, 403}:
            wrong.append(f"{model.__name__} may be deleted")
        assert model._default_manager.filter(pk=pk).exists()
    assert wrong == []


def test_an_office_of_one_township_gets_no_unit_of_another_from_a_list_of_no_unit(world: World) -> None:  # noqa: F811
    """Partners are everybody's, the units that they are in this network are not."""
    office = world.client_of(make_member(world.inside.township, Role.COUNTY_OFFICE))
    forged = {"name": "外乡司法所", "unit": world.outside.village.pk, "position": 0}

    office.post(address(Partner, "add"), forged)
    assert not Partner.objects.filter(name="外乡司法所").exists()
    office.post(address(Partner, "add"), {**forged, "name": "内乡司法所", "unit": world.inside.village.pk})
    assert Partner.objects.filter(name="内乡司法所").exists()


def relations() -> list[tuple[type[models.Model], str]]:
    """Every relation of every model to one that has an admin: inlines and whatever else an address can name."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.related_model in admin.site._registry
    ]


def search(model: type[models.Model], field: str, term: str) -> dict[str, str]:
    """What the search of a relation is asked with."""
    meta = model._meta
    return {"app_label": meta.app_label, "model_name": str(meta.model_name), "field_name": field, "term": term}


def offered(answer: Any) -> str:
    """The words of what a search offers; its JSON writes every Chinese sign as a number."""
    return str(answer.json()) if answer.status_code == 200 else ""


def test_no_search_of_the_admin_offers_another_branch(world: World) -> None:  # noqa: F811
    for side in (world.inside, world.outside):
        make_team(side.village, name=f"{side.marks[0]}团")
        make_appointment(side.village, official=f"{side.marks[0]}书记")
    office = make_member(world.inside.township, Role.COUNTY_OFFICE)
    grant(office, world.inside.township, Role.FUND_MANAGER)
    client = world.client_of(office)
    url = reverse("admin:autocomplete")
    leaks, found = [], set()
    for model, name in relations():
        for term in ("", *world.outside.marks, *world.inside.marks):
            text = offered(client.get(url, search(model, name, term)))
            leaks += [f"{model._meta.label}.{name} offers {mark}" for mark in world.outside.marks if mark in text]
            if any(mark in text for mark in world.inside.marks):
                found.add(f"{model._meta.label}.{name}")
    assert leaks == []
    # The searches of the forms, those of the rows inside another form among them, do find the own records.
    assert {"volunteers.TeamMember.volunteer", "activities.Partner.unit", "activities.Activity.venue"} <= found


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COUNTY_OFFICE])
def test_no_search_of_the_admin_answers_other_roles(world: World, role: Role) -> None:  # noqa: F811
    client = world.client_of(make_member(world.county, role))
    url = reverse("admin:autocomplete")
    answered = [
        f"{model._meta.label}.{name}"
        for model, name in relations()
        if client.get(url, search(model, name, "")).status_code not in {302, 403}
    ]
    assert answered == []


LOOKUPS = ("", "__exact", "__in", "__isnull", "__gte", "__year", "__range", "__contains", "__regex", "__id__exact")


def parameters(model: type[models.Model]) -> list[str]:
    """What an address of a list may carry: Django's own words, the filters offered, and fields that are not."""
    site = admin.site._registry[model]
    fields = {str(name) for name in site.list_filter} | {str(site.date_hierarchy or "pk"), "unit", "id_number", "name"}
    own = ("q", "p", "o", "e", "all", "_to_field", "_popup", "_changelist_filters", "_facets")
    return sorted({*own, *(f"{name}{lookup}" for name in fields for lookup in LOOKUPS)})


def form_names(body: bytes) -> list[str]:
    fields = html.fromstring(body).iter("input", "select", "textarea")
    return sorted({name for field in fields if (name := field.get("name"))} - {"csrfmiddlewaretoken"})


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    model=st.sampled_from(REGISTERED), page=st.sampled_from(["changelist", "add", "change", "search"]), data=st.data()
)
def test_hostile_input_to_the_admin_is_answered(
    world: World,  # noqa: F811
    model: type[models.Model],
    page: str,
    data: st.DataObject,
) -> None:
    client = world.client_of(make_member(world.county, Role.COUNTY_OFFICE))
    sent_value = st.one_of(HOSTILE, st.lists(HOSTILE, max_size=3))
    with transaction.atomic():
        method = "get"
        if page == "search":
            url, names = reverse("admin:autocomplete"), ["app_label", "model_name", "field_name", "term", "page"]
        elif page == "changelist":
            url, names = address(model, "changelist"), parameters(model)
        else:
            row = model._default_manager.first()
            url = address(model, "change", row.pk) if page == "change" and row else address(model, "add")
            shown, method = client.get(url), "post"
            names = form_names(shown.getvalue()) if shown.status_code == 200 else ["name"]
        chosen = data.draw(st.sets(st.sampled_from(names or ["name"]), max_size=6))
        sent = {name: data.draw(sent_value, label=name) for name in chosen}
        if page == "search":
            sent = {**search(*data.draw(st.sampled_from(relations())), ""), **sent}
        response = getattr(client, method)(url, sent)
        assert response.status_code < 500, (url, method, sent)
        transaction.set_rollback(True)


@pytest.mark.slow
def test_zero_bytes_are_no_error_of_the_admin(world: World) -> None:  # noqa: F811
    client = world.client_of(make_member(world.county, Role.COUNTY_OFFICE))
    wrong = []
    for model in REGISTERED:
        for name in parameters(model):
            with transaction.atomic():
                status = client.get(address(model, "changelist"), {name: "\x00"}).status_code
                transaction.set_rollback(True)
            if status >= 500:
                wrong.append(f"{model.__name__} {name}: {status}")
    for model, name in relations():
        for changed in ("term", "page", "field_name", "app_label"):
            query = search(model, name, "") | {changed: "\x00"}
            status = client.get(reverse("admin:autocomplete"), query).status_code
            if status >= 500:
                wrong.append(f"search {model._meta.label}.{name} {changed}: {status}")
    assert wrong == []
