from orgs.forms.accounts import (
    AccountFilterForm,
    AccountForm,
    EndRoleForm,
    NameForm,
    RoleFields,
    RoleForm,
    asks_for_units,
)
from orgs.forms.committees import CONFIRMED, WAITING, CommitteeForm, MeansFilterForm, MeansForm, WithdrawForm
from orgs.forms.network import ESTABLISHED, MISSING, REQUIRED, BranchFilterForm, CoverageFilterForm, unit_choices
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
    "RoleFields",
    "RoleForm",
    "SetUpForm",
    "TokenForm",
    "WithdrawForm",
    "asks_for_units",
    "unit_choices",
]
