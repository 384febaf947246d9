"""Two people at one record: the second one is told, and nothing is overwritten in silence.

A form carries in `seen` the `updated_at` of the version that its writer had before them; the service, holding the
row's lock, compares it. Saving again after the warning is deliberate: the form then carries the new version.

The row is locked without a join: what it hangs on is read after the wait. PostgreSQL checks a row that changed while it
was waited for against the joined rows of before, so that somebody who moved to another unit would be gone, and who
changed a record would be nobody. A join to what a row never leaves, such as a member's team, does no harm.
"""

import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms.widgets import HiddenInput

from guanai.forms import PageForm
from guanai.models import Edited

if TYPE_CHECKING:
    from django.http import QueryDict


# The version of no record: a form without a time agrees with none.
NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class ChangedError(Exception):
    """Somebody else has changed the record since it was opened: nothing was written.

    `by` is a user or None where a command changed it; `at` is the version that stands now.
    """

    def __init__(self, record: Edited) -> None:
        super().__init__(f"{record._meta.label_lower} {record.pk}")
        self.by: Any = record.updated_by
        self.at: datetime.datetime = record.updated_at


def check_seen(record: Edited, seen: datetime.datetime) -> None:
    """Compare the locked record with the version that the writer read.

    Raises:
        ChangedError: it is another version.
    """
    if seen != record.updated_at:
        raise ChangedError(record)


def parse_seen(text: str) -> datetime.datetime:
    """The version that a form carries; `NEVER` for what is no time."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return NEVER


class SeenForm(PageForm, forms.Form):
    """Mixed into the form of a record that may be changed: `SomeForm(request.POST or None, record=record)`.

    Without a record a new one is written, and there is nothing to compare.
    """

    seen = forms.CharField(required=False, widget=HiddenInput)

    def __init__(self, *args: Any, record: Edited | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changed: ChangedError | None = None
        if record is not None:
            # A page that is drawn again on the way keeps the version that its writer read.
            self.initial.setdefault("seen", record.updated_at.isoformat())

    @property
    def seen_at(self) -> datetime.datetime:
        return parse_seen(self.cleaned_data.get("seen", ""))

    def take_notice(self, changed: ChangedError) -> None:
        """Show the warning above the entry as it was typed; the next save is on the version that stands now."""
        self.changed = changed
        # A copy keeps fields of several values; the request's own is not to be written.
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen")] = changed.at.isoformat()
        self.data = data
