"""Where the rows of the trail happened: at the unit of their record, or else where their actor worked on that day."""

from collections.abc import Callable
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import DateField, DateTimeField, Exists, F, Func, Model, OuterRef, Q, Value
from django.db.models.functions import Cast

from guanai.enums import Change
from guanai.fields import encrypted_fields
from guanai.history import TRACKED
from guanai.models import RowEvent, ViewLog
from orgs.enums import Action
from orgs.models import Membership, Unit, User
from orgs.scope import branch_q

# From the path of a unit to the condition that it lies in a branch, such as `in_branch_q` of one unit.
Branch = Callable[[str], Q]
ACCOUNT = User._meta.label_lower


def scope_of(user: User) -> Branch | None:
    """The branches where the user reads the trail; None where these are everything.

    What belongs to no unit and nobody (an unknown name at the sign-in) is seen by who sees everything.
    """
    outside = Unit.objects.filter(parent=None).exclude(branch_q(user, Action.VIEW_TRAIL, path=""))
    return (lambda path: branch_q(user, Action.VIEW_TRAIL, path)) if outside.exists() else None


def happened_in(stream: str, branch: Branch) -> Q:
    """The condition that a row of a stream happened in a branch.

    The row says its unit, or its record does; where neither is known it counts where its actor worked on that day,
    and of an account also where its owner did. A look says no unit: its record does.
    """
    if stream == ViewLog.stream:
        persons = _kinds(lambda model: bool(encrypted_fields(model)))
        return _at_records_in(branch, persons) | (~Q(record__in=list(persons)) & _worked_in(branch, "user_id"))
    # A record of these kinds stands under another one, which says the unit.
    under = _kinds(lambda model: TRACKED[model].unit not in ("unit", "pk"))
    unplaced = ~Q(record__in=list(under))
    if stream == RowEvent.stream:
        unplaced |= Q(change=Change.DELETE)
    # What is done to an account, and what fails at it, happened where its owner works, too.
    worked = _worked_in(branch, "actor_id") | Q(record=ACCOUNT) & _worked_in(branch, "record_id")
    here = Q(unit_id__in=Unit.objects.filter(branch("")).order_by().values("pk"))
    return here | (Q(unit_id=None) & (_at_records_in(branch, under) | (unplaced & worked)))


def _kinds(wanted: Callable[[type[Model]], bool]) -> dict[str, type[Model]]:
    """Models whose records belong to a unit, by kind."""
    return {model._meta.label_lower: model for model in TRACKED if TRACKED[model].unit and wanted(model)}


def _at_records_in(branch: Branch, kinds: dict[str, type[Model]]) -> Q:
    return reduce(
        or_,
        (
            Q(record=kind, record_id__in=model._base_manager.filter(branch(TRACKED[model].unit)).values("pk"))
            for kind, model in kinds.items()
        ),
    )


def _worked_in(branch: Branch, who: str) -> Q:
    """The account in the column `who` held a role in the branch on the day of the row."""
    staff = Membership.objects.filter(branch("unit")).values("user_id")
    # Of the day in this country, which UTC would take for the one before until eight in the morning.
    here = Func(Value(settings.TIME_ZONE), OuterRef("at"), function="timezone", output_field=DateTimeField())
    then = Membership.objects.filter(branch("unit"), user_id=OuterRef(who)).alias(day=Cast(here, DateField()))
    held = then.filter(Q(ends_on=None) | Q(ends_on__gte=F("day")), starts_on__lte=F("day"))
    # The list of staff is made once; only for their rows is the day looked at.
    return Q(**{f"{who}__in": staff}) & Q(Exists(held))
