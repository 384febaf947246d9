"""How people of the rosters are called on here: they speak, or they take part. For the search for people."""

import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from activities.enums import COUNTED_STATES
from activities.models import Activity, ActivityDraft
from activities.pickers import ids_in
from activities.typed import known
from guanai.dependents import PersonActivity
from guanai.probing import found
from orgs.models import User

SPEAKERS = Activity.speakers.through
PARTICIPANTS = Activity.participants.through


def _of_person(through: Any) -> QuerySet[Any]:
    return through.objects.filter(volunteer=OuterRef("pk"))  # type: ignore[no-any-return]  # an automatic model


def _counted(through: Any) -> QuerySet[Any]:
    return _of_person(through).filter(activity__state__in=COUNTED_STATES)


def _kind(key: str, label: str, through: Any, *, order: int, typed: bool = False) -> PersonActivity:
    """`typed` says that drafts of the activity form name these people, too."""

    def last() -> Subquery:
        return Subquery(_counted(through).order_by("-activity__held_on").values("activity__held_on")[:1])

    def since(day: datetime.date) -> Q:
        return found(_counted(through).filter(activity__held_on__gte=day))

    def on_day(user: User, day: datetime.date, beside: ActivityDraft | None) -> Q:
        """In whatever state the entry is: that the figures do not count it makes nobody free."""
        rows = _of_person(through).filter(activity__held_on=day)
        if beside is not None and beside.activity_id is not None:
            rows = rows.exclude(activity=beside.activity_id)
        taken = found(rows)
        return taken | Q(pk__in=_in_own_drafts(user, day, beside)) if typed else taken

    return PersonActivity(key, label, last=last, since=since, on_day=on_day, order=order)


def _in_own_drafts(user: User, day: datetime.date, beside: ActivityDraft | None) -> list[int]:
    """The speakers of that day in the user's own drafts: planned already. Drafts of others are nobody's business."""
    drafts = ActivityDraft.objects.filter(user=user, fields__held_on__0=day.isoformat())
    if beside is not None:
        drafts = drafts.exclude(pk=beside.pk)
    named = drafts.values_list("fields", flat=True)
    return [int(pk) for fields in named for pk in ids_in(known(fields), "speakers")]


TALKS = _kind("talks", "主讲", SPEAKERS, order=10, typed=True)
PARTS = _kind("parts", "参加", PARTICIPANTS, order=20)
