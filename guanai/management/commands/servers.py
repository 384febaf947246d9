"""`manage.py servers status|stop`: look at the embedded servers, or end them."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guanai import embedded


class Command(BaseCommand):
    help = "Shows or stops the embedded PostgreSQL and Valkey; any other command starts them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["status", "stop"])

    def handle(self, *, action: str, **options: Any) -> None:
        servers = settings.EMBEDDED
        if action == "status":
            for name, running in embedded.status(servers).items():
                self.stdout.write(f"{name}: {'running' if running else 'stopped'}")
            self.stdout.write(f"data: {servers.var_dir}\nsockets: {servers.runtime_dir}")
            return
        try:
            stopped = embedded.stop(servers)
        except embedded.EmbeddedServerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"stopped: {', '.join(stopped) or 'nothing was running'}")
