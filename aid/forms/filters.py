"""Filter bars. Each narrows the rows that a query of `aid.queries` gave; a wrong filter gives no rows."""

import datetime
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from aid.enums import AgeBand, DonorKind, EntryKind, GrantState, HelperKind, SchoolStage, VisitWay
from aid.forms.fields import AccountField
from aid.queries import accounts_for_user, in_age_band, quiet
from aid.querysets import (
    ChildQuerySet,
    DonationQuerySet,
    GrantQuerySet,
    LedgerEntryQuerySet,
    PairingQuerySet,
    VisitQuerySet,
)
from orgs.enums import Action
from orgs.forms import BranchFilterForm
from orgs.models import Unit, User

ALL = ("", "全部")
PAIRING_STATES = [("running", "结对中"), ("quiet", "本季度未走访"), ("ended", "已结束")]
CARE_STATES = [("open", "帮扶中"), ("paired", "已结对"), ("unpaired", "未结对"), ("closed", "已结束帮扶")]
Rows = TypeVar("Rows", bound=QuerySet[Any])


class MonthField(forms.CharField):
    """A month as 2026-11, which is also what `<input type="month">` sends."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"})
        super().__init__(**{"required": False, "widget": widget, "label": "月份", **kwargs})

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text:
            try:
                datetime.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a month has no time zone)
            except ValueError as error:
                raise forms.ValidationError("月份应写成 2026-11。") from error
        return text


def in_month(rows: Rows, field: str, month: str) -> Rows:
    year, _, number = month.partition("-")
    return rows.filter(**{f"{field}__year": int(year), f"{field}__month": int(number)}) if month else rows


class AidFilterForm(BranchFilterForm):
    """单位 and whatever a list adds. `branch` is the chosen unit."""

    @property
    def branch(self) -> Unit | None:
        code = self.cleaned_data.get("unit") if self.is_valid() else ""
        return Unit.objects.get(code=code) if code else None


class ChildFilterForm(AidFilterForm):
    action = Action.VIEW_CHILDREN
    number = forms.CharField(label="编号", required=False, max_length=36)
    stage = forms.ChoiceField(label="学段", required=False, choices=[ALL, *SchoolStage.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *CARE_STATES])
    age = forms.ChoiceField(label="年龄", required=False, choices=[ALL, *AgeBand.choices])

    field_order = ["number", "unit", "stage", "state", "age"]

    def narrow(self, rows: ChildQuerySet) -> ChildQuerySet:
        if not self.is_valid():
            return rows.none()
        wanted, today = self.cleaned_data, timezone.localdate()
        if branch := self.branch:
            rows = rows.in_branch(branch)
        if wanted["number"]:
            rows = rows.filter(number__icontains=wanted["number"])
        if wanted["stage"]:
            rows = rows.filter(stage=wanted["stage"])
        if wanted["state"]:
            rows = rows.filter(closed_on__isnull=wanted["state"] != "closed")
        if wanted["state"] == "paired":
            rows = rows.paired(today)
        if wanted["state"] == "unpaired":
            rows = rows.unpaired(today)
        return in_age_band(rows, wanted["age"]) if wanted["age"] else rows


class PairingFilterForm(AidFilterForm):
    action = Action.VIEW_CHILDREN
    number = forms.CharField(label="儿童编号", required=False, max_length=36)
    kind = forms.ChoiceField(label="帮扶人类别", required=False, choices=[ALL, *HelperKind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *PAIRING_STATES])

    field_order = ["number", "unit", "kind", "state"]

    def narrow(self, rows: PairingQuerySet) -> PairingQuerySet:
        if not self.is_valid():
            return rows.none()
        wanted, today = self.cleaned_data, timezone.localdate()
        if branch := self.branch:
            rows = rows.in_branch(branch)
        if wanted["number"]:
            rows = rows.filter(child__number__icontains=wanted["number"])
        if wanted["kind"]:
            rows = rows.filter(kind=wanted["kind"])
        if wanted["state"] == "running":
            return rows.running(today)
        if wanted["state"] == "quiet":
            return quiet(rows, today)
        return rows.filter(ends_on__lt=today) if wanted["state"] == "ended" else rows


class VisitFilterForm(AidFilterForm):
    action = Action.VIEW_CHILDREN
    way = forms.ChoiceField(label="方式", required=False, choices=[ALL, *VisitWay.choices])
    month = MonthField()

    def narrow(self, rows: VisitQuerySet) -> VisitQuerySet:
        if not self.is_valid():
            return rows.none()
        wanted = self.cleaned_data
        if branch := self.branch:
            rows = rows.in_branch(branch)
        if wanted["way"]:
            rows = rows.filter(way=wanted["way"])
        return in_month(rows, "held_on", wanted["month"])


class FundFilterForm(AidFilterForm):
    """Filters by 账户 among those of the user's branches; the labels are read in one query."""

    action = Action.VIEW_FUND
    account = AccountField(required=False, empty_label="全部")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["account"]
        if isinstance(field, AccountField):
            field.queryset = accounts_for_user(user)


class DonationFilterForm(FundFilterForm):
    donor_kind = forms.ChoiceField(label="捐赠方类别", required=False, choices=[ALL, *DonorKind.choices])
    month = MonthField()

    field_order = ["unit", "account", "donor_kind", "month"]

    def narrow(self, rows: DonationQuerySet) -> DonationQuerySet:
        if not self.is_valid():
            return rows.none()
        wanted = self.cleaned_data
        if branch := self.branch:
            rows = rows.in_branch(branch)
        if wanted["account"]:
            rows = rows.filter(account=wanted["account"])
        if wanted["donor_kind"]:
            rows = rows.filter(donor_kind=wanted["donor_kind"])
        return in_month(rows, "received_on", wanted["month"])


class GrantFilterForm(AidFilterForm):
    action = Action.VIEW_FUND
    number = forms.CharField(label="编号", required=False, max_length=36)
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *GrantState.choices])
    month = MonthField(label="申请月份")

    field_order = ["number", "unit", "state", "month"]

    def narrow(self, rows: GrantQuerySet) -> GrantQuerySet:
        if not self.is_valid():
            return rows.none()
        wanted = self.cleaned_data
        if branch := self.branch:
            rows = rows.in_branch(branch)
        if wanted["number"]:
            rows = rows.filter(number__icontains=wanted["number"])
        if wanted["state"]:
            rows = rows.filter(state=wanted["state"])
        return in_month(rows, "applied_on", wanted["month"])


class EntryFilterForm(FundFilterForm):
    kind = forms.ChoiceField(label="种类", required=False, choices=[ALL, *EntryKind.choices])
    reversed = forms.ChoiceField(label="冲销", required=False, choices=[ALL, ("yes", "只看冲销")])
    month = MonthField()

    field_order = ["unit", "account", "kind", "reversed", "month"]

    def narrow(self, rows: LedgerEntryQuerySet) -> LedgerEntryQuerySet:
        if not self.is_valid():
            return rows.none()
        wanted = self.cleaned_data
        if branch := self.branch:
            rows = rows.in_branch(branch)
        if wanted["account"]:
            rows = rows.filter(account=wanted["account"])
        if wanted["kind"]:
            rows = rows.filter(kind=wanted["kind"])
        if wanted["reversed"]:
            rows = rows.filter(reverses__isnull=False)
        return in_month(rows, "posted_on", wanted["month"])
