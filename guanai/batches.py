"""Long runs of values in pieces."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Value = TypeVar("_Value")


def batched(values: Iterable[_Value], size: int) -> Iterator[list[_Value]]:
    """Lists of at most so many values, so that memory stays flat (`itertools.batched` is of Python 3.12)."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
