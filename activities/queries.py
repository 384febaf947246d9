"""What of the activities somebody may see, and what may be chosen in their forms."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from activities.enums import ActivityState
from activities.models import Activity, ActivityDraft, FollowUp, Meeting, Venue
from activities.querysets import ActivityQuerySet, FollowUpQuerySet
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.querysets import UnitQuerySet
from orgs.scope import allows, branch_q, grants_of, home_unit, may, units_for
from volunteers.models import Volunteer
from volunteers.querysets import VolunteerQuerySet

# How many a search inside the form shows at most; who wants another one types more of the name.
HITS = 8


def activities_for_user(user: User) -> ActivityQuerySet:
    """Hosted in the user's branches, or co-hosted there; each activity once.

    Hosts and co-hosts are of one county. Saying so lets the database read that county's activities alone.
    """
    grants = [grant for grant in grants_of(user) if grant.holds(Action.VIEW_ACTIVITIES)]
    of_counties = Activity.objects.filter(unit__tree_id__in={grant.tree_id for grant in grants})
    if all(grant.is_whole_county for grant in grants):
        # What is co-hosted there is hosted there.
        return of_counties
    joint = Activity.co_hosts.through.objects.filter(
        branch_q(user, Action.VIEW_ACTIVITIES, "unit"), activity=OuterRef("pk")
    )
    return of_counties.filter(branch_q(user, Action.VIEW_ACTIVITIES) | Q(Exists(joint)))


def for_list(activities: ActivityQuerySet) -> ActivityQuerySet:
    """What a line of the list shows; the long texts are not read."""
    shown = ("number", "name", "form", "held_on", "young_people", "others", "state")
    place = ("unit__name", "unit__tree_id", "unit__lft", "unit__rght")
    return activities.select_related("unit", "theme").only(*shown, *place, "theme__name")


def activity_for_user_or_404(user: User, pk: int, action: str = Action.VIEW_ACTIVITIES) -> Activity:
    """404 for a stranger; 403 for a reader, co-hosts among them, who may not do `action` at its host."""
    activity = (
        activities_for_user(user)
        .select_related("unit", "theme", "venue", "recorded_by", "reviewed_by", "updated_by")
        .filter(pk=pk)
        .first()
    )
    if activity is None:
        raise Http404("no such activity in this user's branches")
    if action != Action.VIEW_ACTIVITIES and not allows(user, action, activity.unit):
        raise PermissionDenied(f"no {action} on this activity's unit")
    return activity


def waiting_for_review(user: User) -> ActivityQuerySet:
    """Submitted ones that the user may accept or send back: never their own."""
    return (
        Activity.objects.filter(branch_q(user, Action.REVIEW_ACTIVITIES), state=ActivityState.SUBMITTED)
        .exclude(recorded_by=user)
        .order_by("held_on", "pk")
    )


def count_waiting(user: User) -> int:
    """The number beside 活动 in the menu; who reviews nothing is not asked about."""
    return waiting_for_review(user).count() if may(user, Action.REVIEW_ACTIVITIES) else 0


def returned_to(user: User) -> ActivityQuerySet:
    """Sent back to the branches in which the user records, latest first."""
    return (
        Activity.objects.filter(branch_q(user, Action.RECORD_ACTIVITIES), state=ActivityState.RETURNED)
        .select_related("unit")
        .order_by("-updated_at")
    )


def recording_units(user: User) -> UnitQuerySet:
    """Open units for which the user may record, in tree order."""
    return units_for(user, Action.RECORD_ACTIVITIES).open()


def recording_home(user: User) -> Unit | None:
    """The unit that a new record belongs to unless another is chosen."""
    home = home_unit(user)
    if home is not None and home.closed_on is None and allows(user, Action.RECORD_ACTIVITIES, home):
        return home
    return recording_units(user).first()


def latest_of(unit: Unit) -> Activity | None:
    """What the unit recorded last, to carry over from."""
    return unit.activities.order_by("-held_on", "-pk").first()


def speakers_to_choose(user: User, activity: Activity | None = None) -> VolunteerQuerySet:
    """Those on the rosters that the user may see, and those who already stand in the activity."""
    allowed = branch_q(user, Action.VIEW_ROSTER) & Q(merged_into=None)
    if activity is not None:
        spoke = Activity.speakers.through.objects.filter(activity=activity, volunteer=OuterRef("pk"))
        allowed |= Q(Exists(spoke))
    return Volunteer.objects.filter(allowed).select_related("unit")


def find_speakers(user: User, words: str, exclude: list[str]) -> list[Volunteer]:
    """At most `HITS` people who are on the roster today, by a part of the name or the start of its pinyin."""
    rows = speakers_to_choose(user).on_roster(timezone.localdate()).exclude(pk__in=exclude).called(words)
    return list(rows.order_by("name_key", "pk")[:HITS])


def co_hosts_to_choose(unit: Unit, activity: Activity | None = None) -> UnitQuerySet:
    """The other open units of the county, and those that already stand in the activity."""
    allowed = Q(closed_on=None)
    if activity is not None:
        joined = Activity.co_hosts.through.objects.filter(activity=activity, unit=OuterRef("pk"))
        allowed |= Q(Exists(joined))
    units: UnitQuerySet = (
        Unit.objects.filter(allowed, tree_id=unit.tree_id).exclude(pk=unit.pk).select_related("parent")
    )
    return units


def find_co_hosts(unit: Unit, words: str, exclude: list[str]) -> list[Unit]:
    """At most `HITS` units of the county, by a part of the name, higher ones first."""
    rows = co_hosts_to_choose(unit).exclude(pk__in=exclude)
    if words.strip():
        rows = rows.filter(name__icontains=words.strip())
    return list(rows.order_by("level", "lft")[:HITS])


def venues_to_choose(user: User) -> QuerySet[Venue]:
    """Venues in use in the branches for which the user records."""
    return Venue.objects.filter(branch_q(user, Action.RECORD_ACTIVITIES), closed_on=None).select_related("unit")


def venue_called(user: User, unit: Unit, name: str) -> Venue | None:
    """The venue that a typed place means: the host's own of that name, else the only one in the user's branches."""
    hits = list(venues_to_choose(user).filter(name=name, unit__tree_id=unit.tree_id)[:50]) if name else []
    own = [venue for venue in hits if venue.unit_id == unit.pk]
    if own:
        return own[0]
    return hits[0] if len(hits) == 1 else None


def drafts_of(user: User) -> QuerySet[ActivityDraft]:
    return ActivityDraft.objects.filter(user=user).select_related("activity")


def draft_for_user_or_404(user: User, key: uuid.UUID) -> ActivityDraft:
    """One's own draft; somebody else's is not found."""
    draft = drafts_of(user).filter(key=key).first()
    if draft is None:
        raise Http404("no such draft of this user")
    return draft


def venues_for_user(user: User) -> QuerySet[Venue]:
    return Venue.objects.filter(branch_q(user, Action.VIEW_ACTIVITIES)).select_related("unit")


def meetings_for_user(user: User) -> QuerySet[Meeting]:
    return Meeting.objects.filter(branch_q(user, Action.VIEW_ACTIVITIES)).select_related("unit")


def meeting_for_user_or_404(user: User, pk: int, action: str = Action.VIEW_ACTIVITIES) -> Meeting:
    """404 for a stranger; 403 for a reader who may not do `action` at its unit."""
    meeting = meetings_for_user(user).select_related("unit", "scan", "updated_by").filter(pk=pk).first()
    if meeting is None:
        raise Http404("no such meeting in this user's branches")
    if not allows(user, action, meeting.unit):
        raise PermissionDenied(f"no {action} on this meeting's unit")
    return meeting


def follow_ups_for_user(user: User, action: str = Action.VIEW_ACTIVITIES) -> FollowUpQuerySet:
    """What meetings of the user's branches asked for, in the order of their days."""
    rows: FollowUpQuerySet = FollowUp.objects.filter(branch_q(user, action, "meeting__unit"))
    return rows.select_related("meeting__unit").order_by("due_on", "meeting__unit__lft", "pk")


def follow_up_for_user_or_404(user: User, pk: int, action: str = Action.VIEW_ACTIVITIES) -> FollowUp:
    """404 for a stranger; 403 for a reader who may not do `action` at the meeting's unit."""
    row = follow_ups_for_user(user).filter(pk=pk).first()
    if row is None:
        raise Http404("no such follow-up in this user's branches")
    if not allows(user, action, row.meeting.unit):
        raise PermissionDenied(f"no {action} on this meeting's unit")
    return row


def count_late(user: User) -> int:
    """The number beside 落实事项 in the menu: what is past its day, for who records."""
    if not may(user, Action.RECORD_ACTIVITIES):
        return 0
    rows = follow_ups_for_user(user, Action.RECORD_ACTIVITIES).open().filter(due_on__lt=timezone.localdate())
    return rows.order_by().count()
