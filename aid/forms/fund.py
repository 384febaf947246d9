from typing import Any

from django import forms
from django.utils import timezone

from aid.enums import DonorKind, FundPurpose, GiftKind
from aid.forms.fields import AccountField
from aid.models import Child
from aid.queries import accounts_above, accounts_for_user
from guanai.entry_keys import KeyedForm
from guanai.forms import MoneyField, PageForm
from orgs.enums import Action
from orgs.models import User


class DonationForm(KeyedForm):
    """记捐赠: the receipt number is given when it is saved."""

    account = AccountField()
    donor_kind = forms.ChoiceField(label="捐赠方类别", choices=[("", "请选择"), *DonorKind.choices])
    donor = forms.CharField(label="捐赠方", max_length=60, help_text="类别选匿名时不填。")
    kind = forms.ChoiceField(label="种类", choices=GiftKind.choices, widget=forms.RadioSelect, initial=GiftKind.MONEY)
    amount = MoneyField(label="金额（元）", help_text="物资填作价金额。")
    goods = forms.CharField(
        label="物资和作价依据", max_length=80, required=False, help_text="种类选物资时填，如书包 50 个，按发票。"
    )
    received_on = forms.DateField(label="收到日期", initial=timezone.localdate)
    is_directed = forms.BooleanField(label="定向捐赠（只用于账户的用途）", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.fields["account"]
        if isinstance(account, AccountField):
            account.queryset = accounts_for_user(user, Action.HANDLE_FUND)
        self.fields["donor"].required = self.data.get("donor_kind") != DonorKind.ANONYMOUS


class GrantForm(KeyedForm):
    """申请资助 for one child."""

    account = AccountField(help_text="本单位或上级单位的账户。")
    kind = forms.ChoiceField(label="种类", choices=GiftKind.choices, widget=forms.RadioSelect, initial=GiftKind.MONEY)
    purpose = forms.ChoiceField(label="用途", choices=FundPurpose.choices)
    item = forms.CharField(label="项目", max_length=40, help_text="如金秋助学、春节慰问。")
    amount = MoneyField(label="金额（元）")
    applied_on = forms.DateField(label="申请日期", initial=timezone.localdate)

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.fields["account"]
        if isinstance(account, AccountField):
            account.queryset = accounts_above(child)


class StepForm(PageForm, forms.Form):
    """The day of a step."""

    on = forms.DateField(label="日期", initial=timezone.localdate)


class RefusalForm(StepForm):
    reason = forms.CharField(label="不批准的原因", max_length=60)


class ReversalForm(PageForm, forms.Form):
    posted_on = forms.DateField(label="冲销日期", initial=timezone.localdate)
    reason = forms.CharField(label="冲销原因", max_length=80, help_text="如收据号填错、重复记账。")
