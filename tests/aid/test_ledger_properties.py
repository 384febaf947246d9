"""Any sequence of donations, payments and reversals, wanted or refused, leaves a ledger that adds up."""

import datetime
from collections import Counter
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from aid.enums import GiftKind
from aid.models import Child, Donation, FundAccount, LedgerEntry
from aid.services import balance, pay_grant, receive_donation, reverse_entry
from tests.aid.factories import World, make_world
from tests.factories import make_child, make_fund_account, make_grant

DAY = datetime.date(2026, 6, 1)
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(5000), places=2)
GIFTS = st.sampled_from(GiftKind.values)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(0, 1), GIFTS, AMOUNTS),
        st.tuples(st.just("pay"), st.integers(0, 1), GIFTS, AMOUNTS),
        st.tuples(st.just("reverse"), st.integers(0, 30)),
    ),
    max_size=25,
)


class LedgerTest(TestCase):
    """A class, because hypothesis rolls the database back between its examples only inside one."""

    accounts: list[FundAccount]
    world: World
    child: Child

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = make_world()
        cls.accounts = [make_fund_account(cls.world.county) for _ in range(2)]
        cls.child = make_child(cls.world.village)

    @settings(max_examples=40, deadline=None)
    @given(STEPS)
    def test_the_ledger_adds_up(self, steps: list[tuple[Any, ...]]) -> None:
        expected: Counter[tuple[int, str]] = Counter()
        given_out = 0
        for verb, *facts in steps:
            try:
                given_out += self.take(verb, facts, expected)
            except ValidationError:
                continue

        for account in self.accounts:
            for gift in GiftKind.values:
                held = balance(account, gift)
                assert held == expected[account.pk, gift]
                assert held >= 0
        sums = LedgerEntry.objects.sums()
        assert sums["income"] - sums["outgo"] == sums["total"] == sum(expected.values())
        numbers = sorted(Donation.objects.values_list("number", flat=True))
        assert numbers == [f"510824-J2026-{order:04d}" for order in range(1, given_out + 1)]

    def take(self, verb: str, facts: list[Any], expected: Counter[tuple[int, str]]) -> int:
        """Do one step and keep the books by hand; 1 where a receipt number was given out."""
        if verb == "reverse":
            entries = list(LedgerEntry.objects.order_by("pk"))
            if entries:
                entry = entries[facts[0] % len(entries)]
                reverse_entry(entry=entry, posted_on=DAY, reason="误记", by=self.world.manager)
                expected[entry.account_id, entry.gift] -= entry.amount
            return 0
        at, gift, amount = facts
        account = self.accounts[at]
        if verb == "give":
            receive_donation(
                account=account,
                donor_kind="person",
                donor="热心人",
                amount=amount,
                received_on=DAY,
                by=None,
                kind=gift,
                goods="米面油" if gift == GiftKind.GOODS else "",
            )
            expected[account.pk, gift] += amount
            return 1
        grant = make_grant(self.child, account, kind=gift, amount=amount, approved_by=self.world.approver)
        pay_grant(grant=grant, paid_on=DAY, by=self.world.manager)
        expected[account.pk, gift] -= amount
        return 0
