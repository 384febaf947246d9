"""Who gets which role on which branch."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from orgs.enums import ROLE_KINDS, Role, UnitKind
from orgs.models import Membership, Unit, User
from orgs.scope import forget_grants

# Who keeps the accounts or reads the trail does no other work, nor both: one watches the other (domain.md, 7).
# Who handles a fund's money does not approve it.
WATCHERS = {Role.SYSTEM_ADMIN, Role.AUDITOR}
MONEY = {Role.FUND_MANAGER, Role.FUND_APPROVER}


def grant_role(
    *,
    user: User,
    unit: Unit,
    role: str,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    deputy_for: User | None = None,
) -> Membership:
    """Give an account a role on a branch.

    Raises:
        ValidationError: as `check_role`; the unit is closed.
    """
    starts_on = starts_on or timezone.localdate()
    with transaction.atomic():
        if Unit.objects.exclude(closed_on=None).filter(pk=unit.pk).exists():
            raise ValidationError({"unit": f"{unit.short_name}已撤销，请选承接单位。"}, code="closed")
        # Two grants to one account wait for each other, so that the second sees the first.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        check_role(user=user, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on)
        membership = Membership.objects.create(
            user=user, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on, deputy_for=deputy_for
        )
    forget_grants(user)
    return membership


def check_role(*, user: User, unit: Unit, role: str, starts_on: datetime.date, ends_on: datetime.date | None) -> None:
    """Refuse a role that must not be one person's beside another that they hold at the same time.

    Raises:
        ValidationError: auditor or system administrator beside any other role; handling and approving on one branch.
    """
    unit = Unit.objects.get(pk=unit.pk)
    beside = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    if ends_on:
        beside &= Q(starts_on__lte=ends_on)
    for other in Membership.objects.filter(beside, user=user).exclude(role=role).select_related("unit"):
        pair = {role, other.role}
        if pair == WATCHERS:
            raise ValidationError("系统管理员和审计员不能是同一个人，请另设账号。", code="incompatible")
        if pair & WATCHERS:
            raise ValidationError("系统管理员、审计员不能兼任其他工作，请另设账号。", code="incompatible")
        above, below = sorted((unit, other.unit), key=lambda each: each.level)
        if pair == MONEY and below.is_descendant_of(above, include_self=True):
            raise ValidationError("同一范围的基金，经办和审批不能是同一个人。", code="incompatible")


def check_role_fits(*, unit: Unit, role: str) -> None:
    """Refuse a role on a kind of unit that has no such work (`ROLE_KINDS`).

    Who keeps accounts is held to it. A reform of the network is not: it carries the roles over as they were.

    Raises:
        ValidationError: at the field of the role, naming the kinds that have it.
    """
    kinds = ROLE_KINDS[role]
    if unit.kind not in kinds:
        places = "、".join(kind.label for kind in kinds)
        kind, name = UnitKind(unit.kind).label, Role(role).label
        text = f"“{name}”只能设在{places}；{unit.short_name}是{kind}，请改单位或职责。"
        raise ValidationError({"role": text}, code="kind")
