import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from aid.enums import DonorKind, GiftKind, GrantState
from aid.models import Donation, FundAccount, Grant, LedgerEntry
from aid.services import apply_for_grant, balance, reverse_entry, review_grant
from orgs.enums import Role
from orgs.models import User
from tests.aid.access import AS_IT_SHOULD, counts_at_two_sizes, statuses
from tests.aid.factories import World, signed_in
from tests.factories import (
    grant as give_role,
)
from tests.factories import (
    make_child,
    make_donation,
    make_fund_account,
    make_grant,
    make_member,
    make_paid_grant,
    make_unit,
)

TODAY = timezone.localdate()


def rows_of(user: User, path: str, **query: str) -> list[Any]:
    return list(signed_in(user).get(path, query).context["listing"].page)


@pytest.fixture
def account(world: World) -> FundAccount:
    return make_fund_account(world.county, name="圆梦助学资金")


# Lists


@pytest.mark.parametrize("path", ["/fund/donations/", "/fund/grants/", "/fund/entries/"])
def test_the_lists_ask_the_same_number_of_queries(world: World, path: str) -> None:
    def add() -> None:
        make_paid_grant(make_child(make_unit(world.township)), make_fund_account(world.township))

    one, three = counts_at_two_sizes(world.manager, path, add)

    assert one == three


@pytest.mark.parametrize("path", ["/fund/donations/", "/fund/grants/", "/fund/entries/"])
def test_a_full_page_stays_small(world: World, account: FundAccount, path: str) -> None:
    for _ in range(26):
        make_paid_grant(make_child(world.village), account)
        make_grant(make_child(world.village), account)
        make_donation(account)

    page = signed_in(world.manager).get(path)

    assert len(page.context["listing"].page) == 50
    assert len(page.content) <= 60 * 1024


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEADER, Role.REVIEWER, Role.AUDITOR])
@pytest.mark.parametrize("path", ["/fund/donations/", "/fund/grants/", "/fund/entries/", "/fund/entries/export/"])
def test_the_fund_is_closed_to_who_has_nothing_to_do_with_it(world: World, role: str, path: str) -> None:
    assert signed_in(make_member(world.county, role)).get(path).status_code == 403


def test_a_township_sees_its_own_account_and_its_own_applications(world: World, account: FundAccount) -> None:
    own_account = make_fund_account(world.township)
    own_gift, county_gift = make_donation(own_account), make_donation(account)
    own, other = make_grant(make_child(world.village), account), make_grant(make_child(world.elsewhere), account)

    assert rows_of(world.secretary, "/fund/donations/") == [own_gift]
    assert rows_of(world.secretary, "/fund/grants/") == [own]
    assert [entry.donation for entry in rows_of(world.secretary, "/fund/entries/")] == [own_gift]
    assert set(rows_of(world.manager, "/fund/grants/")) == {own, other}
    assert set(rows_of(world.manager, "/fund/donations/")) == {own_gift, county_gift}


def test_donations_are_filtered_and_summed_without_what_was_taken_back(world: World, account: FundAccount) -> None:
    april = make_donation(account, 1000, received_on=datetime.date(2026, 4, 1))
    may = make_donation(
        account, 500, received_on=datetime.date(2026, 5, 1), donor_kind=DonorKind.PERSON, donor="热心人"
    )
    wrong = make_donation(account, 70, received_on=datetime.date(2026, 5, 2))
    reverse_entry(entry=wrong.entries.get(), posted_on=TODAY, reason="重复记账", by=world.manager)

    page = signed_in(world.manager).get("/fund/donations/")

    assert page.context["total"] == 1500
    assert "已冲销" in page.content.decode()
    assert rows_of(world.manager, "/fund/donations/", month="2026-04") == [april]
    assert rows_of(world.manager, "/fund/donations/", donor_kind=DonorKind.PERSON) == [may]
    assert rows_of(world.manager, "/fund/donations/", account=str(account.pk + 1)) == []


def test_the_ledger_shows_in_out_and_balance_with_the_total_first(world: World, account: FundAccount) -> None:
    make_donation(account, 3000, received_on=datetime.date(2026, 4, 1))
    make_grant(make_child(world.village), account)
    make_paid_grant(make_child(world.village), account, paid_on=datetime.date(2026, 9, 1))

    page = signed_in(world.manager).get("/fund/entries/")
    rows = list(page.context["listing"].page)

    assert page.context["sums"] == {"income": 4000, "outgo": 1000, "total": 3000}
    assert [(row.income, row.outgo, row.balance) for row in rows] == [
        (None, 1000, 3000),
        (3000, None, 4000),
        (1000, None, 1000),
    ]
    text = page.content.decode()
    assert text.index("收支相抵 3,000.00 元") < text.index(rows[0].voucher)


def test_the_ledger_is_filtered(world: World, account: FundAccount) -> None:
    other = make_fund_account(world.township)
    gift = make_donation(account, 3000, received_on=datetime.date(2026, 4, 1)).entries.get()
    make_donation(other, 100, received_on=datetime.date(2026, 5, 1))
    back = reverse_entry(entry=gift, posted_on=datetime.date(2026, 6, 1), reason="重复记账", by=world.manager)

    assert rows_of(world.manager, "/fund/entries/", account=str(account.pk)) == [back, gift]
    assert rows_of(world.manager, "/fund/entries/", month="2026-04") == [gift]
    assert rows_of(world.manager, "/fund/entries/", reversed="yes") == [back]
    assert rows_of(world.manager, "/fund/entries/", kind="grant") == []
    # The balance is that of the account, whatever the filter leaves out.
    assert rows_of(world.manager, "/fund/entries/", reversed="yes")[0].balance == 0


def test_grants_are_filtered(world: World, account: FundAccount) -> None:
    approved = make_grant(make_child(world.village), account)
    applied = make_grant(
        make_child(world.township), account, state=GrantState.APPLIED, applied_on=datetime.date(2026, 1, 5)
    )

    assert rows_of(world.manager, "/fund/grants/", state=GrantState.APPLIED) == [applied]
    assert rows_of(world.manager, "/fund/grants/", unit=world.village.code) == [approved]
    assert rows_of(world.manager, "/fund/grants/", month="2026-01") == [applied]
    assert rows_of(world.manager, "/fund/grants/", number=approved.number) == [approved]


# Donations and reversals


def donation_entry(account: FundAccount) -> dict[str, Any]:
    return {
        "account": account.pk,
        "donor_kind": DonorKind.ENTERPRISE,
        "donor": "梨乡实业公司",
        "kind": GiftKind.MONEY,
        "amount": "1000.50",
        "received_on": "2026-04-01",
    }


def test_the_fund_manager_records_a_donation(world: World, account: FundAccount) -> None:
    client, url = signed_in(world.manager), reverse("aid:donation_create")

    page = client.post(url, donation_entry(account), follow=True)

    donation = Donation.objects.get()
    assert f"收据号 {donation.number}" in page.content.decode()
    assert (donation.amount, balance(account)) == (Decimal("1000.50"), Decimal("1000.50"))
    assert LedgerEntry.objects.get().posted_by == world.manager
    assert client.put(url).status_code == 405


def test_an_anonymous_donation_asks_for_no_name(world: World, account: FundAccount) -> None:
    entry = {**donation_entry(account), "donor_kind": DonorKind.ANONYMOUS, "donor": ""}

    assert signed_in(world.manager).post(reverse("aid:donation_create"), entry).status_code == 302
    assert Donation.objects.get().donor == ""


@pytest.mark.parametrize("who", ["secretary", "colleague", "approver"])
def test_others_only_read_donations(world: World, account: FundAccount, who: str) -> None:
    client = signed_in(getattr(world, who))

    assert client.post(reverse("aid:donation_create"), donation_entry(account)).status_code == 403
    assert reverse("aid:donation_create") not in client.get(reverse("aid:donation_list")).content.decode()
    assert not Donation.objects.exists()


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "一千"}, "amount"),
        ({"amount": "10.005"}, "amount"),
        ({"donor": ""}, "donor"),
        ({"kind": GiftKind.GOODS}, "goods"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"account": "0"}, "account"),
    ],
)
def test_a_wrong_donation_is_said_at_its_field(
    world: World, account: FundAccount, entry: dict[str, str], field: str
) -> None:
    page = signed_in(world.manager).post(reverse("aid:donation_create"), {**donation_entry(account), **entry})

    assert page.context["form"].errors.keys() == {field}
    assert not Donation.objects.exists()


def test_money_is_not_put_into_an_account_of_another_branch(world: World, account: FundAccount) -> None:
    elsewhere = make_member(world.elsewhere, Role.FUND_MANAGER)

    page = signed_in(elsewhere).post(reverse("aid:donation_create"), donation_entry(account))

    assert page.context["form"].errors.keys() == {"account"}


def test_who_may_reverse_an_entry(world: World, account: FundAccount) -> None:
    entry = make_donation(account, 1000, received_on=datetime.date(2026, 4, 1)).entries.get()
    url = reverse("aid:entry_reverse", args=[entry.pk])
    reason = {"posted_on": f"{TODAY}", "reason": "重复记账"}
    stranger = make_member(world.elsewhere, Role.FUND_MANAGER)
    reader = make_member(world.county, Role.COUNTY_OFFICE)
    give_role(reader, world.elsewhere, Role.FUND_MANAGER)

    assert signed_in(stranger).post(url, reason).status_code == 404
    assert signed_in(reader).post(url, reason).status_code == 403
    assert signed_in(world.secretary).post(url, reason).status_code == 403
    assert signed_in(world.manager).put(url).status_code == 405
    assert signed_in(world.manager).post(url, {"posted_on": f"{TODAY}", "reason": ""}).status_code == 200
    assert balance(account) == 1000
    assert signed_in(world.manager).post(url, reason).status_code == 302
    assert balance(account) == 0
    again = signed_in(world.manager).post(url, reason)
    assert again.context["form"].non_field_errors() == ["这笔流水已经冲销过。"]


# Grants


def test_who_may_apply(world: World, account: FundAccount) -> None:
    child = make_child(world.village)
    entry = {
        "account": account.pk,
        "kind": GiftKind.MONEY,
        "purpose": "education",
        "item": "金秋助学",
        "amount": "1000",
        "applied_on": "2026-08-01",
    }

    answers = statuses(world, reverse("aid:grant_create", args=[child.pk]), entry, by=world.secretary)

    assert answers == AS_IT_SHOULD
    assert (Grant.objects.get().child, Grant.objects.get().applied_by) == (child, world.secretary)


def test_a_grant_is_read_by_both_sides_and_by_nobody_else(world: World, account: FundAccount) -> None:
    one = make_grant(make_child(world.village), account)
    url = reverse("aid:grant_detail", args=[one.pk])

    for who in (world.secretary, world.manager, world.approver, world.colleague):
        assert signed_in(who).get(url).status_code == 200
    assert signed_in(world.stranger).get(url).status_code == 404
    text = signed_in(world.secretary).get(url).content.decode()
    assert one.child.number in text
    assert one.child.masked_name not in text


def step(grant: Grant, key: str) -> str:
    return reverse("aid:grant_step", args=[grant.pk, key])


def test_a_grant_goes_its_way_over_the_pages(world: World, account: FundAccount) -> None:
    make_donation(account, 1000)
    one = apply_for_grant(
        child=make_child(world.village),
        account=account,
        item="金秋助学",
        amount=Decimal(1000),
        applied_on=TODAY,
        by=world.secretary,
    )
    way = [
        ("check", world.secretary, GrantState.CHECKED),
        ("review", world.secretary, GrantState.REVIEWED),
        ("approve", world.approver, GrantState.APPROVED),
        ("pay", world.manager, GrantState.PAID),
        ("sign", world.manager, GrantState.SIGNED),
    ]
    for key, user, state in way:
        client = signed_in(user)
        assert step(one, key) in client.get(reverse("aid:grant_detail", args=[one.pk])).content.decode()
        assert client.post(step(one, key), {f"{key}-on": f"{TODAY}"}).status_code == 302
        one.refresh_from_db()
        assert one.state == state
    assert balance(account) == 0


@pytest.mark.parametrize(
    ("state", "key", "allowed"),
    [
        (GrantState.APPLIED, "check", {"secretary", "colleague"}),
        (GrantState.CHECKED, "review", {"secretary", "colleague"}),
        (GrantState.REVIEWED, "approve", {"approver"}),
        (GrantState.REVIEWED, "refuse", {"approver"}),
        (GrantState.APPROVED, "pay", {"manager"}),
        (GrantState.PAID, "sign", {"manager"}),
    ],
)
def test_each_step_is_offered_to_and_taken_by_whom_it_belongs(
    world: World, account: FundAccount, state: str, key: str, allowed: set[str]
) -> None:
    make_donation(account, 9000)
    dates: dict[str, Any] = {"paid_on": TODAY} if state == GrantState.PAID else {}
    for who in ("secretary", "colleague", "manager", "approver"):
        one = make_grant(make_child(world.village), account, state=state, **dates)
        client = signed_in(getattr(world, who))
        entry = {f"{key}-on": f"{TODAY}", f"{key}-reason": "已获其他资助"}

        offered = step(one, key) in client.get(reverse("aid:grant_detail", args=[one.pk])).content.decode()
        status = client.post(step(one, key), entry).status_code

        assert (offered, status) == ((True, 302) if who in allowed else (False, 403)), who
    assert signed_in(world.stranger).post(step(one, key), entry).status_code == 404
    assert signed_in(world.manager).get(step(one, key)).status_code == 405
    assert signed_in(world.manager).post(step(one, "hurry"), entry).status_code == 404


def test_a_refused_step_says_why_and_keeps_the_entry(world: World, account: FundAccount) -> None:
    one = make_grant(make_child(world.village), account)

    page = signed_in(world.manager).post(step(one, "pay"), {"pay-on": f"{TODAY}"})

    text = page.content.decode()
    assert "圆梦助学资金余额不足，差 1,000.00 元。" in text
    assert "<title>错误：" in text
    assert f'value="{TODAY}"' in text
    one.refresh_from_db()
    assert one.state == GrantState.APPROVED


def test_an_early_day_is_refused_at_its_field(world: World, account: FundAccount) -> None:
    make_donation(account, 1000)
    one = make_grant(make_child(world.village), account, approved_on=datetime.date(2026, 8, 20))

    page = signed_in(world.manager).post(step(one, "pay"), {"pay-on": "2026-08-19"})

    assert page.context["form"].errors.keys() == {"on"}
    assert "2026-08-20" in page.content.decode()


def test_a_step_that_somebody_else_took_meanwhile_is_not_taken_twice(world: World, account: FundAccount) -> None:
    one = make_grant(make_child(world.village), account, state=GrantState.CHECKED)
    review_grant(grant=one, on=TODAY, by=world.colleague)

    page = signed_in(world.secretary).post(step(one, "review"), {"review-on": f"{TODAY}"})

    assert "村核实之后才能记乡镇审核。" in page.content.decode()
    one.refresh_from_db()
    assert one.reviewed_by == world.colleague


def test_what_waits_is_counted_in_the_menu_of_whom_it_waits_for(world: World, account: FundAccount) -> None:
    for state in (GrantState.REVIEWED, GrantState.REVIEWED, GrantState.APPROVED):
        make_grant(make_child(world.village), account, state=state)

    def count(user: User) -> str:
        text = signed_in(user).get("/fund/entries/").content.decode()
        return text.partition("件待办")[0].rpartition('"')[2] if "件待办" in text else ""

    assert count(world.approver) == "2 "
    assert count(world.manager) == "1 "
    assert count(world.colleague) == ""
