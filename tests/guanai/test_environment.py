"""Readers of the environment: what they take, and how loudly they refuse the rest."""

import json
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from guanai import environment

Environment = pytest.MonkeyPatch


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("off", False), ("", False)])
def test_flag(monkeypatch: Environment, value: str, *, expected: bool) -> None:
    monkeypatch.setenv("X", value)

    assert environment.flag("X") is expected


def test_flag_refuses_another_word(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "maybe")

    with pytest.raises(ImproperlyConfigured, match="X must be 1 or 0"):
        environment.flag("X")


@pytest.mark.parametrize("value", [None, "", "  "])
def test_required_refuses_what_is_not_set(monkeypatch: Environment, value: str | None) -> None:
    monkeypatch.delenv("X", raising=False)
    if value is not None:
        monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match="X is not set"):
        environment.required("X")


@pytest.mark.parametrize(("value", "message"), [("three", "whole number"), ("-1", "at least 0")])
def test_integer_refuses(monkeypatch: Environment, value: str, message: str) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=message):
        environment.integer("X", default=0)


def test_directory_refuses_a_relative_path(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "var/files")

    with pytest.raises(ImproperlyConfigured, match="absolute path"):
        environment.directory("X", default=Path("/srv"))


def test_names_refuses_commas_alone(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", " , ")

    with pytest.raises(ImproperlyConfigured, match="names nothing"):
        environment.names("X")


def test_data_keys_by_version(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", f"1:{'0a' * 16},12:{'0b' * 16}")

    assert environment.data_keys("X") == {1: b"\x0a" * 16, 12: b"\x0b" * 16}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0a" * 16, "must be written version:key"),
        (f"0:{'0a' * 16}", "versions from 1 to 255"),
        (f"256:{'0a' * 16}", "versions from 1 to 255"),
        (f"²:{'0a' * 16}", "versions from 1 to 255"),
        (f"1:{'0a' * 15}", "must hold 16 bytes"),
        (f"1:{'xy' * 16}", "hexadecimal"),
        (f"1:{'0a' * 16},1:{'0b' * 16}", "repeats version 1"),
    ],
)
def test_data_keys_refuses_without_repeating_the_secret(monkeypatch: Environment, value: str, message: str) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=message) as caught:
        environment.data_keys("X")
    assert "0a0a" not in str(caught.value)
    assert "xyxy" not in str(caught.value)


@pytest.mark.parametrize("value", ["short", "a" * 60])
def test_secret_key_refuses_what_can_be_guessed(monkeypatch: Environment, value: str) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match="at least 50 characters"):
        environment.secret_key("X")


def test_database_with_every_part(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "postgresql://gu%40n:p%2Fw@db.invalid:5433/n%20ame?sslmode=verify-full")

    assert environment.database("X") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "n ame",
        "USER": "gu@n",
        "PASSWORD": "p/w",
        "HOST": "db.invalid",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "verify-full"},
    }


def test_database_on_a_socket(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "postgresql://guanai@/guanai?host=%2Frun%2Fpg")

    described = environment.database("X")

    assert (described["HOST"], described["PORT"], described["OPTIONS"]) == ("/run/pg", "", {})


@pytest.mark.parametrize(
    ("value", "message"), [("mysql://u@h/n", "no other database"), ("postgresql://u@h/", "names no database")]
)
def test_database_refuses(monkeypatch: Environment, value: str, message: str) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=message):
        environment.database("X")


def test_redis_addresses(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "rediss://:pw@cache.invalid:6380")

    assert environment.redis_addresses("X") == (
        "rediss://:pw@cache.invalid:6380/0",
        "rediss://:pw@cache.invalid:6380/1",
    )


@pytest.mark.parametrize(("value", "message"), [("amqp://h", "begin with redis"), ("redis://h/3", "database number")])
def test_redis_addresses_refuses(monkeypatch: Environment, value: str, message: str) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=message):
        environment.redis_addresses("X")


def test_development_keys_are_made_once_at_random_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.json"

    made = environment.development_keys(path)

    assert environment.development_keys(path) == made == json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]
    assert environment.development_keys(tmp_path / "other" / "keys.json") != made


def test_a_key_that_a_later_release_needs_is_added_to_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = environment.development_keys(path)
    older = {name: value for name, value in made.items() if name != "GUANAI_AUDIT_KEY"}
    path.write_text(json.dumps(older), encoding="utf-8")

    keys = environment.development_keys(path)

    assert {**keys, "GUANAI_AUDIT_KEY": ""} == {**older, "GUANAI_AUDIT_KEY": ""}
    assert len(bytes.fromhex(keys["GUANAI_AUDIT_KEY"])) == 32
    assert environment.development_keys(path) == keys


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("05" * 31, "must hold 32 bytes"),
        ("xy" * 32, "hexadecimal"),
        (f"1:{'05' * 32},1:{'06' * 32}", "repeats version 1"),
    ],
)
def test_the_key_of_the_seals_is_checked(monkeypatch: Environment, value: str, message: str) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=message):
        environment.digest_keys("X")


def test_the_keys_of_the_seals_by_version_or_one_alone(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "05" * 32)
    assert environment.digest_keys("X") == {1: b"\x05" * 32}
    monkeypatch.setenv("X", f"1:{'05' * 32},2:{'06' * 32}")
    assert environment.digest_keys("X") == {1: b"\x05" * 32, 2: b"\x06" * 32}


def test_files_are_absolute_and_may_be_none(monkeypatch: Environment) -> None:
    monkeypatch.setenv("X", "/mnt/a/seals.log, /mnt/b/seals.log")
    assert environment.files("X") == [Path("/mnt/a/seals.log"), Path("/mnt/b/seals.log")]
    monkeypatch.setenv("X", "")
    assert environment.files("X") == []
    monkeypatch.setenv("X", "seals.log")
    with pytest.raises(ImproperlyConfigured, match="absolute"):
        environment.files("X")
