"""`manage.py seal_audit`: what beat does every minute, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guanai.seals import SealError, seal_all


class Command(BaseCommand):
    help = "Seals what is new in the trail and the ledger."

    def handle(self, **options: Any) -> None:
        try:
            made = seal_all()
        except SealError as error:
            raise CommandError(str(error)) from error
        for seal in made:
            self.stdout.write(f"{seal.stream}: seal {seal.number} over {seal.rows} rows")
