from activities.models.activities import Activity
from activities.models.papers import Meeting, Paper, Publication
from activities.models.taxonomies import Partner, Programme, Theme
from activities.models.venues import Venue

__all__ = ["Activity", "Meeting", "Paper", "Partner", "Programme", "Publication", "Theme", "Venue"]
