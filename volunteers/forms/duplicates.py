"""Two rows beside each other: what differs is chosen from one of them, secrets among it stay masked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.utils.functional import cached_property

from guanai.edits import SeenForm
from guanai.forms import PageForm
from guanai.partial_dates import shown_partial_date
from volunteers.models import Volunteer
from volunteers.services.duplicates import BOTH, CHOICES, FIRST, SECOND, SETS, default_choice, latest

LABELS = {
    "name": "姓名",
    "unit": "单位",
    "identity": "身份证号、出生日期和性别",
    "kind": "五老类别",
    "phone": "电话",
    "address": "住址",
    "former_post": "原单位和职务",
    "rank": "职级",
    "former_name": "曾用名",
    "native_place": "籍贯",
    "politics": "政治面貌和入党时间",
    "education": "文化程度",
    "work_began": "参加工作时间",
    "retirement": "离退休类型",
    "health": "健康状况",
    "is_core": "骨干",
    "state": "状态",
    "specialities": "特长",
    "interests": "爱好",
    "times": "服务时间",
}
# What the page calls the two rows, also on a phone, where they do not stand beside each other.
WORDS = {FIRST: "第一条", SECOND: "第二条"}
SIDES = [(side, f"用{word}的") for side, word in WORDS.items()]


@dataclass(frozen=True)
class Line:
    """One line of the comparison; `field` is there where the two rows differ."""

    label: str
    first: str
    second: str
    field: BoundField | None

    @cached_property
    def options(self) -> dict[str, BoundWidget]:
        """The boxes to tick, by what they choose."""
        return {str(box.data["value"]): box for box in self.field} if self.field else {}

    @property
    def first_box(self) -> BoundWidget | None:
        return self.options.get(FIRST)

    @property
    def second_box(self) -> BoundWidget | None:
        return self.options.get(SECOND)

    @property
    def both(self) -> BoundWidget | None:
        return self.options.get(BOTH)


class MergeForm(SeenForm):
    """是同一个人: which number stays, and for each difference whose value does."""

    keep = forms.ChoiceField(label="保留哪个编号", widget=forms.RadioSelect)
    sure = forms.BooleanField(
        label="已核对，两条登记是同一个人", error_messages={"required": "请核对后勾选：两条登记是同一个人。"}
    )

    def __init__(self, *args: Any, first: Volunteer, second: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, record=latest(first, second), **kwargs)
        self.first, self.second = first, second
        kept = second if second.id_number and not first.id_number else first
        self.fields["keep"] = forms.ChoiceField(
            label="保留哪个编号",
            choices=[(FIRST, f"{WORDS[FIRST]} {first.number}"), (SECOND, f"{WORDS[SECOND]} {second.number}")],
            initial=SECOND if kept is second else FIRST,
            widget=forms.RadioSelect,
        )
        for name in (*CHOICES, *SETS):
            if shown(first, name) != shown(second, name) or not is_same(first, second, name):
                self.fields[name] = self._choice(name, kept)

    def _choice(self, name: str, kept: Volunteer) -> forms.ChoiceField:
        is_set = name in SETS
        return forms.ChoiceField(
            label=LABELS[name],
            choices=[(BOTH, "两条合起来"), *SIDES] if is_set else SIDES,
            initial=BOTH if is_set else default_choice(name, self.first, self.second, kept),
            widget=forms.RadioSelect,
        )

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                LABELS[name],
                shown(self.first, name) or "没有填",
                shown(self.second, name) or "没有填",
                self[name] if name in self.fields else None,
            )
            for name in (*CHOICES, *SETS)
            if name in self.fields or shown(self.first, name)
        ]

    @property
    def kept_and_gone(self) -> tuple[Volunteer, Volunteer]:
        """Only after `is_valid()`."""
        pair = self.first, self.second
        return pair if self.cleaned_data["keep"] == FIRST else (pair[1], pair[0])

    def chosen(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in (*CHOICES, *SETS) if self.cleaned_data.get(name)}


class TwoPersonsForm(PageForm, forms.Form):
    """是两个人, with the reason."""

    reason = forms.CharField(label="依据", max_length=60, help_text="如 两人身份证都看过、夫妻共用一个电话。")


def shown(person: Volunteer, name: str) -> str:
    """What of a group of fields the page shows, masked as everywhere."""
    if name == "identity":
        born = f"{person.birth_year} 年" if person.birth_year else ""
        number = person.masked_id or f"无证件（{person.no_id_reason}）"
        return "，".join(word for word in (number, born, person.get_sex_display()) if word)
    if name == "state":
        since = person.left_on or person.resting_since
        why = person.left_reason or person.resting_reason
        words = f"{person.get_status_display()}{f' {since:%Y-%m-%d}' if since else ''}"
        return f"{words}，{why}" if why else words
    special: Mapping[str, Callable[[], str]] = {
        "unit": lambda: person.unit.short_name,
        "phone": lambda: person.masked_phone,
        "address": lambda: person.masked_address,
        "is_core": lambda: "是" if person.is_core else "否",
        "politics": lambda: "，".join(
            word for word in (person.get_politics_display(), shown_partial_date(person.party_joined)) if word
        ),
        "work_began": lambda: shown_partial_date(person.work_began),
        "specialities": lambda: person.speciality_line,
        "interests": lambda: person.interest_line,
        "times": lambda: person.service_times,
    }
    if name in special:
        return special[name]()
    display = getattr(person, f"get_{name}_display", None)
    return str(display() if display else getattr(person, name))


def is_same(first: Volunteer, second: Volunteer, name: str) -> bool:
    """Are the values themselves the same? Two secrets may look alike when masked."""
    return name in SETS or all(getattr(first, field) == getattr(second, field) for field in CHOICES[name])
