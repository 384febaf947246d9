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

__all__ = [
    "END_NAMES",
    "STATUSES",
    "AppointmentFilterForm",
    "AppointmentForm",
    "CheckFilterForm",
    "DismissalForm",
    "FindForm",
    "PostRuleForm",
    "PostRulesForm",
    "SearchForm",
    "UnitSearchForm",
    "VacancyFilterForm",
    "VolunteerFilterForm",
    "VolunteerForm",
]
