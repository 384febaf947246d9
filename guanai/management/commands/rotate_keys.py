"""`manage.py rotate_keys [--check]`: personal data anew under the current keys (`guanai.rotation`)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from guanai.rotation import SameValueError, left_over, rotate

SHOWN = 20


class Command(BaseCommand):
    help = "Writes personal data that rests under an old key anew under the current one. Can be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what rests under an old key")

    def handle(self, *, check: bool, **options: Any) -> None:
        old = unreadable = 0
        what = "under an old key" if check else "rewritten"
        try:
            for tally in left_over() if check else rotate():
                name = tally.model._meta.label_lower
                self.stdout.write(f"{name}: {tally.rows} rows, {tally.old} {what}")
                for key in tally.unreadable[:SHOWN]:
                    self.stderr.write(f"{name} {key}: a value cannot be read with any key of the environment")
                old += tally.old
                unreadable += len(tally.unreadable)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(f"a table was busy for too long; nothing is lost, run it again: {error}") from error
        except SameValueError as error:
            raise CommandError(
                f"{error} Make one of them right or merge them; nothing is lost, run it again."
            ) from error
        if unreadable:
            raise CommandError(f"{unreadable} rows hold values that cannot be read; they were left as they are.")
        if check and old:
            raise CommandError(f"{old} rows rest under an old key: run manage.py rotate_keys.")
        if check:
            self.stdout.write("Nothing rests under an old key: it may be taken out of the environment.")
