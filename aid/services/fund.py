"""Money and goods that come in, and the ledger: append-only, a correction is a reversal."""

import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from aid.enums import DonorKind, EntryKind, GiftKind, GrantState
from aid.models import Donation, FundAccount, Grant, LedgerEntry
from aid.numbers import receipt_number
from aid.validators import validate_not_before, validate_not_future
from guanai.numbers import next_number
from orgs.models import User


def balance(account: FundAccount, gift: str = GiftKind.MONEY) -> Decimal:
    """What the account holds in money, or in goods at value, in yuan: goods never pay for a grant of money."""
    return LedgerEntry.objects.filter(account=account, gift=gift).total()


def lock_account(account_id: int) -> FundAccount:
    """The account's row lock: whoever takes something out waits for the one before, so that both see the balance."""
    return FundAccount.objects.select_for_update(no_key=True).get(pk=account_id)


def require_balance(account: FundAccount, gift: str, amount: Decimal) -> None:
    """Raises: ValidationError when taking `amount` out would leave the account below zero. Hold its lock."""
    missing = amount - balance(account, gift)
    if missing > 0:
        raise ValidationError(f"{account.name}余额不足，差 {missing:,.2f} 元。", code="balance")


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
    """Record a donation under the next receipt number of the account's unit and post it.

    Raises:
        ValidationError: the account's unit is closed, a day ahead or before the account was opened, no donor though not
            anonymous, goods unnamed, an amount that is not above zero.
    """
    donor = "" if donor_kind == DonorKind.ANONYMOUS else donor.strip()
    if account.unit.closed_on:
        raise ValidationError({"account": f"{account.unit.short_name}已撤销，请记到承接单位的账户。"}, code="closed")
    validate_not_future(received_on, "received_on", "收到日期")
    validate_not_before(received_on, account.opened_on, "received_on", "收到日期", "账户设立日期")
    if donor_kind != DonorKind.ANONYMOUS and not donor:
        raise ValidationError({"donor": "请填写捐赠方；不愿留名的，类别选匿名。"}, code="no_donor")
    if kind == GiftKind.GOODS and not goods:
        raise ValidationError({"goods": "请填写物资名称、数量和作价依据。"}, code="no_goods")
    if amount <= 0:
        raise ValidationError({"amount": "金额要大于 0。"}, code="amount")
    with transaction.atomic():
        unit = account.unit
        series = next_number(kind="donation", scope=unit.code, year=received_on.year)
        donation = Donation.objects.create(
            number=receipt_number(unit.code, received_on.year, series),
            account=account,
            donor_kind=donor_kind,
            donor=donor,
            kind=kind,
            goods=goods if kind == GiftKind.GOODS else "",
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


def reverse_entry(*, entry: LedgerEntry, posted_on: datetime.date, reason: str, by: User | None) -> LedgerEntry:
    """Take back an entry by its opposite; the entry itself stays.

    A grant whose payment is taken back stands as approved again and may be paid once more.

    Raises:
        ValidationError: reversed already, a reversal itself, no reason, or the account would fall below zero.
    """
    validate_not_future(posted_on, "posted_on", "冲销日期")
    validate_not_before(posted_on, entry.posted_on, "posted_on", "冲销日期", "原记账日期")
    if not reason.strip():
        raise ValidationError({"reason": "请写明冲销原因。"}, code="no_reason")
    if entry.reverses_id:
        raise ValidationError("冲销记录不能再冲销。", code="is_reversal")
    with transaction.atomic():
        account = lock_account(entry.account_id)
        if LedgerEntry.objects.filter(reverses=entry).exists():
            raise ValidationError("这笔流水已经冲销过。", code="reversed")
        require_balance(account, entry.gift, entry.amount)
        if entry.grant_id:
            Grant.objects.filter(pk=entry.grant_id).update(
                state=GrantState.APPROVED, paid_on=None, signed_on=None, handled_by=None
            )
        return LedgerEntry.objects.create(
            account=account,
            kind=entry.kind,
            gift=entry.gift,
            amount=-entry.amount,
            posted_on=posted_on,
            donation=entry.donation,
            grant=entry.grant,
            reverses=entry,
            note=reason.strip(),
            posted_by=by,
        )
