"""Writing many rows at once, and the numbers that they carry."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from psycopg import sql

from guanai.models import NumberSeries

BATCH = 1000
_Row = TypeVar("_Row", bound=Model)


def write(model: type[_Row], rows: Iterable[_Row]) -> list[_Row]:
    """Insert the rows in batches; each then has its primary key."""
    return model._default_manager.bulk_create(list(rows), batch_size=BATCH)


def link(through: Any, left: str, right: str, pairs: Iterable[tuple[int, int]]) -> int:
    """Copy pairs of ids into a many-to-many table, whose columns are called after its ends; returns how many."""
    return copy(through, (f"{left}_id", f"{right}_id"), pairs)


def copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Copy rows that need no model behind them: plain values, no encrypted fields. Returns how many."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), names)
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


@dataclass(slots=True)
class Numbers:
    """Runs the number series of all units in memory, as `guanai.numbers` would one by one; `save` stores them."""

    last: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def take(self, kind: str, scope: str, year: int) -> int:
        self.last[kind, scope, year] += 1
        return self.last[kind, scope, year]

    def save(self) -> int:
        series = [
            NumberSeries(kind=kind, scope=scope, year=year, last=last)
            for (kind, scope, year), last in self.last.items()
        ]
        return len(write(NumberSeries, series))
