"""`manage.py demo`: from an empty database to the county's year-end report, then the pages."""

import argparse
import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orgs.models import Unit, User
from reports.demo import SEED, YEAR, Plan, SignIn, accounts_path, is_loaded, load, stored_accounts
from reports.demo.building import BuildError, build_report
from reports.demo.database import InUseError, wipe

COUNTY = "510824"
OFFICE = "zhoumin"


class Command(BaseCommand):
    help = "Loads a county with its years of records, builds the year-end report through Celery, serves the pages."

    def add_arguments(self, parser: CommandParser) -> None:
        serve = argparse.BooleanOptionalAction
        parser.add_argument("--serve", action=serve, default=True, help="serve the pages at the end")
        parser.add_argument("--build", action=serve, default=True, help="build the year-end report")
        parser.add_argument("--fresh", action="store_true", help="empty the database first")
        parser.add_argument("--year", type=int, default=YEAR, help="the year of the report")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other people and events")
        parser.add_argument("--today", type=datetime.date.fromisoformat, help="the day on which the records end")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("made-up records have no place in a deployment: this works in DEBUG alone.")
        if options["fresh"]:
            self._wipe()
        self._say("Bringing the database up to date ...")
        call_command("migrate", verbosity=0)
        if is_loaded():
            self._say("The records are there already; --fresh makes them anew.")
        else:
            self._load(options)
        if options["build"]:
            self._build(options["year"])
        self._print_accounts()
        if options["serve"]:
            call_command("serve", port=options["port"])
        else:
            self._say("make serve serves the pages on http://127.0.0.1:8000")

    def _say(self, text: str) -> None:
        """At once, also into a pipe: who waits wants to see what for."""
        self.stdout.write(text)
        self.stdout.flush()

    def _wipe(self) -> None:
        self._say("Emptying the database ...")
        try:
            wipe()
        except InUseError as error:
            raise CommandError(f"the database is in use; stop the server and the worker first ({error}).") from error

    def _load(self, options: dict[str, Any]) -> None:
        try:
            plan = Plan(today=options["today"] or timezone.localdate(), year=options["year"], seed=options["seed"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self._say(f"Loading {plan.years[0]} to {plan.today} of a county (seed {plan.seed}) ...")
        load(plan=plan, say=self._say)

    def _build(self, year: int) -> None:
        owner = User.objects.filter(username=OFFICE).first()
        county = Unit.objects.filter(code=COUNTY).first()
        if owner is None or county is None:
            raise CommandError("these records are not the demonstration's; --fresh empties the database first.")
        self._say(f"Building the year-end report of {year} through Celery ...")
        try:
            paths = build_report(year=year, county=county, owner=owner, say=self._say)
        except BuildError as error:
            raise CommandError(str(error)) from error
        folder = Path(settings.OUT_DIR) / str(year)
        self._say(f"{len(paths)} files in {folder}:")
        for path in paths:
            if path.parent == folder:
                self._say(f"  {path}")
        for group in sorted({path.parent for path in paths if path.parent != folder}):
            self._say(f"  {group}/ ({sum(path.parent == group for path in paths)} files)")

    def _print_accounts(self) -> None:
        accounts = stored_accounts()
        if not accounts:
            self._say(f"No sign-ins: {accounts_path()} is gone; --fresh makes new ones.")
            return
        self._say("Sign-ins (the last column is the key for an authenticator app, where the role needs one):")
        for account in accounts:
            self._say(_line(account))
        self._say(f"The same in {accounts_path()}")


def _line(account: SignIn) -> str:
    # Chinese characters take two columns of the console.
    unit = account["unit"] + " " * max(0, 20 - 2 * len(account["unit"]))
    code = f"  {account['totp_secret']}" if account["totp_secret"] else ""
    return f"  {account['role']:<14} {unit} {account['username']:<14} {account['password']}{code}"
