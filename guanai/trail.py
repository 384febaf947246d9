"""The trail of what is no change of a row (`note`), and what every request leaves in it.

`HistoryContext` says who changes rows, from where and at which address. `TrailMiddleware` notes every file that leaves
as a download and every refused access, whatever view it was: an export that somebody adds is noted as well.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pghistory
from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.db import DataError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pghistory.middleware import HistoryMiddleware

from guanai.enums import Verb
from guanai.limits import within_limit
from guanai.models import RowEvent, TrailEntry

# Somebody who tries numbers leaves enough with these; a script must not fill the disk.
DENIED_AGAIN_AFTER = 600
DENIED_PER_HOUR = 100
# What may be kept of an address: record numbers, codes, dates and choices. No text that somebody typed, and nothing
# that could be a telephone or identity number.
_HARMLESS = re.compile(r"[A-Za-z0-9_:-]{1,40}", re.ASCII)
_MANY_DIGITS = re.compile(r"\d{11}|\d{15}|\d{17}[\dXx]", re.ASCII)
_KEPT_PARAMETERS = 12
# How psycopg says that a text holds one, before anything is sent.
_ZERO_BYTE = "cannot contain NUL"


def note(
    verb: Verb,
    *,
    request: HttpRequest | None = None,
    actor: Model | None = None,
    record: Model | None = None,
    unit_id: int | None = None,
    **detail: Any,
) -> TrailEntry:
    """Write down that somebody did something: the signed-in user of the request unless `actor` names another. A
    service, which has no request, still notes the address of the one that it works for.

    `detail` is shown to the auditor and never holds personal data or a secret.
    """
    if actor is None and request is not None:
        user = getattr(request, "user", None)
        actor = user if user is not None and user.is_authenticated else None
    return TrailEntry.objects.create(
        verb=verb,
        actor_id=actor.pk if actor else None,
        record=record._meta.label_lower if record else "",
        record_id=record.pk if record else None,
        unit_id=unit_id if unit_id is not None else getattr(record, "unit_id", None),
        address=get_client_ip_address(request) if request is not None else address_in_force(),
        detail=detail,
    )


def address_in_force() -> str | None:
    """The address of the request in whose course this runs (`HistoryContext`); None in a command or task."""
    with pghistory.context() as current:
        address: str | None = current.metadata.get("address")
    return address


def history_of(record: Model) -> QuerySet[RowEvent]:
    """What happened to a record, newest first."""
    return RowEvent.objects.filter(record=record._meta.label_lower, record_id=record.pk)


class HistoryContext(HistoryMiddleware):
    """The context of row changes: user, path without query, and the address that a lock of sign-in would take too."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_context(request), "address": get_client_ip_address(request)}


class TrailMiddleware:
    """Notes downloads and refusals of signed-in people. Before the file leaves: without its note it does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or not request.user.is_authenticated:
            return response
        if response.headers.get("Content-Disposition", "").startswith("attachment") and response.status_code == 200:
            verb = Verb.EXPORTED if (match.url_name or "").endswith("export") else Verb.DOWNLOADED
            note(verb, request=request, **_place(request), file=getattr(response, "filename", ""))
            return response
        # The cheapest place: whether the record exists is not asked again, the attempt is what counts.
        names_a_record = bool(match.kwargs) or "unit" in request.GET
        is_refusal = response.status_code == 403 or (response.status_code == 404 and names_a_record)
        if is_refusal and _is_worth_noting(request):
            note(Verb.DENIED, request=request, **_place(request), status=response.status_code)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A zero byte that came as far as the database was sent by no form of ours: refused, and noted as such.

        Forms turn it away themselves and a draft leaves it out; this is for whatever reads parameters without a form.
        """
        if not isinstance(exception, DataError) or _ZERO_BYTE not in str(exception):
            return
        if request.user.is_authenticated and _is_worth_noting(request):
            note(Verb.DENIED, request=request, **_place(request), status=400)
        raise BadRequest("a zero byte in a parameter") from exception


def _place(request: HttpRequest) -> dict[str, Any]:
    """The address as route, its numbers, and the harmless part of the filter in force."""
    match = request.resolver_match
    place: dict[str, Any] = {"route": match.route if match else "", "method": request.method}
    numbers = {name: str(value) for name, value in (match.kwargs if match else {}).items() if _is_harmless(value)}
    filters = {name: value for name, value in request.GET.items() if value and name != "page"}
    kept = {name: value if _is_harmless(value) else "…" for name, value in list(filters.items())[:_KEPT_PARAMETERS]}
    kept = {name: value for name, value in kept.items() if _is_harmless(name)}
    return place | ({"numbers": numbers} if numbers else {}) | ({"filter": kept} if kept else {})


def _is_harmless(value: object) -> bool:
    text = str(value)
    return bool(_HARMLESS.fullmatch(text)) and not _MANY_DIGITS.fullmatch(text)


def _is_worth_noting(request: HttpRequest) -> bool:
    """Once in ten minutes for each address, and a hundred times an hour for each user."""
    who = request.user.pk
    asked = f"{request.path[:120]}:{request.GET.get('unit', '')[:24]}"
    if not cache.add(f"denied:{who}:{quote(asked)}", 1, DENIED_AGAIN_AFTER):
        return False
    return within_limit("denied", request.user, most=DENIED_PER_HOUR, seconds=3600)
