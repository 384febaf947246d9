"""Drafts: what somebody has typed so far."""

import uuid
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from activities.models import Activity, ActivityDraft
from activities.rules import may_edit
from orgs.models import User

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


def discard_draft(*, draft: ActivityDraft, by: User) -> None:
    """Throw one's own draft away."""
    if draft.user_id != by.pk:
        raise PermissionDenied("somebody else's draft")
    draft.delete()
