"""EXISTS that PostgreSQL asks row by row, through an index, where few rows are asked about among very many."""

from typing import Any

from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull


def found(rows: QuerySet[Any]) -> Q:
    """There is one of `rows`, which names the outer row by `OuterRef`.

    The planner may answer a plain EXISTS by reading and hashing the whole inner table. For people of one county that
    meant to read what all counties of the server have; a scalar subquery it never turns into that.
    """
    return Q(IsNull(Subquery(rows.order_by().values(one=Value(1))[:1]), False))
