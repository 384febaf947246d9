"""The verbs of care: money comes in and goes out with its ledger entry, in one transaction."""

import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from aid.enums import DonorKind, EntryKind, GiftKind, GrantState
from aid.models import Donation, FundAccount, Grant, LedgerEntry
from guanai.numbers import next_number
from orgs.models import User


def balance(account: FundAccount) -> Decimal:
    """What the account holds, in yuan."""
    total: Decimal | None = account.entries.aggregate(total=Sum("amount"))["total"]
    return total or Decimal(0)


def receive_donation(
    *,
    account: FundAccount,
    donor_kind: str,
    donor: str,
    amount: Decimal,
    received_on: datetime.date,
    by: User | None,
    kind: str = GiftKind.MONEY,
    goods: str = "",
    is_directed: bool = False,
) -> Donation:
    """Record a donation under the next receipt number of the account's unit and post it."""
    with transaction.atomic():
        unit = account.unit
        series = next_number(kind="donation", scope=unit.code, year=received_on.year)
        donation = Donation.objects.create(
            number=f"{unit.code}-J{received_on.year}-{series:04d}",
            account=account,
            donor_kind=donor_kind,
            donor="" if donor_kind == DonorKind.ANONYMOUS else donor,
            kind=kind,
            goods=goods,
            amount=amount,
            received_on=received_on,
            is_directed=is_directed,
        )
        LedgerEntry.objects.create(
            account=account,
            kind=EntryKind.DONATION,
            gift=kind,
            amount=amount,
            posted_on=received_on,
            donation=donation,
            posted_by=by,
        )
    return donation


def pay_grant(*, grant: Grant, paid_on: datetime.date, by: User) -> Grant:
    """Pay an approved grant from its account.

    Raises:
        ValidationError: not approved, the payer approved it, or the account would fall below zero.
    """
    with transaction.atomic():
        # The account's row lock makes two payments from one account wait for each other, so that both see the balance.
        account = FundAccount.objects.select_for_update().get(pk=grant.account_id)
        grant = Grant.objects.select_for_update().get(pk=grant.pk)
        if grant.state != GrantState.APPROVED:
            raise ValidationError("只有已批准的资助才能发放。", code="not_approved")
        if grant.approved_by_id == by.pk:
            raise ValidationError("批准人不能经办发放。", code="maker_is_checker")
        if balance(account) < grant.amount:
            raise ValidationError(f"{account.name}余额不足，差 {grant.amount - balance(account)} 元。", code="balance")
        grant.state, grant.paid_on, grant.handled_by = GrantState.PAID, paid_on, by
        grant.save(update_fields=["state", "paid_on", "handled_by"])
        LedgerEntry.objects.create(
            account=account,
            kind=EntryKind.GRANT,
            gift=grant.kind,
            amount=-grant.amount,
            posted_on=paid_on,
            grant=grant,
            posted_by=by,
        )
    return grant


def reverse_entry(*, entry: LedgerEntry, posted_on: datetime.date, reason: str, by: User | None) -> LedgerEntry:
    """Take back an entry by its opposite; the entry itself stays."""
    with transaction.atomic():
        FundAccount.objects.select_for_update().get(pk=entry.account_id)
        if LedgerEntry.objects.filter(reverses=entry).exists():
            raise ValidationError("这笔流水已经冲销过。", code="reversed")
        return LedgerEntry.objects.create(
            account=entry.account,
            kind=entry.kind,
            gift=entry.gift,
            amount=-entry.amount,
            posted_on=posted_on,
            donation=entry.donation,
            grant=entry.grant,
            reverses=entry,
            note=reason,
            posted_by=by,
        )
