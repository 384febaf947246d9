"""The steps of a hand-over: why and when, who goes on with what. Each carries what was said before in hidden fields."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from guanai.dependents import Heir, OpenRecord
from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm
from guanai.keys import is_key
from orgs.models import User
from volunteers.enums import GONE, EndReason, VolunteerStatus
from volunteers.handing_over import OpenGroup, find_heirs, heirs_to_choose
from volunteers.models import Volunteer
from volunteers.services import Dismissal, Leaving, Settled
from volunteers.services.hand_over import check_day

STATES = [
    (state.value, state.label) for state in (VolunteerStatus.LEFT, VolunteerStatus.DECEASED, VolunteerStatus.RESTING)
]
# What else to choose where no successor is found.
NOBODY = {Heir.MUST: "没有人接的，选“以后再办”。", Heir.MAY: "没有人接的，选“只结束”或“以后再办”。"}
# What may be said of a record beside the key of a person.
CHOSEN, END, LATER = "chosen", "end", "later"
PAPER = {
    "ends_on": "post_ends_on",
    "reason": "post_reason",
    "document": "post_document",
    "issued_by": "post_issued_by",
    "issued_on": "post_issued_on",
}
# Where a refusal of the service belongs that names a field of the dismissal.
PAPER_FIELDS = {
    "ends_on": "post_ends_on",
    "end_reason": "post_reason",
    "dismissal_document": "post_document",
    "dismissal_issued_on": "post_issued_on",
}


class LeavingForm(SeenForm, KeyedForm):
    """原因和日期. Who has left already only hands over: then there is nothing but the day."""

    status = forms.ChoiceField(label="状态", choices=STATES, widget=forms.RadioSelect)
    on = forms.DateField(label="日期", widget=forms.DateInput(), initial=timezone.localdate)
    reason = forms.CharField(
        label="原因", required=False, max_length=60, help_text="如 随子女外出居住、身体原因；离世的可不填。"
    )

    def __init__(self, *args: Any, person: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, record=person, **kwargs)
        self.person = person
        self.fields["on"].label = "移交日期" if self.is_gone else "退出、离世或暂停日期"
        if self.is_gone:
            del self.fields["status"], self.fields["reason"]

    def clean_on(self) -> datetime.date:
        on: datetime.date = self.cleaned_data["on"]
        check_day(self.person, on)
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        status = cleaned.get("status")
        if status in (VolunteerStatus.LEFT, VolunteerStatus.RESTING) and not cleaned.get("reason"):
            self.add_error("reason", f"请写明{VolunteerStatus(status).label}原因。")
        return cleaned

    @property
    def is_gone(self) -> bool:
        return self.person.status in GONE

    def leaving(self) -> Leaving | None:
        """How the person goes; None for who has gone."""
        if self.is_gone:
            return None
        return Leaving(status=self.cleaned_data["status"], reason=self.cleaned_data["reason"])

    @property
    def status_label(self) -> str:
        """In the words of the screen; only after `is_valid()`."""
        return VolunteerStatus(self.cleaned_data.get("status") or self.person.status).label


class HandOverForm(LeavingForm):
    """接替人: one for all, and beside each record what becomes of it. `pool` are the people to choose from: whoever was
    chosen so far, and whom the last search found.
    """

    find = forms.CharField(required=False, max_length=40)
    chosen = forms.ChoiceField(label="接替人", required=False)
    post_document = forms.CharField(label="免职文号", required=False, max_length=60)
    post_issued_by = forms.CharField(label="免职发文单位", required=False, max_length=60)
    post_issued_on = forms.DateField(label="免职发文日期", required=False, widget=forms.DateInput())
    post_ends_on = forms.DateField(
        label="在任至", required=False, widget=forms.DateInput(), help_text="一般就是免职文件的日期。"
    )
    post_reason = forms.ChoiceField(label="离任原因", required=False, choices=[("", "请选择"), *EndReason.choices])

    def __init__(
        self, *args: Any, user: User, groups: Sequence[OpenGroup], said: Mapping[str, str], **kwargs: Any
    ) -> None:
        """`said` is what was sent so far, also where the form is only shown and nothing of it is checked yet."""
        super().__init__(*args, **kwargs)
        self.groups, self.said = groups, said
        self.fields["find"].widget = forms.HiddenInput()
        for name in ("on", "status", "reason"):
            if name in self.fields:
                self.fields[name].widget = forms.HiddenInput()
        self.records = [(group, record) for group in groups for record in group.records]
        self.has_posts = any(record.heir == Heir.NEVER for _, record in self.records)
        self.takes_heirs = any(record.heir != Heir.NEVER for _, record in self.records)
        if not self.has_posts:
            for name in PAPER.values():
                del self.fields[name]
        self.pool = self._pool(user)
        people = [(str(one.pk), f"{one.name}（{one.unit.short_name}）") for one in self.pool]
        self.fields["chosen"] = forms.ChoiceField(
            label="接替人", required=False, choices=[("", "不选"), *people], widget=forms.RadioSelect
        )
        for group, record in self.records:
            self.fields[field_of(group, record)] = forms.ChoiceField(
                label=record.title, choices=_choices(record, people), initial=_first_choice(record)
            )

    def _pool(self, user: User) -> list[Volunteer]:
        names = ["chosen", *(field_of(group, record) for group, record in self.records)]
        said = {str(self.said.get(name, "")) for name in names}
        kept = heirs_to_choose(user, self.person).filter(pk__in=[int(one) for one in said if is_key(one)])
        known = list(kept.order_by("name_key", "pk"))
        found = find_heirs(user, self.person, str(self.said.get("find", ""))[:40])
        return [*known, *(one for one in found if one not in known)]

    @property
    def rows(self) -> list[tuple[OpenGroup, list[tuple[OpenRecord, forms.BoundField]]]]:
        """The groups as the page shows them: each record with its field."""
        return [(group, [(record, self[field_of(group, record)]) for record in group.records]) for group in self.groups]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ends_posts = False
        for group, record in self.records:
            name = field_of(group, record)
            said = cleaned.get(name)
            if said == CHOSEN and not cleaned.get("chosen"):
                self.add_error(name, f"{record.title}：请先选接替人；{NOBODY[record.heir]}")
            ends_posts |= record.heir == Heir.NEVER and said == END
        for name in PAPER.values() if ends_posts else ():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, f"登记离任要填{self.fields[name].label}。")
        return cleaned

    def settled(self) -> list[Settled]:
        """What ends now; what waits is left out. Only after `is_valid()`."""
        found = []
        for group, record in self.records:
            said = self.cleaned_data[field_of(group, record)]
            if said == LATER:
                continue
            heir = self.cleaned_data["chosen"] if said == CHOSEN else said
            found.append(Settled(group.kind.key, record.pk, int(heir) if heir != END else None))
        return found

    def dismissal(self) -> Dismissal | None:
        """The document that ends posts, where one was filled in."""
        if not self.has_posts or not self.cleaned_data["post_document"]:
            return None
        said = {name: self.cleaned_data[field] for name, field in PAPER.items()}
        return Dismissal(**said) if all(said.values()) else None

    def outcome(self) -> list[dict[str, Any]]:
        """What the preview says of each record; only after `is_valid()`."""
        names = {str(one.pk): f"{one.name}（{one.unit.short_name}）" for one in self.pool}
        lines = []
        for group, record in self.records:
            said = self.cleaned_data[field_of(group, record)]
            heir = names.get(self.cleaned_data["chosen"] if said == CHOSEN else said, "")
            ended = "登记离任，职务空缺" if record.heir == Heir.NEVER else "结束，无人接替"
            words = heir or {END: ended, LATER: "以后再办"}[said]
            lines.append(
                {"kind": group.kind.label, "record": record, "words": words, "heir": heir, "waits": said == LATER}
            )
        return lines


def field_of(group: OpenGroup, record: OpenRecord) -> str:
    return Settled(group.kind.key, record.pk).field


def _first_choice(record: OpenRecord) -> str:
    return LATER if record.heir == Heir.NEVER else CHOSEN


def _choices(record: OpenRecord, people: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if record.heir == Heir.NEVER:
        return [(LATER, "文件还没有到，以后登记"), (END, "按免职文件登记离任")]
    ends = [] if record.heir == Heir.MUST else [(END, "只结束，没有人接")]
    return [(CHOSEN, "交给上面选的接替人"), *people, *ends, (LATER, "以后再办")]
