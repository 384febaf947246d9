"""The first page of who keeps the accounts and of who reads the trail."""

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.utils import timezone

from guanai.enums import Verb
from guanai.models import SealCheck, TrailEntry, ViewLog
from orgs.enums import Role
from orgs.models import Unit, User
from reports.start_watchers import account_facts, trail_facts
from tests.factories import grant, make_county, make_member, make_unit, make_user

pytestmark = pytest.mark.django_db
MOST = 25


@pytest.fixture
def county() -> Unit:
    return make_county()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def linked(client: Client, url: str) -> int:
    """How many rows the list behind a number has."""
    total: int = client.get(url).context["listing"].total
    return total


def add_accounts(branch: Unit) -> None:
    """One in each state: never signed in, locked, without the second factor that its role asks for, ending soon."""
    today = timezone.localdate()
    make_member(branch)
    for state in ("locked", "bare", "ending"):
        user = make_user(last_login=timezone.now())
        grant(user, branch, Role.AUDITOR if state == "bare" else Role.SECRETARY)
        if state == "locked":
            AccessAttempt.objects.create(
                username=user.username, ip_address="10.0.0.1", failures_since_start=settings.AXES_FAILURE_LIMIT
            )
        if state == "ending":
            user.memberships.update(ends_on=today + datetime.timedelta(days=3))


def test_the_keeper_of_accounts_sees_what_waits_and_every_number_opens_its_list(county: Unit) -> None:
    branch, other = make_unit(county), make_unit(county)
    add_accounts(branch)
    add_accounts(other)
    keeper = make_user(last_login=timezone.now())
    grant(keeper, branch, Role.SYSTEM_ADMIN)
    client = signed_in(keeper)
    text = client.get("/").content.decode()
    facts = account_facts(User.objects.get(pk=keeper.pk))
    assert [fact.value for fact in facts] == [1, 1, 1, 1]
    for fact in facts:
        assert fact.url in text
        assert linked(client, fact.url) == fact.value


def add_trail(actor: User, days_ago: int = 0) -> None:
    at = timezone.now() - datetime.timedelta(days=days_ago)
    # Nobody knows who failed to sign in: the account is the record.
    for verb in (Verb.SIGN_IN_FAILED, Verb.LOCKED_OUT):
        TrailEntry.objects.create(verb=verb, record="orgs.user", record_id=actor.pk, at=at)
    for verb in (Verb.DENIED, Verb.EXPORTED, Verb.SIGN_IN):
        TrailEntry.objects.create(verb=verb, actor=actor, at=at)
    # The time of a look is set as it is written.
    if not days_ago:
        ViewLog.objects.create(user=actor, record="orgs.unit", record_id=1, field="电话", reason="核实")


def test_the_auditor_sees_the_week_and_every_number_opens_its_list(county: Unit) -> None:
    office = make_member(county, Role.COUNTY_OFFICE)
    for days_ago in (0, 6, 7):
        add_trail(office, days_ago)
    auditor = make_member(county, Role.AUDITOR)
    client = signed_in(auditor)
    text = client.get("/").content.decode()
    assert "还没有核对过" in text
    facts = trail_facts(User.objects.get(pk=auditor.pk))
    assert [(fact.value, fact.note) for fact in facts] == [
        (4, "今天 2 次"),
        (2, "今天 1 次"),
        (2, "今天 1 次"),
        (1, "今天 1 次"),
    ]
    for fact in facts:
        assert fact.url.replace("&", "&amp;") in text
        assert linked(client, fact.url) == fact.value


def test_an_auditor_of_a_township_counts_only_its_people(county: Unit) -> None:
    branch, other = make_unit(county), make_unit(county)
    add_trail(make_member(other))
    auditor = make_member(branch, Role.AUDITOR)
    assert [fact.value for fact in trail_facts(auditor)] == [0, 0, 0, 0]
    add_trail(make_member(branch))
    assert [fact.value for fact in trail_facts(auditor)] == [2, 1, 1, 1]


@pytest.mark.parametrize(("finding", "words"), [("", "核对封存，无误"), ("第 3 条被改动", "有问题：第 3 条被改动")])
def test_the_auditor_is_told_what_the_last_check_found(county: Unit, finding: str, words: str) -> None:
    SealCheck.objects.create(in_order=not finding, finding=finding)
    assert words in signed_in(make_member(county, Role.AUDITOR)).get("/").content.decode()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR])
def test_the_page_costs_the_same_whatever_there_is(county: Unit, role: str, django_assert_max_num_queries: Any) -> None:
    branch = make_unit(county)
    client = signed_in(make_member(branch, role))
    counts = []
    for more in (1, 3):
        for _ in range(more):
            add_accounts(branch)
            add_trail(make_member(branch))
        client.get("/")
        with django_assert_max_num_queries(MOST) as captured:
            text = client.get("/").content.decode()
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert ("要管的账号" in text) == (role == Role.SYSTEM_ADMIN)
