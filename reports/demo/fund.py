"""The care fund: accounts, what comes in, what goes out. No account is ever below zero, in money or in goods."""

import datetime
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from aid.enums import DonorKind, EntryKind, FundPurpose, GiftKind
from aid.models import Donation, FundAccount, Grant, LedgerEntry
from aid.numbers import receipt_number
from orgs.models import Unit
from reports.demo.events import town_of
from reports.demo.names import person_name, some_sex, texts
from reports.demo.plan import ALLOCATIONS, DONATIONS, FUNDS_RAISED, between, some_day
from reports.demo.world import World
from reports.demo.writing import write

_STEP = Decimal(100)
_GOODS = 0.15
_SPENT = 0.86


@dataclass(slots=True)
class Posting:
    """A ledger entry to be, with the donation or grant that it is of."""

    account: FundAccount
    kind: EntryKind
    gift: GiftKind
    amount: Decimal
    posted_on: datetime.date
    note: str = ""
    donation: Donation | None = None
    grant: Grant | None = None
    reversal: str = ""


@dataclass(slots=True)
class Fund:
    """The accounts: those of the county by purpose, those of townships by the unit's id; and all postings."""

    county: dict[str, FundAccount]
    towns: dict[int, FundAccount]
    postings: list[Posting] = field(default_factory=list)

    def receive(self, *postings: Posting) -> None:
        self.postings.extend(postings)

    def of_year(self, year: int) -> dict[tuple[int, GiftKind], Decimal]:
        """What each account gained in a year, outgo taken off, by account and gift."""
        gained: dict[tuple[int, GiftKind], Decimal] = {}
        for posting in self.postings:
            if posting.posted_on.year == year:
                key = (posting.account.pk, posting.gift)
                gained[key] = gained.get(key, Decimal(0)) + posting.amount
        return gained


def make_fund(world: World) -> Fund:
    """Open the accounts: five of the county, one in every busy township."""
    opened = datetime.date(2016, 3, 1)
    county = {
        account["purpose"]: FundAccount(
            unit=world.county, name=f"苍溪县{account['name']}", purpose=account["purpose"], opened_on=opened
        )
        for account in texts("fund")["accounts"]
    }
    towns = {
        unit.pk: FundAccount(
            unit=unit,
            name=f"{unit.short_name}关爱基金",
            purpose=FundPurpose.GENERAL,
            opened_on=datetime.date(2019, 5, 4),
        )
        for unit in world.townships
        if unit.short_name[-1] in "镇乡"
        and (world.vigour(unit) >= 1.2 or world.plan.stream("fund", unit.code).random() < 0.25 * world.vigour(unit))
    }
    write(FundAccount, [*county.values(), *towns.values()])
    return Fund(county, towns)


def raise_funds(world: World, fund: Fund, year: int) -> None:
    """The year's allocations and donations: exactly the plan's sum, exactly its number of donations."""
    total, allocated = world.plan.money(FUNDS_RAISED, year), world.plan.money(ALLOCATIONS, year)
    fund.receive(*_allocations(world, fund, year, allocated))
    dice = world.plan.stream("donations", year)
    kinds = texts("fund")["donors"]
    donors = dice.choices(list(kinds), [kind["share"] for kind in kinds.values()], k=world.plan.count(DONATIONS, year))
    raw = [float(kinds[donor]["amount"]) * dice.lognormvariate(0, 0.85) for donor in donors]
    amounts = _scaled(raw, total - allocated)
    for number, (donor, amount) in enumerate(zip(donors, amounts, strict=True)):
        fund.receive(_donation(world, fund, DonorKind(donor), amount, year, number))


def _allocations(world: World, fund: Fund, year: int, total: Decimal) -> Iterator[Posting]:
    """The county's budget in spring and summer, the townships' in spring."""
    dice = world.plan.stream("allocations", year)
    county_note, town_note = texts("fund")["costs"]["allocations"]
    left = total
    for account in fund.towns.values():
        amount = min(left / 3, Decimal(dice.randrange(80, 300)) * _STEP * Decimal(str(world.plan.scale)))
        amount = amount.quantize(Decimal(1))
        left -= amount
        day = between(dice, datetime.date(year, 3, 3), datetime.date(year, 4, 28))
        yield Posting(account, EntryKind.ALLOCATION, GiftKind.MONEY, amount, day, town_note)
    shares = (
        (FundPurpose.EDUCATION, 4, 30),
        (FundPurpose.GENERAL, 2, 25),
        (FundPurpose.HARDSHIP, 1, 10),
        (FundPurpose.EDUCATION, 7, 100),
    )
    for purpose, month, per_cent in shares:
        amount = left if per_cent == 100 else (total * per_cent / 100 / 10).quantize(Decimal(1)) * 10
        amount = min(amount, left)
        left -= amount
        if amount:
            day = datetime.date(year, month, dice.randint(4, 26))
            yield Posting(fund.county[purpose], EntryKind.ALLOCATION, GiftKind.MONEY, amount, day, county_note)


def _scaled(raw: list[float], total: Decimal) -> list[Decimal]:
    """Amounts in proportion, to full hundreds, that add up; what is left over goes to the largest."""
    factor = total / Decimal(str(sum(raw)))
    amounts = [max(_STEP, (Decimal(str(one)) * factor / _STEP).quantize(Decimal(1)) * _STEP) for one in raw]
    largest = amounts.index(max(amounts))
    amounts[largest] += total - sum(amounts)
    return amounts


def _donation(world: World, fund: Fund, donor_kind: DonorKind, amount: Decimal, year: int, number: int) -> Posting:
    dice = world.plan.stream("donation", year, number)
    accounts = texts("fund")["accounts"]
    purpose = dice.choices([one["purpose"] for one in accounts], [one["share"] for one in accounts])[0]
    account = fund.county[purpose]
    if fund.towns and dice.random() < 0.14 and amount < 80_000:
        account = dice.choice(list(fund.towns.values()))
    town = account.unit if account.unit_id != world.county.pk else dice.choice(world.townships)
    name = dice.choice(texts("fund")["donors"][donor_kind]["names"])
    person = person_name(dice, "middle", some_sex(dice, 0.6))
    gift = GiftKind.GOODS if dice.random() < _GOODS and donor_kind != DonorKind.ANONYMOUS else GiftKind.MONEY
    goods = dice.choice(texts("fund")["goods"]).format(n=dice.randint(2, 60) * 10)
    donation = Donation(
        account=account,
        donor_kind=donor_kind,
        donor=name.format(town=town_of(town), person=person),
        kind=gift,
        goods=goods if gift == GiftKind.GOODS else "",
        amount=amount,
        received_on=some_day(dice, year),
        is_directed=account.purpose != FundPurpose.GENERAL,
    )
    return Posting(account, EntryKind.DONATION, gift, amount, donation.received_on, donation=donation)


def spend(world: World, fund: Fund, year: int) -> None:
    """Costs of the year: most of what each account gained and did not give as grants, and an error taken back."""
    for index, ((account_id, gift), gained) in enumerate(sorted(fund.of_year(year).items())):
        dice = world.plan.stream("costs", year, index)
        account = next(one for one in (*fund.county.values(), *fund.towns.values()) if one.pk == account_id)
        to_spend = gained * Decimal(str(round(_SPENT * dice.uniform(0.85, 1.05), 3)))
        count = max(1, min(24, int(to_spend / 18_000)))
        if to_spend < 1000:
            continue
        parts = _scaled([dice.uniform(0.4, 1.6) for _ in range(count)], (to_spend / 10).quantize(Decimal(1)) * 10)
        costs = [_cost(world, dice, account, gift, part, year) for part in parts if part > 0]
        fund.receive(*costs)
        if gift == GiftKind.MONEY and account.purpose == FundPurpose.EDUCATION and costs:
            costs[0].reversal = dice.choice(texts("fund")["costs"]["reversals"])


def _cost(
    world: World, dice: random.Random, account: FundAccount, gift: GiftKind, amount: Decimal, year: int
) -> Posting:
    unit: Unit = account.unit
    town = unit if unit.pk != world.county.pk else dice.choice(world.townships)
    note = dice.choice(texts("fund")["costs"][gift]).format(town=town_of(town))
    return Posting(account, EntryKind.COST, gift, -amount, some_day(dice, year, range(5, 13)), note)


def open_accounts(world: World, fund: Fund) -> None:
    """Carry over from before the first year what keeps every account above zero at every moment."""
    day = datetime.date(world.plan.years[0] - 1, 12, 29)

    def key(posting: Posting) -> tuple[int, str]:
        return posting.account.pk, posting.gift

    openings = []
    for _, group in groupby(sorted(fund.postings, key=key), key):
        postings = list(group)
        missing = -_lowest(postings)
        # The same step at any scale, so that small demonstrations carry little over.
        opening = (missing // 1000 + 1) * 1000 if missing > 0 else Decimal(0)
        if opening:
            account, gift = postings[0].account, postings[0].gift
            openings.append(
                Posting(account, EntryKind.ALLOCATION, gift, opening, day, texts("fund")["costs"]["opening"])
            )
    fund.receive(*openings)


def _lowest(postings: Iterable[Posting]) -> Decimal:
    """The lowest balance if on each day what goes out is taken before what comes in."""
    balance = lowest = Decimal(0)
    for posting in sorted(postings, key=lambda one: (one.posted_on, one.amount)):
        balance += posting.amount
        lowest = min(lowest, balance)
    return lowest


def post_all(world: World, fund: Fund) -> tuple[int, int]:
    """Write donations and ledger up to today, in the order of the days; returns (donations, entries).

    Grants must have been written before: their entries need their keys.
    """
    come = sorted((one for one in fund.postings if world.plan.has_come(one.posted_on)), key=lambda one: one.posted_on)
    donations = [posting.donation for posting in come if posting.donation]
    for donation in donations:
        code, year = donation.account.unit.code, donation.received_on.year
        donation.number = receipt_number(code, year, world.numbers.take("donation", code, year))
    write(Donation, donations)
    by = world.users["yangliqiong"]
    rows = [
        LedgerEntry(
            account=one.account,
            kind=one.kind,
            gift=one.gift,
            amount=one.amount,
            posted_on=one.posted_on,
            donation=one.donation,
            grant=one.grant,
            note=one.note,
            posted_by=by,
        )
        for one in come
    ]
    write(LedgerEntry, rows)
    reversals = [_reversal(row, one) for row, one in zip(rows, come, strict=True) if one.reversal]
    reversals = [row for row in reversals if world.plan.has_come(row.posted_on)]
    write(LedgerEntry, reversals)
    return len(donations), len(rows) + len(reversals)


def _reversal(row: LedgerEntry, posting: Posting) -> LedgerEntry:
    return LedgerEntry(
        account=row.account,
        kind=row.kind,
        gift=row.gift,
        amount=-row.amount,
        posted_on=row.posted_on + datetime.timedelta(days=6),
        reverses=row,
        note=posting.reversal,
        posted_by=row.posted_by,
    )
