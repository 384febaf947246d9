from typing import Any

from django.core.management.commands import migrate

from guanai.database_role import OwnerCommand, grant_privileges
from guanai.seals import carry_numbers_on


class Command(OwnerCommand, migrate.Command):
    """Django's, as the owner of the tables; then what the application's role may do with them."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["check_unapplied"] or options["plan"]):
            grant_privileges()
            carry_numbers_on()
