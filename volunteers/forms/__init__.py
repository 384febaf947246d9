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
from volunteers.forms.honours import HonourFilterForm, HonourForm, RemovalForm
from volunteers.forms.roster import STATUSES, CheckFilterForm, FindForm, VolunteerFilterForm, VolunteerForm
from volunteers.forms.search import SearchForm
from volunteers.forms.teams import DissolutionForm, JoinForm, MemberForm, TeamFilterForm, TeamForm
from volunteers.forms.terms import MergeTermForm, NewTermForm, RemoveTermForm, TermForm

__all__ = [
    "END_NAMES",
    "STATUSES",
    "AppointmentFilterForm",
    "AppointmentForm",
    "CheckFilterForm",
    "DismissalForm",
    "DissolutionForm",
    "FindForm",
    "HonourFilterForm",
    "HonourForm",
    "JoinForm",
    "MemberForm",
    "MergeTermForm",
    "NewTermForm",
    "PostRuleForm",
    "PostRulesForm",
    "RemovalForm",
    "RemoveTermForm",
    "SearchForm",
    "TeamFilterForm",
    "TeamForm",
    "TermForm",
    "UnitSearchForm",
    "VacancyFilterForm",
    "VolunteerFilterForm",
    "VolunteerForm",
]
