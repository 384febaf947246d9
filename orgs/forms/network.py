from django import forms

from guanai.forms import FilterForm
from orgs.enums import Action, Tier, UnitKind
from orgs.models import User
from orgs.queries import branch_choices

# `?missing=1` is what the pages link to: places that should have a committee and have none.
MISSING, ESTABLISHED, REQUIRED = "1", "0", "all"
STATES = [(MISSING, "应建未建"), (ESTABLISHED, "已建"), (REQUIRED, "应建")]


class BranchFilterForm(FilterForm):
    """A filter with 单位 as its first field: the user's own units and those directly under them.

    Subclasses set `action`. A code that the user may not see is not among the choices, so the form is not valid.
    """

    action: str = Action.VIEW_NETWORK
    unit = forms.ChoiceField(label="单位", required=False)

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        selected = str(self.data.get("unit", ""))
        choices = [("", "全部"), *branch_choices(user, self.action, selected)]
        self.fields["unit"] = forms.ChoiceField(label="单位", required=False, choices=choices)


class CoverageFilterForm(BranchFilterForm):
    """The places behind a number of the coverage page."""

    missing = forms.ChoiceField(label="状态", required=False, choices=STATES)
    tier = forms.ChoiceField(label="层级", required=False, choices=[("", "全部"), *Tier.choices])
    kind = forms.ChoiceField(label="单位类别", required=False, choices=[("", "全部"), *UnitKind.choices])

    field_order = ["missing", "unit", "tier", "kind"]

    def clean_missing(self) -> str:
        return str(self.cleaned_data["missing"]) or MISSING
