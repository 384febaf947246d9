from volunteers.forms.roster import STATUSES, FindForm, VolunteerFilterForm, VolunteerForm

__all__ = ["STATUSES", "FindForm", "VolunteerFilterForm", "VolunteerForm"]
