from typing import Any

from django import forms

from orgs.enums import Action
from orgs.forms.network import BranchFilterForm
from orgs.trail import ACTIONS, Wanted, record_choices


class TrailFilterForm(BranchFilterForm):
    """Who, what was done, where and to which record, when.

    Staff are found by user name or name, records by number; words are looked for in what a line tells and in the
    names of records.
    """

    # Who may choose which unit; the field of the same name is made below.
    action = Action.VIEW_TRAIL
    words = forms.CharField(label="名称或内容", required=False, max_length=40)
    person = forms.CharField(label="操作人", required=False, max_length=40)
    number = forms.CharField(label="对象编号", required=False, max_length=40)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)

    field_order = ["unit", "words", "person", "action", "record", "number", "since", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = [("", "全部"), *((code, words) for code, (words, _) in ACTIONS.items())]
        self.fields["action"] = forms.ChoiceField(label="动作", required=False, choices=actions)
        records = [("", "全部"), *record_choices()]
        self.fields["record"] = forms.ChoiceField(label="对象种类", required=False, choices=records)
        self.order_fields(self.field_order)

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
