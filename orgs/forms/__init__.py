from orgs.forms.accounts import AccountFilterForm, AccountForm, EndRoleForm, RoleForm
from orgs.forms.network import ESTABLISHED, MISSING, REQUIRED, BranchFilterForm, CoverageFilterForm
from orgs.forms.signing_in import CodeForm, SetUpForm, TokenForm

__all__ = [
    "ESTABLISHED",
    "MISSING",
    "REQUIRED",
    "AccountFilterForm",
    "AccountForm",
    "BranchFilterForm",
    "CodeForm",
    "CoverageFilterForm",
    "EndRoleForm",
    "RoleForm",
    "SetUpForm",
    "TokenForm",
]
