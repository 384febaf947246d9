"""Grants to children: each step on its day, so that today's desk holds applications at every stage."""

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from aid.enums import EntryKind, GiftKind, GrantState, SchoolStage
from aid.models import FundAccount, Grant
from aid.numbers import grant_number
from orgs.enums import UnitKind
from reports.demo.children import Case, stage_of
from reports.demo.fund import Fund, Posting
from reports.demo.names import texts
from reports.demo.plan import OTHER_GRANTS, STUDENT_GRANTS, apportion, between
from reports.demo.world import World
from reports.demo.writing import write

_REFUSED = 0.025
# Days between the steps, from the payment backwards; approval to payment leaves room for five working days of notice.
_APPROVED, _REVIEWED, _CHECKED, _APPLIED = (8, 20), (4, 12), (3, 9), (2, 7)
_SIGNED = (0, 10)


def plan_grants(world: World, fund: Fund, cases: list[Case], year: int) -> list[Grant]:
    """The year's grants with all their days, and their payments posted to the fund; nothing is written."""
    grants: list[Grant] = []
    for group, target in (("student", STUDENT_GRANTS), ("other", OTHER_GRANTS)):
        items = [item for item in texts("fund")["items"] if item["group"] == group]
        counts = apportion(world.plan.count(target, year), [item["share"] for item in items])
        for item, count in zip(items, counts, strict=True):
            grants.extend(_grants_of(world, fund, cases, year, item, count))
    return grants


def _grants_of(
    world: World, fund: Fund, cases: list[Case], year: int, item: dict[str, Any], count: int
) -> Iterator[Grant]:
    """So many paid ones, each to another child as long as there are others, and a few that are refused."""
    dice = world.plan.stream("grants", year, item["item"])
    first, last = (datetime.date.fromisoformat(f"{year}-{item[end]}") for end in ("from", "to"))
    stages = item.get("stages", SchoolStage.values)
    begins, ends = first - datetime.timedelta(days=50), last + datetime.timedelta(days=12)
    fitting = [case for case in cases if case.in_care(begins) and case.in_care(ends)]
    fitting = [case for case in fitting if stage_of(case.child, year) in stages] or fitting
    refused = round(count * _REFUSED)
    chosen = dice.sample(fitting, min(len(fitting), count + refused))
    chosen += dice.choices(fitting, k=count + refused - len(chosen))
    for number, case in enumerate(chosen):
        own = world.plan.stream("grant", year, item["item"], number)
        paid_on = between(own, first, last)
        grant = _grant(world, own, fund, case, item, paid_on)
        if number < count:
            gift = GiftKind(grant.kind)
            fund.receive(Posting(grant.account, EntryKind.GRANT, gift, -grant.amount, paid_on, grant=grant))
        else:
            grant.refused_on, grant.refusal = grant.approved_on, own.choice(texts("fund")["refusals"])
            grant.approved_on = grant.paid_on = grant.signed_on = grant.handled_by = None
        yield grant


def _grant(
    world: World, dice: random.Random, fund: Fund, case: Case, item: dict[str, Any], paid_on: datetime.date
) -> Grant:
    """One that ran through all its steps; `_as_of_today` takes back what lies ahead."""

    def before(day: datetime.date, span: tuple[int, int]) -> datetime.date:
        return day - datetime.timedelta(days=dice.randint(*span))

    approved_on = before(paid_on, _APPROVED)
    reviewed_on = before(approved_on, _REVIEWED)
    checked_on = before(reviewed_on, _CHECKED)
    recorder = world.recorders[world.middle(case.unit).pk]
    return Grant(
        unit=case.unit,
        child=case.child,
        account=_account(world, dice, fund, case, item),
        kind=item.get("kind", GiftKind.MONEY),
        purpose=item["purpose"],
        item=item["item"],
        amount=Decimal(dice.choice(_amounts(case, item, paid_on.year))),
        applied_on=before(checked_on, _APPLIED),
        applied_by=recorder,
        checked_on=checked_on,
        checked_by=recorder,
        reviewed_on=reviewed_on,
        reviewed_by=recorder,
        approved_on=approved_on,
        approved_by=world.users["renyongzhong"],
        paid_on=paid_on,
        signed_on=paid_on + datetime.timedelta(days=dice.randint(*_SIGNED)),
        handled_by=world.users["yangliqiong"],
    )


def _amounts(case: Case, item: dict[str, Any], year: int) -> list[int]:
    amounts: list[int] = item.get("amount") or texts("fund")["amounts"][stage_of(case.child, year)]
    return amounts


def _account(world: World, dice: random.Random, fund: Fund, case: Case, item: dict[str, Any]) -> FundAccount:
    """The county's account of the purpose; one time in eight the fund of the child's own township."""
    middle = world.middle(case.unit)
    own = fund.towns.get(middle.pk) if middle.kind == UnitKind.TOWNSHIP else None
    if own and item.get("kind") != GiftKind.GOODS and dice.random() < 0.12:
        return own
    return fund.county[item["purpose"]]


def write_grants(world: World, grants: list[Grant]) -> int:
    """Write what has been applied for by today, as far as it has come."""
    come = [grant for grant in grants if world.plan.has_come(grant.applied_on)]
    come.sort(key=lambda grant: (grant.applied_on, grant.child.number, grant.item))
    for grant in come:
        code, year = grant.unit.code, grant.applied_on.year
        grant.number = grant_number(code, year, world.numbers.take("grant", code, year))
        _as_of_today(world, grant)
    return len(write(Grant, come))


def _as_of_today(world: World, grant: Grant) -> None:
    """The last step that has been taken, and nothing of those after it."""
    refused = grant.refused_on is not None
    steps = (
        ("applied_on", "applied_by", GrantState.APPLIED),
        ("checked_on", "checked_by", GrantState.CHECKED),
        ("reviewed_on", "reviewed_by", GrantState.REVIEWED),
        ("refused_on", "approved_by", GrantState.REFUSED)
        if refused
        else ("approved_on", "approved_by", GrantState.APPROVED),
        ("paid_on", "handled_by", GrantState.PAID),
        ("signed_on", "", GrantState.SIGNED),
    )
    for day, by, state in steps:
        when = getattr(grant, day)
        if when is not None and world.plan.has_come(when):
            grant.state = state
            continue
        setattr(grant, day, None)
        if by:
            setattr(grant, by, None)
    if grant.refused_on is None:
        grant.refusal = ""
