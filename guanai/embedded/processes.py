"""The processes of a running installation on one's own machine: web server, worker and beat.

They stay in the process group of the command that starts them, so that what ends the terminal ends them too.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings

Process = subprocess.Popen[bytes]
# A worker that is told to end finishes the task it is at; its parts are short.
STOP_SECONDS = 20
WEB_WORKERS = 3
TASK_WORKERS = 2


def start_web(*, host: str = "127.0.0.1", port: int = 8000, environment: Mapping[str, str] | None = None) -> Process:
    """Start gunicorn as in production, on one's own machine alone."""
    arguments = ["gunicorn", "guanai.wsgi", "--bind", f"{host}:{port}", "--workers", str(WEB_WORKERS)]
    return _start([*arguments, "--no-control-socket", "--log-level", "warning"], environment)


def start_worker(*, concurrency: int = TASK_WORKERS, environment: Mapping[str, str] | None = None) -> Process:
    """Start a real Celery worker. `environment` is laid over this process's own."""
    arguments = ["celery", "--app", "guanai", "--quiet", "worker", "--concurrency", str(concurrency)]
    return _start([*arguments, "--loglevel", "warning", "--without-gossip", "--without-mingle"], environment)


def start_beat(*, environment: Mapping[str, str] | None = None) -> Process:
    """Start Celery's clock, which queues again what a lost worker left behind."""
    return _start(["celery", "--app", "guanai", "--quiet", "beat", "--loglevel", "warning", "--pidfile="], environment)


def stop(process: Process) -> None:
    """End a process that one of these functions started; one that does not end in time is killed."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def background_work(*, environment: Mapping[str, str] | None = None) -> Iterator[Sequence[Process]]:
    """A worker and beat for the time of the block."""
    with ExitStack() as stack:
        processes = []
        for start in (start_worker, start_beat):
            processes.append(start(environment=environment))
            stack.callback(stop, processes[-1])
        yield processes


def serve(*, host: str = "127.0.0.1", port: int = 8000) -> str:
    """Serve pages and do background work until interrupted or told to end.

    Returns why it ended: nothing when it was interrupted, otherwise the name of the process that ended by itself.
    """
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as stack:
            background = stack.enter_context(background_work())
            web = start_web(host=host, port=port)
            stack.callback(stop, web)
            return _watch({"web server": web, "worker": background[0], "beat": background[1]})
    except KeyboardInterrupt:
        return ""
    finally:
        signal.signal(signal.SIGTERM, previous)


def _watch(processes: Mapping[str, Process]) -> str:
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                return name
        time.sleep(0.5)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _start(arguments: Sequence[str], environment: Mapping[str, str] | None) -> Process:
    module, *rest = arguments
    base = Path(settings.BASE_DIR)
    return subprocess.Popen(  # noqa: S603  # the arguments are ours
        # On one's own machine everybody knows whether they are root.
        [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", module, *rest],
        cwd=base,
        env={**os.environ, "PYTHONPATH": str(base), **(environment or {})},
    )
