from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import flush

from guanai.database_role import OwnerCommand


class Command(OwnerCommand, flush.Command):
    """Django's, as the owner, for the tests of real transactions. A deployment's trail is never emptied."""

    def handle(self, **options: Any) -> None:
        if not settings.EMBEDDED.debug:
            raise CommandError("a database is emptied in DEBUG alone.")
        super().handle(**options)
