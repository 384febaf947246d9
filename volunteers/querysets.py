import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet

from orgs.models import Unit
from orgs.querysets import in_branch_q
from volunteers.enums import VETERAN_KINDS

if TYPE_CHECKING:
    from volunteers.models import Appointment, Volunteer  # noqa: F401


class VolunteerQuerySet(QuerySet["Volunteer"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit))

    def on_roster(self, day: datetime.date) -> Self:
        """Who stood on the roster on a day: joined by then and not yet gone."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)

    def veterans(self) -> Self:
        return self.filter(kind__in=VETERAN_KINDS)


class AppointmentQuerySet(QuerySet["Appointment"]):
    def running(self, day: datetime.date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
