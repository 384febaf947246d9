from activities.forms.entry import ActivityEntryForm
from activities.forms.lists import (
    ActivityFilterForm,
    FollowUpFilterForm,
    MeetingFilterForm,
    PaperFilterForm,
    VenueFilterForm,
)
from activities.forms.meetings import CloseFollowUpForm, InclusionForm, MeetingForm, follow_up_forms
from activities.forms.papers import PaperForm, ReturnForm

__all__ = [
    "ActivityEntryForm",
    "ActivityFilterForm",
    "CloseFollowUpForm",
    "FollowUpFilterForm",
    "InclusionForm",
    "MeetingFilterForm",
    "MeetingForm",
    "PaperFilterForm",
    "PaperForm",
    "ReturnForm",
    "VenueFilterForm",
    "follow_up_forms",
]
