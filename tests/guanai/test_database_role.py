"""What the application's role may do, and what only the owner can: proved as that role, on every append-only table."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from guanai.database_role import append_only_tables, as_owner, grant_privileges
from guanai.enums import Verb
from guanai.models import AppendOnly, AuditSeal, RowEvent, Sealed, SealRetirement, TrailEntry, ViewLog
from orgs.models import Unit
from tests.factories import make_child, make_county, make_donation, make_fund_account, make_user

pytestmark = pytest.mark.django_db
TABLES = [
    "aid_ledgerentry",
    "guanai_auditseal",
    "guanai_rowevent",
    "guanai_sealretirement",
    "guanai_trailentry",
    "guanai_viewlog",
]


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.fixture
def one_row_each() -> None:
    """Something to change in every table, so that a refusal is not an empty success."""
    make_donation(make_fund_account(make_county()), 100)
    ViewLog.objects.create(user=make_user(), record="aid.child", record_id=1, field="姓名", reason="联系走访")
    TrailEntry.objects.create(verb=Verb.SIGN_IN)
    AuditSeal.objects.create(stream="row", number=1, starts=0, ends=1, rows=0, made_at="2026-01-01T00:00:00Z")
    SealRetirement.objects.create(stream="row", through=1, rows=0, made_at="2026-01-01T00:00:00Z")


def test_the_tables_that_are_only_added_to() -> None:
    assert append_only_tables() == TABLES


def test_tests_and_requests_run_as_a_role_that_owns_nothing() -> None:
    assert role() == settings.DATABASE_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = to_regrole(%s)", [settings.DATABASE_ROLE])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT rolsuper, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("words", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"])
def test_the_application_can_only_add(one_row_each: None, table: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of the test
        before = cursor.fetchone()
        assert before != (0,)
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
            cursor.execute(words.format(table))
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of the test
        assert cursor.fetchone() == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("words", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_triggers_are_the_second_lock_also_for_the_owner(one_row_each: None, table: str, words: str) -> None:
    with (
        as_owner(),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
    ):
        cursor.execute(words.format(table))


@pytest.mark.parametrize(
    "words",
    [
        "ALTER TABLE guanai_rowevent DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION guanai_xact() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_cannot_take_the_locks_off(words: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(words)


def test_ordinary_work_goes_on_as_that_role() -> None:
    county = make_county()
    make_child(county)
    make_donation(make_fund_account(county), 100)
    Unit.objects.filter(pk=county.pk).update(has_veterans=False)

    assert RowEvent.objects.filter(record="aid.ledgerentry", change="insert").count() == 1


def test_as_owner_ends_with_the_block_and_inside_a_transaction() -> None:
    with as_owner():
        assert role() != settings.DATABASE_ROLE
    assert role() == settings.DATABASE_ROLE
    with pytest.raises(ValueError, match="broke off"), as_owner():
        raise ValueError("broke off")
    assert role() == settings.DATABASE_ROLE


@pytest.mark.django_db(transaction=True)
def test_as_owner_holds_on_a_new_connection_and_ends_with_the_block() -> None:
    with as_owner():
        connection.close()
        assert role() != settings.DATABASE_ROLE
    assert role() == settings.DATABASE_ROLE


def test_a_table_that_a_migration_adds_is_closed_until_privileges_are_granted() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE added_later (id int)")
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        cursor.execute("SELECT * FROM added_later")
    with as_owner():
        grant_privileges()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE added_later SET id = 1")


@pytest.fixture
def a_role_of_its_own(settings: Settings) -> Iterator[str]:
    settings.DATABASE_ROLE = "guanai_test_made_anew"
    yield settings.DATABASE_ROLE
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY guanai_test_made_anew")
        cursor.execute("DROP ROLE guanai_test_made_anew")


def test_migrate_makes_the_role_where_it_is_missing(a_role_of_its_own: str) -> None:
    call_command("migrate", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(r, 'aid_child', 'UPDATE'), has_table_privilege(r, 'aid_ledgerentry', 'UPDATE')"
            " FROM (SELECT %s::name) AS of_its_own (r)",
            [a_role_of_its_own],
        )
        assert cursor.fetchone() == (True, False)


def test_a_database_is_emptied_in_development_alone(settings: Settings) -> None:
    settings.EMBEDDED = SimpleNamespace(debug=False)
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("flush", interactive=False, verbosity=0)


def test_every_stream_of_the_trail_is_append_only() -> None:
    sealed = [model for model in apps.get_models() if issubclass(model, Sealed)]
    assert {model.stream for model in sealed} == {"row", "entry", "look", "ledger"}
    assert all(issubclass(model, AppendOnly) for model in sealed)
