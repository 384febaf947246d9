"""Accounts as who manages them sees them: which are theirs, which are locked, which roles end soon.

An account belongs to the branches of its running and coming roles; one whose roles have all ended belongs to the
branch that it worked for last. An account that never had a role (made in a shell) belongs to nobody: the pages make
none, since the first role is part of making an account.
"""

import datetime
from collections.abc import Iterable

from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from orgs.enums import SECOND_FACTOR_ROLES, AccountState, Action
from orgs.models import Membership, User
from orgs.scope import branch_q, covering, grants_of, may

# A role that ends within this time is shown to who keeps the accounts.
SOON = datetime.timedelta(days=14)


def current_q(today: datetime.date) -> Q:
    """Roles that run or are to come."""
    return Q(ends_on=None) | Q(ends_on__gte=today)


def deciding_memberships() -> QuerySet[Membership]:
    """The roles that say whose an account is: those that run or are to come, otherwise the one that ended last."""
    later = Membership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")) | Q(ends_on=OuterRef("ends_on"), pk__gt=OuterRef("pk")),
        user=OuterRef("user"),
    )
    return Membership.objects.filter(current_q(timezone.localdate()) | ~Exists(later))


def accounts_for_user(user: User) -> QuerySet[User]:
    """The accounts that work for a branch which the user keeps the accounts of."""
    mine = deciding_memberships().filter(branch_q(user, Action.MANAGE_ACCOUNTS))
    roles = Membership.objects.filter(current_q(timezone.localdate())).select_related("unit", "deputy_for")
    return (
        User.objects.filter(pk__in=mine.values("user"))
        .prefetch_related(Prefetch("memberships", roles.order_by("unit__tree_id", "unit__lft"), to_attr="roles"))
        .order_by("username")
    )


def account_for_user_or_404(user: User, pk: int) -> User:
    account = accounts_for_user(user).filter(pk=pk).first()
    if account is None:
        raise Http404("no such account in this user's branches")
    return account


def membership_for_user_or_404(user: User, pk: int) -> Membership:
    """A role on a branch of the user's, held by an account that they can see."""
    roles = Membership.objects.filter(branch_q(user, Action.MANAGE_ACCOUNTS), user__in=accounts_for_user(user))
    role = roles.filter(pk=pk).select_related("user", "unit").first()
    if role is None:
        raise Http404("no such role in this user's branches")
    return role


def manages(user: User, account: User) -> bool:
    """May `user` change this account? Not their own, nor one that also works for a branch that is not theirs."""
    if account.pk == user.pk:
        return False
    units = [membership.unit for membership in deciding_memberships().filter(user=account).select_related("unit")]
    covers = covering(user, Action.MANAGE_ACCOUNTS)
    return bool(units) and all(covers(unit) for unit in units)


def check_manages(user: User, account: User) -> None:
    """Raises PermissionDenied where `manages` says no."""
    if not manages(user, account):
        raise PermissionDenied("this account is not this user's to change")


def locked_usernames() -> set[str]:
    """User names with so many wrong passwords from one address that it may not try again yet (django-axes)."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    tried = AccessAttempt.objects.filter(attempt_time__gte=since).order_by().values("username", "ip_address")
    counted = tried.annotate(failures=Sum("failures_since_start"))
    locked = counted.filter(failures__gte=settings.AXES_FAILURE_LIMIT).values_list("username", flat=True)
    return {name for name in locked if name}


def without_second_factor_q() -> Q:
    """Accounts whose running role asks for a second factor that they have not set up."""
    roles = Membership.objects.running(timezone.localdate()).filter(user=OuterRef("pk"), role__in=SECOND_FACTOR_ROLES)
    return Q(Exists(roles), has_second_factor=False)


def ending_soon(user: User) -> QuerySet[Membership]:
    """Running roles of working accounts on the user's branches that end within `SOON`."""
    today = timezone.localdate()
    return Membership.objects.running(today).filter(
        branch_q(user, Action.MANAGE_ACCOUNTS), ends_on__lte=today + SOON, user__is_active=True
    )


def in_state(user: User, accounts: QuerySet[User], state: str) -> QuerySet[User]:
    """Those of the accounts in this `AccountState`; all of them for none."""
    if state in (AccountState.ACTIVE, AccountState.CLOSED):
        return accounts.filter(is_active=state == AccountState.ACTIVE)
    if state == AccountState.NEW:
        return accounts.filter(last_login=None, is_active=True)
    if state == AccountState.LOCKED:
        return accounts.filter(username__in=locked_usernames())
    if state == AccountState.BARE:
        return accounts.filter(without_second_factor_q(), is_active=True)
    if state == AccountState.ENDING:
        return accounts.filter(pk__in=ending_soon(user).values("user"))
    return accounts


def count_ending_soon(user: User) -> int:
    """For the menu."""
    return ending_soon(user).count() if may(user, Action.MANAGE_ACCOUNTS) else 0


def own_branch_roles(user: User, roles: Iterable[Membership]) -> list[Membership]:
    """Those of an account's roles that lie on the user's branches: the others are not theirs to know of."""
    grants = [grant for grant in grants_of(user) if grant.holds(Action.MANAGE_ACCOUNTS)]
    return [role for role in roles if any(grant.covers(role.unit) for grant in grants)]
