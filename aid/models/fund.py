from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from aid.enums import INCOME_KINDS, PAID_STATES, DonorKind, EntryKind, FundPurpose, GiftKind, GrantState
from aid.models.children import Child
from aid.querysets import DonationQuerySet, GrantQuerySet, LedgerEntryQuerySet
from guanai.history import tracked
from guanai.models import Sealed
from orgs.models import Unit


@tracked()
class FundAccount(models.Model):
    """An account of a unit's care fund for one purpose."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="fund_accounts", verbose_name="单位")
    name = models.CharField("名称", max_length=60)
    purpose = models.CharField("用途", max_length=10, choices=FundPurpose.choices)
    opened_on = models.DateField("设立日期")

    class Meta:
        verbose_name = verbose_name_plural = "基金账户"
        ordering = ["unit__tree_id", "unit__lft", "pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="fund_account_once_in_unit")]

    def __str__(self) -> str:
        return self.name


@tracked(personal=("donor",), unit="account__unit")
class Donation(models.Model):
    """捐赠: money, or goods at value, with a receipt number without gaps."""

    number = models.CharField("收据号", max_length=36, unique=True)
    account = models.ForeignKey(FundAccount, on_delete=models.PROTECT, related_name="donations", verbose_name="账户")
    donor_kind = models.CharField("捐赠方类别", max_length=12, choices=DonorKind.choices)
    donor = models.CharField("捐赠方", max_length=60, blank=True)
    kind = models.CharField("种类", max_length=6, choices=GiftKind.choices, default=GiftKind.MONEY)
    goods = models.CharField("物资和作价依据", max_length=80, blank=True)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    received_on = models.DateField("收到日期")
    is_directed = models.BooleanField("定向", default=False)

    objects = DonationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "捐赠"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="donation_positive"),
            models.CheckConstraint(
                condition=Q(donor_kind=DonorKind.ANONYMOUS) ^ ~Q(donor=""), name="donation_donor_or_anonymous"
            ),
        ]

    def __str__(self) -> str:
        return self.number


@tracked(personal=("refusal",))
class Grant(models.Model):
    """资助: application → village check → township review → county approval → payment → signed receipt."""

    number = models.CharField("编号", max_length=36, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants", verbose_name="申请单位")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="grants", verbose_name="受助儿童")
    account = models.ForeignKey(FundAccount, on_delete=models.PROTECT, related_name="grants", verbose_name="账户")
    kind = models.CharField("种类", max_length=6, choices=GiftKind.choices, default=GiftKind.MONEY)
    purpose = models.CharField("用途", max_length=10, choices=FundPurpose.choices, default=FundPurpose.EDUCATION)
    item = models.CharField("项目", max_length=40)
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)
    state = models.CharField("状态", max_length=10, choices=GrantState.choices, default=GrantState.APPLIED)
    applied_on = models.DateField("申请日期")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="申请人",
    )
    checked_on = models.DateField("村核实日期", null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="核实人",
    )
    reviewed_on = models.DateField("乡镇审核日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审核人",
    )
    approved_on = models.DateField("批准日期", null=True, blank=True)
    paid_on = models.DateField("发放日期", null=True, blank=True)
    signed_on = models.DateField("签收日期", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    refused_on = models.DateField("未批准日期", null=True, blank=True)
    refusal = models.CharField("未批准原因", max_length=60, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资助"
        ordering = ["-applied_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="grant_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=PAID_STATES) | Q(paid_on__isnull=False, approved_on__isnull=False),
                name="grant_paid_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(handled_by=None) | Q(approved_by=None) | ~Q(handled_by=F("approved_by")),
                name="grant_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=~Q(state=GrantState.REFUSED) | (Q(refused_on__isnull=False) & ~Q(refusal="")),
                name="grant_refused_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-paid_on"], name="grant_unit_paid")]

    def __str__(self) -> str:
        return self.number


@tracked(personal=("note",), named_by=("account",), unit="account__unit")
class LedgerEntry(Sealed):
    """流水: money or goods in (+) or out (−) of an account. Append-only; a correction is a reversal.

    A reversal keeps the kind of what it takes back, so that sums by kind net out.
    """

    stream = "ledger"
    expires = False

    account = models.ForeignKey(FundAccount, on_delete=models.PROTECT, related_name="entries", verbose_name="账户")
    kind = models.CharField("种类", max_length=10, choices=EntryKind.choices)
    gift = models.CharField("资金或物资", max_length=6, choices=GiftKind.choices, default=GiftKind.MONEY)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    posted_on = models.DateField("记账日期")
    donation = models.ForeignKey(
        Donation, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="捐赠"
    )
    grant = models.ForeignKey(
        Grant, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="资助"
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲销"
    )
    note = models.CharField("摘要", max_length=80, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="记账人"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "流水"
        ordering = ["-posted_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=False)
                | Q(kind__in=[EntryKind.DONATION, EntryKind.ALLOCATION], amount__gt=0)
                | Q(kind__in=[EntryKind.GRANT, EntryKind.COST], amount__lt=0),
                name="entry_sign_follows_kind",
            ),
            models.CheckConstraint(condition=Q(reverses=None) | ~Q(note=""), name="entry_reversal_has_reason"),
        ]
        indexes = [
            models.Index(fields=["account", "posted_on"], name="entry_account_date"),
            models.Index(fields=["xact", "id"], name="entry_xact"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account.name} {self.posted_on} {self.get_kind_display()} {self.amount} 元"

    @property
    def income(self) -> Decimal | None:
        """The amount where it stands in the column 收入; a reversal of income lessens it."""
        return self.amount if self.kind in INCOME_KINDS else None

    @property
    def outgo(self) -> Decimal | None:
        """The amount where it stands in the column 支出, positive as a rule."""
        return None if self.kind in INCOME_KINDS else -self.amount

    @property
    def voucher(self) -> str:
        """The number of the donation or grant behind it."""
        source = self.donation or self.grant
        return source.number if source else ""
