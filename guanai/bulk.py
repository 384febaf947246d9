"""Many rows at once: COPY into a temporary table, then one statement that merges them.

Triggers of the row history work per statement, so what is written this way stands in the trail like everything else.
Call it inside a transaction: a killed process leaves nothing half done.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model
from psycopg import sql

_Row = TypeVar("_Row", bound=Model)


def copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Copy plain values straight into a model's table; returns how many rows."""
    return _copy(sql.Identifier(model._meta.db_table), columns, rows)


def link(through: Any, left: str, right: str, pairs: Iterable[tuple[int, int]]) -> int:
    """Copy pairs of ids into a many-to-many table, whose columns are called after its ends; returns how many."""
    return copy(through, (f"{left}_id", f"{right}_id"), pairs)


def insert(rows: Sequence[_Row], *, by: str) -> None:
    """Insert unsaved instances of one model, encrypted fields as well; each then has its primary key.

    `by` names a field that is unique among them and tells which key is whose.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    names = _names(fields)
    _stage(rows, fields, add=True)
    with connection.cursor() as cursor:
        statement = "INSERT INTO {} ({}) SELECT {} FROM staged RETURNING {}, {}"
        key, own = sql.Identifier(str(meta.pk.column)), sql.Identifier(str(meta.get_field(by).column))  # type: ignore[union-attr]
        cursor.execute(_text(sql.SQL(statement).format(sql.Identifier(meta.db_table), names, names, own, key)))
        keys = dict(cursor.fetchall())
        cursor.execute("DROP TABLE staged")
    for row in rows:
        row.pk = keys[getattr(row, by)]
        row._state.adding = False


def update(rows: Sequence[_Row]) -> None:
    """Write saved instances of one model back, every column of them."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = list(meta.concrete_fields)
    _stage(rows, fields, add=False)
    pairs = sql.SQL(", ").join(
        sql.SQL("{0} = staged.{0}").format(sql.Identifier(str(field.column)))
        for field in fields
        if not field.primary_key
    )
    key = sql.Identifier(str(meta.pk.column))
    statement = sql.SQL("UPDATE {table} SET {pairs} FROM staged WHERE {table}.{key} = staged.{key}").format(
        table=sql.Identifier(meta.db_table), pairs=pairs, key=key
    )
    with connection.cursor() as cursor:
        cursor.execute(_text(statement))
        cursor.execute("DROP TABLE staged")


def _stage(rows: Sequence[Model], fields: Sequence["Field[Any, Any]"], *, add: bool) -> None:
    table = sql.Identifier(rows[0]._meta.db_table)
    with connection.cursor() as cursor:
        create = "CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {} FROM {} WHERE FALSE"
        cursor.execute(_text(sql.SQL(create).format(_names(fields), table)))
    # Looked up once: `connection` finds that of its thread anew for every value.
    own = connections[DEFAULT_DB_ALIAS]
    values = ([field.get_db_prep_save(_value(field, row, add=add), own) for field in fields] for row in rows)
    _copy(sql.Identifier("staged"), [str(field.column) for field in fields], values)


def _value(field: "Field[Any, Any]", row: Model, *, add: bool) -> Any:
    """As `save` would store it; a time of saving that the caller has set stays, one moment for all of them."""
    if getattr(field, "auto_now", False) and getattr(row, field.attname):
        return getattr(row, field.attname)
    return field.pre_save(row, add)


def _names(fields: Sequence["Field[Any, Any]"]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)


def _text(statement: sql.Composed) -> str:
    """The context of the row history is put before statements that are text."""
    return statement.as_string(None)


def _copy(table: sql.Identifier, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    count = 0
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)) as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count
