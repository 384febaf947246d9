"""The verbs of who keeps the accounts of a branch. Every rule about them is here; pages only ask.

Nobody changes their own account here, nor one that also works for a branch which is not theirs.
"""

import datetime
from dataclasses import dataclass

from axes.utils import reset as forget_failures
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guanai.enums import Verb
from guanai.passwords import random_password
from guanai.trail import note
from orgs.accounts import check_manages, current_q
from orgs.enums import Action, Role, UnitKind
from orgs.models import Membership, Unit, User
from orgs.scope import allows, forget_grants, require
from orgs.services.roles import check_role, check_role_fits, grant_role
from orgs.services.second_factor import drop_second_factor
from orgs.services.tokens import revoke_all_tokens
from orgs.validators import check_username


@dataclass(frozen=True, slots=True)
class Issued:
    """A password made for somebody, in clear: to be shown once and kept nowhere."""

    account: User
    password: str


def create_account(
    *,
    by: User,
    username: str,
    name: str,
    unit: Unit,
    role: str,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> Issued:
    """Make an account with its first role. Its owner changes the password at the first sign-in.

    Raises:
        PermissionDenied: the unit is not of a branch that `by` keeps the accounts of.
        ValidationError: the user name is taken or no user name, the name is missing, the unit is closed or of a
            kind without this role, wrong dates.
    """
    _check_unit(by, unit)
    account = User(username=username.strip(), name=name.strip(), must_change_password=True)
    try:
        check_username(account.username)
    except ValidationError as refused:
        raise ValidationError({"username": refused.messages}) from refused
    password = random_password()
    account.set_password(password)
    if User.objects.filter(username__iexact=account.username).exists():
        raise ValidationError({"username": "这个用户名已经有人用，请换一个。"})
    account.full_clean(exclude=["password"])
    with transaction.atomic():
        account.save()
        _grant(account, unit, role, starts_on, ends_on, None)
    return Issued(account, password)


def correct_name(*, account: User, name: str, by: User) -> User:
    """Write the name of an account's owner as it should be; the user name stays. Both are in the row history.

    Raises:
        PermissionDenied: the account is not `by`'s to change.
        ValidationError: no name, or one that is too long.
    """
    with transaction.atomic():
        account = _locked(account, by)
        account.name = name.strip()
        account.clean_fields(exclude={field.name for field in User._meta.fields} - {"name"})
        account.save(update_fields=["name"])
    return account


def reset_password(*, account: User, by: User) -> Issued:
    """Put a new password by chance in the place of the old one; sessions and tokens of the account end. The owner is
    told at the next sign-in (`orgs.resets`).

    An app that was begun to be set up and not confirmed is dropped too: whoever saw its key would know it.
    """
    with transaction.atomic():
        account = _locked(account, by)
        password = random_password()
        account.set_password(password)
        account.must_change_password = True
        # The tokens end with the password (`orgs.passwords.EndsTokens`).
        account.save(update_fields=["password", "must_change_password"])
        if not account.has_second_factor:
            drop_second_factor(user=account)
        note(Verb.PASSWORD_RESET, actor=by, record=account)
    return Issued(account, password)


def reset_second_factor(*, account: User, by: User) -> User:
    """Forget the authenticator app and the recovery codes; sessions that stood on them are asked again. The owner is
    told at the next sign-in (`orgs.resets`)."""
    with transaction.atomic():
        account = _locked(account, by)
        drop_second_factor(user=account)
        revoke_all_tokens(user=account)
        note(Verb.FACTOR_RESET, actor=by, record=account)
    return account


def unlock(*, account: User, by: User) -> int:
    """Let an account try again at once after too many wrong passwords; gives how many attempts were forgotten."""
    with transaction.atomic():
        account = _locked(account, by)
        forgotten = int(forget_failures(username=account.username))
        note(Verb.UNLOCKED, actor=by, record=account, attempts=forgotten)
    return forgotten


def deactivate(*, account: User, by: User) -> User:
    """Close an account: its sessions and tokens end at once, its records stay.

    Raises:
        ValidationError: a county would be left without anybody who keeps its accounts.
    """
    with transaction.atomic():
        account = _locked(account, by)
        today = timezone.localdate()
        for held in Membership.objects.running(today).filter(user=account, role=Role.SYSTEM_ADMIN):
            _check_keeper_remains(held, today)
        account.is_active = False
        account.save(update_fields=["is_active"])
        revoke_all_tokens(user=account)
    return account


def reactivate(*, account: User, by: User) -> User:
    """Open a closed account again, with the password and the roles that it has."""
    with transaction.atomic():
        account = _locked(account, by)
        account.is_active = True
        account.save(update_fields=["is_active"])
    return account


def assign_role(
    *,
    account: User,
    unit: Unit,
    role: str,
    by: User,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    deputy_for: User | None = None,
) -> Membership:
    """Give an account one more role; `deputy_for` says in whose place, for a time.

    Raises:
        PermissionDenied: the unit or the account is not `by`'s to decide about.
        ValidationError: a closed account or unit, a unit of a kind without this role, wrong dates, a role held already,
            an incompatible one, a deputy without an end or for somebody who does not hold the role.
    """
    check_manages(by, account)
    _check_unit(by, unit)
    if not account.is_active:
        raise ValidationError("这个账号已停用，请先启用再授职责。", code="inactive")
    with transaction.atomic():
        return _grant(account, unit, role, starts_on, ends_on, deputy_for)


def end_role(*, membership: Membership, ends_on: datetime.date | None, by: User) -> Membership:
    """Set or put off the last day of a role; None lets it run on. What has ended stays ended.

    Raises:
        PermissionDenied: the role is `by`'s own, or on a branch that is not `by`'s.
        ValidationError: a day before yesterday or before the role's first, a deputy without an end, an end put off over
            an incompatible role, a county left without anybody who keeps its accounts.
    """
    today = timezone.localdate()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
        membership = Membership.objects.select_related("user", "unit").get(pk=membership.pk)
        if membership.user_id == by.pk or not allows(by, Action.MANAGE_ACCOUNTS, membership.unit):
            raise PermissionDenied("this role is not this user's to end")
        _check_end(membership, ends_on, today)
        if membership.role == Role.SYSTEM_ADMIN and ends_on and membership.user.is_active:
            _check_keeper_remains(membership, ends_on + datetime.timedelta(days=1))
        check_role(
            user=membership.user,
            unit=membership.unit,
            role=membership.role,
            starts_on=max(membership.starts_on, today),
            ends_on=ends_on,
        )
        membership.ends_on = ends_on
        membership.save(update_fields=["ends_on"])
    forget_grants(membership.user)
    return membership


def _locked(account: User, by: User) -> User:
    """The account under a lock, looked at again: two who change it at once do so one after the other."""
    account = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    check_manages(by, account)
    return account


def _check_unit(by: User, unit: Unit) -> None:
    require(by, Action.MANAGE_ACCOUNTS, unit)
    if unit.closed_on:
        raise ValidationError({"unit": f"{unit.short_name}已撤销，请选承接单位。"}, code="closed")


def _grant(
    account: User,
    unit: Unit,
    role: str,
    starts_on: datetime.date | None,
    ends_on: datetime.date | None,
    deputy_for: User | None,
) -> Membership:
    check_role_fits(unit=unit, role=role)
    today = timezone.localdate()
    starts_on = starts_on or today
    if ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": "结束日期不能早于开始日期。"}, code="dates")
    if ends_on and ends_on < today:
        raise ValidationError({"ends_on": "结束日期已经过去，这个职责不会生效。"}, code="dates")
    if deputy_for is not None:
        _check_deputy(account, deputy_for, unit, role, starts_on, ends_on)
    User.objects.select_for_update(no_key=True).get(pk=account.pk)
    overlap = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    if ends_on:
        overlap &= Q(starts_on__lte=ends_on)
    if Membership.objects.filter(overlap, user=account, unit=unit, role=role).exists():
        raise ValidationError({"role": f"{account.name}在{unit.short_name}已有这个职责，日期重叠。"}, code="held")
    return grant_role(user=account, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on, deputy_for=deputy_for)


def _check_deputy(
    account: User, deputy_for: User, unit: Unit, role: str, starts_on: datetime.date, ends_on: datetime.date | None
) -> None:
    if deputy_for.pk == account.pk:
        raise ValidationError({"deputy_for": "不能代自己履职。"}, code="deputy")
    if ends_on is None:
        raise ValidationError({"ends_on": "代他人履职要有结束日期。"}, code="deputy")
    if not Membership.objects.running(starts_on).filter(user=deputy_for, unit=unit, role=role).exists():
        raise ValidationError(
            {"deputy_for": f"{deputy_for.name}在{unit.short_name}没有这个职责，不能代。"}, code="deputy"
        )


def _check_end(membership: Membership, ends_on: datetime.date | None, today: datetime.date) -> None:
    if membership.ends_on and membership.ends_on < today:
        raise ValidationError("这个职责已经结束，不能再改。需要时请另授一次。", code="ended")
    if ends_on is None:
        if membership.deputy_for_id:
            raise ValidationError({"ends_on": "代他人履职要有结束日期。"}, code="deputy")
        return
    # A role that was given by mistake today is stopped at once by yesterday's date: it runs on no day.
    earliest = membership.starts_on if membership.starts_on != today else today - datetime.timedelta(days=1)
    if ends_on < earliest:
        raise ValidationError({"ends_on": f"结束日期不能早于开始日期 {membership.starts_on}。"}, code="dates")
    if ends_on < today - datetime.timedelta(days=1):
        raise ValidationError({"ends_on": "结束日期最早是昨天，已经办过的事不能改成没有职责。"}, code="dates")


def _check_keeper_remains(held: Membership, day: datetime.date) -> None:
    """Somebody else keeps the accounts of the county on that day. The rows of all who do are locked, so that two who
    close each other's account at the same moment do not both succeed."""
    if Unit.objects.get(pk=held.unit_id).kind != UnitKind.COUNTY:
        return
    keepers = Membership.objects.filter(current_q(timezone.localdate()), unit=held.unit_id, role=Role.SYSTEM_ADMIN)
    list(keepers.order_by("pk").select_for_update().values_list("pk", flat=True))
    others = keepers.running(day).filter(user__is_active=True).exclude(user=held.user_id)
    if not others.exists():
        raise ValidationError("这是全县最后一个在用的系统管理员，请先设好接手的人。", code="last_keeper")
