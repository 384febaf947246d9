"""Where the embedded servers keep their data and their sockets, and the lock that lets commands share them.

Sockets live in a short directory of this user's own, because a socket's path ends at 107 characters (103 on macOS)
while a project may lie anywhere. Nothing here changes the mode of a directory that exists already.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Not the temporary directory of the environment: two shells of one user may disagree about that one,
# and they have to find the same servers.
RUNTIME_BASE = Path("/tmp")  # noqa: S108  # only ever used through a directory whose owner and mode are verified


INSTEAD = "set DATABASE_URL and REDIS_URL, or docker compose up"


class EmbeddedServerError(Exception):
    """The embedded servers cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Embedded:
    """Which embedded servers a configuration uses, and where.

    `var_dir` holds the data; `durable` is off for tests alone, whose data nobody keeps.
    """

    var_dir: Path
    debug: bool
    postgres: bool
    valkey: bool
    durable: bool = True

    @property
    def needed(self) -> bool:
        return self.postgres or self.valkey

    @property
    def digest(self) -> str:
        """Eight characters that stand for the place of `var_dir`."""
        return hashlib.sha256(os.fsencode(self.var_dir.resolve())).hexdigest()[:8]

    @property
    def runtime_dir(self) -> Path:
        """Short and the same for every command: it depends on the user and on the place of `var_dir` alone."""
        if not hasattr(os, "geteuid"):
            raise EmbeddedServerError(f"there are no embedded servers for this platform: {INSTEAD}.")
        return RUNTIME_BASE / f"guanai-{os.geteuid()}" / self.digest

    @property
    def postgres_socket_dir(self) -> Path:
        return self.runtime_dir / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.runtime_dir / "valkey.sock"


def make_private(path: Path, *, mode: int = 0o700) -> None:
    """Create `path` for this user alone, or make sure that it is.

    Raises EmbeddedServerError when somebody else made it, or when others can look into it: in a common directory a
    stranger may have been first. `mode` 0o711 lets another account pass through without seeing what is inside.
    """
    try:
        path.mkdir(mode=mode)
        path.chmod(mode)  # the umask may have taken bits away from a directory that is new
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o777 & ~mode:
            raise EmbeddedServerError(
                f"{path} exists and is not a private directory of this user. Remove it and try again."
            ) from None


def prepare(embedded: Embedded) -> None:
    """Create the directories of the servers. Several commands may do so at once."""
    # As root, PostgreSQL runs under another account, which has to pass through to its own directory.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    embedded.var_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    make_private(embedded.runtime_dir.parent, mode=mode)
    make_private(embedded.runtime_dir, mode=mode)


def link(embedded: Embedded) -> None:
    """Let `var_dir` show where the sockets are. Call it under the lock."""
    path = embedded.var_dir / "run"
    if not path.is_symlink() or path.readlink() != embedded.runtime_dir:
        path.unlink(missing_ok=True)
        path.symlink_to(embedded.runtime_dir)


@contextmanager
def locked(embedded: Embedded) -> Iterator[None]:
    """One command at a time starts or stops the servers; the others wait and then find the work done."""
    import fcntl  # not on Windows, where the settings must load all the same

    descriptor = os.open(embedded.runtime_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
