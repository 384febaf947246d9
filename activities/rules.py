"""Who may do what with one activity."""

from activities.enums import ActivityState
from activities.models import Activity
from guanai.identity import mask_name
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows
from volunteers.models import Volunteer

# Until it is archived, an entry may be put right by the branch that recorded it.
EDITABLE_STATES = (ActivityState.SUBMITTED, ActivityState.RETURNED)


def may_edit(user: User, activity: Activity) -> bool:
    return activity.state in EDITABLE_STATES and allows(user, Action.RECORD_ACTIVITIES, activity.unit)


def may_review(user: User, activity: Activity) -> bool:
    """Nobody reviews what they recorded or changed last themselves."""
    own = user.pk in (activity.recorded_by_id, activity.updated_by_id)
    return (
        activity.state == ActivityState.SUBMITTED and not own and allows(user, Action.REVIEW_ACTIVITIES, activity.unit)
    )


def name_for(user: User, person: Volunteer) -> str:
    """The name of somebody who stands in an activity; masked where the reader may not see their roster."""
    return person.name if allows(user, Action.VIEW_ROSTER, person.unit) else mask_name(person.name)
