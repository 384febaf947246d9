"""A form that makes something carries a key; sent twice, it makes one record.

class DonationForm(KeyedForm): …
attempt(form, lambda: once(form, by=user, make=lambda: receive_donation(…)))
"""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model

from guanai.forms import PageForm
from guanai.models import EntryKey

Record = TypeVar("Record", bound=Model)


class KeyedForm(PageForm, forms.Form):
    """`entry_key` is made when the page is drawn and comes back with every try. Without a sound one nothing is kept
    apart."""

    entry_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("entry_key", str(uuid.uuid4()))

    @property
    def key(self) -> uuid.UUID | None:
        """What is kept: bound to this form, so that the same text sent with another form says nothing."""
        try:
            return uuid.uuid5(uuid.UUID(self.cleaned_data["entry_key"]), type(self).__qualname__)
        except ValueError:
            return None

    def values_to_write(self) -> dict[str, Any]:
        """What was filled in, without the key; only after `is_valid()`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "entry_key"}


def made_before(form: KeyedForm, *, by: Any) -> int | None:
    """The key of what the same form of the same person has made already; None where it has made nothing."""
    key = form.key
    earlier = EntryKey.objects.filter(user=by, key=key).first() if key else None
    return earlier.record_id if earlier else None


def once(form: KeyedForm, *, by: Any, make: Callable[[], Record]) -> Record:
    """What `make` makes now, or what the same form of the same person made before."""
    return once_by_key(form.key, by=by, make=make)


def once_by_key(key: uuid.UUID | None, *, by: Any, make: Callable[[], Record]) -> Record:
    """The same for whatever else carries a key, bound to what it is the key of; with none every try is its own."""
    if key is None:
        return make()
    with transaction.atomic():
        # A double tap sends the form twice at once: the second waits here and then finds the first.
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=by.pk)
        earlier = EntryKey.objects.filter(user=by, key=key).first()
        if earlier is not None:
            known: Record = apps.get_model(earlier.record)._default_manager.get(pk=earlier.record_id)
            return known
        made = make()
        EntryKey.objects.create(user=by, key=key, record=made._meta.label_lower, record_id=made.pk)
    return made
