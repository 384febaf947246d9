"""Log lines: one JSON object each in a deployment, without what a person typed into a search field."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.test import RequestFactory

from guanai.logging import RequestLogMiddleware

BASE = Path(__file__).resolve().parents[2]

EVENTS = """
import logging.config, structlog
from django.core.exceptions import PermissionDenied
from guanai.logging import logging_settings
logging.config.dictConfig(logging_settings(readable=False, level="INFO"))
structlog.get_logger("guanai.test").info("started", unit="510824")
def fail(name):
    raise ValueError("no such number")
try:
    fail("王小明")
except ValueError:
    logging.getLogger("django.request").exception("failed at %s", "/aid/")
try:
    raise PermissionDenied("no roster")
except PermissionDenied:
    logging.getLogger("django.request").warning("Forbidden: %s", "/volunteers/", exc_info=True)
"""


def events() -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", EVENTS],
        cwd=BASE,
        env={"PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_both_kinds_of_logger_write_json() -> None:
    started, failed, _ = events()

    assert (started["event"], started["unit"], started["level"]) == ("started", "510824", "info")
    assert (failed["event"], failed["logger"], failed["level"]) == ("failed at /aid/", "django.request", "error")


def test_traceback_shows_no_values() -> None:
    _, failed, _ = events()

    assert "no such number" in json.dumps(failed)
    assert "王小明" not in json.dumps(failed, ensure_ascii=False)


def test_who_is_refused_is_one_line_without_a_traceback() -> None:
    refused = events()[-1]

    assert (refused["event"], refused["level"]) == ("Forbidden: /volunteers/", "warning")
    assert "exception" not in refused


def test_request_is_logged_without_its_query(rf: RequestFactory) -> None:
    request = rf.get("/volunteers/", {"q": "王小明"})

    assert RequestLogMiddleware.format_request(request) == "GET /volunteers/"
