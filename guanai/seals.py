"""Seals over the trail and the ledger: whoever changes, removes or slips in a row later breaks a digest.

**What a seal covers.** The rows of one stream whose transactions have numbers from `starts` up to, not including,
`ends`. Row numbers would not do: they come from a sequence and commit out of order, so that a row with a lower number
can appear after its neighbours were sealed, and nobody could tell it from one slipped in. Transaction numbers do:
`pg_snapshot_xmin` is the lowest number that may still be running, everything below it has ended for good. Rows below it
are all there, and none can come. A transaction that runs long only holds the next seal back.

**What makes it hold.** Each seal is an HMAC-SM3, by a key that is not in the database, over its figures, the SM3 of
its rows as COPY writes them, and the seal before. It names the version of its key, so that a new key seals while the
old ones still check; along a chain versions only rise. The newest seals are also written to files outside the database
(`settings.SEAL_FILES`), so that a tail that was cut off, or made anew, shows.

**After a restore** into another server, transactions are counted from a lower number; `migrate` raises the shift of
`guanai_xact()` above all that was sealed (`carry_numbers_on`), and sealing refuses to run before.
"""

import datetime
from collections.abc import Iterable

import structlog
from cryptography.hazmat.primitives import hashes, hmac
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from guanai import seal_files
from guanai.models import AuditSeal, Sealed, SealRetirement

log = structlog.get_logger(__name__)

# Any number will do; it must only be the same in every process.
_LOCK = 510824_06
# What a value looks like in COPY must not hang on the settings of a session.
_PLAIN_TEXT = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'"
# One after all transactions that are sure to have ended, in the count of `guanai_xact()`.
_ENDED = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + guanai_xact() - pg_current_xact_id()::text::bigint
"""


class SealError(RuntimeError):
    """Nothing can be sealed; the message says what to do."""


def streams() -> dict[str, type[Sealed]]:
    """The streams by name: all models under `Sealed`, of whatever app."""
    models = (model for model in apps.get_models() if issubclass(model, Sealed) and not model._meta.proxy)
    return {model.stream: model for model in sorted(models, key=lambda model: model.stream)}


def seal_all() -> list[AuditSeal]:
    """Seal what is new in every stream and write the newest seals outside; nothing while another sealer works."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() == (False,):
            return []
        cursor.execute(_PLAIN_TEXT)
        before = ended()
        made = [seal for name, model in streams().items() if (seal := _seal(name, model, before))]
    # After the commit: the files must never know a seal that the database does not.
    seal_files.write(latest_seals())
    return made


def ended() -> int:
    """The number of the oldest transaction that may still run: every one before it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED)
        return int(cursor.fetchone()[0])


def _seal(name: str, model: type[Sealed], ended: int) -> AuditSeal | None:
    """The next seal of a stream, or None where nothing came."""
    last = AuditSeal.objects.filter(stream=name).order_by("number").last()
    starts = last.ends if last else 0
    if ended < starts:
        raise SealError("the database counts transactions from a lower number than it sealed: run manage.py migrate.")
    if not model._default_manager.filter(xact__gte=starts, xact__lt=ended).exists():
        return None
    columns = [str(field.column) for field in model._meta.concrete_fields]
    rows, content = content_of(model, columns, starts, ended)
    seal = AuditSeal(
        stream=name,
        number=last.number + 1 if last else 1,
        starts=starts,
        ends=ended,
        columns=",".join(columns),
        rows=rows,
        content=content,
        previous=last.digest if last else "",
        key=settings.AUDIT_KEY_CURRENT,
        made_at=timezone.now(),
    )
    seal.digest = digest_of(seal)
    seal.save(force_insert=True)
    return seal


def content_of(model: type[Sealed], columns: Iterable[str], starts: int, ends: int) -> tuple[int, str]:
    """Number and SM3 of the rows in an interval of transactions, in their order. Memory stays flat.

    Call it in a transaction whose session writes plain text (`plain_text`).
    """
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE xact >= {} AND xact < {} ORDER BY xact, id) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(model._meta.db_table), starts, ends
    )
    digest = hashes.Hash(hashes.SM3())
    with connection.cursor() as cursor:
        with cursor.copy(statement) as stream:
            for block in stream:
                digest.update(block)
        return cursor.rowcount, digest.finalize().hex()


def plain_text() -> None:
    """Have the running transaction write values as they were sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN_TEXT)


def digest_of(seal: AuditSeal) -> str:
    """The keyed digest that a seal must carry."""
    return _keyed(
        seal.key,
        "seal", seal.stream, seal.number, seal.starts, seal.ends, seal.columns, seal.rows, seal.content, seal.previous,
        _instant(seal.made_at),
    )  # fmt: skip


def digest_of_retirement(retirement: SealRetirement, seal: AuditSeal) -> str:
    """The keyed digest of the statement that the rows up to a seal were deleted at their time."""
    return _keyed(
        retirement.key,
        "retirement",
        retirement.stream,
        retirement.through,
        retirement.rows,
        _instant(retirement.made_at),
        seal.digest,
    )


def _keyed(key: int, *words: object) -> str:
    mac = hmac.HMAC(settings.AUDIT_KEYS[key], hashes.SM3())
    mac.update("\n".join(map(str, words)).encode())
    return mac.finalize().hex()


def _instant(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def latest_seals() -> list[AuditSeal]:
    """The newest seal of every stream that has one."""
    return list(AuditSeal.objects.order_by("stream", "-number").distinct("stream"))


def carry_numbers_on() -> None:
    """Raise the count of transactions above all numbers that the trail holds already. Run as the owner, by migrate."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_attribute WHERE attname = 'xact' AND NOT attisdropped"
            " AND attrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)",
            [[model._meta.db_table for model in streams().values()]],
        )
        if cursor.fetchone() != (len(streams()),):
            return  # A migration up to a point before the trail.
        cursor.execute("SELECT guanai_xact(), guanai_xact() - pg_current_xact_id()::text::bigint")
        now, shift = cursor.fetchone()
        known = [AuditSeal.objects.order_by("-ends").values_list("ends", flat=True).first()]
        known += [model._default_manager.order_by("-xact").values_list("xact", flat=True).first()
                  for model in streams().values()]  # fmt: skip
        highest = max((number for number in known if number is not None), default=0)
        if highest < now:
            return
        raised: int = shift + highest + 1 - now
        cursor.execute(
            "CREATE OR REPLACE FUNCTION guanai_xact() RETURNS bigint LANGUAGE sql STABLE"
            f" AS $$ SELECT pg_current_xact_id()::text::bigint + {raised} $$"
        )
        log.warning("audit_numbers_carried_on", above=highest)
