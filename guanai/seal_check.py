"""Checks the seals: every one of every stream, its place in the chain, the rows under it, and the files outside."""

import datetime
import hmac
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from guanai import seal_files
from guanai.batches import batched
from guanai.enums import Finding
from guanai.models import AuditSeal, Sealed, SealRetirement
from guanai.retention import SHORTEST, months_before
from guanai.seals import content_of, digest_of, digest_of_retirement, latest_seals, plain_text, streams

_BATCH = 500
# Beat writes what a file lacks within a minute.
CATCH_UP = datetime.timedelta(hours=1)


class BrokenSealError(Exception):
    """The first thing that is not as it was sealed."""

    def __init__(self, finding: Finding, stream: str, words: str) -> None:
        super().__init__(f"{stream}: {finding.value}: {words}")
        self.finding, self.stream = finding, stream


def check_all(say: Callable[[str], object]) -> None:
    """Check everything, saying what was checked.

    Raises:
        BrokenSealError: at the first seal that does not hold.
    """
    for name, model in streams().items():
        with transaction.atomic():
            plain_text()
            say(_check_stream(name, model))
    for path in settings.SEAL_FILES:
        say(_check_file(path))


def _check_stream(name: str, model: type[Sealed]) -> str:
    """One sentence about a stream whose seals all hold."""
    retired = _retired(name)
    before: AuditSeal | None = None
    rows = gone = 0
    for seal in AuditSeal.objects.filter(stream=name).order_by("number").iterator(chunk_size=_BATCH):
        _check_chain(seal, before)
        if seal.number <= retired:
            gone += seal.rows
        else:
            _check_rows(seal, model, _left_over(model, seal.starts) if not rows and retired else 0)
            rows += seal.rows
        before = seal
    if retired and (before is None or before.number < retired):
        raise BrokenSealError(Finding.SEAL_REMOVED, name, f"the seals up to {retired}, whose rows were retired")
    if before and before.number == retired and _left_over(model, before.ends):
        raise BrokenSealError(Finding.INSERTED, name, f"rows older than the retired seal {retired}")
    open_rows = model._default_manager.filter(xact__gte=before.ends if before else 0).count()
    seals = before.number if before else 0
    return f"{name}: {seals} seals over {rows} rows hold; {gone} rows expired; {open_rows} rows not sealed yet"


def _check_chain(seal: AuditSeal, before: AuditSeal | None) -> None:
    """A seal says what its key holder wrote, and follows the one before."""
    where = _where(seal)
    number, digest, ends, key = (before.number, before.digest, before.ends, before.key) if before else (0, "", 0, 0)
    if seal.number != number + 1:
        raise BrokenSealError(Finding.SEAL_REMOVED, seal.stream, f"no seal {number + 1} before {where}")
    _check_key(seal, where)
    if not hmac.compare_digest(seal.digest, digest_of(seal)):
        raise BrokenSealError(Finding.SEAL_CHANGED, seal.stream, where)
    if seal.key < key:
        # Whoever has a key that was replaced makes no seals after it.
        raise BrokenSealError(Finding.SEAL_CHANGED, seal.stream, f"{where} is by an older key than seal {number}")
    if seal.previous != digest or seal.starts != ends:
        raise BrokenSealError(Finding.SEAL_CHANGED, seal.stream, f"{where} does not follow seal {number}")


def _check_key(signed: AuditSeal | SealRetirement, where: str) -> None:
    if signed.key not in settings.AUDIT_KEYS:
        words = f"{where}: GUANAI_AUDIT_KEY does not hold version {signed.key}"
        raise BrokenSealError(Finding.KEY, signed.stream, words)


def _check_rows(seal: AuditSeal, model: type[Sealed], left_over: int) -> None:
    if left_over:
        raise BrokenSealError(Finding.INSERTED, seal.stream, f"{left_over} rows older than {_where(seal)}")
    try:
        rows, content = content_of(model, seal.columns.split(","), seal.starts, seal.ends)
    except ProgrammingError as error:
        raise BrokenSealError(Finding.CHANGED, seal.stream, f"columns under {_where(seal)} ({error})") from error
    if rows != seal.rows:
        finding = Finding.REMOVED if rows < seal.rows else Finding.INSERTED
        raise BrokenSealError(finding, seal.stream, f"{rows} rows instead of {seal.rows} under {_where(seal)}")
    if content != seal.content:
        raise BrokenSealError(Finding.CHANGED, seal.stream, f"one or more of the {rows} rows under {_where(seal)}")


def _left_over(model: type[Sealed], ends: int) -> int:
    """Rows where all were deleted at their time: somebody put them there."""
    return model._default_manager.filter(xact__lt=ends).count()


def _retired(name: str) -> int:
    """Up to which seal the rows of a stream were deleted by `expire_trail`; each of its statements is checked."""
    through = key = 0
    for retirement in SealRetirement.objects.filter(stream=name).order_by("through").iterator(chunk_size=_BATCH):
        words = f"the statement that rows up to seal {retirement.through} expired"
        seal = AuditSeal.objects.filter(stream=name, number=retirement.through).first()
        if seal is None:
            raise BrokenSealError(Finding.SEAL_REMOVED, name, words)
        _check_key(retirement, words)
        _check_key(seal, words)
        is_ours = hmac.compare_digest(retirement.digest, digest_of_retirement(retirement, seal))
        is_older = retirement.key < max(key, seal.key)
        if not is_ours or is_older or seal.made_at > months_before(retirement.made_at, SHORTEST):
            raise BrokenSealError(Finding.SEAL_CHANGED, name, words)
        through, key = retirement.through, retirement.key
    return through


def _check_file(path: Path) -> str:
    """Every seal that was written outside must still be in the database, and the newest of the database outside."""
    if not path.exists():
        if not AuditSeal.objects.exists():
            return f"{path}: nothing was sealed yet"
        raise BrokenSealError(Finding.FILE, str(path), "it is not there, so that a cut tail could not be seen")
    newest: dict[str, int] = {}
    count = 0
    try:
        for lines in batched(seal_files.read(path), _BATCH):
            _check_lines(lines)
            count += len(lines)
            for line in lines:
                newest[line.stream] = max(newest.get(line.stream, 0), line.number)
    except ValueError as error:
        raise BrokenSealError(Finding.FILE, str(path), str(error)) from error
    for seal in latest_seals():
        # A file that is no longer written to protects nothing; the next sealing would have caught up.
        if newest.get(seal.stream, 0) < seal.number and seal.made_at < timezone.now() - CATCH_UP:
            raise BrokenSealError(Finding.FILE, str(path), f"it does not know {_where(seal)} of {seal.stream}")
    return f"{path}: {count} seals outside, all of them in the database"


def _check_lines(lines: list[seal_files.Line]) -> None:
    numbers = {line.number for line in lines}
    held = {
        (stream, number): digest
        for stream, number, digest in AuditSeal.objects.filter(number__in=numbers).values_list(
            "stream", "number", "digest"
        )
    }
    for line in lines:
        digest = held.get((line.stream, line.number))
        if digest is None:
            words = f"seal {line.number} was written outside and is not in the database"
            raise BrokenSealError(Finding.TAIL, line.stream, words)
        if digest != line.digest:
            words = f"seal {line.number} was written outside with another digest: a tail was cut off and made anew"
            raise BrokenSealError(Finding.TAIL, line.stream, words)


def _where(seal: AuditSeal) -> str:
    return f"seal {seal.number} of {seal.made_at:%Y-%m-%d %H:%M:%S} (transactions {seal.starts} to {seal.ends})"
