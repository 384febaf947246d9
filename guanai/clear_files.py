"""Files that give personal data away in clear (a register form, a payment list): made, fetched, cleared away.

file = store_clear_file(kind=…, owner=user, label="登记表", suffix="docx", content=paper,
                        record=Volunteer, given={person.pk: ["id_number", "phone"]}, reason=form.reason_line)
return serve_clear_file(clear_file_or_404(user, pk, kind=…))        # in a view that has asked again who may

The app that makes a file brings its own permission and checks it both times.
"""

import base64
import datetime
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Model
from django.http import FileResponse, Http404
from django.utils import timezone

from guanai.models import ClearFile
from guanai.models.clear_files import KEPT, ClearFileQuerySet
from guanai.reveals import note_given

LARGEST: Final = 32 << 20


def store_clear_file(
    *,
    kind: str,
    owner: Any,
    label: str,
    suffix: str,
    content: bytes,
    record: type[Model],
    given: Mapping[int, Sequence[str]],
    reason: str,
) -> ClearFile:
    """Keep a file for its owner, and write down each look that it gives: all of it or nothing.

    `given` says which secret fields of which record stand in it in clear; a record with none has an empty list.
    `label` and `kind` are words of the programme, never of a person.

    Raises:
        ValueError: no reason, nobody in it, or larger than any paper is.
    """
    if not reason.strip() or not given:
        raise ValueError("personal data in clear leaves for a reason, and is somebody's")
    if len(content) > LARGEST:
        raise ValueError(f"a file in clear has at most {LARGEST} bytes, not {len(content)}")
    with transaction.atomic():
        note_given(by=owner, record=record, given=given, reason=reason)
        return ClearFile.objects.create(
            kind=kind,
            owner=owner,
            label=label,
            suffix=suffix,
            record=record._meta.label_lower,
            record_ids=sorted(given),
            content=base64.b85encode(content).decode(),
            size=len(content),
            expires_at=timezone.now() + KEPT,
        )


def clear_files_of(user: Any, kind: str) -> ClearFileQuerySet:
    """What the user may still fetch, newest first, without the files themselves."""
    rows: ClearFileQuerySet = ClearFile.objects.kept().filter(owner=user, kind=kind).defer("content")
    return rows


def clear_file_or_404(user: Any, pk: int, kind: str) -> ClearFile:
    """The user's own file of this kind. Raises Http404 for anybody else's, and after a day."""
    file = clear_files_of(user, kind).filter(pk=pk).first()
    if file is None:
        raise Http404("no such file of this user")
    return file


def serve_clear_file(file: ClearFile) -> FileResponse:
    """The file in clear, as a download that no browser keeps. Only for a view that has asked who may."""
    content = base64.b85decode(file.content)
    response = FileResponse(io.BytesIO(content), as_attachment=True, filename=file.name)
    response["Cache-Control"] = "private, no-store"
    return response


def expire_clear_files(*, now: datetime.datetime | None = None) -> int:
    """Delete what is a day old; returns how many. Beat asks every ten minutes."""
    old = ClearFile.objects.filter(expires_at__lte=now or timezone.now())
    return old.delete()[0]
