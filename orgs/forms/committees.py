"""Forms about a committee: its founding, and its means of one year."""

from typing import Any

from django import forms
from django.utils import timezone

from guanai.attachments import ScanField
from guanai.edits import SeenForm
from guanai.forms import MoneyField
from orgs.enums import Action, WithdrawalReason
from orgs.forms.network import BranchFilterForm
from orgs.models import Unit, UnitYear
from orgs.services import CONDITIONS, Conditions, Founding, Means, means_of

# What cannot be typed by accident: more money than a township's budget, more staff than a county's.
MOST_YUAN, MOST_PEOPLE = 99_999_999, 999
WHOLE = {"invalid": "请填整数", "required": "没有就填 0", "min_value": "不能小于 0", "max_value": "数字太大，请核对"}
MONEY = {**WHOLE, "invalid": "请填数字，单位是元", "max_decimal_places": "最多两位小数"}


class CommitteeForm(SeenForm):
    """Whether a place should have a committee, and the document that founded it."""

    has_party_organisation = forms.BooleanField(label="有党组织", required=False)
    has_veterans = forms.BooleanField(label="有五老", required=False)
    has_young_people = forms.BooleanField(label="有青少年", required=False)
    established_on = forms.DateField(label="成立日期", required=False)
    document = forms.CharField(label="成立文号", max_length=60, required=False, help_text="如 亭委发〔2025〕12号。")
    issued_by = forms.CharField(
        label="发文单位", max_length=60, required=False, help_text="同级党组织，如 中共亭子镇委员会。"
    )
    scan = ScanField(label="成立文件扫描件", required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        initial = {name: getattr(unit, name) for name in CONDITIONS} | {
            "established_on": unit.committee_established_on,
            "document": unit.committee_document,
            "issued_by": unit.committee_issued_by,
        }
        super().__init__(*args, **{"record": unit, "initial": initial, **kwargs})
        self.is_founded = unit.has_committee
        if unit.committee_scan_id:
            self.fields["scan"].help_text = "已有扫描件，不换就空着。PDF、JPG 或 PNG，不超过 10 MB。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, document = cleaned.get("established_on"), cleaned.get("document")
        if not day and "established_on" not in self.errors and (document or self.is_founded):
            words = "填了成立文号，请填写成立日期；还没有成立就都空着"
            if self.is_founded:
                words = "请填写成立日期；登错了，请用页面下方的“撤下成立登记”"
            self.add_error("established_on", words)
        if not document and "document" not in self.errors and (day or self.is_founded):
            self.add_error("document", "填了成立日期，请填写成立文号；关工委凭文件成立")
        return cleaned

    @property
    def conditions(self) -> Conditions:
        return Conditions(**{name: self.cleaned_data[name] for name in CONDITIONS})

    @property
    def founding(self) -> Founding | None:
        """None where there is none yet; only after `is_valid()`."""
        names = ("established_on", "document", "issued_by", "scan")
        filled = {name: self.cleaned_data[name] for name in names}
        return Founding(**filled) if filled["established_on"] else None


class WithdrawForm(SeenForm):
    """撤下成立登记: why the founding was a mistake."""

    reason = forms.ChoiceField(label="撤下的原因", choices=WithdrawalReason.choices, widget=forms.RadioSelect)


def count_field(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=MOST_PEOPLE, help_text=help_text, error_messages=WHOLE
    )


def money_field(label: str, help_text: str = "") -> MoneyField:
    return MoneyField(label=label, min_value=0, max_value=MOST_YUAN, help_text=help_text, error_messages=MONEY)


class MeansForm(SeenForm):
    """保障 of one year. Without a row of its own it begins with the values of the year before, marked 沿用."""

    has_office = forms.BooleanField(label="有办公室", required=False)
    has_activity_room = forms.BooleanField(label="有活动室", required=False)
    has_name_plate = forms.BooleanField(label="有牌子", required=False)
    has_rules_on_wall = forms.BooleanField(label="制度上墙", required=False)
    equipment = forms.CharField(
        label="设备", max_length=200, required=False, help_text="如 电脑 1 台、投影仪 1 台。", widget=forms.Textarea
    )
    staff = count_field("工作人员（人）")
    budget = money_field("工作经费（元）", "列入预算和其他来源的合计。")
    allowance = money_field("五老补贴（元）", "全年应发的补贴。")
    allowance_paid = forms.BooleanField(label="补贴已全部到位", required=False)
    periodicals = count_field("刊物征订（份）")

    def __init__(self, *args: Any, row: UnitYear | None, carried: Means | None, **kwargs: Any) -> None:
        known = means_of(row) if row else carried
        values = {name: getattr(known, name) for name in Means.__dataclass_fields__} if known else {}
        super().__init__(*args, **{"record": row, "initial": values, **kwargs})
        if row is None and carried is not None and not self.is_bound:
            self.kept = tuple(values)

    def means(self) -> Means:
        """What was filled in; only after `is_valid()`."""
        return Means(**{name: self.cleaned_data[name] for name in Means.__dataclass_fields__})


WAITING, CONFIRMED = "waiting", "confirmed"


class MeansFilterForm(BranchFilterForm):
    """Committees of a branch and their year."""

    action = Action.VIEW_NETWORK
    year = forms.ChoiceField(label="年度", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), (WAITING, "还没有确认"), (CONFIRMED, "已确认")]
    )

    EARLIEST = 2020

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = range(timezone.localdate().year, self.EARLIEST - 1, -1)
        choices = [(str(year), f"{year} 年") for year in years]
        self.fields["year"] = forms.ChoiceField(label="年度", required=False, choices=choices)

    def clean_year(self) -> int:
        return int(self.cleaned_data["year"] or timezone.localdate().year)
