import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from aid.enums import DonorKind, EntryKind, GiftKind, GrantState
from aid.models import Donation, FundAccount, LedgerEntry
from aid.services import balance, receive_donation, reverse_entry
from tests.aid.factories import World
from tests.aid.test_services_children import refused
from tests.factories import make_child, make_donation, make_fund_account, make_paid_grant

DAY = datetime.date(2026, 4, 1)
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


def give(account: FundAccount, **fields: Any) -> Donation:
    defaults = {
        "donor_kind": DonorKind.ENTERPRISE,
        "donor": "梨乡实业公司",
        "amount": Decimal("1000.50"),
        "received_on": DAY,
        "by": None,
    }
    return receive_donation(account=account, **{**defaults, **fields})


def test_a_donation_has_a_receipt_number_and_an_entry(world: World) -> None:
    account = make_fund_account(world.county)

    donation = give(account, by=world.manager)

    entry = LedgerEntry.objects.get()
    assert donation.number == "510824-J2026-0001"
    assert (entry.kind, entry.amount, entry.posted_on) == (EntryKind.DONATION, Decimal("1000.50"), DAY)
    assert (entry.donation, entry.posted_by) == (donation, world.manager)
    assert balance(account) == Decimal("1000.50")


def test_receipts_of_a_unit_follow_one_another_over_its_accounts(world: World) -> None:
    first, second = make_fund_account(world.county), make_fund_account(world.county)

    numbers = [give(account).number for account in (first, second, first)]

    assert numbers == ["510824-J2026-0001", "510824-J2026-0002", "510824-J2026-0003"]
    assert give(make_fund_account(world.township)).number == "510824103000-J2026-0001"
    assert give(first, received_on=datetime.date(2025, 4, 1)).number == "510824-J2025-0001"


def test_a_refused_donation_takes_no_number(world: World) -> None:
    account = make_fund_account(world.county)
    with pytest.raises(ValidationError):
        give(account, amount=Decimal(0))

    assert give(account).number == "510824-J2026-0001"


def test_an_anonymous_donor_is_not_named(world: World) -> None:
    assert give(make_fund_account(world.county), donor_kind=DonorKind.ANONYMOUS, donor="张国富").donor == ""


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"donor": " "}, "donor"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-5)}, "amount"),
        ({"kind": GiftKind.GOODS}, "goods"),
        ({"received_on": TOMORROW}, "received_on"),
        ({"received_on": datetime.date(2019, 12, 31)}, "received_on"),
    ],
)
def test_a_wrong_donation_is_refused_at_its_field(world: World, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        give(make_fund_account(world.county), **fields)

    assert refused(caught) == {field}
    assert not LedgerEntry.objects.exists()


def test_goods_do_not_count_as_money(world: World) -> None:
    account = make_fund_account(world.county)
    give(account, kind=GiftKind.GOODS, goods="书包 50 个，按发票")

    assert balance(account) == 0
    assert balance(account, GiftKind.GOODS) == Decimal("1000.50")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE aid_ledgerentry SET amount = amount + 1", "DELETE FROM aid_ledgerentry"],
)
def test_the_ledger_can_be_neither_changed_nor_cut(world: World, statement: str) -> None:
    make_donation(make_fund_account(world.county), 1000)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert LedgerEntry.objects.total() == 1000


def test_the_sign_of_an_entry_follows_its_kind(world: World) -> None:
    account = make_fund_account(world.county)

    for kind, amount in (
        (EntryKind.DONATION, -5),
        (EntryKind.ALLOCATION, -5),
        (EntryKind.GRANT, 5),
        (EntryKind.COST, 5),
    ):
        with pytest.raises(IntegrityError, match="sign_follows_kind"), transaction.atomic():
            LedgerEntry.objects.create(account=account, kind=kind, amount=amount, posted_on=DAY)


def test_a_donation_is_taken_back_by_its_opposite(world: World) -> None:
    account = make_fund_account(world.county)
    entry = make_donation(account, 1000, received_on=DAY).entries.get()

    back = reverse_entry(entry=entry, posted_on=DAY, reason="重复记账", by=world.manager)

    assert (back.amount, back.kind) == (Decimal(-1000), EntryKind.DONATION)
    assert (back.reverses, back.note) == (entry, "重复记账")
    assert balance(account) == 0
    assert LedgerEntry.objects.sums() == {"income": 0, "outgo": 0, "total": 0}


def test_nothing_is_reversed_twice_nor_a_reversal_itself(world: World) -> None:
    entry = make_donation(make_fund_account(world.county), 1000, received_on=DAY).entries.get()
    back = reverse_entry(entry=entry, posted_on=DAY, reason="重复记账", by=world.manager)

    for again in (entry, back):
        with pytest.raises(ValidationError):
            reverse_entry(entry=again, posted_on=DAY, reason="再冲一次", by=world.manager)

    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"posted_on": DAY - datetime.timedelta(days=1)}, "posted_on"),
        ({"posted_on": TOMORROW}, "posted_on"),
    ],
)
def test_a_wrong_reversal_is_refused_at_its_field(world: World, fields: dict[str, Any], field: str) -> None:
    entry = make_donation(make_fund_account(world.county), 1000, received_on=DAY).entries.get()

    with pytest.raises(ValidationError) as caught:
        reverse_entry(entry=entry, by=world.manager, **{"posted_on": DAY, "reason": "重复记账", **fields})

    assert refused(caught) == {field}


def test_a_donation_that_was_spent_is_not_taken_back(world: World) -> None:
    account = make_fund_account(world.county)
    paid = make_paid_grant(make_child(world.village), account)
    entry = Donation.objects.get().entries.get()

    with pytest.raises(ValidationError, match="余额不足"):
        reverse_entry(entry=entry, posted_on=timezone.localdate(), reason="误记", by=world.manager)

    assert paid.state == GrantState.PAID
    assert balance(account) == 0


def test_a_payment_that_is_taken_back_leaves_the_grant_approved(world: World) -> None:
    account = make_fund_account(world.county)
    paid = make_paid_grant(make_child(world.village), account)

    reverse_entry(entry=paid.entries.get(), posted_on=timezone.localdate(), reason="账号有误", by=world.manager)

    paid.refresh_from_db()
    assert (paid.state, paid.paid_on, paid.handled_by) == (GrantState.APPROVED, None, None)
    assert balance(account) == paid.amount
