from orgs.forms.network import ESTABLISHED, MISSING, REQUIRED, BranchFilterForm, CoverageFilterForm

__all__ = ["ESTABLISHED", "MISSING", "REQUIRED", "BranchFilterForm", "CoverageFilterForm"]
