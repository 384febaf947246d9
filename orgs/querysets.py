import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q, QuerySet
from mptt.managers import TreeManager
from mptt.querysets import TreeQuerySet

if TYPE_CHECKING:
    from orgs.models import Membership, Unit  # noqa: F401


def in_branch_q(unit: "Unit", path: str = "unit") -> Q:
    """The condition "the unit at `path` is `unit` or lies under it"; `path` "" is the unit itself."""
    stem = f"{path}__" if path else ""
    return Q(**{f"{stem}tree_id": unit.tree_id, f"{stem}lft__gte": unit.lft, f"{stem}rght__lte": unit.rght})


def counts_by_unit(rows: QuerySet[Any], branch: "Unit") -> dict[int, int]:
    """{unit id: how many rows} within the branch of a unit, in one query; units without rows are left out."""
    counted = rows.filter(in_branch_q(branch)).order_by().values("unit").annotate(count=Count("pk"))
    return dict(counted.values_list("unit", "count"))


class UnitQuerySet(TreeQuerySet["Unit"]):
    def in_branch(self, unit: "Unit") -> Self:
        """The unit itself and everything under it, in tree order."""
        return self.filter(in_branch_q(unit, path="")).order_by("tree_id", "lft")

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
