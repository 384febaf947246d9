"""Which teams somebody may see, and what of them."""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from orgs.enums import Action
from orgs.models import Unit, User
from orgs.querysets import counts_by_unit
from orgs.scope import allows, branch_q, covering
from volunteers.models import Team, TeamMember, Volunteer
from volunteers.posts import people_to_appoint

if TYPE_CHECKING:
    from volunteers.querysets import TeamMemberQuerySet, TeamQuerySet, VolunteerQuerySet

Anyone = User | AnonymousUser


def teams_for_user(user: Anyone, action: str = Action.VIEW_NETWORK) -> "TeamQuerySet":
    """The teams of the user's branches in tree order."""
    rows: TeamQuerySet = Team.objects.filter(branch_q(user, action)).select_related("unit", "unit__parent")
    return rows.in_order()


def for_list(teams: "TeamQuerySet") -> QuerySet[Team, Any]:
    """With `member_count` and the names of who leads each today, as `leader_names`, in the same query."""
    today = timezone.localdate()
    members = TeamMember.objects.running(today).filter(team=OuterRef("pk")).order_by()
    counted = members.values("team").annotate(count=Count("pk")).values("count")
    leaders = TeamMember.objects.running(today).filter(team=OuterRef("pk"), leads=True).order_by("starts_on", "pk")
    return teams.annotate(
        member_count=Coalesce(Subquery(counted), 0), leader_names=ArraySubquery(leaders.values("volunteer__name"))
    )


def team_for_user_or_404(user: Anyone, pk: int, action: str = Action.VIEW_NETWORK) -> Team:
    """404 for a stranger to the unit, 403 for a reader who may not do `action` there."""
    team = Team.objects.select_related("unit", "unit__parent", "updated_by").filter(pk=pk).first()
    if team is None or not allows(user, Action.VIEW_NETWORK, team.unit):
        raise Http404("no such team in this user's branches")
    if not allows(user, action, team.unit):
        raise PermissionDenied(f"no {action} on this team's unit")
    return team


def member_for_user_or_404(user: Anyone, pk: int, action: str = Action.EDIT_ROSTER) -> TeamMember:
    """As `team_for_user_or_404`, for somebody's time in a team."""
    related = ("team__unit", "team__unit__parent", "volunteer", "volunteer__unit", "updated_by")
    member = TeamMember.objects.select_related(*related).filter(pk=pk).first()
    if member is None or not allows(user, Action.VIEW_NETWORK, member.team.unit):
        raise Http404("no such member of a team in this user's branches")
    if not allows(user, action, member.team.unit):
        raise PermissionDenied(f"no {action} on this team's unit")
    return member


def names_team(user: Anyone) -> Callable[[Team], bool]:
    """May the user read a team's name, which may hold a person's? Who reads the roster of its unit may; everybody else
    sees its unit and kind (`Team.label`)."""
    reads = covering(user, Action.VIEW_ROSTER)
    return lambda team: reads(team.unit)


def members_of(team: Team) -> "TeamMemberQuerySet":
    """Everybody who ever was in a team, who leads it first, then by when they joined."""
    rows: TeamMemberQuerySet = TeamMember.objects.filter(team=team).select_related("volunteer", "volunteer__unit")
    return rows.order_by("-leads", "starts_on", "volunteer__name_key", "pk")


def people_to_join(user: Anyone, unit: Unit) -> "VolunteerQuerySet":
    """Who may be taken into a team of this unit: those on the rosters of the county that the user reads.

    A county's team takes people of the whole county, a township's its branch's; for the teacher on the roster of the
    education bureau who helps in a township's studio, the county's office enters it.
    """
    return people_to_appoint(user, unit)


def still_in(team: Team, day: datetime.date) -> "QuerySet[TeamMember, Any]":
    """The keys of the people who have not left a team by a day: nobody joins where they are already."""
    return team.members.exclude(ends_on__lte=day).values("volunteer")


def teams_by_unit(branch: Unit) -> dict[int, int]:
    """How many teams each unit of a branch has today."""
    return counts_by_unit(Team.objects.running(timezone.localdate()), branch)


def teams_of(person: Volunteer) -> "TeamMemberQuerySet":
    """The teams of one person, the latest first."""
    rows: TeamMemberQuerySet = person.teams.select_related("team", "team__unit")
    return rows.order_by("-starts_on", "pk")
