from activities.models.activities import Activity, ActivityDraft
from activities.models.papers import Meeting, Paper, PaperDeadline, Publication
from activities.models.taxonomies import Partner, Programme, Theme
from activities.models.venues import Venue

__all__ = [
    "Activity",
    "ActivityDraft",
    "Meeting",
    "Paper",
    "PaperDeadline",
    "Partner",
    "Programme",
    "Publication",
    "Theme",
    "Venue",
]
