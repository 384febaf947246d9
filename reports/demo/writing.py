"""Writing many rows at once, and the numbers that they carry."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Model

from guanai.models import NumberSeries

BATCH = 1000
_Row = TypeVar("_Row", bound=Model)


def write(model: type[_Row], rows: Iterable[_Row]) -> list[_Row]:
    """Insert the rows in batches; each then has its primary key."""
    return model._default_manager.bulk_create(list(rows), batch_size=BATCH)


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
