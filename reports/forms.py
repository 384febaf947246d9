"""The filter of the records behind a figure, and the year of a report to be built."""

from typing import Any

from django import forms

from guanai.forms import FilterForm, PageForm
from orgs.enums import ORDER_OF_KIND, PARENT_KINDS, Action, UnitKind
from orgs.models import Unit, User
from orgs.queries import branch_choices
from reports.indicators import Indicator

ALL = ("", "全部")


class RecordsFilterForm(FilterForm):
    """单位, 年度, 范围 and a field for each dimension of the indicator.

    The first unit and the first of `years` are those in force where the address names none.
    """

    def __init__(
        self, *args: Any, user: User, indicator: Indicator, unit: Unit, years: list[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        units = branch_choices(user, Action.VIEW_FIGURES, str(self.data.get("unit", "")))
        self.fields["unit"] = forms.ChoiceField(label="单位", required=False, choices=units)
        self.fields["year"] = forms.ChoiceField(
            label="年度", required=False, choices=[(str(each), f"{each} 年") for each in years]
        )
        self.fields["own"] = forms.ChoiceField(
            label="范围", required=False, choices=[("", "含下级"), ("1", "只看本级")]
        )
        if unit.kind == UnitKind.COUNTY:
            kinds = sorted(UnitKind, key=lambda kind: (ORDER_OF_KIND[kind], kind))
            groups = [(kind.value, str(kind.label)) for kind in kinds if UnitKind.COUNTY in PARENT_KINDS[kind]]
            self.fields["group"] = forms.ChoiceField(label="下级类别", required=False, choices=[ALL, *groups])
        for dimension in indicator.dimensions:
            members = [(str(value), label) for value, label in dimension.members()]
            self.fields[dimension.code] = forms.ChoiceField(
                label=dimension.label, required=False, choices=[ALL, *members]
            )

    def chosen(self) -> dict[str, str]:
        """The members chosen, by dimension; only after the form was found valid."""
        codes = [dimension.code for dimension in self.indicator.dimensions]
        return {code: self.cleaned_data[code] for code in codes if self.cleaned_data[code]}


class YearReportForm(PageForm, forms.Form):
    """Which year's report is to be built."""

    year = forms.TypedChoiceField(label="年度", coerce=int)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(year), f"{year} 年") for year in years]
        self.fields["year"] = forms.TypedChoiceField(label="年度", coerce=int, choices=choices)
