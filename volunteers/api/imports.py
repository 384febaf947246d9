"""Taking a roster in under /api/v1/: an upload answers an import, whose steps a worker does; the same engine, the same
limits, as by the pages."""

import base64
import uuid
from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from guanai.api import ERROR, ConflictError, PrivateView, refusing
from guanai.entry_keys import once_by_key
from orgs.enums import Action
from orgs.queries import unit_for_user_or_404
from orgs.scope import user_of
from volunteers.enums import ImportWork
from volunteers.models import RosterImport
from volunteers.queries import import_for_user_or_404
from volunteers.serializers.imports import RosterImportSerializer, RosterUploadSerializer, described
from volunteers.services.import_jobs import start_work, take_upload

KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="any text of at most 200 characters: the same upload sent again with it answers the first one's import",
)
_CONFLICTS = frozenset({"running", "state", "gone"})
_ANSWERS = {202: RosterImportSerializer, 403: ERROR, 404: ERROR, 409: ERROR}


class UploadThrottle(UserRateThrottle):
    """Each upload is read and checked, whatever becomes of it."""

    scope = "uploads"


class RosterImportsView(PrivateView):
    """Uploads of rosters."""

    guanai_action = Action.EDIT_ROSTER
    parser_classes = (MultiPartParser,)
    throttle_classes = (*PrivateView.throttle_classes, UploadThrottle)

    @extend_schema(
        request={"multipart/form-data": RosterUploadSerializer},
        parameters=[KEY],
        responses={**_ANSWERS, 400: ERROR, 429: ERROR},
    )
    def post(self, request: Request) -> Response:
        """Take in a file to be read and checked; nothing is written into the roster until it is committed."""
        user = user_of(request)
        upload = RosterUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        unit = unit_for_user_or_404(user, upload.validated_data["unit"])
        if unit.closed_on:
            raise serializers.ValidationError({"unit": ["这个单位已经撤并，请用接替它的单位。"]})
        content = upload.validated_data["file"].read()
        with refusing("file"):
            batch = once_by_key(
                _key(request),
                by=user,
                make=lambda: take_upload(content=content, unit=unit, by=user, wait=False),
            )
        # Where the file of the first has expired, it can be compared no more.
        kept = batch.content
        if batch.unit_id != unit.pk or (kept and base64.b85decode(kept) != content):
            raise ConflictError("这个 Idempotency-Key 已经用于另一个文件，请换一个。")
        return _accepted(batch)


def _key(request: Request) -> uuid.UUID | None:
    said = request.headers.get("Idempotency-Key", "")
    if len(said) > 200:
        raise serializers.ValidationError({"Idempotency-Key": ["最多 200 个字符。"]})
    return uuid.uuid5(uuid.NAMESPACE_URL, f"roster-imports:{said}") if said else None


def _accepted(batch: RosterImport) -> Response:
    where = {"Location": reverse("volunteers:api_roster_import", args=[batch.pk])}
    return Response(RosterImportSerializer(described(batch)).data, status=status.HTTP_202_ACCEPTED, headers=where)


class RosterImportView(PrivateView):
    """One import of one's own."""

    guanai_action = Action.EDIT_ROSTER

    @extend_schema(responses={200: RosterImportSerializer, 403: ERROR, 404: ERROR})
    def get(self, request: Request, pk: int) -> Response:
        """How far it is, what its columns mean, what committing would do or has done, and what is wrong."""
        return Response(RosterImportSerializer(described(import_for_user_or_404(user_of(request), pk))).data)


class RosterImportCommitView(PrivateView):
    """The good rows of an import."""

    guanai_action = Action.EDIT_ROSTER

    @extend_schema(request=None, responses=_ANSWERS)
    def post(self, request: Request, pk: int, **_: Any) -> Response:
        """Write what is new or changed, in one transaction; rows with errors are left out. Again, it does nothing."""
        return _start(request, pk, ImportWork.COMMIT)


class RosterImportUndoView(PrivateView):
    """A committed import, taken back."""

    guanai_action = Action.EDIT_ROSTER

    @extend_schema(request=None, responses=_ANSWERS)
    def post(self, request: Request, pk: int, **_: Any) -> Response:
        """Take it back as a whole, while nobody of it was changed or is needed elsewhere since."""
        return _start(request, pk, ImportWork.UNDO)


def _start(request: Request, pk: int, work: ImportWork) -> Response:
    user = user_of(request)
    batch = import_for_user_or_404(user, pk)
    with refusing("import", conflicts=_CONFLICTS):
        return _accepted(start_work(batch=batch, work=work, by=user))
