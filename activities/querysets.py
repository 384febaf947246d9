from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from activities.enums import COUNTED_STATES
from orgs.models import Unit

if TYPE_CHECKING:
    from activities.models import Activity  # noqa: F401


class ActivityQuerySet(QuerySet["Activity"]):
    def in_branch(self, unit: Unit) -> Self:
        """Hosted in the branch: a joint activity belongs to its 主办 unit alone."""
        return self.filter(unit__tree_id=unit.tree_id, unit__lft__gte=unit.lft, unit__rght__lte=unit.rght)

    def joined_by(self, unit: Unit) -> Self:
        """Hosted or co-hosted in the branch; each activity once."""
        inside = {"unit__tree_id": unit.tree_id, "unit__lft__gte": unit.lft, "unit__rght__lte": unit.rght}
        joint = self.model.co_hosts.through.objects.filter(activity=OuterRef("pk"), **inside)
        return self.filter(Q(**inside) | Q(Exists(joint)))

    def counted(self) -> Self:
        return self.filter(state__in=COUNTED_STATES)

    def held_in(self, year: int) -> Self:
        return self.filter(held_on__year=year)
