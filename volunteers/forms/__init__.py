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
    "UnitSearchForm",
    "VacancyFilterForm",
    "VolunteerFilterForm",
    "VolunteerForm",
]
