"""PostgreSQL and Valkey out of wheels, for development, demonstration and tests; never for production.

They start when a command needs them, go on when it ends, and are shared by every command of the same user on the
same `var` directory. `manage.py servers stop` ends them.
"""

import sys
from typing import Final, Protocol

from guanai.embedded import postgres, valkey
from guanai.embedded.runtime import INSTEAD, Embedded, EmbeddedServerError, link, locked, prepare

__all__ = ["Embedded", "EmbeddedServerError", "ensure_running", "status", "stop"]


class Server(Protocol):
    """What the module of a server offers."""

    def is_running(self, embedded: Embedded) -> bool: ...
    def start(self, embedded: Embedded) -> None: ...
    def stop(self, embedded: Embedded) -> bool: ...


POSTGRES = "PostgreSQL"
VALKEY = "Valkey"
SERVERS: Final[dict[str, Server]] = {POSTGRES: postgres, VALKEY: valkey}


def ensure_running(embedded: Embedded) -> None:
    """Start what is needed and not running. Costs about a millisecond when everything runs.

    Raises EmbeddedServerError outside DEBUG, where there is no wheel for the platform, and when a server fails.
    """
    if not embedded.needed:
        return
    if not embedded.debug:
        raise EmbeddedServerError(f"the embedded servers refuse to start outside DEBUG: {INSTEAD}.")
    if not _missing(embedded):
        return
    prepare(embedded)
    with locked(embedded):
        link(embedded)
        for name, server in _missing(embedded):
            print(f"Starting the embedded {name} in {embedded.var_dir} ...", file=sys.stderr)
            server.start(embedded)


def stop(embedded: Embedded) -> list[str]:
    """Stop what is running; the names of what was stopped."""
    if not embedded.runtime_dir.is_dir():
        return []
    with locked(embedded):
        return [name for name, server in SERVERS.items() if server.stop(embedded)]


def status(embedded: Embedded) -> dict[str, bool]:
    """Whether each server is running, by name."""
    return {name: server.is_running(embedded) for name, server in SERVERS.items()}


def _missing(embedded: Embedded) -> list[tuple[str, Server]]:
    wanted = {POSTGRES: embedded.postgres, VALKEY: embedded.valkey}
    return [(name, server) for name, server in SERVERS.items() if wanted[name] and not server.is_running(embedded)]
