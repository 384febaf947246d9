"""Meetings and the yearly papers."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from activities.enums import PaperState
from activities.models import Meeting, Paper
from activities.validators import day_problems
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingEntry:
    """What one meeting was; `attendance` in persons."""

    kind: str
    name: str
    held_on: datetime.date
    place: str = ""
    attendance: int = 0
    decisions: str = ""


def save_meeting(*, by: User, unit: Unit, entry: MeetingEntry, meeting: Meeting | None = None) -> Meeting:
    """Record a meeting of a unit, or put an earlier record right (its unit stays).

    Raises:
        PermissionDenied: no branch of this recorder.
        ValidationError: by field, for what cannot be right; a new one of a closed unit.
    """
    with transaction.atomic():
        if meeting is None:
            row = Meeting(unit=unit)
        else:
            # Two people may put the same record right at once: one after the other.
            row = Meeting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=meeting.pk)
        if not allows(by, Action.RECORD_ACTIVITIES, row.unit):
            raise PermissionDenied("no branch of this recorder")
        if meeting is None and unit.closed_on:
            raise ValidationError({"unit": f"{unit.short_name}已撤销，请选承接单位。"}, code="closed")
        problems = day_problems(entry.held_on, timezone.localdate())
        if problems:
            raise ValidationError(problems)
        row.kind, row.name, row.held_on = entry.kind, entry.name, entry.held_on
        row.place, row.attendance, row.decisions = entry.place, entry.attendance, entry.decisions
        row.save()
    return row


def save_paper(*, by: User, unit: Unit, year: int, kind: str, text: str, file_it: bool) -> Paper:
    """Keep a unit's yearly paper as a draft, or file it today. A filed one stays filed when it is put right.

    Raises:
        PermissionDenied: no branch of this recorder.
        ValidationError: an empty paper cannot be filed; the year is still to come; the unit was closed before the year.
    """
    if not allows(by, Action.RECORD_ACTIVITIES, unit):
        raise PermissionDenied("no branch of this recorder")
    if year > timezone.localdate().year:
        raise ValidationError(f"{year} 年还没有到。", code="future")
    if file_it and not text.strip():
        raise ValidationError({"text": "正文是空的，不能归档。"})
    with transaction.atomic():
        # The unique row of unit, year and kind is made once and then locked: two writers come one after the other.
        Paper.objects.get_or_create(unit=unit, year=year, kind=kind)
        paper = Paper.objects.select_for_update().get(unit=unit, year=year, kind=kind)
        if unit.closed_on and paper.state != PaperState.FILED and year > unit.closed_on.year:
            raise ValidationError(f"{unit.short_name}已撤销，{year} 年不用再写。", code="closed")
        paper.text = text.strip()
        if file_it and paper.state != PaperState.FILED:
            paper.state, paper.filed_on = PaperState.FILED, timezone.localdate()
        paper.save()
    return paper
