from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orgs.divisions import DivisionsError, load_divisions


class Command(BaseCommand):
    help = "Load a county's tree from a CSV with the columns code,name,level,parent_code; run twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            created, known = load_divisions(path.read_bytes())
        except (OSError, DivisionsError) as error:
            raise CommandError(f"{path.name}: {error}; nothing was written") from error
        self.stdout.write(f"{created} units created, {known} were already there")
