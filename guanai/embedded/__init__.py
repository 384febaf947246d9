"""PostgreSQL and Valkey out of wheels, for development, demonstration and tests; never for production.

They start when a command needs them, go on when it ends, and are shared by every command of the same user on the
same `var` directory. `manage.py servers stop` ends them.
"""

import sys

from guanai.embedded import postgres, valkey
from guanai.embedded.runtime import Embedded, EmbeddedServerError, locked, prepare

__all__ = ["Embedded", "EmbeddedServerError", "ensure_running", "status", "stop"]


def ensure_running(embedded: Embedded) -> None:
    """Start what is needed and not running. Costs about a millisecond when everything runs.

    Raises EmbeddedServerError outside DEBUG, where there is no wheel for the platform, and when a server fails.
    """
    if not embedded.needed:
        return
    if not embedded.debug:
        raise EmbeddedServerError("the embedded servers refuse to start outside DEBUG: set DATABASE_URL and REDIS_URL.")
    if not _missing(embedded):
        return
    prepare(embedded)
    with locked(embedded):
        for server in _missing(embedded):
            name = server.__name__.rpartition(".")[2]
            print(f"Starting the embedded {name} in {embedded.var_dir} ...", file=sys.stderr)
            server.start(embedded)


def stop(embedded: Embedded) -> list[str]:
    """Stop what is running; the names of what was stopped."""
    if not embedded.runtime_dir.is_dir():
        return []
    with locked(embedded):
        return [name for name, server in (("valkey", valkey), ("postgres", postgres)) if server.stop(embedded)]


def status(embedded: Embedded) -> dict[str, bool]:
    """Whether each server is running, by name."""
    return {"postgres": postgres.is_running(embedded), "valkey": valkey.is_running(embedded)}


def _missing(embedded: Embedded) -> list[object]:
    wanted = [(embedded.postgres, postgres), (embedded.valkey, valkey)]
    return [server for needed, server in wanted if needed and not server.is_running(embedded)]
