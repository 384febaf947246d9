"""What the tests of restructuring share: days that are open whenever they run, and the tree as plain values."""

import datetime

from django.utils import timezone

from orgs.models import Unit
from orgs.services import Order

DOCUMENT = "苍府发〔2025〕8号"
# Parent, name and kind of a unit, and whether it is closed.
Standing = tuple[int | None, str, str, bool]


def days_ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def order(days: int = 0, **fields: object) -> Order:
    """An order that takes effect so many days ago; below zero: ahead."""
    return Order(**{"effective_on": days_ago(days), "document": DOCUMENT, "by": None, **fields})  # type: ignore[arg-type]


def tree_now() -> dict[int, Standing]:
    return {unit.pk: (unit.parent_id, unit.name, unit.kind, unit.closed_on is not None) for unit in Unit.objects.all()}
