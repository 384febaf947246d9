"""Starting a server that outlives the command which started it."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# The shell leaves the server to the init process at once, so that no command is its parent: it ends with none of
# them, and none is left with a dead child. Arguments and the log's path reach it as they are, whatever they contain.
LAUNCH = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'


def launch(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    group: int | None = None,
) -> int:
    """Run `arguments` in the background in a session of its own, its output appended to `log`; its process number."""
    account: dict[str, Any] = {} if user is None else {"user": user, "group": group, "extra_groups": []}
    launched = subprocess.run(  # noqa: S603  # the arguments are ours
        ["/bin/sh", "-c", LAUNCH, "launch", str(log), *map(str, arguments)],
        check=True,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **account,
    )
    return int(launched.stdout)


def accepts_connections(path: Path) -> bool:
    """Whether a server listens on the socket at `path`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def wait_until(ready: Callable[[], bool], *, seconds: float, pid: int | None = None) -> bool:
    """Poll `ready` until it holds; False when `seconds` pass first, or when the process `pid` ends."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline or (pid is not None and not command_line(pid)):
            return False
        time.sleep(0.05)
    return True


def last_lines(log: Path, *, count: int = 8) -> str:
    """The end of a server's log, for a message about why it did not start."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "(no log)"
    return "\n".join(lines[-count:])


def command_line(pid: int) -> str:
    """The command line of a process, or nothing when there is no such process."""
    described = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return described.read_bytes().replace(b"\0", b" ").decode(errors="surrogateescape")
        except OSError:
            return ""
    listing = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(listing, check=False, capture_output=True, text=True).stdout  # noqa: S603  # a number


def works_in(pid: int, directory: Path) -> bool:
    """Whether a process has `directory` as its working directory, as PostgreSQL has its data.

    Where the system does not tell, every PostgreSQL counts: it is better to ask somebody to look than to start two.
    """
    if not Path("/proc/self").exists():
        return "postgres" in command_line(pid)
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    except OSError:
        return False
