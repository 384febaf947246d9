"""Drafts: what somebody has typed so far."""

import uuid
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from activities.models import Activity, ActivityDraft
from activities.queries import speakers_to_choose
from activities.rules import may_edit
from orgs.models import User
from volunteers.models import Volunteer

# More than any field of the form takes; what is longer was not typed by hand.
LONGEST_TEXT = 2_000
MOST_VALUES = 60


def save_draft(
    *, by: User, key: uuid.UUID, fields: Mapping[str, Sequence[str]], activity: Activity | None = None
) -> ActivityDraft | None:
    """Keep what was typed as it was typed. None when the form under this key has been submitted meanwhile.

    An edit of an existing activity has one draft per person, whichever form it was typed into.

    Raises:
        PermissionDenied: the activity may not be edited by this user.
    """
    kept = {name: [text[:LONGEST_TEXT] for text in texts[:MOST_VALUES]] for name, texts in fields.items()}
    if activity is not None and not may_edit(by, activity):
        raise PermissionDenied("no draft of an activity that may not be edited")
    with transaction.atomic():
        # A save that is still under way when the form is submitted must not leave a draft behind.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if Activity.objects.filter(recorded_by=by, entry_key=key).exists():
            return None
        if activity is not None:
            draft, _ = ActivityDraft.objects.update_or_create(
                user=by, activity=activity, defaults={"fields": kept, "key": key}
            )
        else:
            draft, _ = ActivityDraft.objects.update_or_create(user=by, key=key, defaults={"fields": kept})
    return draft


def choose_speaker(*, draft: ActivityDraft, by: User, person: Volunteer, chosen: bool) -> ActivityDraft:
    """Put somebody among the speakers of a draft, or take them out; what else is typed stays as it is.

    The row is locked: two quick taps, or the form in another tab, must not undo each other.

    Raises:
        PermissionDenied: somebody else's draft, or a person whom the writer could not choose in the form.
        ValidationError: the draft is full, or gone meanwhile.
    """
    if draft.user_id != by.pk:
        raise PermissionDenied("somebody else's draft")
    if chosen and not speakers_to_choose(by, draft.activity).filter(pk=person.pk).exists():
        raise PermissionDenied("a speaker from outside the writer's rosters")
    with transaction.atomic():
        rows = ActivityDraft.objects.select_for_update(of=("self",)).select_related("activity")
        locked = rows.filter(pk=draft.pk).first()
        if locked is None:
            raise ValidationError("这份草稿已经上报或删除，没有加上。请回到活动列表看看。")
        others = [pk for pk in locked.fields.get("speakers", []) if pk != str(person.pk)]
        if chosen and len(others) >= MOST_VALUES:
            raise ValidationError(f"一次活动最多 {MOST_VALUES} 位主讲，请先去掉不讲的。")
        locked.fields["speakers"] = [*others, str(person.pk)] if chosen else others
        locked.save(update_fields=["fields", "updated_at"])
    return locked


def discard_draft(*, draft: ActivityDraft, by: User) -> None:
    """Throw one's own draft away."""
    if draft.user_id != by.pk:
        raise PermissionDenied("somebody else's draft")
    draft.delete()
