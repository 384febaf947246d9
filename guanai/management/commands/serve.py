"""`manage.py serve`: pages, a real worker and beat on one's own machine, in DEBUG."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from guanai.embedded.processes import serve


class Command(BaseCommand):
    help = "Serves on this machine alone, with a worker and beat, until it is interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("this is for development; a deployment runs gunicorn, celery worker and celery beat.")
        _require_demo()
        _require_free(port)
        self.stdout.write(f"http://127.0.0.1:{port}  (Ctrl-C stops it)")
        self.stdout.flush()
        ended = serve(port=port)
        if ended:
            raise CommandError(f"the {ended} ended by itself; the others were stopped.")
        self.stdout.write("stopped")


def _require_demo() -> None:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit as error:
        raise CommandError("the database is empty or older than the code: make demo first.") from error


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"port {port} of this machine is in use; stop what uses it, or give --port.") from error
