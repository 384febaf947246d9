"""How people of the rosters are called on here: they visit the children they are paired with. For the search for
people, whose reader learns the day, never the child."""

import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from aid.models import Visit
from aid.querysets import VisitQuerySet
from guanai.dependents import PersonActivity
from guanai.probing import found
from orgs.enums import Action
from orgs.models import User
from orgs.scope import branch_q


def _of_person() -> VisitQuerySet:
    return Visit.objects.filter(pairing__volunteer=OuterRef("pk"))


def _last() -> Subquery:
    return Subquery(_of_person().order_by("-held_on").values("held_on")[:1])


def _since(day: datetime.date) -> Q:
    return found(_of_person().filter(held_on__gte=day))


def _on_day(user: User, day: datetime.date, beside: Any) -> Q:
    """Held on that day, or arranged for it by the last visit, as far as the user knows of the child."""
    mine = branch_q(user, Action.VIEW_CHILDREN, "pairing__child__unit")
    arranged = _of_person().latest_of_running(day).filter(mine, next_on=day, pairing__child__closed_on=None)
    return found(_of_person().filter(held_on=day)) | found(arranged)


VISITS = PersonActivity("visits", "走访", last=_last, since=_since, on_day=_on_day, order=30)
