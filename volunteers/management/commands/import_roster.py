"""`manage.py import_roster FILE --unit CODE [--commit] [--errors OUT.xlsx]`: a spreadsheet into a unit's roster."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs.models import Unit
from volunteers.enums import RowState
from volunteers.imports.error_file import error_file
from volunteers.imports.tables import read_sheets
from volunteers.services.imports import check_file, take_in, understand


class Command(BaseCommand):
    help = "Check a roster file against the base; with --commit, take in its good rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".xlsx, .xls (also a web page saved as one), .ods or .csv")
        parser.add_argument("--unit", required=True, help="code of the unit whose branch the people belong to")
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is written")
        parser.add_argument("--errors", type=Path, help="the file back with a column of reasons, as .xlsx")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            unit = Unit.objects.get(code=options["unit"])
            sheets = read_sheets(options["file"].read_bytes())
            place, heading = understand(sheets, unit)
        except Unit.DoesNotExist:
            raise CommandError(f"no unit with the code {options['unit']}") from None
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        work = take_in if options["commit"] else check_file
        found = work(sheet=sheets[place], heading=heading, unit=unit, by=None)
        if options["errors"]:
            options["errors"].write_bytes(error_file(found).getvalue())
        counts = found.counts
        errors = [
            {"row": result.row, "column": problem.column, "reason": problem.reason}
            for result in found.wrong
            for problem in result.problems
        ]
        told = {
            "rows": len(found.results),
            "new": counts[RowState.NEW],
            "changed": counts[RowState.CHANGED],
            "same": counts[RowState.SAME],
            "errors": errors,
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False))
