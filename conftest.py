"""Tests run on servers and files of their own in `var/test`; nothing of a demonstration is touched.

This is read before Django is configured. A DATABASE_URL or REDIS_URL in the environment is respected.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

VAR_DIR = Path(__file__).resolve().parent / "var" / "test"

os.environ["DJANGO_SETTINGS_MODULE"] = "guanai.settings"
os.environ["GUANAI_DEBUG"] = "1"
os.environ["GUANAI_VAR_DIR"] = str(VAR_DIR)
os.environ["GUANAI_OUT_DIR"] = str(VAR_DIR / "out")
os.environ["GUANAI_LOG_LEVEL"] = "ERROR"
# Several test processes share one broker, each under a name of its own.
os.environ["GUANAI_REDIS_PREFIX"] = f"test-{os.getpid()}"
# The data of tests is worth nothing after the test.
os.environ["GUANAI_EMBEDDED_DURABLE"] = "0"

# Time limits of single examples say more about the machine than about the code.
hypothesis_settings.register_profile("guanai", max_examples=50, deadline=None)
hypothesis_settings.register_profile("fuzz", max_examples=5000, deadline=None)
hypothesis_settings.load_profile("guanai")

pytest_plugins = ["tests.databases", "tests.processes"]


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings
    from django.contrib.auth.signals import user_logged_in

    from guanai.celery import app

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Otherwise every test client walks through all static files when it starts (0.15 s each).
    settings.WHITENOISE_AUTOREFRESH = True
    # One process, one cache: what a test caches is neither seen nor flushed by a test beside it.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    # What a process seals in its own database says nothing about the databases of others.
    settings.SEAL_FILES = [VAR_DIR / f"seals-{os.getpid()}.log"]
    # Tasks run where they are called, except in tests of real processes (`real_worker` of tests/processes.py).
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    user_logged_in.connect(_pass_second_factor, dispatch_uid="tests.second_factor")


def _pass_second_factor(sender: Any, **kwargs: Any) -> None:
    """Who is signed in by `force_login` has passed the second factor too (tests/second_factor.py)."""
    from tests.second_factor import pass_when_forced

    pass_when_forced(sender, **kwargs)


def pytest_unconfigure() -> None:
    (VAR_DIR / f"seals-{os.getpid()}.log").unlink(missing_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in tests/browser, tests/bench and tests/faults carries the mark of its directory."""
    for item in items:
        for directory in ("browser", "bench", "faults"):
            if f"tests/{directory}/" in item.nodeid:
                item.add_marker(directory)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    from django.core.cache import cache

    cache.clear()
