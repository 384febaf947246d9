"""People of the rosters and the lists of terms under /api/v1/, narrowed to the branches of who asks."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from guanai.api import ERROR, PrivateView
from orgs.enums import Action
from orgs.queries import unit_for_user_or_404
from orgs.scope import user_of
from volunteers.enums import CURRENT, Daypart, VeteranKind, VolunteerStatus, Weekday
from volunteers.models import Availability, Interest, Speciality, Volunteer
from volunteers.queries import volunteers_for_user
from volunteers.querysets import VolunteerQuerySet
from volunteers.serializers.roster import InterestSerializer, SpecialitySerializer, VolunteerSerializer
from volunteers.validators import validate_no_number

ALL = "all"
WEEKDAYS = [(str(day.value), day.label) for day in Weekday]


class VolunteerFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library is untyped
    """Conditions on people; all of those given must hold. Nobody is found by a number here: it would stand in logs."""

    unit = django_filters.CharFilter(method="in_branch", help_text="code of a unit: its branch alone")
    name = django_filters.CharFilter(
        lookup_expr="contains", max_length=10, validators=[validate_no_number], help_text="part of the name"
    )
    kind = django_filters.ChoiceFilter(choices=VeteranKind.choices)
    speciality = django_filters.NumberFilter(field_name="specialities", help_text="id of a speciality")
    interest = django_filters.NumberFilter(field_name="interests", help_text="id of an interest")
    weekday = django_filters.ChoiceFilter(choices=WEEKDAYS, method="at_a_time")
    daypart = django_filters.ChoiceFilter(
        choices=Daypart.choices, method="at_a_time", help_text="with weekday: that part of that day"
    )
    core = django_filters.BooleanFilter(field_name="is_core")
    status = django_filters.ChoiceFilter(
        choices=[*VolunteerStatus.choices, (ALL, "全部")],
        method="of_status",
        help_text="without it, who stands on the roster: active and resting",
    )

    class Meta:
        model = Volunteer
        fields = ("unit", "name", "kind", "speciality", "interest", "weekday", "daypart", "core", "status")

    def filter_queryset(self, rows: VolunteerQuerySet) -> VolunteerQuerySet:
        found: VolunteerQuerySet = super().filter_queryset(rows)
        return found if self.form.cleaned_data.get("status") else found.filter(status__in=CURRENT)

    def at_a_time(self, rows: VolunteerQuerySet, name: str, value: str) -> VolunteerQuerySet:
        """Both are of one time of service, where both are asked for."""
        asked = {key: self.form.cleaned_data.get(key) for key in ("weekday", "daypart")}
        wanted = {key: said for key, said in asked.items() if said}
        return rows.filter(Exists(Availability.objects.filter(volunteer=OuterRef("pk"), **wanted)))

    def in_branch(self, rows: VolunteerQuerySet, name: str, value: str) -> VolunteerQuerySet:
        return rows.in_branch(unit_for_user_or_404(user_of(self.request), value, Action.VIEW_ROSTER))

    def of_status(self, rows: VolunteerQuerySet, name: str, value: str) -> VolunteerQuerySet:
        return rows if value == ALL else rows.filter(status=value)


class VolunteersView(PrivateView, ListAPIView[Volunteer]):
    """People on the rosters of the user's branches, by name."""

    guanai_action = Action.VIEW_ROSTER
    # Names the model for the schema; the rows are those of `get_queryset`.
    queryset = Volunteer.objects.none()
    serializer_class = VolunteerSerializer
    filterset_class = VolunteerFilter

    def get_queryset(self) -> QuerySet[Volunteer]:
        return people_for(self.request)


class VolunteerView(PrivateView, RetrieveAPIView[Volunteer]):
    """One person."""

    guanai_action = Action.VIEW_ROSTER
    queryset = Volunteer.objects.none()
    serializer_class = VolunteerSerializer

    @extend_schema(responses={200: VolunteerSerializer, 404: ERROR})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Somebody outside the user's branches is not found."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Volunteer]:
        return people_for(self.request)


class SpecialitiesView(PrivateView, ListAPIView[Speciality]):
    """The list of specialities, in its order."""

    guanai_action = Action.VIEW_ROSTER
    queryset = Speciality.objects.all()
    serializer_class = SpecialitySerializer


class InterestsView(PrivateView, ListAPIView[Interest]):
    """The list of interests, in its order."""

    guanai_action = Action.VIEW_ROSTER
    queryset = Interest.objects.all()
    serializer_class = InterestSerializer


def people_for(request: Request) -> QuerySet[Volunteer]:
    """Those of the branches whose rosters the user reads; what the answer leaves out is not decrypted."""
    people = volunteers_for_user(user_of(request)).select_related("unit")
    read = people.defer("address", "birth_date", "id_index", "phone_index")
    return read.prefetch_related("specialities", "interests", "availabilities")
