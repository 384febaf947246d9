"""New keys for personal data: what rests under an old key is written anew under the current one.

The keys are the environment's (`GUANAI_DATA_KEYS`, `GUANAI_INDEX_KEY`), by version. A new one is added beside the old
and every process restarted; from then on new values are written with it, values of both are read, and persons are
looked for under the digests of both (`crypto.blind_indexes`), so that nothing needs to stand still meanwhile. `rotate`
then goes through the tables, a batch of rows to a transaction. Killed anywhere, it has written whole batches and no
half one; run again, it finds those done and goes on. There is no list of what is done that could be wrong: the rows are
the truth. `--check` tells when nothing rests under the old key any more and it may be taken out of the environment.

Design.md has a second index column that is swapped at the end. Looking under every key held does the same with no
column, no moment of swapping and no state of its own, and the unique constraint holds all along: new rows are written
under the current key alone, and whether somebody is registered already is asked under all of them.

The rotation is no change of what is known, so the row history must not say that a thousand telephones "changed". Only
the owner of the tables can leave its trigger out, hence `as_owner` in each batch; the trail says that keys were
rotated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

from guanai import crypto
from guanai.database_role import as_owner
from guanai.enums import Change, Verb
from guanai.fields import blind_index_fields, encrypted_fields
from guanai.trail import note

BATCH = 1000
# Who waits for the trigger's lock makes others wait behind it: rather give up the batch and say so.
_PATIENCE = "SET LOCAL lock_timeout = '10s'"

Row = dict[str, Any]


class SameValueError(RuntimeError):
    """Two rows hold one number that only one may have: make one of them right, or merge them, and run it again."""


@dataclass(slots=True)
class Tally:
    """What was found in a table: its rows, how many of them rest under an old key, and which cannot be read."""

    model: type[models.Model]
    rows: int = 0
    old: int = 0
    unreadable: list[int] = field(default_factory=list)


def secret_models() -> list[type[models.Model]]:
    """Every model with an encrypted field, of whatever app."""
    found = (model for model in apps.get_models() if not model._meta.proxy and encrypted_fields(model))
    return sorted(found, key=lambda model: model._meta.label_lower)


def rotate(*, batch: int = BATCH) -> Iterator[Tally]:
    """Write anew what rests under an old key, table by table.

    Raises:
        OperationalError: a table was held by somebody for longer than ten seconds; run it again.
        SameValueError: two rows hold one number that only one may have; the message names them.
    """
    for model in secret_models():
        tally = Tally(model)
        for rows in _batches(model, batch):
            if _stale(model, rows):
                _rewrite(model, rows, tally)
            else:
                _count(model, rows, tally)
        if tally.old:
            note(Verb.KEYS_ROTATED, model=model._meta.label_lower, rows=tally.old)
        yield tally


def left_over(*, batch: int = BATCH) -> Iterator[Tally]:
    """What rests under an old key, table by table; nothing is written."""
    for model in secret_models():
        tally = Tally(model)
        for rows in _batches(model, batch):
            tally.old += len(_stale(model, rows))
            _count(model, rows, tally)
        yield tally


def _rewrite(model: type[models.Model], rows: Sequence[Row], tally: Tally) -> None:
    """One batch in one transaction: what was read is read again under lock, since somebody may have saved it since."""
    table = sql.Identifier(model._meta.db_table)
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PATIENCE)
        # Before anything else, and nothing but this: whoever has locked a row to change it ends first, and whoever
        # comes waits without holding anything that is wanted here. With the lock of the triggers alone, one who holds
        # a row and one who holds the table would wait for each other.
        cursor.execute(_text("LOCK TABLE {} IN EXCLUSIVE MODE", table))
        for name in _history_triggers(model):
            cursor.execute(_text("ALTER TABLE {} DISABLE TRIGGER {}", table, sql.Identifier(name)))
        locked = _rows(model, rows[0]["id"] - 1, len(rows))
        stale = _stale(model, locked)
        if stale:
            _check_unique(model, stale)
            _write(model, stale)
        for name in _history_triggers(model):
            cursor.execute(_text("ALTER TABLE {} ENABLE TRIGGER {}", table, sql.Identifier(name)))
    tally.old += len(stale)
    _count(model, locked, tally)


def _check_unique(model: type[models.Model], rows: Sequence[Row]) -> None:
    """While some processes still had the old keys alone, one number may have been registered under each of them."""
    for index in blind_index_fields(model):
        if not any(constraint.fields == (index.name,) for constraint in model._meta.total_unique_constraints):
            continue
        new = {row[index.name]: row["id"] for row in rows if row[index.name] is not None}
        held = model._default_manager.filter(**{f"{index.name}__in": list(new)}).values_list("pk", index.name)
        for key, digest in held:
            if (other := new[bytes(digest)]) != key:
                raise SameValueError(f"{model._meta.label_lower} {other}: the same value as {key} in {index.of}.")


def _count(model: type[models.Model], rows: Sequence[Row], tally: Tally) -> None:
    tally.rows += len(rows)
    tally.unreadable += [row["id"] for row in rows if _unreadable(model, row)]


def _columns(model: type[models.Model]) -> list[str]:
    names = [*encrypted_fields(model), *(index.name for index in blind_index_fields(model))]
    return [str(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]


def _batches(model: type[models.Model], size: int) -> Iterator[list[Row]]:
    """Every row of a table as it stands now, so many at a time."""
    last = 0
    while rows := _rows(model, last, size):
        last = rows[-1]["id"]
        yield rows


def _rows(model: type[models.Model], after: int, size: int) -> list[Row]:
    """The next rows by key, each as {column: bytes or None} with its `id`."""
    columns = _columns(model)
    statement = "SELECT id, {} FROM {} WHERE id > %s ORDER BY id LIMIT %s"
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        cursor.execute(_text(statement, names, sql.Identifier(model._meta.db_table)), [after, size])
        return [
            {"id": key, **dict(zip(columns, (value and bytes(value) for value in values), strict=True))}
            for key, *values in cursor.fetchall()
        ]


def _stale(model: type[models.Model], rows: Sequence[Row]) -> list[Row]:
    """The rows that rest under an old key, with what they are to rest as; what cannot be read stays as it is."""
    found = []
    for row in rows:
        renewed = _renewed(model, row)
        if renewed != row:
            found.append(renewed)
    return found


def _renewed(model: type[models.Model], row: Row) -> Row:
    renewed = dict(row)
    for name in encrypted_fields(model):
        stored = row[name]
        if stored is not None and stored[0] != settings.DATA_KEY_CURRENT and (text := _read(stored)) is not None:
            renewed[name] = crypto.encrypt(text)
    for index in blind_index_fields(model):
        stored = row[index.of]
        text = "" if stored is None else _read(stored)
        if text is not None and row[index.name] != (digest := index.digest_of(text)):
            renewed[index.name] = digest
    return renewed


def _read(stored: bytes) -> str | None:
    try:
        return crypto.decrypt(stored)
    except crypto.DecryptionError:
        return None


def _unreadable(model: type[models.Model], row: Row) -> bool:
    """Is there a value of a key that is not held, or a broken one? Values of the current key are not read for this."""
    stored = [row[name] for name in encrypted_fields(model) if row[name] is not None]
    return any(value[0] != settings.DATA_KEY_CURRENT and _read(value) is None for value in stored)


def _write(model: type[models.Model], rows: Sequence[Row]) -> None:
    """All columns of a batch in one statement."""
    columns = _columns(model)
    pairs = sql.SQL(", ").join(sql.SQL("{0} = renewed.{0}").format(sql.Identifier(name)) for name in columns)
    values = sql.SQL(", ").join([sql.SQL("%s::bigint[]"), *[sql.SQL("%s::bytea[]")] * len(columns)])
    names = sql.SQL(", ").join(map(sql.Identifier, ["id", *columns]))
    statement = "UPDATE {0} SET {1} FROM unnest({2}) AS renewed ({3}) WHERE {0}.id = renewed.id"
    with connection.cursor() as cursor:
        cursor.execute(
            _text(statement, sql.Identifier(model._meta.db_table), pairs, values, names),
            [[row[name] for row in rows] for name in ("id", *columns)],
        )


def _history_triggers(model: type[models.Model]) -> list[str]:
    """How the database calls the trigger that writes changes of the model's rows into the history."""
    return [
        trigger.get_pgid(model)
        for trigger in getattr(model._meta, "triggers", [])
        if trigger.name == f"history_{Change.UPDATE}"
    ]


def _text(statement: str, *parts: sql.Composable) -> str:
    """A statement as text: pghistory looks into every statement within a context."""
    return sql.SQL(statement).format(*parts).as_string()
