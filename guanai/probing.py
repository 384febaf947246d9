"""Conditions in a form that PostgreSQL, or the way to it, takes better than the usual one."""

from typing import Any

from django.db.models import BooleanField, Func, Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull


class OneOf(Func):
    """A value is one of an array: one parameter where `__in` has thousands."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def found(rows: QuerySet[Any]) -> Q:
    """There is one of `rows`, which names the outer row by `OuterRef`.

    The planner may answer a plain EXISTS by reading and hashing the whole inner table. For people of one county that
    meant to read what all counties of the server have; a scalar subquery it never turns into that.
    """
    return Q(IsNull(Subquery(rows.order_by().values(one=Value(1))[:1]), False))
