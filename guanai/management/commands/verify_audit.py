"""`manage.py verify_audit`: checks all seals; exit 1 at the first that does not hold."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from guanai.models import SealCheck
from guanai.seal_check import BrokenSealError, check_all


class Command(BaseCommand):
    help = "Checks the seals over the trail and the ledger. Exit 1 at the first broken one, with what is wrong."

    def handle(self, **options: Any) -> None:
        try:
            check_all(self.stdout.write)
        except BrokenSealError as error:
            SealCheck.objects.create(in_order=False, finding=error.finding.label)
            self.stderr.write(f"BROKEN {error}")
            sys.exit(1)
        SealCheck.objects.create(in_order=True)
        self.stdout.write("All seals hold.")
