"""Teams under /api/v1/, narrowed to the branches of who asks."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from guanai.api import ERROR, PrivateView
from orgs.enums import Action
from orgs.queries import unit_for_user_or_404
from orgs.scope import user_of
from volunteers.enums import StudioKind, TeamKind
from volunteers.models import Team, TeamMember
from volunteers.querysets import TeamQuerySet
from volunteers.serializers.teams import TeamDetailSerializer, TeamSerializer
from volunteers.teams import for_list, teams_for_user


class TeamFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library is untyped
    """Conditions on teams; all of those given must hold."""

    unit = django_filters.CharFilter(method="in_branch", help_text="code of a unit: its branch alone")
    kind = django_filters.ChoiceFilter(choices=TeamKind.choices)
    studio_kind = django_filters.ChoiceFilter(choices=StudioKind.choices)
    on = django_filters.DateFilter(method="running_on", help_text="founded by this day and not dissolved")

    class Meta:
        model = Team
        fields = ("unit", "kind", "studio_kind", "on")

    def in_branch(self, rows: TeamQuerySet, name: str, value: str) -> TeamQuerySet:
        return rows.in_branch(unit_for_user_or_404(user_of(self.request), value))

    def running_on(self, rows: TeamQuerySet, name: str, value: Any) -> TeamQuerySet:
        return rows.running(value)


class TeamsView(PrivateView, ListAPIView[Team]):
    """Teams of the user's branches, in tree order, dissolved ones among them."""

    guanai_action = Action.VIEW_NETWORK
    # Names the model for the schema; the rows are those of `get_queryset`.
    queryset = Team.objects.none()
    serializer_class = TeamSerializer
    filterset_class = TeamFilter

    def get_queryset(self) -> QuerySet[Team]:
        return for_list(teams_for_user(user_of(self.request)))


class TeamView(PrivateView, RetrieveAPIView[Team]):
    """One team with its members."""

    guanai_action = Action.VIEW_NETWORK
    queryset = Team.objects.none()
    serializer_class = TeamDetailSerializer

    @extend_schema(responses={200: TeamDetailSerializer, 404: ERROR})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One outside the user's branches is not found."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Team]:
        members = TeamMember.objects.select_related("volunteer__unit").order_by("-leads", "starts_on", "pk")
        return for_list(teams_for_user(user_of(self.request))).prefetch_related(Prefetch("members", members))
