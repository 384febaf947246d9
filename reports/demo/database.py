"""Emptying the database of a demonstration. Nothing of this works outside DEBUG."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from guanai.database_role import as_owner
from reports.demo.accounts import accounts_path

LOCK_WAIT = "5s"


class InUseError(RuntimeError):
    """Somebody works on the database."""


def wipe() -> None:
    """Drop every table, with the sign-ins, seal files and files of jobs that belong to them; migrate afterwards.

    Raises RuntimeError outside DEBUG, InUseError when a server or worker holds the tables.
    """
    if not settings.DEBUG:
        raise RuntimeError("a database is emptied in DEBUG alone")
    try:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_WAIT}'")
            # The trail refuses deletion row by row, so the tables themselves go.
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
            cursor.execute("RESET lock_timeout")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise InUseError(str(error).strip()) from error
        raise
    accounts_path().unlink(missing_ok=True)
    for path in settings.SEAL_FILES:
        path.unlink(missing_ok=True)
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "jobs", ignore_errors=True)
