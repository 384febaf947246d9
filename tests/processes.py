"""Real processes against the database of a test: what is done in another process must be seen from it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from guanai.celery import app
from guanai.embedded.detached import wait_until
from guanai.embedded.processes import Process, background_work, stop


def database_address() -> str:
    """The address of this test's database, for a process that is not ours."""
    parameters = connection.settings_dict
    sign_in = ":".join(quote(part, safe="") for part in (parameters["USER"], parameters["PASSWORD"]) if part)
    query = urlencode({"host": parameters["HOST"]})
    port = f":{parameters['PORT']}" if parameters["PORT"] else ""
    return f"postgresql://{sign_in}@{port}/{parameters['NAME']}?{query}"


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """Lets a child process work on this test's database; lay it over the environment that it inherits."""
    return {"DATABASE_URL": database_address()}


@pytest.fixture
def real_worker(process_environment: dict[str, str]) -> Iterator[Process]:
    """A real Celery worker with beat, in place of eager tasks. A test may kill the worker."""
    app.conf.task_always_eager = False
    try:
        with background_work(environment=process_environment) as processes:
            assert wait_until(lambda: bool(app.control.ping(timeout=1)), seconds=30), "the worker did not answer"
            yield processes[0]
    finally:
        app.conf.task_always_eager = True


@pytest.fixture
def second_worker(process_environment: dict[str, str]) -> Iterator[list[Process]]:
    """A list for the worker that the test starts in place of the killed one."""
    started: list[Process] = []
    yield started
    for process in started:
        stop(process)


def kill(worker: Process) -> None:
    """SIGKILL the worker and its children, none of which may finish what it is at."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for pid in (worker.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    worker.wait()
