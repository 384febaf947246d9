"""Meetings and what they asked for."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from activities.models import FollowUp, Meeting
from activities.validators import day_problems
from guanai.attachments import store_attachment
from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import require

TEXTS = ("kind", "name", "held_on", "place", "attendance", "body", "agenda", "decisions", "document")


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUpEntry:
    """What somebody has to do until a day; `pk` names the row that is put right, None a new one."""

    text: str
    owner: str
    due_on: datetime.date
    pk: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingEntry:
    """What one meeting was; `attendance` in persons."""

    kind: str
    name: str
    held_on: datetime.date
    place: str = ""
    attendance: int = 0
    body: str = ""
    agenda: str = ""
    decisions: str = ""
    document: str = ""
    scan: "UploadedFile[Any] | None" = None
    follow_ups: Sequence[FollowUpEntry] = ()
    dropped: Sequence[int] = ()


def save_meeting(
    *, by: User, unit: Unit, entry: MeetingEntry, meeting: Meeting | None = None, seen: datetime.datetime | None = None
) -> Meeting:
    """Record a meeting of a unit with its follow-ups, or put an earlier record right (its unit stays).

    Of the follow-ups, `entry.dropped` go away; those that are not named stay as they are.

    Raises:
        PermissionDenied: no branch of this recorder.
        ChangedError: somebody else has changed it since `seen`, or done one of its follow-ups; nothing was written.
        ValidationError: by field, for what cannot be right; a new one of a closed unit; a follow-up done or gone.
    """
    with transaction.atomic():
        row = Meeting(unit=unit) if meeting is None else _locked(meeting.pk)
        require(by, Action.RECORD_ACTIVITIES, row.unit)
        if meeting is None and unit.closed_on:
            raise ValidationError({"unit": f"{unit.short_name}已撤销，请选承接单位。"}, code="closed")
        if meeting is not None and seen is not None:
            check_seen(row, seen)
        problems = day_problems(entry.held_on, timezone.localdate())
        early = [one.text for one in entry.follow_ups if one.due_on < entry.held_on]
        if early:
            problems["held_on"] = f"“{early[0]}”的完成期限早于开会日期，请核对两个日期。"
        if problems:
            raise ValidationError(problems)
        for name in TEXTS:
            setattr(row, name, getattr(entry, name))
        if entry.scan is not None:
            row.scan = store_attachment(file=entry.scan, by=by, label="会议纪要")
        row.updated_by = by
        row.save()
        _write_follow_ups(row, entry)
    return row


def _locked(pk: int) -> Meeting:
    """The meeting under the lock that everybody takes who writes it or what it asked for: one after the other."""
    return Meeting.objects.select_for_update().get(pk=pk)


def _write_follow_ups(meeting: Meeting, entry: MeetingEntry) -> None:
    open_ones = {row.pk: row for row in meeting.follow_ups.open()}
    named = {given.pk for given in entry.follow_ups if given.pk} | set(entry.dropped)
    if named - open_ones.keys():
        raise ValidationError("有一件落实事项已经办结或去掉，请重新打开这次会议再改。", code="follow_up")
    FollowUp.objects.filter(pk__in=entry.dropped).delete()
    for given in entry.follow_ups:
        row = open_ones[given.pk] if given.pk else FollowUp(meeting=meeting)
        row.text, row.owner, row.due_on = given.text, given.owner, given.due_on
        row.save(update_fields=["text", "owner", "due_on"] if given.pk else None)


def close_follow_up(*, follow_up: FollowUp, by: User, done_on: datetime.date, result: str) -> FollowUp:
    """办结: say when and how it was done.

    Raises:
        PermissionDenied: no branch of this recorder.
        ValidationError: by field: done already, a day before the meeting or to come, no result.
    """
    with transaction.atomic():
        meeting = _locked(follow_up.meeting_id)
        require(by, Action.RECORD_ACTIVITIES, meeting.unit)
        row = FollowUp.objects.filter(pk=follow_up.pk, meeting=meeting).first()
        if row is None:
            raise ValidationError("这件事已经从会议记录里去掉。", code="gone")
        if row.done_on:
            raise ValidationError(f"这件事已于 {row.done_on} 办结。", code="done")
        if done_on > timezone.localdate():
            raise ValidationError({"done_on": "办结日期不能晚于今天。"}, code="future")
        if done_on < meeting.held_on:
            raise ValidationError({"done_on": f"办结日期不能早于开会日期 {meeting.held_on}。"}, code="order")
        if not result.strip():
            raise ValidationError({"result": "请写明办结情况。"}, code="result")
        row.done_on, row.result = done_on, result.strip()
        row.save(update_fields=["done_on", "result"])
        # A form of the meeting that was opened before shows this as still to do: its writer is told.
        meeting.updated_by = by
        meeting.save(update_fields=["updated_by", "updated_at"])
    return row
