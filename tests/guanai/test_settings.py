"""The settings of a deployment, loaded in a process of their own with an environment of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
REQUIRED = [
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "REDIS_URL",
    "GUANAI_DATA_KEYS",
    "GUANAI_INDEX_KEY",
    "GUANAI_AUDIT_KEY",
]

SHOW = """
import json
from django.conf import settings as s
print(json.dumps({name: repr(getattr(s, name)) for name in %r}))
"""


def deployment(tmp_path: Path) -> dict[str, str]:
    """A complete environment, of which nothing comes from this process but the way to Python."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "guanai.settings",
        "GUANAI_VAR_DIR": str(tmp_path / "var"),
        "GUANAI_OUT_DIR": str(tmp_path / "out"),
        "SECRET_KEY": "0123456789abcdef" * 5,
        "ALLOWED_HOSTS": "guanai.invalid,.county.invalid",
        "DATABASE_URL": "postgresql://guanai@db.invalid/guanai",
        "REDIS_URL": "redis://cache.invalid:6379",
        "GUANAI_DATA_KEYS": f"1:{'01' * 16},2:{'02' * 16}",
        "GUANAI_INDEX_KEY": "03" * 32,
        "GUANAI_AUDIT_KEY": "05" * 32,
    }


def run(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], cwd=BASE, env=environment, check=False, capture_output=True, text=True
    )


def shown(environment: dict[str, str], *names: str) -> dict[str, str]:
    done = run(environment, "-c", SHOW % (names,))
    assert done.returncode == 0, done.stderr
    values: dict[str, str] = json.loads(done.stdout)
    return values


@pytest.mark.parametrize("name", REQUIRED)
def test_deployment_fails_loudly_without(tmp_path: Path, name: str) -> None:
    environment = deployment(tmp_path)
    del environment[name]

    done = run(environment, "-c", SHOW % (["DEBUG"],))

    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name} is not set" in done.stderr
    assert not (tmp_path / "var").exists()


def test_deployment_takes_everything_from_the_environment(tmp_path: Path) -> None:
    values = shown(
        deployment(tmp_path), "DEBUG", "DATA_KEY_CURRENT", "ALLOWED_HOSTS", "CELERY_BROKER_URL", "SESSION_COOKIE_SECURE"
    )

    assert values == {
        "DEBUG": "False",
        "DATA_KEY_CURRENT": "2",
        "ALLOWED_HOSTS": "['guanai.invalid', '.county.invalid']",
        "CELERY_BROKER_URL": "'redis://cache.invalid:6379/0'",
        "SESSION_COOKIE_SECURE": "True",
    }


def test_deployment_check_is_clean(tmp_path: Path) -> None:
    done = run(deployment(tmp_path), "manage.py", "check", "--deploy", "--fail-level", "INFO")

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_a_forwarded_address_is_believed_behind_a_proxy_alone(tmp_path: Path) -> None:
    names = ("AXES_IPWARE_META_PRECEDENCE_ORDER", "AXES_IPWARE_PROXY_COUNT")

    assert shown(deployment(tmp_path), *names)[names[0]] == "['REMOTE_ADDR']"
    behind = shown({**deployment(tmp_path), "GUANAI_PROXY_COUNT": "1"}, *names, "SECURE_PROXY_SSL_HEADER")
    assert behind == {
        names[0]: "['HTTP_X_FORWARDED_FOR', 'REMOTE_ADDR']",
        names[1]: "1",
        "SECURE_PROXY_SSL_HEADER": "('HTTP_X_FORWARDED_PROTO', 'https')",
    }


def test_command_in_a_half_configured_deployment_does_not_fall_back_to_development(tmp_path: Path) -> None:
    environment = {**deployment(tmp_path), "SECRET_KEY": ""}

    done = run(environment, "manage.py", "check")

    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr
    assert "Starting the embedded" not in done.stderr


def test_settings_start_no_server(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "guanai.settings",
        "GUANAI_DEBUG": "1",
        "GUANAI_VAR_DIR": str(tmp_path / "var"),
    }

    values = shown(environment, "EMBEDDED", "DEBUG")

    assert values["DEBUG"] == "True"
    assert "postgres=True, valkey=True" in values["EMBEDDED"]
    assert [entry.name for entry in (tmp_path / "var").iterdir()] == ["keys.json"]


def test_a_trail_is_kept_six_months_at_least(tmp_path: Path) -> None:
    done = run({**deployment(tmp_path), "GUANAI_TRAIL_MONTHS": "5"}, "-c", SHOW % (["TRAIL_MONTHS"],))

    assert done.returncode != 0
    assert "GUANAI_TRAIL_MONTHS must be at least 6" in done.stderr
    assert shown({**deployment(tmp_path), "GUANAI_TRAIL_MONTHS": "60"}, "TRAIL_MONTHS") == {"TRAIL_MONTHS": "60"}
    assert shown(deployment(tmp_path), "TRAIL_MONTHS") == {"TRAIL_MONTHS": "36"}
