from typing import Any

from django import forms

from guanai.forms import FilterForm
from orgs.trail import ACTIONS, Wanted, record_choices


class TrailFilterForm(FilterForm):
    """Who, what was done, to which record, when. Staff are found by user name or name, records by their number."""

    person = forms.CharField(label="操作人", required=False, max_length=40)
    action = forms.ChoiceField(label="动作", required=False)
    record = forms.ChoiceField(label="对象种类", required=False)
    number = forms.CharField(label="对象编号", required=False, max_length=40)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = [("", "全部"), *((code, words) for code, (words, _) in ACTIONS.items())]
        self.fields["action"] = forms.ChoiceField(label="动作", required=False, choices=actions)
        records = [("", "全部"), *record_choices()]
        self.fields["record"] = forms.ChoiceField(label="对象种类", required=False, choices=records)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "“到”早于“从”，请改其中一个日期")
        return cleaned

    @property
    def wanted(self) -> Wanted | None:
        """What is asked for; None where the filter is wrong."""
        return Wanted(**self.cleaned_data) if self.is_valid() else None
