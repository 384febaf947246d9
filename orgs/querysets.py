import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet
from mptt.managers import TreeManager
from mptt.querysets import TreeQuerySet

if TYPE_CHECKING:
    from orgs.models import Membership, Unit  # noqa: F401


class UnitQuerySet(TreeQuerySet["Unit"]):
    def in_branch(self, unit: "Unit") -> Self:
        """The unit itself and everything under it, in tree order."""
        return self.filter(tree_id=unit.tree_id, lft__gte=unit.lft, rght__lte=unit.rght).order_by("tree_id", "lft")

    def open(self) -> Self:
        return self.filter(closed_on=None)

    def required(self) -> Self:
        """Places that should have a committee: a Party organisation, veterans and young people are all present."""
        return self.open().filter(has_party_organisation=True, has_veterans=True, has_young_people=True)

    def established(self) -> Self:
        return self.exclude(committee_established_on=None)


UnitManager = TreeManager.from_queryset(UnitQuerySet)


class MembershipQuerySet(QuerySet["Membership"]):
    def running(self, day: datetime.date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
