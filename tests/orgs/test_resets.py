"""What an administrator does to somebody's sign-in: done once, told to its owner, kept in the trail."""

import re
from typing import Any

import pytest
from django.test import Client

from guanai.enums import Verb
from guanai.models import TrailEntry
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_county, make_member, make_unit

pytestmark = pytest.mark.django_db
TOLD = "不是您请人办的"
FRESH = {"new_password1": "Quiet-Lake-27", "new_password2": "Quiet-Lake-27"}


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def keeper(county: Unit) -> User:
    return make_member(county, Role.SYSTEM_ADMIN, name="谯海涛")


@pytest.fixture
def owner(county: Unit) -> User:
    return make_member(make_unit(county, name="亭子镇"), Role.SECRETARY)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, account: User, verb: str) -> str:
    """Open the page of a verb and do it."""
    url = f"/accounts/{account.pk}/{verb}/"
    stamp = client.get(url).context["stamp"]
    return client.post(url, {"stamp": stamp}, follow=True).content.decode()


def password_in(page: str) -> str:
    shown = re.search(r'id="password">([^<]+)<', page)
    assert shown
    return shown[1]


def signs_in(user: User, password: str) -> tuple[Client, str]:
    client = Client()
    answer: Any = client.post("/sign-in/", {"username": user.username, "password": password}, follow=True)
    return client, answer.content.decode()


def test_the_owner_is_told_once_who_reset_the_sign_in_and_the_trail_keeps_it(
    keeper: User, owner: User, county: Unit
) -> None:
    boss = signed_in(keeper)
    act(boss, owner, "second-factor")
    password = password_in(act(boss, owner, "password"))
    client, _ = signs_in(owner, password)
    first = client.post("/sign-in/password/", FRESH, follow=True).content.decode()
    for word in ("密码", "双因素验证"):
        assert re.search(f"您的{word}于 .+ 由{keeper.name}重置。{TOLD}", first)
    again, page = signs_in(owner, "Quiet-Lake-27")
    assert TOLD not in page
    assert again.get("/account/").content.decode().count(f"由{keeper.name}重置") == 2
    trail = signed_in(make_member(county, Role.AUDITOR)).get("/trail/", {"action": "accounts"}).content.decode()
    assert "重置密码" in trail
    assert "重置双因素验证" in trail


def test_who_signs_in_first_and_stops_before_the_last_step_swallows_nothing(keeper: User, owner: User) -> None:
    """Found by an intruder: whoever saw the password took the warning away from the owner."""
    password = password_in(act(signed_in(keeper), owner, "password"))
    _, stopped = signs_in(owner, password)
    assert TOLD not in stopped
    client, _ = signs_in(owner, password)
    assert TOLD in client.post("/sign-in/password/", FRESH, follow=True).content.decode()


def test_a_reload_makes_no_second_password(keeper: User, owner: User) -> None:
    boss = signed_in(keeper)
    url = f"/accounts/{owner.pk}/password/"
    stamp = boss.get(url).context["stamp"]
    password = password_in(boss.post(url, {"stamp": stamp}).content.decode())
    reloaded = boss.post(url, {"stamp": stamp}, follow=True).content.decode()
    assert "没有再办一次" in reloaded
    owner.refresh_from_db()
    assert owner.check_password(password)
    assert TrailEntry.objects.filter(verb=Verb.PASSWORD_RESET).count() == 1


def test_an_unlock_is_in_the_trail_with_who_and_from_where(keeper: User, owner: User) -> None:
    act(signed_in(keeper), owner, "unlock")
    entry = TrailEntry.objects.get(verb=Verb.UNLOCKED)
    assert (entry.actor, entry.record_id, entry.address) == (keeper, owner.pk, "127.0.0.1")


def test_what_is_done_to_an_account_stands_under_the_unit_of_its_owner(keeper: User, owner: User, county: Unit) -> None:
    act(signed_in(keeper), owner, "password")
    unit = owner.memberships.get().unit
    page = signed_in(make_member(county, Role.AUDITOR)).get("/trail/", {"unit": unit.code}).content.decode()
    assert "重置密码" in page
