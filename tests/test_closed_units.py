"""Nothing new is recorded for a closed unit, by no service, and no form offers one."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import Venue
from activities.services import MeetingEntry, save_meeting, save_paper, submit_activity
from aid.enums import DonorKind, HelperKind
from aid.models import Child, Consent, FundAccount, Pairing
from aid.services import receive_donation, register_child, start_pairing
from guanai.edits import NEVER
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.services import grant_role, merge_units
from tests.activities.factories import World, an_entry, make_meeting, make_world
from tests.factories import make_child, make_fund_account, make_member, make_user, make_volunteer
from volunteers.services import register_volunteer

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def world() -> World:
    """亭子镇 was merged into 云峰镇 today; its village goes on."""
    world = make_world()
    make_fund_account(world.township)
    merge_units(
        sources=[world.township], target=world.elsewhere, effective_on=TODAY, document="苍府发〔2025〕8号", by=None
    )
    for unit in (world.county, world.township, world.village, world.elsewhere):
        unit.refresh_from_db()
    return world


def new_child(unit: Unit) -> object:
    child = Child(unit=unit, name="张小明", sex="male", birth_date=datetime.date(2015, 1, 1), registered_on=TODAY)
    return register_child(child=child, consent=Consent(given_by="张国富", relation="祖父", signed_on=TODAY))


def helped_by(unit: Unit, village: Unit) -> object:
    pairing = Pairing(
        child=make_child(village), kind=HelperKind.UNIT, helper_unit=unit, starts_on=TODAY, plan="每月走访"
    )
    return start_pairing(pairing=pairing)


def donated(unit: Unit) -> object:
    account = FundAccount.objects.get(unit=unit)
    return receive_donation(
        account=account, donor_kind=DonorKind.ANONYMOUS, donor="", amount=Decimal(100), received_on=TODAY, by=None
    )


ENTRY = MeetingEntry(kind="meeting", name="例会", held_on=TODAY)
Attempt = Callable[[World, User], object]
ATTEMPTS: dict[str, Attempt] = {
    "activity": lambda w, by: submit_activity(by=by, unit=w.township, entry=an_entry(w)),
    "meeting": lambda w, by: save_meeting(by=by, unit=w.township, entry=ENTRY),
    "volunteer": lambda w, _: register_volunteer(unit=w.township, name="杜承志", kind="teacher"),
    "child": lambda w, _: new_child(w.township),
    "helper": lambda w, _: helped_by(w.township, w.village),
    "donation": lambda w, _: donated(w.township),
    "role": lambda w, _: grant_role(user=make_user(), unit=w.township, role=Role.SECRETARY),
}


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_a_service_refuses_a_closed_unit_by_name(world: World, kind: str) -> None:
    by = make_member(world.county, Role.COUNTY_OFFICE)
    with pytest.raises(ValidationError) as refused:
        ATTEMPTS[kind](world, by)
    assert "亭子镇已撤销" in refused.value.messages[0]


def test_a_yearly_paper_is_written_up_to_the_year_of_the_closing(world: World) -> None:
    Unit.objects.filter(pk=world.township.pk).update(closed_on=datetime.date(TODAY.year - 1, 7, 1))
    world.township.refresh_from_db()
    paper: dict[str, Any] = {
        "by": world.office,
        "unit": world.township,
        "kind": "summary",
        "text": "总结",
        "file_it": True,
    }
    paper["seen"] = NEVER
    save_paper(year=TODAY.year - 1, **paper)
    with pytest.raises(ValidationError):
        save_paper(year=TODAY.year, **paper)


def test_a_record_that_stands_there_may_be_put_right(world: World) -> None:
    meeting = make_meeting(world.township)
    entry = MeetingEntry(kind="meeting", name="三季度例会（补）", held_on=TODAY)
    assert save_meeting(by=world.office, unit=world.township, entry=entry, meeting=meeting).unit == world.township


FORMS = [
    "activities:activity_create",
    "activities:meeting_create",
    "volunteers:volunteer_create",
    "aid:child_create",
]


@pytest.mark.parametrize("name", FORMS)
def test_no_form_offers_a_closed_unit(world: World, name: str) -> None:
    client = Client()
    client.force_login(world.office)
    page = client.get(reverse(name)).content.decode()
    assert "云峰镇</option>" in page
    assert "亭子镇</option>" not in page


def test_the_admin_offers_and_takes_no_closed_unit(world: World) -> None:
    client = Client()
    client.force_login(world.office)
    query = {"app_label": "activities", "model_name": "venue", "field_name": "unit", "term": "镇"}
    found: Any = client.get(reverse("admin:autocomplete"), query).json()
    assert [option["text"] for option in found["results"]] == ["云峰镇"]
    fields = {"unit": world.township.pk, "kind": "red_base", "name": "红军渡基地", "opened_on": "2021-07-01"}
    assert client.post(reverse("admin:activities_venue_add"), fields).status_code == 200
    assert not Venue.objects.exists()
    client.post(reverse("admin:activities_venue_add"), {**fields, "unit": world.elsewhere.pk})
    assert Venue.objects.get().unit == world.elsewhere


def test_people_of_a_closed_unit_stay_on_its_roster(world: World) -> None:
    person = make_volunteer(world.township, name="杜承志")
    client = Client()
    client.force_login(world.office)
    page = client.get(reverse("volunteers:volunteer_edit", args=[person.pk])).content.decode()
    assert f'value="{world.township.code}"' in page
