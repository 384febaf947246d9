"""`rotate_keys`: nothing is lost, nothing changes for who reads, and it can be stopped and run again anywhere."""

from io import StringIO

import pytest
from django.conf import settings as project
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from aid.models import Child
from guanai import crypto, rotation
from guanai.enums import Verb
from guanai.models import RowEvent, TrailEntry
from orgs.enums import Role
from orgs.models import RecoveryCode, SecondFactor, recovery_digests
from tests.factories import grant, make_child, make_county, make_user, make_volunteer
from volunteers.enums import VeteranKind
from volunteers.models import Volunteer
from volunteers.queries import volunteers_by_number
from volunteers.services import register_volunteer

# Each batch is a transaction of its own, as it is when the command runs.
pytestmark = pytest.mark.django_db(transaction=True)
NUMBER, PHONE = "11010519491231002X", "13890001234"


@pytest.fixture
def person() -> Volunteer:
    return make_volunteer(make_county(), id_number=NUMBER, phone=PHONE, address="白桥街 3 号")


@pytest.fixture
def new_keys(person: Volunteer, settings: Settings) -> None:
    """Somebody is registered; then both keys get a second version."""
    settings.DATA_KEYS = {**project.DATA_KEYS, 2: bytes(range(16))}
    settings.INDEX_KEYS = {**project.INDEX_KEYS, 2: bytes(range(32))}
    settings.DATA_KEY_CURRENT = settings.INDEX_KEY_CURRENT = 2


def only_new_keys(settings: Settings) -> None:
    settings.DATA_KEYS = {2: settings.DATA_KEYS[2]}
    settings.INDEX_KEYS = {2: settings.INDEX_KEYS[2]}


def versions(model: str) -> set[int]:
    """The versions of the keys under which the encrypted values of a table rest."""
    table = next(one for one in rotation.secret_models() if one._meta.label_lower == model)
    rows = rotation._rows(table, 0, 1000)
    columns = [column for column in rows[0] if column != "id" and not column.endswith("_index")]
    return {row[column][0] for row in rows for column in columns if row[column]}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_every_model_with_secrets_is_rotated() -> None:
    names = [model._meta.label_lower for model in rotation.secret_models()]

    assert {"volunteers.volunteer", "aid.child", "aid.consent", "orgs.secondfactor"} <= set(names)


@pytest.mark.usefixtures("new_keys")
def test_all_is_read_and_found_with_the_new_keys_alone(person: Volunteer, settings: Settings) -> None:
    child = make_child(person.unit, name="欧阳小禾", id_number="")
    user = grant(make_user(), person.unit, Role.COUNTY_OFFICE).user
    assert versions("volunteers.volunteer") == {1}

    assert "volunteers.volunteer: 1 rows, 1 rewritten" in run()

    only_new_keys(settings)
    assert versions("volunteers.volunteer") == {2}
    again = Volunteer.objects.get(pk=person.pk)
    assert (again.id_number, again.phone, again.address) == (NUMBER, PHONE, "白桥街 3 号")
    assert again.birth_date == person.birth_date
    assert list(volunteers_by_number(user, "id_number", NUMBER)) == [person]
    assert list(volunteers_by_number(user, "phone", PHONE)) == [person]
    assert Child.objects.get(pk=child.pk).name == "欧阳小禾"


@pytest.mark.usefixtures("new_keys")
def test_before_and_between_persons_are_found_under_either_key(person: Volunteer) -> None:
    user = grant(make_user(), person.unit, Role.COUNTY_OFFICE).user
    newer = make_volunteer(person.unit, id_number="110105194912310011", phone=PHONE)

    assert list(volunteers_by_number(user, "id_number", NUMBER)) == [person]
    assert set(volunteers_by_number(user, "phone", PHONE)) == {person, newer}


@pytest.mark.usefixtures("new_keys")
def test_who_rests_under_the_old_key_is_not_registered_again(person: Volunteer) -> None:
    with pytest.raises(ValidationError, match="已登记"):
        register_volunteer(unit=person.unit, name="另一人", kind=VeteranKind.CADRE, id_number=NUMBER)


@pytest.mark.usefixtures("new_keys")
def test_the_history_does_not_say_that_something_changed(person: Volunteer) -> None:
    before = RowEvent.objects.count()

    run()

    assert RowEvent.objects.count() == before
    assert TrailEntry.objects.filter(verb=Verb.KEYS_ROTATED).exists()
    again = Volunteer.objects.get(pk=person.pk)
    again.phone = "13890004321"
    again.save()
    event = RowEvent.objects.latest("pk")
    assert event.personal == ["phone"], "the history is written again"


@pytest.mark.usefixtures("new_keys")
def test_the_second_run_finds_nothing_to_do(person: Volunteer) -> None:
    run()
    bytes_before = rotation._rows(Volunteer, 0, 10)

    assert "volunteers.volunteer: 1 rows, 0 rewritten" in run()
    assert rotation._rows(Volunteer, 0, 10) == bytes_before


@pytest.mark.usefixtures("new_keys")
def test_many_rows_are_written_in_batches_and_all_of_them(person: Volunteer, settings: Settings) -> None:
    people = [person, *(make_volunteer(person.unit, phone=f"1389000123{place}") for place in range(6))]

    tally = next(one for one in rotation.rotate(batch=3) if one.model is Volunteer)

    assert (tally.rows, tally.unreadable) == (7, [])
    only_new_keys(settings)
    assert {one.phone for one in Volunteer.objects.all()} == {one.phone for one in people}


@pytest.mark.usefixtures("new_keys")
def test_what_cannot_be_read_is_left_and_named_and_the_rest_is_done(person: Volunteer, settings: Settings) -> None:
    other = make_volunteer(person.unit, phone="13890005678")
    lost = crypto.encrypt("白桥街 9 号")
    lost = bytes([1]) + lost[1:]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE volunteers_volunteer SET address = %s WHERE id = %s", [lost, other.pk])
    out = StringIO()

    with pytest.raises(CommandError, match="1 rows hold values that cannot be read"):
        call_command("rotate_keys", stdout=out, stderr=out)

    assert f"volunteers.volunteer {other.pk}: a value cannot be read" in out.getvalue()
    assert "13890005678" not in out.getvalue()
    rows = {row["id"]: row for row in rotation._rows(Volunteer, 0, 10)}
    assert rows[other.pk]["address"] == lost
    assert rows[other.pk]["phone"][0] == rows[person.pk]["address"][0] == 2


@pytest.mark.usefixtures("new_keys")
def test_one_number_under_both_keys_is_named_and_ends_after_a_ruling(person: Volunteer) -> None:
    """Two processes with different keys could register one number at the same moment; the constraint sees it now."""
    double = make_volunteer(person.unit, id_number=NUMBER)

    with pytest.raises(CommandError, match=f"volunteers.volunteer {person.pk}: the same value as {double.pk}"):
        run()

    double.id_number = ""
    double.derive()
    double.save()
    assert "volunteers.volunteer: 2 rows" in run()


@pytest.mark.usefixtures("new_keys")
def test_the_check_says_whether_the_old_key_can_go(person: Volunteer) -> None:
    with pytest.raises(CommandError, match="rest under an old key"):
        run("--check")
    assert versions("volunteers.volunteer") == {1}

    run()

    assert "Nothing rests under an old key" in run("--check")


@pytest.mark.usefixtures("new_keys")
def test_a_value_read_before_and_saved_after_does_not_hide(person: Volunteer) -> None:
    """Who had the record open all along writes the bytes back that were read; the check finds them."""
    person = Volunteer.objects.get(pk=person.pk)
    run()

    person.save()

    with pytest.raises(CommandError, match="1 rows rest under an old key"):
        run("--check")


def test_a_recovery_code_made_under_the_old_key_still_opens(settings: Settings) -> None:
    factor = SecondFactor.objects.create(user=make_user(), secret="A" * 32, confirmed=True)
    RecoveryCode.objects.create(factor=factor, digest=recovery_digests("abcd-efgh")[0])
    settings.INDEX_KEYS = {**project.INDEX_KEYS, 2: bytes(range(32))}
    settings.INDEX_KEY_CURRENT = 2

    assert factor.verify_token("ABCD EFGH")
    assert not factor.verify_token("ABCD EFGH")
