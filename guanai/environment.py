"""Readers of environment variables: each returns a checked value or says which variable is wrong and why.

No reader has a default for a secret; what may be left out in DEBUG alone is decided in `guanai/settings.py`.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})
DATA_KEY_BYTES = 16  # SM4
DIGEST_KEY_BYTES = 32  # HMAC-SM3, of the blind index and of the seals


def flag(name: str, *, default: bool = False) -> bool:
    """A yes/no variable."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def required(name: str) -> str:
    """A variable that must be set and not empty."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment, or GUANAI_DEBUG=1 for development.")
    return value


def text(name: str, *, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def integer(name: str, *, default: int, minimum: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {number}.")
    return number


def names(name: str) -> list[str]:
    """A required, comma-separated list of words."""
    values = [value.strip() for value in required(name).split(",") if value.strip()]
    if not values:
        raise ImproperlyConfigured(f"{name} names nothing.")
    return values


def directory(name: str, *, default: Path) -> Path:
    """An absolute directory; it need not exist yet."""
    path = Path(text(name, default=str(default))).expanduser()
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{name} must be an absolute path, not {path}.")
    return path


def _key(name: str, value: str, length: int) -> bytes:
    # The value itself is never repeated in a message: it is a secret and messages reach logs.
    try:
        key = bytes.fromhex(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be written in hexadecimal.") from error
    if len(key) != length:
        raise ImproperlyConfigured(f"{name} must hold {length} bytes ({length * 2} hexadecimal digits).")
    return key


def secret_key(name: str) -> str:
    value = required(name)
    if len(value) < 50 or len(set(value)) < 5:
        raise ImproperlyConfigured(f"{name} must have at least 50 characters, not all alike.")
    return value


def digest_keys(name: str) -> dict[int, bytes]:
    """Versioned 32-byte keys of the blind index or of the seals, written as `data_keys` are; the highest is current.

    One key alone, without a version, is version 1.
    """
    value = required(name)
    return _versioned(name, DIGEST_KEY_BYTES) if ":" in value else {1: _key(name, value, DIGEST_KEY_BYTES)}


def files(name: str, *, default: Iterable[Path] = ()) -> list[Path]:
    """A comma-separated list of absolute paths of files; they need not exist yet."""
    paths = [Path(value.strip()) for value in os.environ.get(name, "").split(",") if value.strip()]
    for path in paths:
        if not path.is_absolute():
            raise ImproperlyConfigured(f"{name} must name absolute paths, not {path}.")
    return paths or list(default)


def data_keys(name: str) -> dict[int, bytes]:
    """Versioned 16-byte keys, written `1:<32 hex digits>,2:<32 hex digits>`; the highest version encrypts."""
    return _versioned(name, DATA_KEY_BYTES)


def _versioned(name: str, length: int) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for entry in names(name):
        version, separator, value = entry.partition(":")
        if not separator or not version.isascii() or not version.isdigit() or not 1 <= int(version) <= 255:
            raise ImproperlyConfigured(f"{name} must be written version:key,version:key with versions from 1 to 255.")
        if int(version) in keys:
            raise ImproperlyConfigured(f"{name} repeats version {version}.")
        keys[int(version)] = _key(name, value, length)
    return keys


def database(name: str) -> dict[str, Any]:
    """Django's description of the PostgreSQL database at a `postgresql://` address.

    Connection options of libpq may follow as a query (`?sslmode=verify-full`); `host=` may name a socket directory.
    """
    url = urlsplit(required(name))
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with postgresql://; no other database is supported.")
    database_name = unquote(url.path.lstrip("/"))
    if not database_name:
        raise ImproperlyConfigured(f"{name} names no database.")
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", unquote(url.hostname or "")),
        "PORT": str(url.port or ""),
        "OPTIONS": options,
    }


def redis_addresses(name: str) -> tuple[str, str]:
    """(broker, cache) addresses from one Redis or Valkey address without a database number: 0 and 1 are used."""
    url = urlsplit(required(name))
    if url.scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(f"{name} must begin with redis:// or rediss://.")
    if url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must not name a database number; 0 is the broker's, 1 the cache's.")
    return url._replace(path="/0").geturl(), url._replace(path="/1").geturl()


def development_keys(path: Path) -> dict[str, str]:
    """Secrets of a development checkout, made once at random and kept in `path` for its owner alone.

    A key that a later release needs is added to a file that is there.
    """
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as stream:
        # The first process makes the keys, the others wait and read them, so that all of them end with the same.
        fcntl.flock(stream, fcntl.LOCK_EX)
        held: dict[str, str] = json.loads(stream.read() or "{}")
        made = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "GUANAI_DATA_KEYS": f"1:{secrets.token_hex(DATA_KEY_BYTES)}",
            "GUANAI_INDEX_KEY": secrets.token_hex(DIGEST_KEY_BYTES),
            "GUANAI_AUDIT_KEY": secrets.token_hex(DIGEST_KEY_BYTES),
        }
        keys = {**made, **held}
        if keys != held:
            stream.seek(0)
            json.dump(keys, stream, indent=1)
            stream.truncate()
    return keys
