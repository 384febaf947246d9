"""Forms of meetings, yearly papers, and of a review."""

from typing import Any

from django import forms
from django.utils import timezone

from activities.enums import MeetingKind
from activities.forms.entry import number_field, unit_choices
from activities.services import MeetingEntry
from activities.validators import day_problems
from guanai.edits import SeenForm
from guanai.forms import PageForm
from orgs.models import Unit


class MeetingForm(PageForm, forms.Form):
    """`units` are those that the user records for; a meeting that is put right keeps its unit (`units` None)."""

    unit = forms.ChoiceField(label="单位")
    kind = forms.ChoiceField(label="类别", choices=MeetingKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="名称", max_length=80)
    held_on = forms.DateField(label="日期", error_messages={"invalid": "请填成 2026-11-21 这样的日期"})
    place = forms.CharField(label="地点", max_length=80, required=False)
    attendance = number_field("参加人数", error_messages={"required": "请填写参加人数"})
    decisions = forms.CharField(label="议定事项", max_length=500, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, units: list[Unit] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if units is None:
            del self.fields["unit"]
        else:
            self.fields["unit"] = forms.ChoiceField(
                label="单位",
                choices=unit_choices(units),
                error_messages={"invalid_choice": "只能替自己的单位和所辖的村（社区）记"},
            )
            self.order_fields(["unit"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("held_on"):
            for name, message in day_problems(cleaned["held_on"], timezone.localdate()).items():
                self.add_error(name, message)
        return cleaned

    def entry(self) -> MeetingEntry:
        """What was filled in; only after `is_valid()`."""
        cleaned = self.cleaned_data
        return MeetingEntry(
            kind=cleaned["kind"],
            name=cleaned["name"].strip(),
            held_on=cleaned["held_on"],
            place=cleaned["place"],
            attendance=cleaned["attendance"],
            decisions=cleaned["decisions"],
        )


class PaperForm(SeenForm):
    """A draft may be empty, what is filed may not."""

    text = forms.CharField(
        label="正文",
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=20_000,
        help_text="可以从原来的文件里粘贴进来。",
        error_messages={"required": "正文是空的，不能归档"},
    )

    def __init__(self, *args: Any, file_it: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = file_it


class ReturnForm(SeenForm):
    """Why an entry is sent back; `seen` is the version that the reviewer read."""

    note = forms.CharField(
        label="退回原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪里要改，填报人按它修改。",
        error_messages={"required": "请写明退回原因，填报人按它修改"},
    )
