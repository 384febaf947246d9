from django.contrib import admin
from django.urls import reverse

from aid.models import Certification, Child, Consent, Donation, FundAccount, Grant, LedgerEntry, Pairing, Visit
from orgs.enums import Role
from tests.aid.factories import World, signed_in
from tests.factories import make_fund_account, make_member


def test_neither_children_nor_the_ledger_are_in_the_admin() -> None:
    kept_out = {Child, Consent, Certification, Pairing, Visit, Donation, Grant, LedgerEntry}

    assert not kept_out & set(admin.site._registry)
    assert FundAccount in admin.site._registry


def test_the_office_opens_accounts_of_its_own_county(world: World) -> None:
    client, url = signed_in(world.colleague), reverse("admin:aid_fundaccount_add")
    entry = {"unit": world.township.pk, "name": "亭子镇关爱基金", "purpose": "general", "opened_on": "2026-01-01"}

    assert client.post(url, entry).status_code == 302
    assert FundAccount.objects.get().unit == world.township


def test_an_account_stays_with_its_unit(world: World) -> None:
    account = make_fund_account(world.township)
    url = reverse("admin:aid_fundaccount_change", args=[account.pk])

    signed_in(world.colleague).post(
        url, {"unit": world.county.pk, "name": "改名", "purpose": "general", "opened_on": "2026-01-01"}
    )

    account.refresh_from_db()
    assert (account.unit, account.name) == (world.township, "改名")


def test_accounts_are_not_deleted_nor_open_to_others(world: World) -> None:
    account = make_fund_account(world.township)

    assert (
        signed_in(world.colleague).post(reverse("admin:aid_fundaccount_delete", args=[account.pk])).status_code == 403
    )
    for user in (world.secretary, make_member(world.county, Role.SYSTEM_ADMIN)):
        assert signed_in(user).get(reverse("admin:aid_fundaccount_changelist")).status_code == 403
