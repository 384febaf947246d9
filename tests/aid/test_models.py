import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from aid.enums import GrantState, HelperKind
from aid.models import Child, Consent, FundAccount, Grant, Pairing
from guanai.crypto import blind_index
from tests.aid.factories import World
from tests.factories import (
    make_child,
    make_donation,
    make_fund_account,
    make_grant,
    make_pairing,
    make_user,
    make_volunteer,
)


@pytest.mark.parametrize(
    ("born", "turns_18"),
    [
        (datetime.date(2014, 5, 20), datetime.date(2032, 5, 20)),
        (datetime.date(2008, 2, 29), datetime.date(2026, 3, 1)),
        (datetime.date(2006, 2, 28), datetime.date(2024, 2, 28)),
    ],
)
def test_birthdays_follow_from_the_birth_date(born: datetime.date, turns_18: datetime.date) -> None:
    child = Child(birth_date=born)
    child.derive()

    assert child.turns_18_on == turns_18


@pytest.mark.parametrize(("days", "age"), [(0, 12), (1, 12), (-1, 11)])
def test_age_changes_on_the_birthday(days: int, age: int) -> None:
    today = timezone.localdate()
    twelve_today = today.replace(year=today.year - 12) - datetime.timedelta(days=days)
    child = Child(birth_date=twelve_today)
    child.derive()

    assert child.age == age


@pytest.mark.parametrize(
    ("day", "age"),
    [("2028-02-28", 11), ("2028-02-29", 12), ("2027-02-28", 10), ("2027-03-01", 11), ("2034-03-01", 18)],
)
def test_who_was_born_on_a_29th_of_february_has_a_birthday_in_every_year(day: str, age: int) -> None:
    child = Child(birth_date=datetime.date(2016, 2, 29))
    child.derive()

    assert child.age_on(datetime.date.fromisoformat(day)) == age


def test_a_child_without_a_birth_date_has_no_age() -> None:
    child = Child()
    child.derive()

    assert child.age is None
    assert child.turns_14_on is None


def test_one_identity_number_belongs_to_one_child(world: World) -> None:
    child = make_child(world.village)
    assert bytes(child.id_index or b"") == blind_index(child.id_number)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_child(world.elsewhere, id_number=child.id_number)


def test_children_without_a_number_do_not_collide(world: World) -> None:
    make_child(world.village, id_number="")
    make_child(world.village, id_number="")

    assert Child.objects.filter(id_index=None).count() == 2


def test_a_pairing_has_one_helper_of_its_kind(world: World) -> None:
    child, volunteer = make_child(world.village), make_volunteer(world.village)
    started = {"child": child, "starts_on": datetime.date(2025, 1, 1)}

    for wrong in (
        Pairing(kind=HelperKind.UNIT, volunteer=volunteer, **started),
        Pairing(kind=HelperKind.VETERAN, helper_unit=world.township, **started),
        Pairing(kind=HelperKind.VETERAN, **started),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


def test_the_helper_is_named_by_person_or_unit(world: World) -> None:
    child = make_child(world.village)

    assert make_pairing(child, make_volunteer(world.village, name="向桂英")).helper == "向桂英"
    assert make_pairing(child, kind=HelperKind.UNIT, helper_unit=world.township).helper == "亭子镇"


def test_who_handles_is_never_who_approves(world: World) -> None:
    paying = make_grant(make_child(world.village), make_fund_account(world.county))
    paying.handled_by = paying.approved_by

    with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
        paying.save()


def test_a_refusal_has_a_day_and_a_reason(world: World) -> None:
    refused = make_grant(make_child(world.village), make_fund_account(world.county))
    refused.state = GrantState.REFUSED

    with pytest.raises(IntegrityError, match="refused_with_reason"), transaction.atomic():
        refused.save()


def test_no_text_of_a_record_names_a_person(world: World) -> None:
    child = make_child(world.village)
    account = make_fund_account(world.county)
    donation = make_donation(account, donor="张国富")
    grant = make_grant(child, account, approved_by=make_user())
    pairing = make_pairing(child)
    consent = Consent.objects.get(child=child)
    texts = [str(one) for one in (child, consent, pairing, donation, grant, *child.certifications.all())]

    assert child.name == "张小" + child.name[2:]
    assert not [text for text in texts if "张" in text]


def test_the_models_of_the_fund_are_kept_when_something_hangs_on_them(world: World) -> None:
    account = make_fund_account(world.county)
    make_donation(account)

    with pytest.raises(Exception, match="protected"), transaction.atomic():
        account.delete()

    assert FundAccount.objects.filter(pk=account.pk).exists()
    assert Grant.objects.count() == 0
