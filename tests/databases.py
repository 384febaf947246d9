"""One migrated template database; every test process gets a copy of its own in a fraction of a second."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from guanai.embedded import ensure_running

# Any number will do; it must only be the same in every process.
LOCK = 510824


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Point Django at a fresh copy of the template for the time of the session."""
    ensure_running(settings.EMBEDDED)
    original = str(settings.DATABASES["default"]["NAME"])
    template = f"template_{original}_{_migrations_digest()}"
    name = f"test_{original}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        with _maintenance(original) as server:
            server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            databases = [str(row[0]) for row in server.execute("SELECT datname FROM pg_database").fetchall()]
            _drop_leftovers(server, databases, original=original, template=template)
            if template not in databases:
                _make_template(server, template)
            server.execute(_statement("CREATE DATABASE {} TEMPLATE {}", name, template))
        use_database(name)
    yield
    with django_db_blocker.unblock():
        connection.close()
        with _maintenance(original) as server:
            server.execute(_statement("DROP DATABASE {} WITH (FORCE)", name))


@contextmanager
def beside(word: str) -> Iterator[str]:
    """One more fresh copy of the template, dropped in the end; its name, for `use_database`. For what would be in the
    way of other tests: a benchmark's half a million rows, and the dead ones after them."""
    ours = str(connection.settings_dict["NAME"])
    stem, _, process = ours.rpartition("_")
    name = f"{stem}_{word}_{process}"
    with _maintenance(ours) as server:
        databases = [str(row[0]) for row in server.execute("SELECT datname FROM pg_database").fetchall()]
        digest = _migrations_digest()
        template = next(each for each in databases if each.startswith("template_") and each.endswith(digest))
        server.execute(_statement("CREATE DATABASE {} TEMPLATE {}", name, template))
    try:
        yield name
    finally:
        use_database(ours)
        with _maintenance(ours) as server:
            server.execute(_statement("DROP DATABASE {} WITH (FORCE)", name))


def _migrations_digest() -> str:
    """Stands for everything that decides what a migrated database looks like."""
    base = Path(settings.BASE_DIR)
    paths = [*base.glob("*/migrations/*.py"), *base.glob("requirements.lock")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path.relative_to(base)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _maintenance(database: str) -> Iterator[psycopg.Connection]:
    """A session on the database that is no test's, to create and drop the others from."""
    parameters: dict[str, Any] = connection.get_connection_params()
    wanted = {key: value for key, value in parameters.items() if key in {"host", "port", "user", "password"}}
    with psycopg.connect(**wanted, dbname=database, autocommit=True) as server:
        yield server


def _make_template(server: psycopg.Connection, template: str) -> None:
    # Under another name until it is complete: a broken-off migration is never taken for a template.
    draft = f"{template}_draft"
    server.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", draft))
    server.execute(_statement("CREATE DATABASE {}", draft))
    use_database(draft)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    server.execute(_statement("ALTER DATABASE {} RENAME TO {}", draft, template))


def _drop_leftovers(server: psycopg.Connection, databases: list[str], *, original: str, template: str) -> None:
    """Old templates, and databases of test processes that are gone. Only on our own server, where we know both."""
    if not settings.EMBEDDED.postgres:
        return
    for name in databases:
        of_process = re.fullmatch(rf"test_{re.escape(original)}_\w+_(\d+)", name)
        is_orphan = (
            of_process is not None and not Path(f"/proc/{of_process[1]}").exists() and Path("/proc/self").exists()
        )
        if is_orphan or (name.startswith(f"template_{original}_") and name != template):
            server.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def use_database(name: str) -> None:
    """Let Django's next query go to this database of the same server."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _statement(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(name) for name in names))
