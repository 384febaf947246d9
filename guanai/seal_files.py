"""The newest seals outside the database: lines that are only added, in as many files as `settings.SEAL_FILES` names.

A line is `stream number digest time`. A second file on another machine's disk is what makes the first one hold.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from guanai.models import AuditSeal

# What a sealer reads of a file to see what is there already.
_TAIL = 1 << 16


@dataclass(frozen=True, slots=True)
class Line:
    stream: str
    number: int
    digest: str


def write(seals: Iterable[AuditSeal]) -> None:
    """Add what a file does not hold yet to each of the files, and wait until it is on the disk."""
    wanted = list(seals)
    for path in settings.SEAL_FILES:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as stream:
            # Two sealers that end at the same time must not write into each other's lines.
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.seek(max(stream.seek(0, os.SEEK_END) - _TAIL, 0))
            held = set(stream.read().splitlines())
            lines = [line for seal in wanted if (line := _line(seal)) not in held]
            if lines:
                stream.write(b"".join(line + b"\n" for line in lines))
                stream.flush()
                os.fsync(stream.fileno())


def _line(seal: AuditSeal) -> bytes:
    return f"{seal.stream} {seal.number} {seal.digest} {seal.made_at:%Y-%m-%dT%H:%M:%S%z}".encode()


def read(path: Path) -> Iterator[Line]:
    """The lines of a file in their order.

    Raises ValueError for a line that this module did not write.
    """
    with path.open(encoding="ascii", errors="replace") as stream:
        for text in stream:
            words = text.split()
            if len(words) != 4 or not words[1].isdigit():
                raise ValueError(f"{path} holds a line that no sealer wrote")
            yield Line(words[0], int(words[1]), words[2])
