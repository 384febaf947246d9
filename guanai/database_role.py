"""Who the database takes us for: the owner of the tables, or the application's role, which may only add to the trail.

Every connection assumes `settings.DATABASE_ROLE` (OPTIONS["assume_role"]). That role owns nothing, and of the tables
under `AppendOnly` it may SELECT and INSERT alone; their triggers (pgtrigger) are the second lock. What must be done as
the owner says so itself, by `as_owner()`: the commands under `OwnerCommand`, which migrate or empty tables, and
the deletion of expired trail. Nothing else in the project does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from guanai.models import AppendOnly

# Any number will do; two migrations at once must not both create the role.
_LOCK = 510824_05
_WITH_SET_OPTION = 160000


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the owner of the tables, also on a connection that is opened meanwhile."""
    before: dict[str, Any] = connection.settings_dict
    options = {name: value for name, value in before.get("OPTIONS", {}).items() if name != "assume_role"}
    connection.settings_dict = {**before, "OPTIONS": options}
    _execute("RESET ROLE")
    try:
        yield
    finally:
        connection.settings_dict = before
        if not connection.in_atomic_block:
            # The next query connects anew and assumes the role, which a first migration has only now created.
            connection.close()
        elif not connection.needs_rollback and "assume_role" in before.get("OPTIONS", {}):
            _execute(_statement("SET ROLE {}", before["OPTIONS"]["assume_role"]))


def _execute(statement: str) -> None:
    if connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _statement(text: LiteralString, *names: str) -> str:
    """A statement about tables and roles, as text: pghistory looks into every statement within a context."""
    return sql.SQL(text).format(*map(sql.Identifier, names)).as_string()


class OwnerCommand(BaseCommand):
    """A command of Django or of a library that changes or empties tables: the whole of it runs as the owner."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with as_owner():
            return super().execute(*args, **options)


def append_only_tables() -> list[str]:
    """The tables that nobody but the owner may change."""
    models = (model for model in apps.get_models() if issubclass(model, AppendOnly) and not model._meta.proxy)
    return sorted(model._meta.db_table for model in models)


def grant_privileges() -> None:
    """Create the application's role where it is missing, and let it do what it may with every table there is.

    Run as the owner after each migration. There are no default privileges: a new table is closed until this has run.
    """
    role = settings.DATABASE_ROLE
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(_statement("CREATE ROLE {} NOLOGIN", role))
        # An owner who is no superuser may assume a role only as its member; from 16 on, to have made it is not enough.
        how = "SET" if connection.pg_version >= _WITH_SET_OPTION else "MEMBER"  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_has_role(%s, %s)", [role, how])
        if cursor.fetchone() == (False,):
            cursor.execute(_statement("GRANT {} TO CURRENT_USER", role))
        cursor.execute(_statement("GRANT USAGE ON SCHEMA public TO {}", role))
        cursor.execute(_statement("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", role))
        cursor.execute(_statement("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", role))
        # A migration may have been asked for one app, or up to a point.
        there = set(connection.introspection.table_names(cursor))
        for table in there.intersection(append_only_tables()):
            cursor.execute(_statement("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}", table, role))
        migrations = MigrationRecorder.Migration._meta.db_table
        if migrations in there:
            cursor.execute(_statement("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}", migrations, role))
