"""Forms of meetings with their follow-ups, and of the evidence of 五纳入五统一."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils import timezone

from activities.enums import MeetingKind
from activities.forms.entry import number_field
from activities.models import FollowUp, Inclusion, Meeting
from activities.services import FollowUpEntry, InclusionEntry, MeetingEntry
from activities.validators import day_problems
from guanai.attachments import ScanField
from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm
from guanai.forms import PageForm
from orgs.forms import unit_choices
from orgs.models import Unit

NEW_ROWS = 2


class MeetingForm(SeenForm, KeyedForm):
    """`units` are those that the user records for; a meeting that is put right keeps its unit (`units` None)."""

    unit = forms.ChoiceField(label="单位")
    kind = forms.ChoiceField(label="类别", choices=MeetingKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="名称", max_length=80)
    held_on = forms.DateField(label="日期")
    attendance = number_field("参加人数", error_messages={"required": "请填写参加人数"})
    decisions = forms.CharField(label="议定事项", max_length=500, required=False, widget=forms.Textarea)
    place = forms.CharField(label="地点", max_length=80, required=False)
    body = forms.CharField(
        label="哪一级会议听取", max_length=60, required=False, help_text="党委听取汇报时填，如 亭子镇党委会。"
    )
    agenda = forms.CharField(label="议题", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    document = forms.CharField(label="纪要文号", max_length=60, required=False)
    scan = ScanField(label="纪要扫描件", required=False)

    def __init__(self, *args: Any, units: list[Unit] | None, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=meeting, **kwargs)
        if meeting is not None and meeting.scan_id:
            self.fields["scan"].help_text = "已有扫描件，不换就空着。PDF、JPG 或 PNG，不超过 10 MB。"
        if units is None:
            del self.fields["unit"]
        else:
            self.fields["unit"] = forms.ChoiceField(
                label="单位",
                choices=unit_choices(units),
                error_messages={"invalid_choice": "只能替自己的单位和所辖的村（社区）记"},
            )
            self.order_fields(["seen", "entry_key", "unit"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("held_on"):
            for name, message in day_problems(cleaned["held_on"], timezone.localdate()).items():
                self.add_error(name, message)
        return cleaned

    @property
    def folded_open(self) -> bool:
        """What is rarely filled stands behind a fold, unless it holds something."""
        names = ("place", "body", "agenda", "document", "scan")
        return any(self[name].value() or self[name].errors for name in names)

    def entry(self, follow_ups: "BaseFollowUpFormSet") -> MeetingEntry:
        """What was filled in; only after `is_valid()` of both."""
        cleaned = self.cleaned_data
        texts = ("place", "body", "agenda", "decisions", "document")
        return MeetingEntry(
            kind=cleaned["kind"],
            name=cleaned["name"].strip(),
            held_on=cleaned["held_on"],
            attendance=cleaned["attendance"],
            scan=cleaned["scan"],
            follow_ups=follow_ups.entries(),
            dropped=follow_ups.dropped(),
            **{name: cleaned[name].strip() for name in texts},
        )


class FollowUpForm(PageForm, forms.Form):
    """One thing that the meeting asked for. An empty row is none."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label="落实事项", max_length=200)
    owner = forms.CharField(label="责任人", max_length=40)
    due_on = forms.DateField(label="完成期限")


class BaseFollowUpFormSet(forms.BaseFormSet[FollowUpForm]):
    """The rows of one meeting: those that are open, and empty ones for more."""

    def add_fields(self, form: FollowUpForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "去掉这一项"

    @property
    def folded_open(self) -> bool:
        """Behind a fold, unless a row holds something or is wrong."""
        names = ("pk", "text", "owner", "due_on")
        return any(form.errors or any(form[name].value() for name in names) for form in self.forms)

    def entries(self) -> list[FollowUpEntry]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and form not in self.deleted_forms]
        return [
            FollowUpEntry(text=row["text"].strip(), owner=row["owner"].strip(), due_on=row["due_on"], pk=row["pk"])
            for row in rows
            if row.get("text")
        ]

    def dropped(self) -> list[int]:
        return [form.cleaned_data["pk"] for form in self.deleted_forms if form.cleaned_data.get("pk")]


def follow_up_forms(data: Any, open_ones: Iterable[FollowUp]) -> BaseFollowUpFormSet:
    """The form set of a meeting, bound to what was sent or filled with its open rows."""
    rows = [{"pk": row.pk, "text": row.text, "owner": row.owner, "due_on": row.due_on} for row in open_ones]
    made = forms.formset_factory(
        FollowUpForm, formset=BaseFollowUpFormSet, extra=NEW_ROWS, max_num=len(rows) + 20, can_delete=bool(data or rows)
    )
    # What was sent names its rows by pk: those that are open by now may be others, and stand in another order.
    return cast("BaseFollowUpFormSet", made(data or None, initial=None if data else rows, prefix="follow"))


class CloseFollowUpForm(PageForm, forms.Form):
    """办结."""

    done_on = forms.DateField(label="办结日期", initial=timezone.localdate)
    result = forms.CharField(label="办结情况", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class MeetingField(forms.ModelChoiceField[Meeting]):
    """A meeting by day and name."""

    def label_from_instance(self, obj: Meeting) -> str:
        return f"{obj.held_on:%Y-%m-%d} {obj.name}"


class InclusionForm(SeenForm):
    """A document, or a meeting of the unit in that year."""

    document = forms.CharField(
        label="文号", max_length=60, required=False, help_text="如 亭委发〔2025〕3号。文号和会议至少填一样。"
    )
    issued_by = forms.CharField(label="发文单位", max_length=60, required=False)
    meeting = MeetingField(label="会议", queryset=Meeting.objects.none(), required=False)
    dated_on = forms.DateField(label="日期", required=False, help_text="选了会议可以不填，按开会日期。")
    scan = ScanField(label="扫描件", required=False)

    def __init__(self, *args: Any, unit: Unit, year: int, inclusion: Inclusion | None, **kwargs: Any) -> None:
        names = ("document", "issued_by", "meeting", "dated_on")
        known = {name: getattr(inclusion, name) for name in names} if inclusion else {}
        super().__init__(*args, **{"record": inclusion, "initial": known, **kwargs})
        meetings = Meeting.objects.filter(unit=unit, held_on__year=year).order_by("-held_on", "-pk")
        self.fields["meeting"] = MeetingField(
            label="会议", queryset=meetings, required=False, empty_label="不用会议作依据"
        )
        if inclusion is not None and inclusion.scan_id:
            self.fields["scan"].help_text = "已有扫描件，不换就空着。PDF、JPG 或 PNG，不超过 10 MB。"

    def entry(self) -> InclusionEntry:
        return InclusionEntry(**{name: value for name, value in self.cleaned_data.items() if name != "seen"})
