"""What of this app hangs on a person, for merging: the activities in which they spoke or took part.

An activity is recorded after it was held (activities.validators.day_problems), so nothing here is open: there is
nothing to hand over.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from activities.models import Activity, ActivityDraft
from guanai.dependents import PersonRecords, register_person_records
from orgs.models import User
from volunteers.models import Volunteer


def register() -> None:
    register_person_records(
        PersonRecords(
            key="talks",
            label="主讲",
            measure="场",
            relations=("activities.Activity.speakers",),
            repoint=_repointed("speakers"),
            order=30,
        ),
        PersonRecords(
            key="attended",
            label="参加活动",
            measure="场",
            relations=("activities.Activity.participants",),
            repoint=_repointed("participants"),
            order=31,
        ),
        PersonRecords(
            key="drafts",
            label="活动草稿",
            measure="份",
            # They stand in its text, by id.
            found=_drafts_of,
            repoint=_repoint_drafts,
        ),
    )


def _repointed(name: str) -> Callable[[Volunteer, Volunteer, User], int]:
    """Moves the links of one many-to-many field; who stood in an activity twice stands in it once."""

    def repoint(source: Volunteer, target: Volunteer, by: User) -> int:
        through: Any = getattr(Activity, name).through
        links = through.objects.filter(volunteer=source)
        activities = set(links.values_list("activity_id", flat=True))
        # A link is added and one removed, not changed: the row history knows these two.
        both = set(
            through.objects.filter(volunteer=target, activity__in=activities).values_list("activity_id", flat=True)
        )
        through.objects.bulk_create(through(activity_id=pk, volunteer_id=target.pk) for pk in sorted(activities - both))
        links.delete()
        # A form that is open writes back whom it showed: it is told.
        Activity.objects.filter(pk__in=activities).update(updated_by=by, updated_at=timezone.now())
        return len(activities)

    return repoint


def _drafts_of(person: Volunteer) -> QuerySet[ActivityDraft]:
    return ActivityDraft.objects.filter(fields__speakers__contains=[str(person.pk)])


def _repoint_drafts(source: Volunteer, target: Volunteer, by: User) -> int:
    drafts = list(_drafts_of(source).select_for_update(of=("self",)))
    for draft in drafts:
        ids = [str(target.pk) if pk == str(source.pk) else pk for pk in draft.fields["speakers"]]
        draft.fields["speakers"] = list(dict.fromkeys(ids))
    # `updated_at` is when its writer saved it last.
    ActivityDraft.objects.bulk_update(drafts, ["fields"])
    return len(drafts)
