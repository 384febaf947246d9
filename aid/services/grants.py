"""Grants, step by step: 申请 → 村核实 → 乡镇审核 → 批准 → 发放 → 签收. Who handles is never who approves."""

import datetime
from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from aid.enums import EntryKind, FundPurpose, GiftKind, GrantState
from aid.models import Child, FundAccount, Grant, LedgerEntry
from aid.numbers import grant_number
from aid.services.children import require_consent
from aid.services.fund import lock_account, require_balance
from aid.validators import validate_not_before, validate_not_future
from guanai.numbers import next_number
from orgs.models import Unit, User


def apply_for_grant(
    *,
    child: Child,
    account: FundAccount,
    item: str,
    amount: Decimal,
    applied_on: datetime.date,
    by: User | None,
    kind: str = GiftKind.MONEY,
    purpose: str = FundPurpose.EDUCATION,
) -> Grant:
    """Apply for a child at the care fund of its own unit or of one above it.

    Raises:
        ValidationError: no consent, care has ended, a fund elsewhere, an amount that is not above zero, a day ahead.
    """
    validate_not_future(applied_on, "applied_on", "申请日期")
    if amount <= 0:
        raise ValidationError({"amount": "金额要大于 0。"}, code="amount")
    if child.closed_on:
        raise ValidationError("帮扶已经结束，不能再申请。", code="closed")
    require_consent(child)
    # Read afresh: the tree may have changed since these rows were loaded.
    unit, holder = Unit.objects.get(pk=child.unit_id), Unit.objects.get(pk=account.unit_id)
    if not unit.is_descendant_of(holder, include_self=True):
        raise ValidationError({"account": "只能向本单位或上级单位的账户申请。"}, code="other_branch")
    with transaction.atomic():
        series = next_number(kind="grant", scope=unit.code, year=applied_on.year)
        return Grant.objects.create(
            number=grant_number(unit.code, applied_on.year, series),
            unit=unit,
            child=child,
            account=account,
            kind=kind,
            purpose=purpose,
            item=item,
            amount=amount,
            applied_on=applied_on,
            applied_by=by,
        )


def check_grant(*, grant: Grant, on: datetime.date, by: User) -> Grant:
    """The village has checked the application."""
    with transaction.atomic():
        grant = _locked(grant, (GrantState.APPLIED,), "只有新的申请才能记村核实。")
        _check_day(on, grant.applied_on, "申请日期")
        grant.state, grant.checked_on, grant.checked_by = GrantState.CHECKED, on, by
        grant.save(update_fields=["state", "checked_on", "checked_by"])
    return grant


def review_grant(*, grant: Grant, on: datetime.date, by: User) -> Grant:
    """The township has reviewed the application."""
    with transaction.atomic():
        grant = _locked(grant, (GrantState.CHECKED,), "村核实之后才能记乡镇审核。")
        _check_day(on, grant.checked_on or grant.applied_on, "村核实日期")
        grant.state, grant.reviewed_on, grant.reviewed_by = GrantState.REVIEWED, on, by
        grant.save(update_fields=["state", "reviewed_on", "reviewed_by"])
    return grant


def approve_grant(*, grant: Grant, on: datetime.date, by: User) -> Grant:
    """The fund's committee approves; never the person who applied, checked or reviewed."""
    with transaction.atomic():
        grant = _locked(grant, (GrantState.REVIEWED,), "乡镇审核之后才能批准。")
        _check_day(on, grant.reviewed_on or grant.applied_on, "乡镇审核日期")
        _check_approver(grant, by)
        grant.state, grant.approved_on, grant.approved_by = GrantState.APPROVED, on, by
        grant.save(update_fields=["state", "approved_on", "approved_by"])
    return grant


def refuse_grant(*, grant: Grant, on: datetime.date, reason: str, by: User) -> Grant:
    """The fund's committee refuses, with a reason."""
    if not reason.strip():
        raise ValidationError({"reason": "请写明不批准的原因。"}, code="no_reason")
    with transaction.atomic():
        grant = _locked(grant, (GrantState.REVIEWED,), "乡镇审核之后才能作出决定。")
        _check_day(on, grant.reviewed_on or grant.applied_on, "乡镇审核日期")
        _check_approver(grant, by)
        grant.state, grant.refused_on, grant.refusal = GrantState.REFUSED, on, reason.strip()
        grant.approved_by = by
        grant.save(update_fields=["state", "refused_on", "refusal", "approved_by"])
    return grant


def pay_grant(*, grant: Grant, paid_on: datetime.date, by: User) -> Grant:
    """Pay an approved grant from its account.

    Raises:
        ValidationError: not approved, the payer approved it, or the account would fall below zero.
    """
    with transaction.atomic():
        account = lock_account(grant.account_id)
        grant = _locked(grant, (GrantState.APPROVED,), "只有已批准的资助才能发放。")
        _check_day(paid_on, grant.approved_on or grant.applied_on, "批准日期")
        if grant.approved_by_id == by.pk:
            raise ValidationError("批准人不能经办发放。", code="maker_is_checker")
        require_balance(account, grant.kind, grant.amount)
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


def sign_grant(*, grant: Grant, on: datetime.date) -> Grant:
    """The guardian signed that the grant was received."""
    with transaction.atomic():
        grant = _locked(grant, (GrantState.PAID,), "发放之后才能记签收。")
        _check_day(on, grant.paid_on or grant.applied_on, "发放日期")
        grant.state, grant.signed_on = GrantState.SIGNED, on
        grant.save(update_fields=["state", "signed_on"])
    return grant


def _locked(grant: Grant, states: Collection[str], refusal: str) -> Grant:
    """The grant under its row lock, so that two people cannot take the same step; its state must be one of these."""
    locked = Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    if locked.state not in states:
        raise ValidationError(refusal, code="wrong_state")
    return locked


def _check_day(on: datetime.date, earliest: datetime.date, since: str) -> None:
    validate_not_future(on, "on", "日期")
    validate_not_before(on, earliest, "on", "日期", since)


def _check_approver(grant: Grant, by: User) -> None:
    if by.pk in (grant.applied_by_id, grant.checked_by_id, grant.reviewed_by_id, grant.handled_by_id):
        raise ValidationError("经办过这笔资助的人不能审批。", code="maker_is_checker")
