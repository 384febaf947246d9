"""The tree as it stood on a day, read from the placements."""

import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, When

from orgs.models import Unit, UnitPlacement


def placements_on(county: Unit, day: datetime.date) -> QuerySet[UnitPlacement]:
    """One placement for each unit of a county: the one that held on the day.

    A unit that did not exist yet gives its first placement: its records belong under the parent that it was founded
    under, so that a county's total is the same whatever the day. `stood` (1 or 0) tells the two apart.
    """
    held = Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))
    return (
        UnitPlacement.objects.filter(unit__tree_id=county.tree_id)
        .annotate(stood=Case(When(held, then=1), default=0, output_field=IntegerField()))
        .order_by("unit", "-stood", "starts_on", "pk")
        .distinct("unit")
    )
