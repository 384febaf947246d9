"""Who may do what on which branch: the only permission code about the tree.

`units_for` answers "which units?", `allows` answers "may they?"; both read the same memberships, so that list,
detail, search, export and download agree. No membership means nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from orgs.enums import Action, Role
from orgs.models import Membership, Unit, User

if TYPE_CHECKING:
    from orgs.querysets import UnitQuerySet

A = Action
_READ = {A.VIEW_NETWORK, A.VIEW_ROSTER, A.VIEW_ACTIVITIES, A.VIEW_FIGURES}
_RECORD = {
    A.RECORD_NETWORK,
    A.EDIT_ROSTER,
    A.REVEAL_ROSTER,
    # Apart from looking, since a file leaves the house: granted to those who register the people and have the form
    # stamped, and to nobody else; the view log names each person and field (design.md, Personal data).
    A.EXPORT_ROSTER_CLEAR,
    A.RECORD_ACTIVITIES,
    A.VIEW_CHILDREN,
    A.EDIT_CHILDREN,
    A.REVEAL_CHILDREN,
}

ROLE_ACTIONS: dict[str, frozenset[Action]] = {
    Role.COUNTY_OFFICE: frozenset(
        {
            *_READ,
            *_RECORD,
            A.MANAGE_NETWORK,
            A.EDIT_POSTS,
            A.REVIEW_ACTIVITIES,
            A.VIEW_FUND,
            A.BUILD_REPORTS,
            A.VIEW_EVALUATION,
            A.USE_ADMIN,
        }
    ),
    # The Party organisation of the same tier appoints; the township's secretary enters it for the villages.
    Role.SECRETARY: frozenset({*_READ, *_RECORD, A.EDIT_POSTS, A.VIEW_FUND, A.VIEW_EVALUATION}),
    Role.CLERK: frozenset({*_READ, A.RECORD_ACTIVITIES}),
    Role.REVIEWER: frozenset({*_READ, A.VIEW_EVALUATION, A.SCORE_EVALUATION}),
    Role.FUND_MANAGER: frozenset({A.VIEW_NETWORK, A.VIEW_FIGURES, A.VIEW_FUND, A.HANDLE_FUND, A.VIEW_CHILDREN}),
    Role.FUND_APPROVER: frozenset({A.VIEW_NETWORK, A.VIEW_FIGURES, A.VIEW_FUND, A.APPROVE_FUND, A.VIEW_CHILDREN}),
    Role.LEADER: frozenset({A.VIEW_NETWORK, A.VIEW_FIGURES, A.BUILD_REPORTS, A.VIEW_EVALUATION}),
    Role.AUDITOR: frozenset({A.VIEW_TRAIL}),
    Role.SYSTEM_ADMIN: frozenset({A.MANAGE_ACCOUNTS}),
}


@dataclass(frozen=True)
class Grant:
    """A running membership with the ends of its branch."""

    role: str
    unit_id: int
    unit_name: str
    unit_kind: str
    tree_id: int
    lft: int
    rght: int
    # In whose place it is held, for a time.
    deputy_for_id: int | None = None

    def holds(self, action: str) -> bool:
        return action in ROLE_ACTIONS[self.role]

    @property
    def is_whole_county(self) -> bool:
        """A tree begins with its root, the county."""
        return self.lft == 1

    def condition(self, stem: str, county: str = "") -> Q:
        """The unit at `stem` lies in this branch; what lies in a whole county, its tree alone says, or the field
        `county` of a record that keeps its own."""
        if self.is_whole_county and county:
            return Q(**{county: self.unit_id})
        ends = {} if self.is_whole_county else {f"{stem}lft__gte": self.lft, f"{stem}rght__lte": self.rght}
        return Q(**{f"{stem}tree_id": self.tree_id, **ends})

    def covers(self, unit: Unit) -> bool:
        return self.tree_id == unit.tree_id and self.lft <= unit.lft and unit.rght <= self.rght


def grants_of(user: User | AnonymousUser) -> tuple[Grant, ...]:
    """The user's running memberships: one query, kept on the instance, that is, for one request."""
    if not isinstance(user, User) or not user.is_active:
        return ()
    kept: tuple[Grant, ...] | None = user.__dict__.get("_grants")
    if kept is None:
        rows = (
            Membership.objects.running(timezone.localdate())
            .filter(user=user)
            .order_by("unit__tree_id", "unit__lft", "role")
            .values_list(
                "role",
                "unit_id",
                "unit__name",
                "unit__kind",
                "unit__tree_id",
                "unit__lft",
                "unit__rght",
                "deputy_for",
            )
        )
        kept = tuple(Grant(*row) for row in rows)
        user.__dict__["_grants"] = kept
    return kept


def forget_grants(user: User) -> None:
    """Drop what `grants_of` keeps; called where a membership changes."""
    user.__dict__.pop("_grants", None)


def branch_q(user: User | AnonymousUser, action: str, path: str = "unit", county: str = "") -> Q:
    """The condition "the unit at `path` lies where the user may do `action`"; `path` "" is the unit itself.

    `county` names the field of a record that keeps its county (the root of the tree) itself, so that whole counties
    need no join.
    It matches nothing for who may nothing.
    """
    stem = f"{path}__" if path else ""
    branches = dict.fromkeys(grant.condition(stem, county) for grant in grants_of(user) if grant.holds(action))
    return reduce(or_, branches) if branches else Q(pk__in=[])


def units_for(user: User | AnonymousUser, action: str) -> "UnitQuerySet":
    """The units on which the user may do `action`, in tree order."""
    units: UnitQuerySet = Unit.objects.filter(branch_q(user, action, path="")).order_by("tree_id", "lft")
    return units


def allows(user: User | AnonymousUser, action: str, unit: Unit) -> bool:
    """May the user do `action` on this unit?"""
    return any(grant.holds(action) and grant.covers(unit) for grant in grants_of(user))


def require(user: User | AnonymousUser, action: str, unit: Unit) -> None:
    """For services, which every face calls: `allows`, or nothing happens.

    Raises:
        PermissionDenied: the user may not do `action` on this unit.
    """
    if not allows(user, action, unit):
        raise PermissionDenied(f"no {action} on this unit")


def covering(user: User | AnonymousUser, action: str) -> Callable[[Unit], bool]:
    """`allows` for many units: the grants are looked up once."""
    grants = [grant for grant in grants_of(user) if grant.holds(action)]
    return lambda unit: any(grant.covers(unit) for grant in grants)


def may(user: User | AnonymousUser, action: str) -> bool:
    """May the user do `action` anywhere? For menus and for the door of a view."""
    return any(grant.holds(action) for grant in grants_of(user))


def home_unit(user: User | AnonymousUser) -> Unit | None:
    """The unit that the user works for: the highest branch of a running membership."""
    grants = sorted(grants_of(user), key=lambda grant: grant.lft - grant.rght)
    return Unit.objects.get(pk=grants[0].unit_id) if grants else None


def user_of(request: HttpRequest) -> User:
    """The signed-in user of a request; `DefaultDeny` has turned everybody else away before a view runs."""
    if not isinstance(request.user, User):
        raise PermissionDenied("not signed in")
    return request.user
