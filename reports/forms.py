"""The filter of the records behind a figure, the year of a report to be built, an item of a scheme."""

from decimal import DecimalException
from typing import Any

from django import forms

from guanai.forms import FilterForm, PageForm
from orgs.enums import KINDS_IN_ORDER, PARENT_KINDS, Action, UnitKind
from orgs.models import Unit, User
from orgs.queries import branch_choices
from reports.evidence import EVIDENCE, codes_of
from reports.indicators import Indicator
from reports.models import SchemeItem
from reports.scoring import suggest

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
            groups = [(kind.value, str(kind.label)) for kind in KINDS_IN_ORDER if UnitKind.COUNTY in PARENT_KINDS[kind]]
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


class SchemeItemForm(forms.ModelForm[SchemeItem]):
    """An item of a scheme whose rule can be worked out: a wrong parameter would stop the scoring of a whole county."""

    evidence = forms.ChoiceField(
        label="依据",
        required=False,
        choices=[ALL, *((code, "、".join(each.label for each in sources)) for code, sources in EVIDENCE.items())],
    )
    parameters = forms.JSONField(label="参数", required=False)

    class Meta:
        model = SchemeItem
        fields = ("scheme", "position", "heading", "name", "rule_text", "maximum", "rule", "parameters", "evidence")

    def clean_parameters(self) -> dict[str, Any]:
        given = self.cleaned_data["parameters"]
        if given is not None and not isinstance(given, dict):
            raise forms.ValidationError("参数应写成 {…}。")
        return given or {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        names = ("rule", "maximum", "parameters", "evidence")
        item = SchemeItem(**{name: cleaned[name] for name in names})
        figures = dict.fromkeys(codes_of([item.evidence]) if item.evidence else (), 0)
        try:
            suggest(item, figures)
        except (KeyError, TypeError, AttributeError, ZeroDivisionError, DecimalException) as error:
            raise forms.ValidationError("参数和规则种类、依据对不上，按它算不出建议分。") from error
        return cleaned
