from collections.abc import Iterable
from typing import Protocol

from django import forms

from guanai.forms import FilterForm
from orgs.enums import Action, Tier, UnitKind
from orgs.models import User, short_name_of
from orgs.queries import branch_choices

Choices = list[tuple[str, str | list[tuple[str, str]]]]

# `?missing=1` is what the pages link to: places that should have a committee and have none.
MISSING, ESTABLISHED, REQUIRED = "1", "0", "all"
STATES = [(MISSING, "应建未建"), (ESTABLISHED, "已建"), (REQUIRED, "应建")]


class Placed(Protocol):
    """A unit, or as much of one as a list of choices needs."""

    @property
    def level(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


def unit_choices(units: Iterable[Placed]) -> Choices:
    """Units given in tree order, by code; with several townships, each township stands over its villages."""
    listed = [(unit.level, unit.code, short_name_of(unit.name)) for unit in units]
    if sum(level <= 1 for level, _, _ in listed) <= 1:
        return [(code, name) for _, code, name in listed]
    choices: Choices = []
    below: list[tuple[str, str]] = []
    for level, code, name in listed:
        if level == 0:
            choices.append((code, name))
        elif level == 1:
            below = [(code, name)]
            choices.append((name, below))
        else:
            below.append((code, name))
    return choices


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
