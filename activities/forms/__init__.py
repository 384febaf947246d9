from activities.forms.entry import ActivityEntryForm, unit_choices
from activities.forms.lists import ActivityFilterForm, MeetingFilterForm, PaperFilterForm, VenueFilterForm
from activities.forms.papers import MeetingForm, PaperForm, ReturnForm

__all__ = [
    "ActivityEntryForm",
    "ActivityFilterForm",
    "MeetingFilterForm",
    "MeetingForm",
    "PaperFilterForm",
    "PaperForm",
    "ReturnForm",
    "VenueFilterForm",
    "unit_choices",
]
