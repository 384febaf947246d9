"""Forms of honours: the filter, the honour, taking it down."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanai.attachments import ScanField
from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm
from orgs.enums import Action
from orgs.forms import BranchFilterForm
from orgs.models import User
from orgs.queries import unit_for_user_or_404
from volunteers.enums import HonourLevel
from volunteers.honours import honours_for_user
from volunteers.models import Honour
from volunteers.querysets import HonourQuerySet
from volunteers.services import HonourEntry
from volunteers.validators import NUMBERS

EARLIEST = 1990
REMOVED = "removed"
WHOSE = [("", "全部"), ("person", "个人"), ("team", "团队")]
FIELDS = ("name", "level", "awarded_by", "document", "awarded_on")


class HonourFilterForm(BranchFilterForm):
    """Honours that stand, or those that were taken down."""

    action = Action.VIEW_ROSTER
    name = forms.CharField(label="荣誉名称", required=False, max_length=20)
    level = forms.ChoiceField(label="级别", required=False, choices=[("", "全部"), *HonourLevel.choices])
    whose = forms.ChoiceField(label="授予", required=False, choices=WHOSE)
    year = forms.ChoiceField(label="年度", required=False)
    # The bar has room for five; what was taken down is reached by a link.
    state = forms.ChoiceField(required=False, choices=[("", ""), (REMOVED, "已撤下")], widget=forms.HiddenInput())

    field_order = ["name", "unit", "level", "whose", "year", "state"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [(str(year), f"{year} 年") for year in range(timezone.localdate().year, EARLIEST - 1, -1)]
        self.fields["year"] = forms.ChoiceField(label="年度", required=False, choices=[("", "全部"), *years])

    def clean_name(self) -> str:
        name = "".join(str(self.cleaned_data["name"]).split())
        if NUMBERS.search(name):
            raise ValidationError("这里只填荣誉名称。")
        return name

    def narrow(self, user: User) -> HonourQuerySet:
        """The honours that fit; none where the filter is wrong."""
        rows = honours_for_user(user)
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["unit"]:
            rows = rows.in_branch(unit_for_user_or_404(user, chosen["unit"], Action.VIEW_ROSTER))
        conditions = {
            "name__contains": chosen["name"],
            "level": chosen["level"],
            "awarded_on__year": chosen["year"],
        }
        rows = rows.filter(**{path: value for path, value in conditions.items() if value})
        if chosen["whose"]:
            rows = rows.filter(team__isnull=chosen["whose"] == "person")
        return rows.filter(removed_on__isnull=False) if chosen["state"] == REMOVED else rows.standing()


class HonourForm(SeenForm, KeyedForm):
    """One honour, as its certificate or document says."""

    name = forms.CharField(label="荣誉名称", max_length=80, help_text="照证书或文件填，如 全省关心下一代工作先进个人。")
    level = forms.ChoiceField(label="级别", choices=[("", "请选择"), *HonourLevel.choices])
    awarded_by = forms.CharField(label="授予单位", max_length=60, help_text="如 四川省关工委。")
    document = forms.CharField(label="文号", max_length=60, required=False, help_text="如 川关工委〔2024〕8号。")
    awarded_on = forms.DateField(label="授予日期")
    scan = ScanField(label="证书或文件扫描件", required=False)

    def __init__(self, *args: Any, record: Honour | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        if record is not None:
            for name in FIELDS:
                self.initial.setdefault(name, getattr(record, name))

    def entry(self) -> HonourEntry:
        """What was filled in; only after `is_valid()`."""
        return HonourEntry(**{name: self.cleaned_data[name] for name in (*FIELDS, "scan")})


class RemovalForm(SeenForm):
    """撤下, with the reason."""

    reason = forms.CharField(label="撤下原因", max_length=60, help_text="如 登错了人、与另一条重复。")
