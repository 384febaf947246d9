"""What a filled-in form comes to, and whether it may stand."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass, fields
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from activities.enums import ActivityForm
from activities.models import Activity, Partner, Programme, Theme, Venue
from activities.queries import co_hosts_to_choose, speakers_to_choose, venues_to_choose
from activities.validators import day_problems, people_problems, session_problems, time_problems
from orgs.models import Unit, User
from volunteers.models import Volunteer

MANY = ("speakers", "co_hosts", "partners", "programmes")


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityEntry:
    """What one activity was. Counts are 人次, `cost` is yuan; without a venue `place` says where."""

    name: str
    theme: Theme
    held_on: datetime.date
    young_people: int
    in_need: int = 0
    others: int = 0
    sessions: int = 1
    form: str = ActivityForm.TALK
    starts_at: datetime.time | None = None
    ends_at: datetime.time | None = None
    venue: Venue | None = None
    place: str = ""
    host_person: str = ""
    summary: str = ""
    cost: Decimal = Decimal(0)
    media_link: str = ""
    speakers: Collection[Volunteer] = ()
    co_hosts: Collection[Unit] = ()
    partners: Collection[Partner] = ()
    programmes: Collection[Programme] = ()

    def plain(self) -> dict[str, object]:
        """The values that stand in the activity's own row."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in MANY}

    def add_relations(self, activity: Activity) -> None:
        """Those of a new activity: nothing stands there yet, so nothing is asked."""
        for name in MANY:
            if rows := getattr(self, name):
                getattr(activity, name).add(*rows)

    def replace_relations(self, activity: Activity) -> None:
        for name in MANY:
            getattr(activity, name).set(getattr(self, name))


def check_entry(entry: ActivityEntry) -> None:
    """Raise ValidationError with a message by field for what cannot be right."""
    problems = {
        **people_problems(young_people=entry.young_people, in_need=entry.in_need, others=entry.others),
        **session_problems(entry.sessions),
        **day_problems(entry.held_on, timezone.localdate()),
        **time_problems(entry.starts_at, entry.ends_at),
    }
    if problems:
        raise ValidationError(problems)


def check_reach(*, by: User, unit: Unit, entry: ActivityEntry, activity: Activity | None = None) -> None:
    """Refuse people, units and venues that the recorder may not name, whoever made the entry.

    Raises:
        PermissionDenied: an id from outside the recorder's branch or county, which no form of ours offers.
    """
    speakers = {person.pk for person in entry.speakers}
    if speakers and speakers_to_choose(by, activity).filter(pk__in=speakers).count() != len(speakers):
        raise PermissionDenied("a speaker from outside the recorder's rosters")
    co_hosts = {other.pk for other in entry.co_hosts}
    if co_hosts and co_hosts_to_choose(unit, activity).filter(pk__in=co_hosts).count() != len(co_hosts):
        raise PermissionDenied("a co-host from outside the county")
    kept = activity is not None and entry.venue is not None and activity.venue_id == entry.venue.pk
    if entry.venue is not None and not kept and not venues_to_choose(by).filter(pk=entry.venue.pk).exists():
        raise PermissionDenied("a venue from outside the recorder's branch")
