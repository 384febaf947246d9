"""`manage.py build_year_report YEAR --unit CODE --out DIR`: the year-end files, in the foreground."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs.models import Unit
from reports.services import write_year_report


class Command(BaseCommand):
    help = "Write the year-end Excel and Word files of a county into a directory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="calendar year, e.g. 2025")
        parser.add_argument("--unit", required=True, help="code of the county, e.g. 510824")
        parser.add_argument("--out", required=True, type=Path, help="directory for the files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            unit = Unit.objects.get(code=options["unit"])
        except Unit.DoesNotExist:
            raise CommandError(f"no unit with the code {options['unit']}") from None
        try:
            written = write_year_report(year=options["year"], unit=unit, folder=options["out"], said=self.stdout.write)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(self.style.SUCCESS(f"{len(written)} files in {options['out']}"))
