from activities.models.activities import Activity, ActivityDraft
from activities.models.meetings import FollowUp, Inclusion, Meeting
from activities.models.papers import Paper, PaperDeadline, Publication
from activities.models.taxonomies import Partner, Programme, Theme
from activities.models.venues import Venue

__all__ = [
    "Activity",
    "ActivityDraft",
    "FollowUp",
    "Inclusion",
    "Meeting",
    "Paper",
    "PaperDeadline",
    "Partner",
    "Programme",
    "Publication",
    "Theme",
    "Venue",
]
