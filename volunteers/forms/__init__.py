from volunteers.forms.appointments import (
    END_NAMES,
    AppointmentFilterForm,
    AppointmentForm,
    DismissalForm,
    PostRuleForm,
    PostRulesForm,
    UnitSearchForm,
    VacancyFilterForm,
)
from volunteers.forms.roster import STATUSES, CheckFilterForm, FindForm, VolunteerFilterForm, VolunteerForm
from volunteers.forms.search import SearchForm
from volunteers.forms.terms import MergeTermForm, NewTermForm, RemoveTermForm, TermForm

__all__ = [
    "END_NAMES",
    "STATUSES",
    "AppointmentFilterForm",
    "AppointmentForm",
    "CheckFilterForm",
    "DismissalForm",
    "FindForm",
    "MergeTermForm",
    "NewTermForm",
    "PostRuleForm",
    "PostRulesForm",
    "RemoveTermForm",
    "SearchForm",
    "TermForm",
    "UnitSearchForm",
    "VacancyFilterForm",
    "VolunteerFilterForm",
    "VolunteerForm",
]
