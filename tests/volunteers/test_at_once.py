"""Two at one thing: each waits for the other or is told, and nobody waits in a circle."""

import datetime
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from pytest_django import Settings

from guanai import rotation
from guanai.edits import ChangedError
from guanai.embedded.detached import wait_until
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.models import Volunteer
from volunteers.services import imports, merge_terms, update_volunteer

pytestmark = pytest.mark.django_db(transaction=True)
# Who of this database waits for a lock; transactions have no database of their own.
WAITING = """SELECT count(*) FROM pg_locks w WHERE NOT w.granted AND w.pid IN (SELECT pid FROM pg_stat_activity
    WHERE datname = current_database())"""


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def office(county: Unit) -> User:
    return make_member(county, Role.COUNTY_OFFICE)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction the list of sessions is kept as it was first read.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@contextmanager
def another(*steps: Callable[[], object]) -> Iterator[list[Exception]]:
    """Another session in one transaction: it takes the first step before the block begins, the others once somebody
    waits for it, and commits. Gives what it raised."""
    begun, raised = threading.Event(), list[Exception]()

    def run() -> None:
        try:
            with transaction.atomic():
                steps[0]()
                begun.set()
                wait_until(somebody_waits, seconds=5)
                for step in steps[1:]:
                    step()
        except Exception as error:  # noqa: BLE001 - told to the test
            raised.append(error)
        finally:
            begun.set()
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(timeout=30)
    try:
        yield raised
    finally:
        thread.join(timeout=60)
        assert not thread.is_alive()


def specialities_of(person: Volunteer) -> list[str]:
    return sorted(person.specialities.values_list("name", flat=True))


def test_a_rotation_waits_for_who_holds_a_row_to_change_it(county: Unit, settings: Settings) -> None:
    person = make_volunteer(county, phone="13890001234")
    settings.DATA_KEYS = {**settings.DATA_KEYS, 2: bytes(range(16))}
    settings.DATA_KEY_CURRENT = 2

    def look() -> None:
        Volunteer.objects.select_for_update().get(pk=person.pk)

    def change() -> None:
        Volunteer.objects.filter(pk=person.pk).update(rank="副科")

    with another(look, change) as raised:
        tally = next(one for one in rotation.rotate() if one.model is Volunteer)

    assert raised == []
    assert (tally.rows, tally.old) == (1, 1)
    assert Volunteer.objects.get(pk=person.pk).rank == "副科"


def test_a_term_is_merged_while_somebody_is_given_it(county: Unit, office: User) -> None:
    """Whoever saves first is merged along."""
    singing, arts = make_speciality(name="唱歌"), make_speciality(name="文体书画")
    person = make_volunteer(county)

    with another(lambda: update_volunteer(volunteer=person, specialities=[singing])) as raised:
        merge_terms(source=singing, target=arts, by=office, seen=singing.updated_at)

    assert raised == []
    assert specialities_of(person) == ["文体书画"]


def test_who_is_given_a_term_that_is_merged_just_now_is_told(county: Unit, office: User) -> None:
    singing, arts = make_speciality(name="唱歌"), make_speciality(name="文体书画")
    person = make_volunteer(county)
    other = make_volunteer(county, singing)

    def merge() -> None:
        merge_terms(source=singing, target=arts, by=office, seen=singing.updated_at)

    with another(merge) as raised, pytest.raises(ValidationError, match="刚刚被并入另一项") as refused:
        update_volunteer(volunteer=person, rank="副科", specialities=[singing])

    assert raised == []
    assert list(refused.value.message_dict) == ["specialities"]
    assert Volunteer.objects.get(pk=person.pk).rank == ""
    assert specialities_of(other) == ["文体书画"]


def two_townships(county: Unit) -> tuple[Unit, Unit]:
    return make_unit(county, name="云峰镇", code="510824102"), make_unit(county, name="东青镇", code="510824107")


def test_who_is_moved_while_a_file_is_taken_in_is_still_known(county: Unit, office: User) -> None:
    """A row that waits for its lock, joined to its unit in one statement, falls out of the answer when it moves."""
    old, new = two_townships(county)
    number = some_id(order=1)
    born = datetime.date(1950, 1, 15)
    person = make_volunteer(old, name="张三", id_number=number, birth_date=born, phone="13890001234")
    content = xlsx(("姓名", "证件号码", "电话"), ("张三", number, "13812345678"))
    batch = imports.open_import(content=content, unit=county, by=office)

    with another(lambda: update_volunteer(volunteer=person, unit=new)) as raised:
        batch = imports.commit_import(batch=batch, by=office)

    assert raised == []
    assert (batch.new, batch.changed, batch.wrong) == (0, 1, 0)
    kept = Volunteer.objects.get()
    assert (kept.unit, kept.phone) == (new, "13812345678")


def test_who_corrects_somebody_that_is_moved_just_now_is_told_by_whom(county: Unit, office: User) -> None:
    old, new = two_townships(county)
    person = make_volunteer(old, name="张三", phone="13890001234")
    mover = make_member(county, Role.COUNTY_OFFICE)

    with (
        another(lambda: update_volunteer(volunteer=person, unit=new, by=mover)) as raised,
        pytest.raises(ChangedError) as told,
    ):
        update_volunteer(volunteer=person, phone="13812345678", by=office, seen=person.updated_at)

    assert raised == []
    assert told.value.by == mover
    kept = Volunteer.objects.get()
    assert (kept.unit, kept.phone) == (new, "13890001234")
