"""docker-compose.yml and Dockerfile against the settings: every variable arrives, every command exists."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from guanai import environment as readers

BASE = Path(__file__).resolve().parents[2]
APP_SERVICES = ["migrate", "web", "worker", "beat"]
SECRETS = {
    "SECRET_KEY", "GUANAI_DATA_KEYS", "GUANAI_INDEX_KEY", "GUANAI_AUDIT_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD",
}  # fmt: skip
VALUES = {
    "SECRET_KEY": "0123456789abcdef" * 5,
    "ALLOWED_HOSTS": "guanai.invalid",
    "POSTGRES_PASSWORD": "1f" * 20,
    "VALKEY_PASSWORD": "2f" * 20,
    "GUANAI_DATA_KEYS": f"1:{'01' * 16}",
    "GUANAI_INDEX_KEY": "03" * 32,
    "GUANAI_AUDIT_KEY": "05" * 32,
}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:[?-])?(?P<rest>[^}]*)\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text(encoding="utf-8"))
    return parsed


def read_by_settings() -> dict[str, bool]:
    """Every variable that the settings read through a reader: whether it is required outside DEBUG."""
    found: dict[str, bool] = {}
    for node in ast.walk(ast.parse((BASE / "guanai" / "settings.py").read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        of_readers = isinstance(node.func.value, ast.Name) and node.func.value.id == "environment"
        first = node.args[0] if node.args else None
        if of_readers and isinstance(first, ast.Constant) and hasattr(readers, node.func.attr):
            found[str(first.value)] = not any(keyword.arg == "default" for keyword in node.keywords)
    return found


def resolved(value: str) -> str:
    def replace(match: re.Match[str]) -> str:
        name, rule, rest = match["name"], match["rule"], match["rest"]
        return VALUES[name] if rule == ":?" else VALUES.get(name, rest)

    return VARIABLE.sub(replace, value)


def test_services_and_volumes(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "valkey", *APP_SERVICES}
    named = {volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])}
    assert named == set(compose["volumes"])


def test_settings_require_what_they_say() -> None:
    required = {name for name, needed in read_by_settings().items() if needed}

    assert required == {
        "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "GUANAI_DATA_KEYS", "GUANAI_INDEX_KEY",
        "GUANAI_AUDIT_KEY",
    }  # fmt: skip


@pytest.mark.parametrize("service", APP_SERVICES)
def test_every_required_variable_is_passed_and_every_passed_one_is_read(compose: dict[str, Any], service: str) -> None:
    passed = set(compose["services"][service]["environment"])
    read = read_by_settings()

    assert {name for name, needed in read.items() if needed} <= passed
    assert passed <= set(read)


def test_settings_load_with_what_is_passed(compose: dict[str, Any], tmp_path: Path) -> None:
    passed = {name: resolved(value) for name, value in compose["services"]["web"]["environment"].items()}
    passed |= {"PATH": os.environ["PATH"], "GUANAI_VAR_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=BASE,
        env=passed,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr


def test_holds_no_secret(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            of_secret = name in SECRETS or "PASSWORD" in name or "AUTH" in name
            assert not of_secret or re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    text = (BASE / "docker-compose.yml").read_text(encoding="utf-8") + (BASE / "Dockerfile").read_text(encoding="utf-8")
    for name in SECRETS:
        uses = re.findall(rf"\$\{{{name}(.{{2}})", text)
        assert all(use == ":?" for use in uses), f"{name} must have no default"
    assert not re.search(r"[0-9a-f]{16}", text)


def test_images_are_pinned_by_tag(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += re.findall(r"^FROM (\S+)", (BASE / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    for image in images:
        name, _, tag = image.partition(":")
        assert name
        assert re.search(r"\d", tag), image


def test_everything_that_runs_on_has_a_health_check_and_restarts(compose: dict[str, Any]) -> None:
    for name in set(compose["services"]) - {"migrate"}:
        service = compose["services"][name]
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert service["restart"] == "unless-stopped", name
    for name in ("web", "worker", "beat"):
        conditions = {key: value["condition"] for key, value in compose["services"][name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "valkey": "service_healthy",
        }


def test_commands_exist(compose: dict[str, Any]) -> None:
    commands = {name: compose["services"][name]["command"] for name in APP_SERVICES}

    assert commands["migrate"][:2] == ["python", "manage.py"]
    assert commands["migrate"][2] in get_commands()
    assert commands["web"][:2] == ["gunicorn", "guanai.wsgi"]
    assert [commands[name][:4] for name in ("worker", "beat")] == [
        ["celery", "--app", "guanai", "worker"],
        ["celery", "--app", "guanai", "beat"],
    ]


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_options_of_commands_are_known(compose: dict[str, Any], service: str) -> None:
    command = compose["services"][service]["command"]
    words = command[1 : command.index(service) + 1] if service in command else []
    helped = subprocess.run(
        [sys.executable, "-m", command[0], *words, "--help"], cwd=BASE, check=True, capture_output=True, text=True
    ).stdout

    for option in command:
        if option.startswith("--") and option != "--app":
            assert option.partition("=")[0] in helped, option


def test_image_runs_as_a_user_without_rights() -> None:
    lines = (BASE / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]

    assert "USER guanai" in last_stage
    assert any("GUANAI_DEBUG=0" in line for line in last_stage)
