"""Each look at a personal value is written down before the value is shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from axes.helpers import get_client_ip_address
from django.db.models import Model
from django.http import HttpRequest

from guanai.models import ViewLog
from guanai.trail import address_in_force


def note_look(request: HttpRequest, *, record: Model, field: str, reason: str) -> ViewLog:
    """Write who looks at which field of which record, why and from where."""
    if not request.user.is_authenticated:
        raise PermissionError("nobody looks without a name")
    return ViewLog.objects.create(
        user=request.user,
        record=record._meta.label_lower,
        record_id=record.pk,
        field=field,
        reason=reason,
        address=get_client_ip_address(request),
    )


def note_given(*, by: Any, record: type[Model], given: Mapping[int, Sequence[str]], reason: str) -> None:
    """Write a look for each field of each record that a file gives away in clear: {key of the record: fields}.

    The address is that of the request in whose course this runs; a task has none.
    """
    name, address = record._meta.label_lower, address_in_force()
    ViewLog.objects.bulk_create(
        ViewLog(user=by, record=name, record_id=pk, field=field, reason=reason, address=address)
        for pk, fields in given.items()
        for field in fields
    )


def looks_at(record: Model, count: int = 10) -> list[ViewLog]:
    """The latest looks at a record, with who looked."""
    looks = ViewLog.objects.filter(record=record._meta.label_lower, record_id=record.pk)
    return list(looks.select_related("user")[:count])
