"""Encrypted fields keep the bytes of what stays: a row saved again is the same row."""

import datetime

import pytest
from django.db import connection

from aid.models import Child
from tests.factories import make_child, make_county

pytestmark = pytest.mark.django_db
BORN = datetime.date(2014, 3, 9)


def stored(child: Child, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM aid_child WHERE id = %s", [child.pk])  # noqa: S608 - a name of the test
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(("column", "value"), [("name", "欧阳小禾"), ("birth_date", BORN)])
def test_the_same_value_set_again_stays_the_same_bytes(column: str, value: object) -> None:
    child = make_child(make_county(), name="欧阳小禾", birth_date=BORN)
    before = stored(child, column)

    child.save()
    setattr(child, column, value)
    child.save()
    read = Child.objects.get(pk=child.pk)
    setattr(read, column, value)
    read.save()

    assert stored(child, column) == before


@pytest.mark.parametrize(("column", "value"), [("name", "欧阳大禾"), ("birth_date", BORN + datetime.timedelta(days=1))])
def test_another_value_is_written_and_read_back(column: str, value: object) -> None:
    child = make_child(make_county(), name="欧阳小禾", birth_date=BORN)
    before = stored(child, column)

    setattr(child, column, value)
    child.save()

    assert stored(child, column) != before
    assert getattr(Child.objects.get(pk=child.pk), column) == value


def test_a_value_copied_into_another_field_is_encrypted_anew() -> None:
    """Equal bytes in two places would tell whoever reads the table that the two texts are the same."""
    child = make_child(make_county(), name="欧阳小禾", birth_date=BORN)
    child.guardian = child.name
    child.save()

    assert stored(child, "guardian") != stored(child, "name")
    assert Child.objects.get(pk=child.pk).guardian == "欧阳小禾"


def test_a_value_taken_back_and_given_again_is_there() -> None:
    child = make_child(make_county(), school="白桥完小")
    child.school = ""
    child.save()
    assert Child.objects.get(pk=child.pk).school == ""
    child.school = "白桥完小"
    child.save()

    assert Child.objects.get(pk=child.pk).school == "白桥完小"


def test_what_another_session_wrote_is_taken_over_by_a_refresh() -> None:
    child = make_child(make_county(), school="白桥完小")
    other = Child.objects.get(pk=child.pk)
    other.school = "城北完小"
    other.save()
    child.refresh_from_db()
    assert child.school == "城北完小"
    before = stored(child, "school")

    child.save()

    assert stored(child, "school") == before
