from orgs.forms.committees import CONFIRMED, WAITING, CommitteeForm, MeansFilterForm, MeansForm
from orgs.forms.network import ESTABLISHED, MISSING, REQUIRED, BranchFilterForm, CoverageFilterForm

__all__ = [
    "CONFIRMED",
    "ESTABLISHED",
    "MISSING",
    "REQUIRED",
    "WAITING",
    "BranchFilterForm",
    "CommitteeForm",
    "CoverageFilterForm",
    "MeansFilterForm",
    "MeansForm",
]
