"""Browser tests: the system's Chromium where there is one, otherwise the one that Playwright installs."""

import os
from pathlib import Path
from typing import Any

import pytest

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
# No traffic of the browser's own while a test runs.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def _django_beside_an_event_loop() -> None:
    """Playwright's synchronous interface keeps an event loop in this thread, which Django would take for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def base_url() -> None:
    """Every test names its live server. The fixture of the library that this replaces is a deprecated method."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chosen = {**browser_type_launch_args, "args": list(QUIET)}
    if SYSTEM_CHROMIUM.exists():
        chosen["executable_path"] = str(SYSTEM_CHROMIUM)
    if os.geteuid() == 0:
        # Chromium's sandbox refuses to run as root; the only pages opened are our own.
        chosen["args"].append("--no-sandbox")
    return chosen


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
