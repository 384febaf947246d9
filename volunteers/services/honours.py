"""Honours of people and of teams: recorded, put right, taken down with a reason."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from guanai.attachments import store_attachment
from guanai.document_numbers import normalise_document
from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import User
from orgs.scope import require
from volunteers.enums import HonourLevel
from volunteers.models import Honour, Team, Volunteer

SCAN = "荣誉证书"


@dataclass(frozen=True, slots=True, kw_only=True)
class HonourEntry:
    """What the certificate or the document says. A `scan` of None leaves a stored one as it is."""

    name: str
    level: str
    awarded_by: str
    awarded_on: datetime.date
    document: str = ""
    scan: UploadedFile[Any] | None = None


def record_honour(*, holder: Volunteer | Team, entry: HonourEntry, by: User) -> Honour:
    """Record an honour of a person or of a team, at the unit that they stand at.

    Raises:
        PermissionDenied: `by` may not keep the roster of that unit.
        ValidationError: by field: a day in the future or before a team was founded, an honour that stands already.
    """
    with transaction.atomic():
        # Two who enter the same certificate at once wait here: the second one finds the first one's record.
        locked: Volunteer | Team = (
            Team.objects.select_for_update(no_key=True).get(pk=holder.pk)
            if isinstance(holder, Team)
            else Volunteer.objects.select_for_update(no_key=True).get(pk=holder.pk)
        )
        require(by, Action.EDIT_ROSTER, locked.unit)
        whose = {"team": locked} if isinstance(locked, Team) else {"volunteer": locked}
        honour = Honour(unit=locked.unit, **whose)
        _write(honour, entry, by)
    return honour


def correct_honour(*, honour: Honour, entry: HonourEntry, by: User, seen: datetime.datetime) -> Honour:
    """Put right what was recorded wrongly.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied, ValidationError: as `record_honour`; taken down already.
    """
    with transaction.atomic():
        locked = _locked(honour, by)
        check_seen(locked, seen)
        _refuse_removed(locked)
        _write(locked, entry, by)
    return locked


def remove_honour(*, honour: Honour, reason: str, by: User, seen: datetime.datetime) -> Honour:
    """Take an honour down: it stands in no list any more, and its record says when and why.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied: `by` may not keep the roster of its unit.
        ValidationError: no reason, or taken down already.
    """
    with transaction.atomic():
        locked = _locked(honour, by)
        check_seen(locked, seen)
        _refuse_removed(locked)
        if not reason.strip():
            raise ValidationError({"reason": "请填写撤下原因"}, code="required")
        locked.removed_on, locked.removed_reason = timezone.localdate(), reason.strip()
        locked.updated_by = by
        locked.save()
    return locked


def _locked(honour: Honour, by: User) -> Honour:
    locked = Honour.objects.select_for_update().get(pk=honour.pk)
    require(by, Action.EDIT_ROSTER, locked.unit)
    return locked


def _refuse_removed(honour: Honour) -> None:
    if honour.removed_on:
        raise ValidationError(f"这项荣誉已于 {honour.removed_on:%Y-%m-%d} 撤下，请返回名单核对", code="removed")


def _write(honour: Honour, entry: HonourEntry, by: User) -> None:
    honour.name, honour.awarded_by = entry.name.strip(), entry.awarded_by.strip()
    honour.level, honour.awarded_on = entry.level, entry.awarded_on
    honour.document = normalise_document(entry.document)
    honour.updated_by = by
    for name, words in (("name", "请填写荣誉名称"), ("awarded_by", "请填写授予单位")):
        if not getattr(honour, name):
            raise ValidationError({name: words}, code="required")
    if honour.level not in HonourLevel.values:
        raise ValidationError({"level": "请选择级别"}, code="level")
    if honour.awarded_on > timezone.localdate():
        raise ValidationError({"awarded_on": "不能晚于今天，到了那天再登记"}, code="future")
    if honour.team and honour.awarded_on < honour.team.founded_on:
        words = f"不能早于团队成立日期 {honour.team.founded_on:%Y-%m-%d}"
        raise ValidationError({"awarded_on": words}, code="order")
    same = Honour.objects.standing().filter(volunteer=honour.volunteer, team=honour.team)
    if same.filter(name=honour.name, awarded_on=honour.awarded_on).exclude(pk=honour.pk).exists():
        words = f"{honour.awarded_on:%Y-%m-%d} 的这项荣誉已经登记，不用再登记"
        raise ValidationError({"name": words}, code="twice")
    if entry.scan:
        honour.scan = store_attachment(file=entry.scan, by=by, label=SCAN)
    honour.save()
