"""`manage.py serve` as somebody runs it: web server, worker and beat, and an orderly end."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from guanai.embedded.detached import wait_until

BASE = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def served(port: int, environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with subprocess.Popen(
        command,
        cwd=BASE,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def wait_for_pages(process: "subprocess.Popen[str]", port: int) -> list[psutil.Process]:
    """The processes that serve, once the pages answer."""
    wait_until(lambda: answers(port) or process.poll() is not None, seconds=60)
    assert process.poll() is None, process.communicate()[0]
    children: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return children


def test_serves_and_ends_with_all_it_started(process_environment: dict[str, str]) -> None:
    port = free_port()
    with served(port, process_environment) as process:
        children = wait_for_pages(process, port)
        commands = {name for child in children for name in ("gunicorn", "worker", "beat") if name in child.cmdline()}
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)

    assert commands == {"gunicorn", "worker", "beat"}
    assert process.returncode == 0, output
    assert output.splitlines()[0] == f"http://127.0.0.1:{port}  (Ctrl-C stops it)"
    assert output.splitlines()[-1] == "stopped"
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_ends_when_one_of_its_processes_dies(process_environment: dict[str, str]) -> None:
    port = free_port()
    with served(port, process_environment) as process:
        children = wait_for_pages(process, port)
        next(child for child in children if "beat" in child.cmdline()).kill()
        output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "the beat ended by itself; the others were stopped." in output
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_says_that_the_port_is_taken(process_environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with served(port, process_environment) as process:
            output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"port {port} of this machine is in use" in output


def test_refuses_a_database_without_tables(process_environment: dict[str, str]) -> None:
    address = urlsplit(process_environment["DATABASE_URL"])._replace(path="/postgres").geturl()
    with served(free_port(), {"DATABASE_URL": address}) as process:
        output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "make demo first" in output
