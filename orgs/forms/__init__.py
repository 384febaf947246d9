from orgs.forms.accounts import AccountFilterForm, AccountForm, EndRoleForm, NameForm, RoleForm
from orgs.forms.committees import CONFIRMED, WAITING, CommitteeForm, MeansFilterForm, MeansForm
from orgs.forms.network import ESTABLISHED, MISSING, REQUIRED, BranchFilterForm, CoverageFilterForm
from orgs.forms.signing_in import CodeForm, SetUpForm, TokenForm

__all__ = [
    "CONFIRMED",
    "ESTABLISHED",
    "MISSING",
    "REQUIRED",
    "WAITING",
    "AccountFilterForm",
    "AccountForm",
    "BranchFilterForm",
    "CodeForm",
    "CommitteeForm",
    "CoverageFilterForm",
    "EndRoleForm",
    "MeansFilterForm",
    "MeansForm",
    "NameForm",
    "RoleForm",
    "SetUpForm",
    "TokenForm",
]
