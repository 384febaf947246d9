"""Numbers without gaps or doubles: the series' row is locked in the transaction that uses the number."""

from guanai.models import NumberSeries


def take_numbers(*, kind: str, scope: str, year: int, count: int) -> range:
    """Give out the next `count` numbers of a series, from 1. Call it inside the transaction that stores them.

    The row lock is held until that transaction ends, so a second caller waits, and rolled-back numbers are reused.
    """
    NumberSeries.objects.get_or_create(kind=kind, scope=scope, year=year)
    series = NumberSeries.objects.select_for_update().get(kind=kind, scope=scope, year=year)
    first = series.last + 1
    series.last += count
    series.save(update_fields=["last"])
    return range(first, first + count)


def next_number(*, kind: str, scope: str, year: int) -> int:
    """Give out one number; see `take_numbers`."""
    return take_numbers(kind=kind, scope=scope, year=year, count=1)[0]
