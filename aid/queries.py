"""What of children, pairings and the fund somebody may see. Every list and every page starts from here."""

import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Count, DecimalField, Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from aid.enums import AgeBand, GrantState
from aid.models import Child, Consent, Donation, FundAccount, Grant, LedgerEntry, Pairing, Visit
from aid.querysets import (
    ChildQuerySet,
    DonationQuerySet,
    GrantQuerySet,
    LedgerEntryQuerySet,
    PairingQuerySet,
    VisitQuerySet,
)
from orgs.enums import Action, UnitKind
from orgs.models import Unit, User
from orgs.querysets import UnitQuerySet
from orgs.scope import allows, branch_q, may
from volunteers.models import Volunteer
from volunteers.querysets import VolunteerQuerySet

Anyone = User | AnonymousUser
Row = TypeVar("Row", bound=Model)

# A page of a list reads the masked name and nothing else of what rests encrypted.
UNREAD = ("birth_date", "id_number", "school", "address", "guardian", "guardian_phone", "needs")
HELPER_UNREAD = ("birth_date", "id_number", "phone", "address")
DAYS_AHEAD = 7
# A pairing that nobody has visited for so long, nor yet in this quarter, is worth a reminder.
QUIET_DAYS = 30


def _row_or_404(user: Anyone, rows: QuerySet[Row], pk: int, action: str, *, view: str, paths: tuple[str, ...]) -> Row:
    """The row if one of the units at `paths` lets the user see it; 403 for a reader who may not do `action`."""
    row = rows.filter(pk=pk).first()
    units = [_follow(row, path) for path in paths] if row is not None else []
    if row is None or not any(allows(user, word, unit) for unit in units for word in {view, action}):
        raise Http404("no such record in this user's branches")
    if not any(allows(user, action, unit) for unit in units):
        raise PermissionDenied(f"no {action} on this record")
    return row


def _unread(path: str, names: tuple[str, ...]) -> list[str]:
    return [f"{path}__{name}" for name in names]


def _follow(row: Any, path: str) -> Unit:
    for name in path.split("__"):
        row = getattr(row, name)
    unit: Unit = row
    return unit


# Children


def children_for_user(user: Anyone) -> ChildQuerySet:
    """Children of the branches whose children the user works with, by number.

    Each has `helpers`, the number of running pairings, and `last_visit_on`.
    """
    visits = Visit.objects.filter(pairing__child=OuterRef("pk")).order_by("-held_on")
    return (
        Child.objects.filter(branch_q(user, Action.VIEW_CHILDREN))
        .select_related("unit__parent")
        .defer(*UNREAD)
        .annotate(helpers=Coalesce(_running_count("pk"), 0), last_visit_on=Subquery(visits.values("held_on")[:1]))
        .order_by("number")
    )


def child_for_user_or_404(user: Anyone, pk: int, action: str = Action.VIEW_CHILDREN) -> Child:
    """A child of the user's branches: 404 for a stranger, 403 for a reader who may not do `action`."""
    rows = Child.objects.select_related("unit__parent")
    return _row_or_404(user, rows, pk, action, view=Action.VIEW_CHILDREN, paths=("unit",))


def consent_for_user_or_404(user: Anyone, pk: int, action: str) -> Consent:
    rows = Consent.objects.select_related("child__unit")
    return _row_or_404(user, rows, pk, action, view=Action.VIEW_CHILDREN, paths=("child__unit",))


def in_age_band(rows: ChildQuerySet, band: str) -> ChildQuerySet:
    """Children of an age band today, told from the clear birthdays."""
    today = timezone.localdate()
    bands = {
        AgeBand.UNDER_14: Q(turns_14_on__gt=today),
        AgeBand.FROM_14: Q(turns_14_on__lte=today, turns_16_on__gt=today),
        AgeBand.FROM_16: Q(turns_16_on__lte=today, turns_18_on__gt=today),
        AgeBand.ADULT: Q(turns_18_on__lte=today),
    }
    return rows.filter(bands[AgeBand(band)])


def _running_count(child_path: str) -> Subquery:
    running = Pairing.objects.running(timezone.localdate()).filter(child=OuterRef(child_path)).order_by()
    return Subquery(running.values("child").annotate(count=Count("pk")).values("count"))


# Pairings and visits


def pairings_for_user(user: Anyone) -> PairingQuerySet:
    """Pairings of those children, by the child's number; each with `helpers` of its child and `last_visit_on`."""
    visits = Visit.objects.filter(pairing=OuterRef("pk")).order_by("-held_on")
    return (
        Pairing.objects.filter(branch_q(user, Action.VIEW_CHILDREN, "child__unit"))
        .select_related("child__unit__parent", "volunteer", "helper_unit")
        .defer("plan", *_unread("child", UNREAD), *_unread("volunteer", HELPER_UNREAD))
        .annotate(helpers=Coalesce(_running_count("child"), 0), last_visit_on=Subquery(visits.values("held_on")[:1]))
        .order_by("child__number", "-starts_on", "pk")
    )


def pairing_for_user_or_404(user: Anyone, pk: int, action: str = Action.VIEW_CHILDREN) -> Pairing:
    rows = Pairing.objects.select_related("child__unit", "volunteer", "helper_unit")
    return _row_or_404(user, rows, pk, action, view=Action.VIEW_CHILDREN, paths=("child__unit",))


def quarter_of(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """First and last day of the quarter."""
    first = datetime.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    following = datetime.date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, following - datetime.timedelta(days=1)


def quiet(rows: PairingQuerySet, today: datetime.date) -> PairingQuerySet:
    """Those that run, of children in care, without a visit in this quarter nor in the last `QUIET_DAYS`."""
    long_ago = today - datetime.timedelta(days=QUIET_DAYS)
    visited = Visit.objects.filter(pairing=OuterRef("pk"), held_on__gte=min(quarter_of(today)[0], long_ago))
    return rows.running(today).filter(~Exists(visited), starts_on__lte=long_ago, child__closed_on=None)


def visits_for_user(user: Anyone) -> VisitQuerySet:
    """Visits to those children, the latest first; what was said there is read on the child's page only."""
    return (
        Visit.objects.filter(branch_q(user, Action.VIEW_CHILDREN, "pairing__child__unit"))
        .select_related("pairing__child__unit__parent", "pairing__volunteer", "pairing__helper_unit")
        .defer("content", "problem", "pairing__plan")
        .defer(*_unread("pairing__child", UNREAD), *_unread("pairing__volunteer", HELPER_UNREAD))
        .order_by("-held_on", "-pk")
    )


def visits_due(user: Anyone) -> VisitQuerySet:
    """The last visit of each running pairing whose next day has passed or comes within a week."""
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=DAYS_AHEAD)
    due = Visit.objects.latest_of_running(today).filter(next_on__lte=soon, pairing__child__closed_on=None)
    return due.filter(branch_q(user, Action.EDIT_CHILDREN, "pairing__child__unit"))


def visits_due_count(user: Anyone) -> int:
    """How many `visits_due` wait for this user; nothing for who records none, without a query.

    It stands in the menu of every page, so it looks up the last visit of each pairing and reads no other.
    """
    if not may(user, Action.EDIT_CHILDREN):
        return 0
    today = timezone.localdate()
    last = Visit.objects.filter(pairing=OuterRef("pk")).order_by("-held_on", "-pk").values("next_on")[:1]
    running = Q(ends_on=None) | Q(ends_on__gte=today)
    pairings = Pairing.objects.filter(
        running, branch_q(user, Action.EDIT_CHILDREN, "child__unit"), child__closed_on=None
    )
    soon = today + datetime.timedelta(days=DAYS_AHEAD)
    return pairings.alias(next_on=Subquery(last)).filter(next_on__lte=soon).count()


def volunteers_near(user: Anyone, child: Child) -> VolunteerQuerySet:
    """Who may be chosen as helper: the roster of the child's township or department, as far as the user sees it.

    Without those who left; by name.
    """
    top = child.unit
    while top.parent is not None and top.parent.kind != UnitKind.COUNTY:
        top = top.parent
    rows = Volunteer.objects.filter(branch_q(user, Action.VIEW_ROSTER), left_on=None).in_branch(top)
    return rows.select_related("unit").defer(*HELPER_UNREAD).order_by("name_key", "pk")


def helper_units(child: Child) -> UnitQuerySet:
    """Open units that may stand beside a child: those of its county above the village level, and its own."""
    units: UnitQuerySet = Unit.objects.filter(tree_id=child.unit.tree_id).open()
    villages = Q(kind__in=[UnitKind.VILLAGE, UnitKind.COMMUNITY])
    return units.filter(~villages | Q(pk=child.unit_id)).order_by("lft")


# The fund


def accounts_for_user(user: Anyone, action: str = Action.VIEW_FUND) -> QuerySet[FundAccount]:
    return (
        FundAccount.objects.filter(branch_q(user, action))
        .select_related("unit")
        .order_by("unit__tree_id", "unit__lft", "pk")
    )


def accounts_above(child: Child) -> QuerySet[FundAccount]:
    """The accounts at which one may apply for a child: those of its unit and of the units above it."""
    return FundAccount.objects.filter(unit__in=child.unit.get_ancestors(include_self=True)).select_related("unit")


def donations_for_user(user: Anyone) -> DonationQuerySet:
    """Donations to the accounts of the user's branches; `reversed_amount` is what was taken back of each."""
    taken_back = LedgerEntry.objects.filter(donation=OuterRef("pk"), reverses__isnull=False).order_by()
    total = taken_back.values("donation").annotate(total=Sum("amount")).values("total")
    return (
        Donation.objects.filter(branch_q(user, Action.VIEW_FUND, "account__unit"))
        .select_related("account__unit")
        .annotate(reversed_amount=Subquery(total))
        .order_by("-received_on", "-pk")
    )


def grants_for_user(user: Anyone) -> GrantQuerySet:
    """Grants that the user's branches applied for or that their accounts pay."""
    return (
        Grant.objects.filter(branch_q(user, Action.VIEW_FUND) | branch_q(user, Action.VIEW_FUND, "account__unit"))
        .select_related("unit__parent", "account__unit", "child")
        .defer("child__name", *_unread("child", UNREAD))
        .order_by("-applied_on", "-pk")
    )


def grant_for_user_or_404(user: Anyone, pk: int) -> Grant:
    rows = Grant.objects.select_related(
        "unit", "account__unit", "child", "applied_by", "checked_by", "reviewed_by", "approved_by", "handled_by"
    ).defer("child__name", *_unread("child", UNREAD))
    return _row_or_404(user, rows, pk, Action.VIEW_FUND, view=Action.VIEW_FUND, paths=("unit", "account__unit"))


def grants_to_do_count(user: Anyone) -> int:
    """Grants that wait for this user's approval, payment or receipt; nothing for others, without a query."""
    if not (may(user, Action.APPROVE_FUND) or may(user, Action.HANDLE_FUND)):
        return 0
    approver = Q(state=GrantState.REVIEWED) & branch_q(user, Action.APPROVE_FUND, "account__unit")
    handler = Q(state__in=[GrantState.APPROVED, GrantState.PAID]) & branch_q(user, Action.HANDLE_FUND, "account__unit")
    return Grant.objects.filter(approver | handler).count()


def entries_for_user(user: Anyone) -> LedgerEntryQuerySet:
    """The ledger of the user's accounts, the latest first; each with `balance` after it, of its money or goods."""
    before = Q(posted_on__lt=OuterRef("posted_on")) | Q(posted_on=OuterRef("posted_on"), pk__lte=OuterRef("pk"))
    up_to_it = LedgerEntry.objects.filter(before, account=OuterRef("account"), gift=OuterRef("gift")).order_by()
    balance = up_to_it.values("account").annotate(total=Sum("amount")).values("total")
    return (
        LedgerEntry.objects.filter(branch_q(user, Action.VIEW_FUND, "account__unit"))
        .select_related("account__unit", "donation", "grant", "posted_by", "reversed_by", "reverses")
        .annotate(balance=Subquery(balance, output_field=DecimalField(max_digits=16, decimal_places=2)))
        .order_by("-posted_on", "-pk")
    )


def entry_for_user_or_404(user: Anyone, pk: int, action: str) -> LedgerEntry:
    rows = LedgerEntry.objects.select_related("account__unit", "donation", "grant")
    return _row_or_404(user, rows, pk, action, view=Action.VIEW_FUND, paths=("account__unit",))
