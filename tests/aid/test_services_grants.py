import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from aid.enums import GiftKind, GrantState
from aid.models import Child, FundAccount, Grant, LedgerEntry
from aid.services import (
    apply_for_grant,
    approve_grant,
    balance,
    check_grant,
    end_care,
    pay_grant,
    receive_donation,
    refuse_grant,
    reverse_entry,
    review_grant,
    sign_grant,
    withdraw_consent,
)
from orgs.models import User
from tests.aid.factories import World, make_world
from tests.aid.test_services_children import refused
from tests.factories import make_child, make_donation, make_fund_account, make_grant

DAY = datetime.date(2026, 8, 1)


def apply(child: Child, account: FundAccount, by: User, **fields: Any) -> Grant:
    values = {"item": "金秋助学", "amount": Decimal(1000), "applied_on": DAY, **fields}
    return apply_for_grant(child=child, account=account, by=by, **values)


def reviewed(world: World, account: FundAccount) -> Grant:
    grant = apply(make_child(world.village), account, world.secretary)
    grant = check_grant(grant=grant, on=DAY, by=world.secretary)
    return review_grant(grant=grant, on=DAY, by=world.secretary)


def test_a_grant_goes_from_application_to_receipt(world: World) -> None:
    account = make_fund_account(world.county)
    make_donation(account, 1500)
    grant = reviewed(world, account)
    assert grant.number == "510824103201-Z2026-0001"

    grant = approve_grant(grant=grant, on=DAY, by=world.approver)
    grant = pay_grant(grant=grant, paid_on=DAY, by=world.manager)
    assert balance(account) == 500
    grant = sign_grant(grant=grant, on=DAY)

    grant.refresh_from_db()
    assert grant.state == GrantState.SIGNED
    assert (grant.applied_by, grant.checked_by, grant.reviewed_by) == (world.secretary,) * 3
    assert (grant.approved_by, grant.handled_by) == (world.approver, world.manager)
    assert grant.entries.get().amount == -1000


def test_a_township_fund_serves_its_villages_and_nobody_elsewhere(world: World) -> None:
    account = make_fund_account(world.township)
    apply(make_child(world.village), account, world.secretary)

    with pytest.raises(ValidationError) as caught:
        apply(make_child(world.elsewhere), account, world.stranger)

    assert refused(caught) == {"account"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"amount": Decimal(0)}, "amount"), ({"applied_on": datetime.date(2999, 1, 1)}, "applied_on")],
)
def test_a_wrong_application_is_refused_at_its_field(world: World, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        apply(make_child(world.village), make_fund_account(world.county), world.secretary, **fields)

    assert refused(caught) == {field}


def test_nobody_applies_after_the_end_of_care_or_without_consent(world: World) -> None:
    account = make_fund_account(world.county)
    closed, withdrawn = make_child(world.village), make_child(world.village)
    closed = end_care(child=closed, closed_on=DAY, reason="随父母迁出")
    withdraw_consent(consent=withdrawn.consents.get(), withdrawn_on=DAY)

    for child in (closed, withdrawn):
        with pytest.raises(ValidationError):
            apply(child, account, world.secretary)


def test_no_step_is_left_out(world: World) -> None:
    grant = apply(make_child(world.village), make_fund_account(world.county), world.secretary)

    steps: list[Callable[[], Grant]] = [
        lambda: review_grant(grant=grant, on=DAY, by=world.secretary),
        lambda: approve_grant(grant=grant, on=DAY, by=world.approver),
        lambda: refuse_grant(grant=grant, on=DAY, reason="已获其他资助", by=world.approver),
        lambda: pay_grant(grant=grant, paid_on=DAY, by=world.manager),
        lambda: sign_grant(grant=grant, on=DAY),
    ]
    for step in steps:
        with pytest.raises(ValidationError) as caught:
            step()
        assert caught.value.code == "wrong_state"

    grant.refresh_from_db()
    assert grant.state == GrantState.APPLIED


def test_no_step_is_taken_twice(world: World) -> None:
    account = make_fund_account(world.county)
    make_donation(account, 5000)
    grant = approve_grant(grant=reviewed(world, account), on=DAY, by=world.approver)
    pay_grant(grant=grant, paid_on=DAY, by=world.manager)

    with pytest.raises(ValidationError):
        pay_grant(grant=grant, paid_on=DAY, by=world.manager)

    assert balance(account) == 4000


def test_a_step_is_not_dated_before_the_one_before_it(world: World) -> None:
    grant = apply(make_child(world.village), make_fund_account(world.county), world.secretary)

    with pytest.raises(ValidationError) as caught:
        check_grant(grant=grant, on=DAY - datetime.timedelta(days=1), by=world.secretary)

    assert refused(caught) == {"on"}


def test_who_applied_checked_or_reviewed_does_not_approve(world: World) -> None:
    grant = reviewed(world, make_fund_account(world.county))

    decisions: list[Callable[[], Grant]] = [
        lambda: approve_grant(grant=grant, on=DAY, by=world.secretary),
        lambda: refuse_grant(grant=grant, on=DAY, reason="已获其他资助", by=world.secretary),
    ]
    for decide in decisions:
        with pytest.raises(ValidationError) as caught:
            decide()
        assert caught.value.code == "maker_is_checker"


def test_who_approved_does_not_pay(world: World) -> None:
    account = make_fund_account(world.county)
    make_donation(account, 5000)
    grant = approve_grant(grant=reviewed(world, account), on=DAY, by=world.approver)

    with pytest.raises(ValidationError) as caught:
        pay_grant(grant=grant, paid_on=DAY, by=world.approver)

    assert caught.value.code == "maker_is_checker"
    assert balance(account) == 5000


def test_a_refusal_keeps_its_reason(world: World) -> None:
    grant = reviewed(world, make_fund_account(world.county))
    with pytest.raises(ValidationError):
        refuse_grant(grant=grant, on=DAY, reason=" ", by=world.approver)

    grant = refuse_grant(grant=grant, on=DAY, reason="已获其他资助", by=world.approver)

    assert (grant.state, grant.refusal, grant.refused_on) == (GrantState.REFUSED, "已获其他资助", DAY)


def test_goods_do_not_pay_for_money(world: World) -> None:
    account = make_fund_account(world.county)
    make_donation(account, 5000, kind=GiftKind.GOODS, goods="书包 50 个")
    money = make_grant(make_child(world.village), account)
    goods = make_grant(make_child(world.village), account, kind=GiftKind.GOODS)

    with pytest.raises(ValidationError, match="余额不足"):
        pay_grant(grant=money, paid_on=DAY, by=world.manager)
    pay_grant(grant=goods, paid_on=DAY, by=world.manager)

    assert balance(account, GiftKind.GOODS) == 4000


def test_a_payment_that_was_taken_back_may_be_made_again(world: World) -> None:
    account = make_fund_account(world.county)
    make_donation(account, 1000)
    grant = make_grant(make_child(world.village), account)
    paid = pay_grant(grant=grant, paid_on=DAY, by=world.manager)
    reverse_entry(entry=paid.entries.get(), posted_on=DAY, reason="账号有误", by=world.manager)

    pay_grant(grant=grant, paid_on=DAY, by=world.manager)

    assert balance(account) == 0
    assert grant.entries.count() == 3


def at_once(count: int, action: Any) -> list[str]:
    """Run `action(0)` … in as many threads; "done" or the code of the refusal, in no order."""

    def run(at: int) -> str:
        try:
            action(at)
        except ValidationError as refusal:
            return str(refusal.code)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(run, range(count)))


def test_sixteen_payments_at_once_from_an_account_that_can_pay_three(transactional_db: None) -> None:
    world = make_world()
    account = make_fund_account(world.county)
    make_donation(account, 3500)
    grants = [make_grant(make_child(world.village), account) for _ in range(16)]

    outcomes = at_once(16, lambda at: pay_grant(grant=grants[at], paid_on=DAY, by=world.manager))

    assert outcomes == ["balance"] * 13 + ["done"] * 3
    assert balance(account) == 500
    assert Grant.objects.paid().count() == LedgerEntry.objects.filter(grant__isnull=False).count() == 3


def test_one_grant_paid_sixteen_times_at_once_is_paid_once(transactional_db: None) -> None:
    world = make_world()
    account = make_fund_account(world.county)
    make_donation(account, 20_000)
    grant = make_grant(make_child(world.village), account)

    outcomes = at_once(16, lambda _: pay_grant(grant=grant, paid_on=DAY, by=world.manager))

    assert outcomes == ["done"] + ["wrong_state"] * 15
    assert balance(account) == 19_000


def test_donations_at_once_get_every_receipt_number_once(transactional_db: None) -> None:
    account = make_fund_account(make_world().county)

    at_once(
        16,
        lambda at: receive_donation(
            account=account,
            donor_kind="person",
            donor="热心人",
            amount=Decimal(at + 1),
            received_on=timezone.localdate(),
            by=None,
        ),
    )

    numbers = sorted(account.donations.values_list("number", flat=True))
    assert numbers == [f"510824-J{timezone.localdate().year}-{order:04d}" for order in range(1, 17)]
    assert balance(account) == sum(range(1, 17))
