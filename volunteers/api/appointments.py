"""Appointments under /api/v1/, narrowed to the branches of who asks."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from guanai.api import ERROR, PrivateView
from orgs.enums import Action
from orgs.queries import unit_for_user_or_404
from orgs.querysets import in_branch_q
from orgs.scope import branch_q, user_of
from volunteers.enums import Post
from volunteers.models import Appointment
from volunteers.querysets import AppointmentQuerySet
from volunteers.serializers.appointments import AppointmentSerializer


class AppointmentFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library is untyped
    """Conditions on appointments; all of those given must hold."""

    unit = django_filters.CharFilter(method="in_branch", help_text="code of a unit: its branch alone")
    post = django_filters.ChoiceFilter(choices=Post.choices)
    on = django_filters.DateFilter(method="running_on", help_text="in office on this day")
    document = django_filters.CharFilter(lookup_expr="icontains", max_length=60)

    class Meta:
        model = Appointment
        fields = ("unit", "post", "on", "document")

    def in_branch(self, rows: AppointmentQuerySet, name: str, value: str) -> AppointmentQuerySet:
        return rows.filter(in_branch_q(unit_for_user_or_404(user_of(self.request), value)))

    def running_on(self, rows: AppointmentQuerySet, name: str, value: Any) -> AppointmentQuerySet:
        return rows.running(value)


class AppointmentsView(PrivateView, ListAPIView[Appointment]):
    """Appointments of the user's branches, in tree order."""

    guanai_action = Action.VIEW_ROSTER
    # Names the model for the schema; the rows are those of `get_queryset`.
    queryset = Appointment.objects.none()
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter

    def get_queryset(self) -> QuerySet[Appointment]:
        return appointments_for(self.request)


class AppointmentView(PrivateView, RetrieveAPIView[Appointment]):
    """One appointment."""

    guanai_action = Action.VIEW_ROSTER
    queryset = Appointment.objects.none()
    serializer_class = AppointmentSerializer

    @extend_schema(responses={200: AppointmentSerializer, 404: ERROR})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One outside the user's branches is not found."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Appointment]:
        return appointments_for(self.request)


def appointments_for(request: Request) -> QuerySet[Appointment]:
    """Those of the branches whose rosters the user reads: a row says of a holder what the roster says."""
    seen = branch_q(user_of(request), Action.VIEW_ROSTER)
    rows = Appointment.objects.filter(seen).select_related("unit", "volunteer", "volunteer__unit")
    return rows.order_by("unit__tree_id", "unit__lft", "post", "-starts_on", "pk")
