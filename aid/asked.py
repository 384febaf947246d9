"""How people of the rosters are called on here: they visit the children they are paired with. For the search for
people, whose reader learns the day, never the child."""

import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from aid.models import Visit
from guanai.dependents import PersonActivity
from guanai.probing import found
from orgs.models import User


def _of_person() -> QuerySet[Visit]:
    return Visit.objects.filter(pairing__volunteer=OuterRef("pk"))


def _last() -> Subquery:
    return Subquery(_of_person().order_by("-held_on").values("held_on")[:1])


def _since(day: datetime.date) -> Q:
    return found(_of_person().filter(held_on__gte=day))


def _on_day(user: User, day: datetime.date, beside: Any) -> Q:
    """Held on that day, or arranged for it."""
    arranged = Q(next_on=day, pairing__ends_on=None)
    return found(_of_person().filter(Q(held_on=day) | arranged))


VISITS = PersonActivity("visits", "走访", last=_last, since=_since, on_day=_on_day, order=30)
