"""The same form sent twice makes one record; without a sound key every try stands for itself."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from aid.models import Donation, LedgerEntry
from guanai.entry_keys import KeyedForm, once
from guanai.models import EntryKey
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_county, make_fund_account, make_member, make_speciality, make_unit, make_user
from volunteers.models import Speciality, Volunteer


def filled(key: str) -> KeyedForm:
    form = KeyedForm({"entry_key": key})
    assert form.is_valid()
    return form


@pytest.mark.django_db
def test_a_donation_sent_twice_is_booked_once() -> None:
    county = make_county()
    account = make_fund_account(county)
    client = Client()
    client.force_login(make_member(county, Role.FUND_MANAGER))
    url = reverse("aid:donation_create")
    entry: dict[str, Any] = {
        "account": account.pk,
        "donor_kind": "enterprise",
        "donor": "苍溪某公司",
        "kind": "money",
        "amount": "5000",
        "received_on": "2026-03-01",
        "entry_key": client.get(url).context["form"]["entry_key"].value(),
    }
    first, second = client.post(url, entry, follow=True), client.post(url, entry, follow=True)
    number = Donation.objects.get().number
    assert LedgerEntry.objects.count() == 1
    assert number in first.content.decode()
    assert number in second.content.decode()
    client.post(url, entry | {"entry_key": str(uuid.uuid4())})
    assert Donation.objects.count() == 2


@pytest.mark.django_db
def test_a_person_without_a_document_is_registered_once() -> None:
    township = make_unit(make_county(), name="亭子镇")
    township = Unit.objects.get(pk=township.pk)
    client = Client()
    client.force_login(make_member(township, Role.SECRETARY))
    entry = {
        "unit": township.code,
        "name": "杜承志",
        "kind": "teacher",
        "no_id": "on",
        "no_id_reason": "证件正在补办",
        "sex": "male",
        "joined_on": "2025-01-05",
        "entry_key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert client.post(reverse("volunteers:volunteer_create"), entry).status_code == 302
    assert Volunteer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "no key", "1"])
def test_without_a_sound_key_each_try_is_its_own(key: str) -> None:
    user = make_user()
    made = [once(filled(key), by=user, make=make_speciality) for _ in range(2)]
    assert made[0] != made[1]
    assert not EntryKey.objects.exists()


@pytest.mark.django_db
def test_the_key_of_somebody_else_says_nothing() -> None:
    key = str(uuid.uuid4())
    made = [once(filled(key), by=make_user(), make=make_speciality) for _ in range(2)]
    assert made[0] != made[1]


@pytest.mark.django_db
def test_the_key_of_another_form_says_nothing() -> None:
    class Other(KeyedForm):
        pass

    user, key = make_user(), str(uuid.uuid4())
    other = Other({"entry_key": key})
    assert other.is_valid()
    assert once(filled(key), by=user, make=make_speciality) != once(other, by=user, make=make_speciality)


@pytest.mark.django_db
def test_what_fails_leaves_no_key() -> None:
    user, key = make_user(), str(uuid.uuid4())

    def fail() -> Speciality:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        once(filled(key), by=user, make=fail)
    assert once(filled(key), by=user, make=make_speciality) == Speciality.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one() -> None:
    user, key = make_user(), str(uuid.uuid4())
    start = threading.Barrier(4)
    made: list[int] = []

    def send() -> None:
        try:
            start.wait()
            made.append(once(filled(key), by=user, make=make_speciality).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len(made) == 4
    assert Speciality.objects.count() == 1
