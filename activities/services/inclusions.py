"""The evidence of 五纳入五统一: recorded, put right, taken away."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from activities.enums import InclusionKind
from activities.models import Inclusion, Meeting
from guanai.attachments import store_attachment
from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows, require


@dataclass(frozen=True, kw_only=True, slots=True)
class InclusionEntry:
    """The evidence of one of the five: a document, or the meeting whose minutes show it."""

    document: str = ""
    issued_by: str = ""
    dated_on: datetime.date | None = None
    meeting: Meeting | None = None
    scan: "UploadedFile[Any] | None" = None


def save_inclusion(
    *, by: User, unit: Unit, year: int, kind: str, entry: InclusionEntry, seen: datetime.datetime
) -> Inclusion:
    """Record the evidence of one of the 五纳入五统一 of a unit and year, or put it right.

    The day of a meeting is the meeting's own unless another is said.

    Raises:
        PermissionDenied: no branch of this recorder.
        ChangedError: somebody else has written it since; nothing was written.
        ValidationError: by field: neither document nor meeting, no day, a day outside the year, another unit's meeting
            or one of another year; a unit without a committee in that year, or closed.
    """
    require(by, Action.RECORD_ACTIVITIES, unit)
    check_committee(unit, year)
    dated_on = _check_evidence(unit, year, kind, entry)
    with transaction.atomic():
        # The unique row of unit, year and kind is locked: two writers come one after the other.
        row, is_new = Inclusion.objects.get_or_create(
            unit=unit,
            year=year,
            kind=kind,
            defaults={"document": entry.document.strip(), "meeting": entry.meeting, "dated_on": dated_on},
        )
        if not is_new:
            row = Inclusion.objects.select_for_update().get(pk=row.pk)
            check_seen(row, seen)
        row.document, row.issued_by = entry.document.strip(), entry.issued_by.strip()
        row.dated_on, row.meeting, row.updated_by = dated_on, entry.meeting, by
        if entry.scan is not None:
            label = f"{InclusionKind(kind).label}依据"
            row.scan = store_attachment(file=entry.scan, by=by, label=label)
        row.save()
    return row


def remove_inclusion(*, by: User, inclusion: Inclusion, seen: datetime.datetime) -> Inclusion:
    """Take the evidence of a cell away, which then counts as missing. The row history keeps what it was.

    Raises:
        PermissionDenied: no branch of this recorder.
        ChangedError: somebody else has written it since; nothing was removed.
        ValidationError: a closed unit.
    """
    with transaction.atomic():
        row = Inclusion.objects.select_for_update().get(pk=inclusion.pk)
        require(by, Action.RECORD_ACTIVITIES, row.unit)
        check_committee(row.unit, row.year)
        check_seen(row, seen)
        row.delete()
    return row


def check_committee(unit: Unit, year: int) -> None:
    """Only a committee that stands, and stood in the year, has 五纳入五统一 to evidence. Raises ValidationError."""
    if unit.closed_on:
        raise ValidationError(f"{unit.short_name}已于 {unit.closed_on} 撤销，不再登记。", code="closed")
    founded = unit.committee_established_on
    if founded is None or founded.year > year:
        raise ValidationError(f"{unit.short_name}在 {year} 年还没有成立关工委。", code="no_committee")


def may_evidence(by: User, unit: Unit, year: int) -> bool:
    """May `by` write the cells of the unit's year?"""
    try:
        check_committee(unit, year)
    except ValidationError:
        return False
    return allows(by, Action.RECORD_ACTIVITIES, unit)


def _check_evidence(unit: Unit, year: int, kind: str, entry: InclusionEntry) -> datetime.date:
    """The day of the evidence, which lies in the year or is that of a paper which was issued for it the year before."""
    if kind not in InclusionKind.values or year > timezone.localdate().year:
        raise ValidationError(f"{year} 年没有这一项。", code="unknown")
    if not entry.document.strip() and entry.meeting is None:
        raise ValidationError({"document": "请填写文号，或选一次会议作依据。"}, code="evidence")
    if entry.meeting is not None and entry.meeting.unit_id != unit.pk:
        raise ValidationError({"meeting": "只能选本单位的会议。"}, code="meeting")
    if entry.meeting is not None and entry.meeting.held_on.year != year:
        raise ValidationError({"meeting": f"只能选 {year} 年开的会议。"}, code="meeting")
    day = entry.dated_on or (entry.meeting.held_on if entry.meeting else None)
    if day is None:
        raise ValidationError({"dated_on": "请填写发文日期。"}, code="dated_on")
    if day > timezone.localdate() or day.year not in (year, year - 1):
        words = f"日期应在 {year} 年内（上年印发、管本年的文件也可以），不晚于今天。"
        raise ValidationError({"dated_on": words}, code="dated_on")
    return day
