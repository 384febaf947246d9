"""Tokens of the API: made in a finished session, shown once, of no more use than their owner's roles."""

import datetime
import logging
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from orgs.api_tokens import BearerAuthentication
from orgs.enums import Role
from orgs.models import ApiToken, Unit, User
from orgs.services import issue_token
from tests.factories import PASSWORD, make_county, make_member, make_unit, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/units/"


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def secretary(county: Unit) -> User:
    return make_member(make_unit(county, name="亭子镇"))


def token_of(user: User, scope: str = "read") -> str:
    return issue_token(user=user, name="取数", scope=scope, expires_on=timezone.localdate()).text


def ask(text: str, method: str = "get") -> Any:
    return getattr(Client(), method)(URL, headers={"authorization": f"Bearer {text}"})


def test_a_token_reads_the_branch_of_its_owner_and_notes_its_use(secretary: User) -> None:
    response = ask(token_of(secretary))
    assert response.status_code == 200
    assert [unit["name"] for unit in response.json()["results"]] == ["亭子镇"]
    assert ApiToken.objects.get().used_at is not None


def test_a_token_is_made_on_the_page_shown_once_and_kept_as_a_digest(secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    entry = {"name": "取数", "scope": "read", "expires_on": timezone.localdate().isoformat()}
    shown = re.search(r'id="token">(gat_[\w-]{43})<', client.post("/account/tokens/new/", entry).content.decode())
    assert shown
    assert shown[1] not in client.get("/account/").content.decode()
    assert shown[1].encode() not in bytes(ApiToken.objects.get().digest)
    assert ask(shown[1]).status_code == 200
    client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert ask(shown[1]).status_code == 401


@pytest.mark.parametrize("text", ["", "gat_unknown", "a b", "\u00e9"])
def test_an_unknown_token_is_refused(text: str, county: Unit) -> None:
    assert ask(text).status_code == 401


def test_an_expired_token_is_refused(secretary: User) -> None:
    text = token_of(secretary)
    ApiToken.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert ask(text).status_code == 401


@pytest.mark.parametrize("fields", [{"is_active": False}, {"must_change_password": True}])
def test_a_token_of_an_account_that_may_not_sign_in_is_refused(secretary: User, fields: dict[str, bool]) -> None:
    text = token_of(secretary)
    User.objects.filter(pk=secretary.pk).update(**fields)
    assert ask(text).status_code == 401


def test_a_token_of_who_has_no_role_is_refused() -> None:
    assert ask(token_of(make_user())).status_code == 401


def test_a_token_made_without_the_second_factor_stands_for_no_role_that_needs_one(county: Unit) -> None:
    user = make_member(county, Role.LEADER)
    text = token_of(user)
    assert ask(text).status_code == 200
    user.memberships.create(unit=county, role=Role.COUNTY_OFFICE)
    assert ask(text).status_code == 401
    with pytest.raises(PermissionDenied):
        token_of(make_member(county, Role.COUNTY_OFFICE))


def test_a_token_that_may_read_does_not_write(secretary: User) -> None:
    assert ask(token_of(secretary), "post").status_code == 403
    assert ask(token_of(secretary, "write"), "post").status_code == 405


def test_a_token_opens_no_more_than_the_roles_of_its_owner(county: Unit) -> None:
    keeper = make_member(county, Role.LEADER)
    text = token_of(keeper)
    keeper.memberships.update(role=Role.SYSTEM_ADMIN)
    ApiToken.objects.update(is_verified=True)
    assert ask(text).status_code == 403


def test_a_token_lasts_a_year_at_most(secretary: User) -> None:
    for days in (-1, 367):
        day = timezone.localdate() + datetime.timedelta(days=days)
        with pytest.raises(ValidationError):
            issue_token(user=secretary, name="取数", scope="read", expires_on=day)


def test_no_token_is_in_the_logs(secretary: User, caplog: pytest.LogCaptureFixture) -> None:
    text = token_of(secretary)
    with caplog.at_level(logging.DEBUG):
        ask(text)
        ask(text + "x")
    assert caplog.records
    assert text not in caplog.text


def test_it_is_named_as_the_way_to_sign_in(secretary: User) -> None:
    assert ask("gat_unknown").headers["WWW-Authenticate"] == BearerAuthentication().authenticate_header(None)  # type: ignore[arg-type]
    assert PASSWORD not in ask("gat_unknown").content.decode()
