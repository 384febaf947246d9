import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orgs.models import Unit
from orgs.tree import broken_nodes, mend


class Command(BaseCommand):
    help = "Check lft, rght, level and tree_id of every unit; exit 1 and list the broken ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write the places that parent and position give")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fix"]:
            self.stdout.write(f"{mend()} units mended")
        broken = broken_nodes()
        for node in broken:
            self.stdout.write(f"{node.code} (id {node.unit_id}): {node.problem}")
        if broken:
            sys.exit(1)
        self.stdout.write(f"{Unit.objects.count()} units, every place is right")
