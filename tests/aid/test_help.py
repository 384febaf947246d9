import datetime

from aid.enums import GrantState
from aid.models import Help
from tests.aid.factories import World
from tests.factories import (
    make_child,
    make_fund_account,
    make_grant,
    make_paid_grant,
    make_pairing,
    make_visit,
)


def test_helps_are_visits_and_paid_grants(world: World) -> None:
    child, account = make_child(world.village), make_fund_account(world.county)
    visit = make_visit(make_pairing(child), held_on=datetime.date(2025, 6, 1))
    paid = make_paid_grant(child, account, paid_on=datetime.date(2025, 9, 1))
    make_grant(child, account)

    helps = list(Help.objects.order_by("given_on"))

    assert [(one.given_on, one.visit, one.grant) for one in helps] == [
        (datetime.date(2025, 6, 1), visit, None),
        (datetime.date(2025, 9, 1), None, paid),
    ]
    assert {(one.child, one.unit) for one in helps} == {(child, world.village)}


def test_a_signed_grant_stays_one_help_and_an_unpaid_one_is_none(world: World) -> None:
    child, account = make_child(world.village), make_fund_account(world.county)
    signed = make_paid_grant(child, account)
    signed.state, signed.signed_on = GrantState.SIGNED, datetime.date(2025, 9, 3)
    signed.save()
    for state in (GrantState.APPLIED, GrantState.CHECKED, GrantState.REVIEWED, GrantState.APPROVED):
        make_grant(child, account, state=state)

    assert Help.objects.get().grant == signed


def test_two_children_with_three_helps_are_two_persons_and_three_occasions(world: World) -> None:
    first, second = make_child(world.village), make_child(world.township)
    pairing = make_pairing(first)
    make_visit(pairing, held_on=datetime.date(2025, 6, 1))
    make_visit(pairing, held_on=datetime.date(2025, 7, 1))
    make_visit(make_pairing(second))

    helps = Help.objects.filter(given_on__year=2025)

    assert helps.count() == 3
    assert helps.values("child").distinct().count() == 2
