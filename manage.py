#!/usr/bin/env python
"""Entry point of every command. In a plain checkout it works on the embedded servers, with nothing to set."""

import os
import sys

# With none of these set, nobody has configured a deployment: this is a checkout on somebody's own machine.
# The web server and the worker never guess like this; there an unset GUANAI_DEBUG means production.
DEPLOYMENT_VARIABLES = ("GUANAI_DEBUG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS")
# These neither need the servers nor change a record.
WITHOUT_SERVERS = frozenset({"servers", "help", "--help", "-h", "version", "--version", "compilemessages"})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanai.settings")
    if not any(name in os.environ for name in DEPLOYMENT_VARIABLES):
        os.environ["GUANAI_DEBUG"] = "1"

    from django.core.management import execute_from_command_line

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in WITHOUT_SERVERS or {"--help", "-h"} & set(sys.argv):
        execute_from_command_line(sys.argv)
        return

    from django.conf import settings

    from guanai.embedded import EmbeddedServerError, ensure_running

    try:
        ensure_running(settings.EMBEDDED)
    except EmbeddedServerError as error:
        sys.exit(f"error: {error}")

    import pghistory

    # Row history names the command that changed a row, as it names the address and the user of a request.
    with pghistory.context(command=command):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
