"""`manage.py expire_trail`: deletes what of the trail is older than the time of keeping. For a yearly cron, say."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from guanai.retention import expire_trail


class Command(BaseCommand):
    help = "Deletes the sealed rows of the trail (never of the ledger) that are older than GUANAI_TRAIL_MONTHS."

    def handle(self, **options: Any) -> None:
        try:
            retirements = expire_trail()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        for retirement in retirements:
            self.stdout.write(f"{retirement.stream}: {retirement.rows} rows up to seal {retirement.through}")
        if not retirements:
            self.stdout.write(f"Nothing is older than {settings.TRAIL_MONTHS} months.")
