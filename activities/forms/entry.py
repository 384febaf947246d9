"""The activity form: one page, ten open fields, the rest folded away."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from activities.enums import ActivityForm, ThemeGroup
from activities.models import Activity, Partner, Programme, Theme
from activities.queries import co_hosts_to_choose, speakers_to_choose, venue_called
from activities.services import ActivityEntry
from activities.validators import day_problems, people_problems, session_problems, time_problems
from guanai.edits import parse_seen
from guanai.forms import MoneyField, PageForm
from orgs.forms import unit_choices
from orgs.models import Unit, User
from volunteers.models import Volunteer

Choices = list[tuple[str, str | list[tuple[str, str]]]]

NOT_A_NUMBER = "请填整数，例如 38"


def theme_choices() -> Choices:
    """The themes under their 大类, in the order of the list."""
    themes = list(Theme.objects.all())
    groups: Choices = [
        (str(group.label), [(str(theme.pk), theme.name) for theme in themes if theme.group == group])
        for group in ThemeGroup
    ]
    return [("", "请选择"), *[group for group in groups if group[1]]]


def number_field(label: str, **options: Any) -> forms.IntegerField:
    messages = {"invalid": NOT_A_NUMBER, "min_value": "不能小于 0", "max_value": "数太大了，请核对"}
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=9_999_999,
        error_messages=messages | options.pop("error_messages", {}),
        **options,
    )


class ActivityEntryForm(PageForm, forms.Form):
    """`activity` is the one being changed: its host stays. A new one names its host by `unit`."""

    unit = forms.ChoiceField(label="主办单位", required=False)
    name = forms.CharField(label="活动名称", max_length=80)
    theme = forms.ModelChoiceField(label="主题", queryset=Theme.objects.all())
    held_on = forms.DateField(label="日期")
    place = forms.CharField(label="地点", max_length=80)
    speakers = forms.ModelMultipleChoiceField(label="主讲五老", queryset=Volunteer.objects.none(), required=False)
    co_hosts = forms.ModelMultipleChoiceField(label="协办单位", queryset=Unit.objects.none(), required=False)
    young_people = number_field("青少年", error_messages={"required": "请填写青少年人次，没有就填 0"})
    in_need = number_field("其中留守、困境", required=False)
    others = number_field("家长及其他", required=False)
    summary = forms.CharField(
        label="活动摘要和成效",
        max_length=500,
        required=False,
        help_text="做了什么、效果怎样，写一两句即可，不写孩子和五老的姓名。",
        widget=forms.Textarea,
    )
    sessions = number_field("场次", required=False, help_text="同一天连讲几场，就填几场。不填按 1 场。")
    form = forms.ChoiceField(label="形式", choices=ActivityForm.choices, required=False)
    starts_at = forms.TimeField(label="开始时间", required=False)
    ends_at = forms.TimeField(label="结束时间", required=False)
    host_person = forms.CharField(label="主持人", max_length=40, required=False)
    programmes = forms.ModelMultipleChoiceField(
        label="项目", queryset=Programme.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    partners = forms.ModelMultipleChoiceField(
        label="联动部门", queryset=Partner.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    cost = MoneyField(
        label="经费（元）",
        min_value=Decimal(0),
        required=False,
        error_messages={"invalid": "请填数字，例如 350 或 350.50", "min_value": "不能小于 0"},
    )
    media_link = forms.URLField(
        label="报道链接",
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "请填完整的网址"},
    )
    like = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, user: User, host: Unit, units: list[Unit], activity: Activity | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.host, self.activity = user, host, activity
        if activity is None:
            select = forms.Select(
                attrs={
                    "form": "activity-form",
                    "hx-post": "",
                    "hx-target": "#offer",
                    "hx-select": "#offer",
                    "hx-swap": "outerHTML",
                    "hx-select-oob": "#host",
                }
            )
            self.fields["unit"] = forms.ChoiceField(
                label="主办单位",
                choices=unit_choices(units),
                widget=select,
                error_messages={"invalid_choice": "只能替自己的单位和所辖的村（社区）记"},
            )
        else:
            del self.fields["unit"]
        self.choose("theme", Theme.objects.all(), "没有这个主题，请重新选")
        self.fields["theme"].widget.choices = theme_choices()
        self.choose("speakers", speakers_to_choose(user, activity), "有人不在您能看到的五老名册里，请重新选")
        self.choose("co_hosts", co_hosts_to_choose(host, activity), "协办单位要选本县的其他单位，请重新选")
        self.fields["place"].widget.attrs["list"] = "venues"

    def choose(self, name: str, rows: Any, refusal: str) -> None:
        field: Any = self.fields[name]
        field.queryset = rows
        field.error_messages["invalid_choice"] = field.error_messages["invalid_pk_value"] = refusal

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()

    def clean(self) -> dict[str, Any]:
        """The checks over several fields, each message at the field that it names."""
        cleaned = super().clean() or {}
        problems: dict[str, str] = {}
        for name in ("young_people", "in_need", "others"):
            if name not in self.errors:
                cleaned[name] = cleaned.get(name) or 0
        counts = [cleaned.get(name) for name in ("young_people", "in_need", "others")]
        if None not in counts:
            young_people, in_need, others = (int(count or 0) for count in counts)
            problems |= people_problems(young_people=young_people, in_need=in_need, others=others)
        if isinstance(cleaned.get("held_on"), datetime.date):
            problems |= day_problems(cleaned["held_on"], timezone.localdate())
        if "sessions" not in self.errors:
            cleaned["sessions"] = 1 if cleaned.get("sessions") is None else cleaned["sessions"]
            problems |= session_problems(cleaned["sessions"])
        problems |= time_problems(cleaned.get("starts_at"), cleaned.get("ends_at"))
        for name, message in problems.items():
            self.add_error(name, message)
        return cleaned

    def entry(self) -> ActivityEntry:
        """What was filled in; only after `is_valid()`."""
        cleaned = self.cleaned_data
        return ActivityEntry(
            name=cleaned["name"],
            theme=cleaned["theme"],
            held_on=cleaned["held_on"],
            place=cleaned["place"],
            venue=venue_called(self.user, self.host, cleaned["place"]),
            speakers=cleaned["speakers"],
            co_hosts=cleaned["co_hosts"],
            young_people=cleaned["young_people"],
            in_need=cleaned["in_need"],
            others=cleaned["others"],
            summary=cleaned["summary"],
            sessions=cleaned["sessions"],
            form=cleaned["form"] or ActivityForm.TALK,
            starts_at=cleaned["starts_at"],
            ends_at=cleaned["ends_at"],
            host_person=cleaned["host_person"],
            programmes=cleaned["programmes"],
            partners=cleaned["partners"],
            cost=cleaned["cost"] or Decimal(0),
            media_link=cleaned["media_link"],
        )

    @property
    def seen_at(self) -> datetime.datetime:
        return parse_seen(self.cleaned_data.get("seen", ""))
