from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from activities.enums import COUNTED_STATES
from orgs.models import Unit
from orgs.querysets import in_branch_q
from volunteers.models import Team, TeamMember

if TYPE_CHECKING:
    from activities.models import Activity, FollowUp  # noqa: F401


class ActivityQuerySet(QuerySet["Activity"]):
    def in_branch(self, unit: Unit) -> Self:
        """Hosted in the branch: a joint activity belongs to its 主办 unit alone."""
        return self.filter(in_branch_q(unit))

    def joined_by(self, unit: Unit) -> Self:
        """Hosted or co-hosted in the branch; each activity once."""
        joint = self.model.co_hosts.through.objects.filter(in_branch_q(unit), activity=OuterRef("pk"))
        return self.filter(in_branch_q(unit) | Q(Exists(joint)))

    def counted(self) -> Self:
        return self.filter(state__in=COUNTED_STATES)

    def held_in(self, year: int) -> Self:
        return self.filter(held_on__year=year)

    def of_team(self, team: Team) -> Self:
        """In which somebody spoke who was in the team on that day, and the team was there; what counts alone."""
        members = TeamMember.objects.filter(team=team, volunteer__talks=OuterRef("pk"))
        on_that_day = Q(ends_on=None) | Q(ends_on__gt=OuterRef("held_on"))
        spoke = members.filter(on_that_day, starts_on__lte=OuterRef("held_on"))
        rows = self.counted().filter(Exists(spoke), held_on__gte=team.founded_on)
        return rows.filter(held_on__lt=team.dissolved_on) if team.dissolved_on else rows


class FollowUpQuerySet(QuerySet["FollowUp"]):
    def open(self) -> Self:
        return self.filter(done_on=None)
