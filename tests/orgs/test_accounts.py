"""The verbs of who keeps the accounts, and whose an account is."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from orgs.accounts import accounts_for_user, ending_soon, locked_usernames, manages
from orgs.enums import ROLE_KINDS, Role, UnitKind
from orgs.models import Membership, SecondFactor, Unit, User
from orgs.scope import allows, grants_of
from orgs.services import (
    assign_role,
    begin_second_factor,
    correct_name,
    create_account,
    deactivate,
    end_role,
    issue_token,
    reactivate,
    reset_password,
    reset_second_factor,
    unlock,
)
from tests.factories import PASSWORD, grant, make_county, make_member, make_unit, make_user
from tests.second_factor import give_second_factor

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def branch(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇")


@pytest.fixture
def elsewhere(county: Unit) -> Unit:
    return make_unit(county, name="云峰镇")


@pytest.fixture
def keeper(county: Unit) -> User:
    """Keeps the accounts of the whole county."""
    return make_member(county, Role.SYSTEM_ADMIN)


@pytest.fixture
def local(branch: Unit, elsewhere: Unit) -> User:
    """Keeps the accounts of one township."""
    return make_member(branch, Role.SYSTEM_ADMIN)


def today() -> datetime.date:
    return timezone.localdate()


def seen_by(user: User) -> set[User]:
    return set(accounts_for_user(User.objects.get(pk=user.pk)))


# --- Whose an account is ----------------------------------------------------------------------------------------------


def test_accounts_of_the_own_branch_are_seen_and_no_others(local: User, branch: Unit, elsewhere: Unit) -> None:
    own, stranger, village = make_member(branch), make_member(elsewhere), make_member(make_unit(branch), Role.CLERK)
    assert seen_by(local) == {local, own, village}
    assert manages(local, own)
    assert not manages(local, stranger)


def test_who_keeps_no_accounts_sees_none(county: Unit, branch: Unit) -> None:
    make_member(branch)
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        assert seen_by(make_member(county, role)) == set()


def test_an_account_that_never_had_a_role_is_nobody_s(keeper: User) -> None:
    bare = make_user()
    assert bare not in seen_by(keeper)
    assert not manages(keeper, bare)


def test_an_account_without_a_running_role_belongs_to_where_it_worked_last(
    local: User, branch: Unit, elsewhere: Unit
) -> None:
    moved_away, moved_here = make_user(), make_user()
    for user, first, last in ((moved_away, branch, elsewhere), (moved_here, elsewhere, branch)):
        grant(user, first, ends_on=today() - 30 * DAY)
        grant(user, last, ends_on=today() - 10 * DAY)
    assert seen_by(local) == {local, moved_here}
    assert manages(local, moved_here)
    assert not manages(local, moved_away)


def test_of_two_roles_that_ended_on_one_day_the_later_granted_decides(
    local: User, branch: Unit, elsewhere: Unit
) -> None:
    user = make_user()
    for unit in (elsewhere, branch):
        grant(user, unit, ends_on=today() - 10 * DAY)
    assert user in seen_by(local)


def test_a_past_role_here_does_not_keep_who_works_elsewhere_now(local: User, branch: Unit, elsewhere: Unit) -> None:
    user = make_member(elsewhere)
    grant(user, branch, Role.CLERK, ends_on=today() - DAY)
    assert user not in seen_by(local)


def test_a_role_that_is_to_come_counts(local: User, branch: Unit) -> None:
    user = make_user()
    grant(user, branch, starts_on=today() + 5 * DAY)
    assert user in seen_by(local)


VERBS: list[Callable[..., Any]] = [
    reset_password,
    reset_second_factor,
    unlock,
    deactivate,
    reactivate,
    partial(correct_name, name="王晓芳"),
]


@pytest.mark.parametrize("verb", VERBS)
def test_an_account_that_also_works_elsewhere_is_not_taken_over(
    verb: Callable[..., Any], local: User, branch: Unit, elsewhere: Unit
) -> None:
    both = make_member(branch)
    grant(both, elsewhere)
    assert both in seen_by(local)
    with pytest.raises(PermissionDenied):
        verb(account=both, by=local)
    both.refresh_from_db()
    assert both.is_active
    assert both.check_password(PASSWORD)


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_does_any_of_it_to_their_own_account(verb: Callable[..., Any], keeper: User) -> None:
    with pytest.raises(PermissionDenied):
        verb(account=keeper, by=keeper)


@pytest.mark.parametrize("verb", VERBS)
def test_who_keeps_no_accounts_does_none_of_it(verb: Callable[..., Any], county: Unit, branch: Unit) -> None:
    with pytest.raises(PermissionDenied):
        verb(account=make_member(branch), by=make_member(county, Role.COUNTY_OFFICE))


# --- Making an account ------------------------------------------------------------------------------------------------


def test_an_account_comes_with_its_role_and_a_password_for_once(keeper: User, branch: Unit) -> None:
    issued = create_account(by=keeper, username="luoxq", name="罗秀琼", unit=branch, role=Role.SECRETARY)
    account = User.objects.get(username="luoxq")
    assert account.must_change_password
    assert account.check_password(issued.password)
    assert not account.is_superuser
    assert allows(account, "view_roster", branch)


def test_no_account_for_another_branch(local: User, elsewhere: Unit) -> None:
    with pytest.raises(PermissionDenied):
        create_account(by=local, username="luoxq", name="罗秀琼", unit=elsewhere, role=Role.SECRETARY)
    assert not User.objects.filter(username="luoxq").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "LUOXQ"}, "username"),
        ({"username": "luo xq"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "罗秀琼"}, "username"),
        ({"username": "luo@xq"}, "username"),
        ({"username": "lx"}, "username"),
        ({"username": "l" * 33}, "username"),
        ({"name": " "}, "name"),
        ({"starts_on": datetime.date(2026, 2, 2), "ends_on": datetime.date(2026, 2, 1)}, "ends_on"),
        ({"starts_on": datetime.date(2020, 2, 2), "ends_on": datetime.date(2021, 2, 1)}, "ends_on"),
    ],
)
def test_what_cannot_be_an_account_is_refused_at_its_field(
    keeper: User, branch: Unit, fields: dict[str, Any], field: str
) -> None:
    make_user("luoxq")
    given: dict[str, Any] = {"username": "wangxf", "name": "王晓芳", "unit": branch, "role": Role.SECRETARY, **fields}
    with pytest.raises(ValidationError) as refused:
        create_account(by=keeper, **given)
    assert list(refused.value.message_dict) == [field]
    assert not User.objects.filter(username="wangxf").exists()


def test_no_account_for_a_closed_unit(keeper: User, branch: Unit) -> None:
    branch.closed_on = today()
    with pytest.raises(ValidationError, match="已撤销"):
        create_account(by=keeper, username="luoxq", name="罗秀琼", unit=branch, role=Role.SECRETARY)


# --- Password, second factor, lock, closing ---------------------------------------------------------------------------


def test_a_reset_password_ends_sessions_and_tokens(keeper: User, branch: Unit) -> None:
    user = make_member(branch)
    client = Client()
    client.force_login(user)
    token = issue_token(user=user, name="取数", scope="read", expires_on=today()).token
    issued = reset_password(account=user, by=keeper)
    user.refresh_from_db()
    token.refresh_from_db()
    assert user.must_change_password
    assert user.check_password(issued.password)
    assert not user.check_password(PASSWORD)
    assert token.revoked_at is not None
    assert client.get("/units/").headers["Location"].startswith("/sign-in/?")


def test_a_reset_password_keeps_the_phone_and_forgets_a_key_that_was_only_begun(keeper: User, branch: Unit) -> None:
    begun, confirmed = make_member(branch), make_member(branch)
    begin_second_factor(user=begun)
    give_second_factor(confirmed)
    for user in (begun, confirmed):
        reset_password(account=user, by=keeper)
    assert list(SecondFactor.objects.values_list("user", flat=True)) == [confirmed.pk]


def test_a_reset_second_factor_is_asked_for_again(keeper: User, county: Unit) -> None:
    office = make_member(county, Role.COUNTY_OFFICE)
    client = Client()
    client.force_login(office)
    assert client.get("/units/").status_code == 200
    reset_second_factor(account=office, by=keeper)
    assert client.get("/units/").headers["Location"] == "/account/second-factor/?next=/units/"


def test_unlocking_lets_a_person_try_again(keeper: User, branch: Unit, settings: Any) -> None:
    user, client = make_member(branch), Client()
    wrong = {"username": user.username, "password": "wrong"}
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/sign-in/", wrong)
    assert response.status_code == 429
    assert locked_usernames() == {user.username}
    assert unlock(account=user, by=keeper) == 1
    assert locked_usernames() == set()
    assert client.post("/sign-in/", {**wrong, "password": PASSWORD}).status_code == 302


def test_a_lock_is_one_name_from_one_address_and_ends(settings: Any) -> None:
    def tried(name: str, address: str, failures: int, minutes: int = 0) -> None:
        attempt = AccessAttempt.objects.create(
            username=name, ip_address=address, user_agent=f"browser {failures}", failures_since_start=failures
        )
        at = timezone.now() - datetime.timedelta(minutes=minutes)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=at)

    tried("two-browsers", "10.0.0.1", 2)
    tried("two-browsers", "10.0.0.1", 3)
    tried("two-addresses", "10.0.0.1", 3)
    tried("two-addresses", "10.0.0.2", 4)
    tried("long-ago", "10.0.0.1", 9, minutes=31)
    assert locked_usernames() == {"two-browsers"}


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(keeper: User, branch: Unit) -> None:
    user, client = make_member(branch), Client()
    client.force_login(user)
    deactivate(account=user, by=keeper)
    assert client.get("/units/").status_code == 302
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 200
    reactivate(account=user, by=keeper)
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 302


def test_the_last_keeper_of_a_county_is_not_closed(county: Unit, branch: Unit) -> None:
    """Whoever is left has a role that does not run any more on the day, or is closed."""
    first, second = make_member(county, Role.SYSTEM_ADMIN), make_member(county, Role.SYSTEM_ADMIN)
    deactivate(account=first, by=second)
    reactivate(account=first, by=second)
    User.objects.filter(pk=second.pk).update(is_active=False)
    # `second` still has a session in memory: the race of two who close each other.
    with pytest.raises(ValidationError, match="最后一个"):
        deactivate(account=first, by=second)
    first.refresh_from_db()
    assert first.is_active


def test_a_role_that_was_given_by_mistake_today_is_stopped_at_once(keeper: User, branch: Unit) -> None:
    user = make_member(branch)
    given = assign_role(account=user, unit=branch, role=Role.REVIEWER, by=keeper)
    stopped = end_role(membership=given, ends_on=today() - DAY, by=keeper)
    assert not stopped.runs_on(today())
    with pytest.raises(ValidationError):
        end_role(membership=given, ends_on=today() - 2 * DAY, by=keeper)


def test_the_role_of_the_last_keeper_does_not_end(county: Unit) -> None:
    first, second = make_member(county, Role.SYSTEM_ADMIN), make_member(county, Role.SYSTEM_ADMIN)
    Membership.objects.filter(user=second).update(ends_on=today() + 5 * DAY)
    with pytest.raises(ValidationError, match="最后一个"):
        end_role(membership=first.memberships.get(), ends_on=today() + 5 * DAY, by=second)
    ended = end_role(membership=first.memberships.get(), ends_on=today() + 4 * DAY, by=second)
    assert ended.ends_on == today() + 4 * DAY


def test_a_township_s_keeper_may_be_the_last_there(keeper: User, local: User) -> None:
    deactivate(account=local, by=keeper)
    local.refresh_from_db()
    assert not local.is_active


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_nobody_gives_themselves_a_role(keeper: User, county: Unit) -> None:
    for role in Role:
        with pytest.raises(PermissionDenied):
            assign_role(account=keeper, unit=county, role=role, by=keeper)
    assert len(grants_of(keeper)) == 1


def test_no_role_on_another_branch(local: User, branch: Unit, elsewhere: Unit, county: Unit) -> None:
    own = make_member(branch)
    for unit in (elsewhere, county):
        with pytest.raises(PermissionDenied):
            assign_role(account=own, unit=unit, role=Role.CLERK, by=local)
    with pytest.raises(PermissionDenied):
        assign_role(account=make_member(elsewhere), unit=branch, role=Role.CLERK, by=local)


def test_incompatible_roles_are_refused(keeper: User, branch: Unit) -> None:
    for held, asked in (
        (Role.FUND_MANAGER, Role.FUND_APPROVER),
        (Role.SECRETARY, Role.AUDITOR),
        (Role.LEADER, Role.SYSTEM_ADMIN),
        (Role.SYSTEM_ADMIN, Role.AUDITOR),
        (Role.AUDITOR, Role.SYSTEM_ADMIN),
    ):
        with pytest.raises(ValidationError) as refused:
            assign_role(account=make_member(branch, held), unit=branch, role=asked, by=keeper)
        assert refused.value.code == "incompatible"


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (UnitKind.COUNTY, Role.CLERK),
        (UnitKind.COUNTY, Role.SECRETARY),
        (UnitKind.TOWNSHIP, Role.COUNTY_OFFICE),
        (UnitKind.TOWNSHIP, Role.CLERK),
        (UnitKind.VILLAGE, Role.SECRETARY),
        (UnitKind.VILLAGE, Role.FUND_APPROVER),
        (UnitKind.VILLAGE, Role.SYSTEM_ADMIN),
    ],
)
def test_a_role_that_this_kind_of_unit_does_not_have_is_refused_at_its_field(
    keeper: User, branch: Unit, county: Unit, kind: str, role: str
) -> None:
    unit = {UnitKind.COUNTY: county, UnitKind.TOWNSHIP: branch}.get(UnitKind(kind)) or make_unit(branch)
    wanted: dict[str, Any] = {"unit": unit, "role": role, "by": keeper}
    user = make_user()
    grant(user, branch, Role.SECRETARY)
    for verb, given in ((assign_role, {"account": user}), (create_account, {"username": "luoxq", "name": "罗秀琼"})):
        with pytest.raises(ValidationError, match="只能设在") as refused:
            verb(**wanted, **given)
        assert list(refused.value.message_dict) == ["role"]
    assert not User.objects.filter(username="luoxq").exists()


def test_every_role_has_a_kind_of_unit() -> None:
    assert set(ROLE_KINDS) == set(Role)


def test_a_role_held_already_is_not_given_twice(keeper: User, branch: Unit) -> None:
    user, village = make_user(), make_unit(branch)
    grant(user, village, Role.CLERK, ends_on=today() + 10 * DAY)
    with pytest.raises(ValidationError, match="已有这个职责"):
        assign_role(account=user, unit=village, role=Role.CLERK, by=keeper, starts_on=today() + 10 * DAY)
    assign_role(account=user, unit=village, role=Role.CLERK, by=keeper, starts_on=today() + 11 * DAY)
    assert user.memberships.count() == 2


def test_a_closed_account_gets_no_role(keeper: User, branch: Unit) -> None:
    with pytest.raises(ValidationError, match="已停用"):
        assign_role(account=make_member(branch, is_active=False), unit=branch, role=Role.CLERK, by=keeper)


def test_a_deputy_works_for_a_time_and_is_named_so(keeper: User, branch: Unit, elsewhere: Unit) -> None:
    away, deputy = make_member(branch), make_member(elsewhere, Role.CLERK)
    assert not allows(deputy, "edit_roster", branch)
    given: dict[str, Any] = {"unit": branch, "role": Role.SECRETARY, "by": keeper, "deputy_for": away}
    with pytest.raises(ValidationError, match="结束日期"):
        assign_role(account=deputy, **given)
    with pytest.raises(ValidationError, match="没有这个职责"):
        assign_role(account=deputy, **{**given, "unit": elsewhere}, ends_on=today())
    with pytest.raises(ValidationError, match="代自己"):
        assign_role(account=away, **given, ends_on=today())
    role = assign_role(account=deputy, **given, ends_on=today() + 10 * DAY)
    deputy = User.objects.get(pk=deputy.pk)
    assert allows(deputy, "edit_roster", make_unit(branch))
    client = Client()
    client.force_login(deputy)
    assert f"{deputy.name} · 亭子镇秘书（代）" in client.get("/more/").content.decode()
    with pytest.raises(ValidationError, match="结束日期"):
        end_role(membership=role, ends_on=None, by=keeper)


def test_a_township_records_for_its_villages(branch: Unit, elsewhere: Unit) -> None:
    secretary = make_member(branch)
    assert allows(secretary, "record_activities", make_unit(branch))
    assert not allows(secretary, "record_activities", make_unit(elsewhere))


def test_a_role_is_ended_put_off_and_not_woken(keeper: User, branch: Unit) -> None:
    user = make_member(branch)
    role = user.memberships.get()
    for ends_on in (today() + 3 * DAY, today() + 30 * DAY, None, today(), today() - DAY):
        assert end_role(membership=role, ends_on=ends_on, by=keeper).ends_on == ends_on
    assert not allows(User.objects.get(pk=user.pk), "view_roster", branch)
    with pytest.raises(ValidationError, match="已经结束"):
        end_role(membership=role, ends_on=None, by=keeper)


def test_the_past_is_not_rewritten(keeper: User, branch: Unit) -> None:
    role = make_member(branch).memberships.get()
    for ends_on in (today() - 2 * DAY, role.starts_on - DAY):
        with pytest.raises(ValidationError):
            end_role(membership=role, ends_on=ends_on, by=keeper)


def test_a_role_is_not_put_off_over_one_that_excludes_it(keeper: User, county: Unit) -> None:
    user = make_user()
    manager = grant(user, county, Role.FUND_MANAGER, ends_on=today() + 3 * DAY)
    grant(user, county, Role.FUND_APPROVER, starts_on=today() + 4 * DAY)
    with pytest.raises(ValidationError, match="经办和审批"):
        end_role(membership=manager, ends_on=None, by=keeper)


def test_roles_are_ended_on_the_own_branch_alone_and_never_the_own(
    local: User, keeper: User, branch: Unit, elsewhere: Unit
) -> None:
    both = make_member(branch)
    there = grant(both, elsewhere)
    for membership, by in ((there, local), (keeper.memberships.get(), keeper)):
        with pytest.raises(PermissionDenied):
            end_role(membership=membership, ends_on=today(), by=by)
    here = both.memberships.get(unit=branch)
    assert end_role(membership=here, ends_on=today(), by=local).ends_on == today()


def test_roles_that_end_within_two_weeks_are_shown(keeper: User, local: User, branch: Unit, elsewhere: Unit) -> None:
    def ending(unit: Unit, days: int, **fields: Any) -> Membership:
        return grant(make_user(**fields), unit, ends_on=today() + days * DAY)

    soon = {ending(branch, 0), ending(branch, 14)}
    ending(branch, 15)
    ending(branch, -1)
    ending(branch, 5, is_active=False)
    there = ending(elsewhere, 5)
    assert set(ending_soon(local)) == soon
    assert set(ending_soon(keeper)) == {*soon, there}
