"""The verbs of the activities app: each owns its transaction and lock."""

from activities.services.activities import (
    accept_activity,
    activity_number,
    return_activity,
    submit_activity,
    update_activity,
)
from activities.services.drafts import choose_speaker, discard_draft, save_draft
from activities.services.entries import ActivityEntry, check_entry
from activities.services.inclusions import InclusionEntry, may_evidence, remove_inclusion, save_inclusion
from activities.services.meetings import FollowUpEntry, MeetingEntry, close_follow_up, save_meeting
from activities.services.papers import save_paper

__all__ = [
    "ActivityEntry",
    "FollowUpEntry",
    "InclusionEntry",
    "MeetingEntry",
    "accept_activity",
    "activity_number",
    "check_entry",
    "choose_speaker",
    "close_follow_up",
    "discard_draft",
    "may_evidence",
    "remove_inclusion",
    "return_activity",
    "save_draft",
    "save_inclusion",
    "save_meeting",
    "save_paper",
    "submit_activity",
    "update_activity",
]
