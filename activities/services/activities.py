"""Submitting an activity, changing it, sending it back, archiving it."""

import datetime
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

from activities.enums import ActivityState
from activities.models import Activity, ActivityDraft
from activities.rules import may_edit, may_review
from activities.services.entries import ActivityEntry, check_entry, check_reach
from guanai.edits import check_seen
from guanai.numbers import next_number
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import require

NUMBER_KIND = "activity"


def activity_number(unit_code: str, year: int, number: int) -> str:
    """510824125-H2026-0021; the code of a township ends at its ninth digit."""
    stem = unit_code.removesuffix("000") if len(unit_code) == 12 else unit_code
    return f"{stem}-H{year}-{number:04d}"


def submit_activity(*, by: User, unit: Unit, entry: ActivityEntry, key: uuid.UUID | None = None) -> Activity:
    """Record an activity at its 主办 unit, with its number; it counts from now on.

    `key` is the form's: the same form sent twice gives the same activity, and the draft under it is done with.

    Raises:
        PermissionDenied: the recorder has no such branch, or names somebody from outside it.
        ValidationError: by field, for what cannot be right; the unit is closed.
    """
    # Its place in the tree may have changed since the caller read it.
    unit = Unit.objects.get(pk=unit.pk)
    require(by, Action.RECORD_ACTIVITIES, unit)
    if unit.closed_on:
        raise ValidationError(f"{unit.short_name}已撤销，不能再记活动。", code="closed")
    check_entry(entry)
    check_reach(by=by, unit=unit, entry=entry)
    with transaction.atomic():
        if key is not None:
            # A double tap sends the form twice at once: the second waits here and then finds the first.
            User.objects.select_for_update(no_key=True).get(pk=by.pk)
            earlier = Activity.objects.filter(recorded_by=by, entry_key=key).first()
            if earlier is not None:
                return earlier
        year = entry.held_on.year
        number = activity_number(unit.code, year, next_number(kind=NUMBER_KIND, scope=unit.code, year=year))
        activity = Activity(
            unit=unit, number=number, state=ActivityState.SUBMITTED, recorded_by=by, updated_by=by, entry_key=key
        )
        _write(activity, entry)
        entry.add_relations(activity)
        if key is not None:
            ActivityDraft.objects.filter(user=by, key=key).delete()
    return activity


def update_activity(*, activity: Activity, by: User, entry: ActivityEntry, seen: datetime.datetime) -> Activity:
    """Change an entry that is not archived yet; one that was sent back is submitted again by it.

    The host stays: the number is of its series. `seen` is the `updated_at` of what the writer had before them.

    Raises:
        PermissionDenied: the writer may not edit it.
        ChangedError: it was changed in the meantime; nothing was written.
        ValidationError: by field, for what cannot be right; it is archived already.
    """
    check_entry(entry)
    with transaction.atomic():
        locked = _locked(activity)
        require(by, Action.RECORD_ACTIVITIES, locked.unit)
        check_seen(locked, seen)
        if not may_edit(by, locked):
            raise ValidationError("这次活动已归档，不能再改。", code="archived")
        check_reach(by=by, unit=locked.unit, entry=entry, activity=locked)
        locked.state = ActivityState.SUBMITTED
        locked.return_note = ""
        locked.reviewed_by = None
        locked.updated_by = by
        _write(locked, entry)
        entry.replace_relations(locked)
        ActivityDraft.objects.filter(user=by, activity=locked).delete()
    return locked


def return_activity(*, activity: Activity, by: User, note: str, seen: datetime.datetime) -> Activity:
    """Send an entry back with the reason; until it is submitted again, no figure counts it."""
    if not note.strip():
        raise ValidationError({"note": "请写明退回原因，填报人按它修改。"})
    return _review(activity, by=by, seen=seen, state=ActivityState.RETURNED, note=note.strip())


def accept_activity(*, activity: Activity, by: User, seen: datetime.datetime) -> Activity:
    """Archive an entry as the reviewer saw it."""
    return _review(activity, by=by, seen=seen, state=ActivityState.ACCEPTED, note="")


def _review(activity: Activity, *, by: User, seen: datetime.datetime, state: str, note: str) -> Activity:
    with transaction.atomic():
        locked = _locked(activity)
        require(by, Action.REVIEW_ACTIVITIES, locked.unit)
        check_seen(locked, seen)
        if not may_review(by, locked):
            own = locked.state == ActivityState.SUBMITTED
            raise ValidationError(
                "自己记的活动要由别人审核。" if own else f"这次活动现在是“{locked.get_state_display()}”，不用再审核。",
                code="not_reviewable",
            )
        locked.state = state
        locked.return_note = note
        locked.reviewed_by = by
        locked.save(update_fields=["state", "return_note", "reviewed_by", "updated_at"])
    return locked


def _locked(activity: Activity) -> Activity:
    """The row as it is now, held until the transaction ends: two people act on it one after the other."""
    return Activity.objects.select_for_update().get(pk=activity.pk)


def _write(activity: Activity, entry: ActivityEntry) -> None:
    for name, value in entry.plain().items():
        setattr(activity, name, value)
    activity.save()
