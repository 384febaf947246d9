"""What every endpoint under /api/v1/ shares: pages, throttles, and one shape of an error.

A view names its action as the pages do (`guanai_action`), narrows its rows by the same queries, and writes through the
same services, whose refusals `refusing` turns into answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError as Refusal
from django.http import HttpRequest, JsonResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

PREFIX = "/api/"
# What is said where a page would be drawn; words for people, the status for programs.
WORDS = {
    400: "请求的格式不对。",
    403: "您的角色不能做这件事。",
    404: "没有这个地址或记录，或者不在您的范围内。",
    500: "系统出了错，已经记下。",
}


class PrivateView(APIView):
    """The base of every endpoint: what it answers stays in no cache."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Cache-Control"] = "private, no-store"
        return finished


class Pages(PageNumberPagination):
    """50 rows a page, at most 200 by `page_size`."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class KnownFilters(DjangoFilterBackend):  # type: ignore[misc]  # the library is untyped
    """Filters by what an endpoint offers, and refuses what it does not: a misspelt condition would otherwise answer
    everybody, and stand in the addresses of the next pages."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        filters = self.get_filterset_class(view, queryset)
        known = {Pages.page_query_param, Pages.page_size_query_param, *(filters.base_filters if filters else ())}
        if unknown := sorted(set(request.query_params) - known):
            raise ValidationError({name: ["没有这个条件。"] for name in unknown})
        return super().filter_queryset(request, queryset, view)


ERROR = inline_serializer(
    "Error",
    {
        "detail": serializers.CharField(help_text="what is wrong, in Chinese"),
        "fields": serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()), help_text="the same by parameter; often empty"
        ),
    },
)


class ConflictError(APIException):
    """What is asked for does not fit what there is now: 409."""

    status_code = 409
    default_code = "conflict"


@contextmanager
def refusing(field: str, *, conflicts: frozenset[str] = frozenset()) -> Iterator[None]:
    """A service's refusal as an answer: 409 for the codes of `conflicts`, otherwise 400 at `field` where the refusal
    names none of its own."""
    try:
        yield
    except Refusal as refusal:
        by_field = hasattr(refusal, "error_dict")
        if not by_field and conflicts.intersection(str(error.code) for error in refusal.error_list):
            raise ConflictError(" ".join(refusal.messages)) from refusal
        raise ValidationError(refusal.message_dict if by_field else {field: refusal.messages}) from refusal


def error_body(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler with one body for every error: {"detail": …, "fields": {parameter: [reasons]}}."""
    response = exception_handler(exception, context)
    if response is None:
        return None
    fields: dict[str, list[str]] = {}
    if isinstance(exception, ValidationError) and isinstance(response.data, dict):
        fields = {name: [str(reason) for reason in reasons] for name, reasons in response.data.items()}
        detail = "；".join(reason for reasons in fields.values() for reason in reasons)
    else:
        said = response.data.get("detail") if isinstance(response.data, dict) else None
        detail = WORDS.get(response.status_code) or str(said or "")
    response.data = {"detail": detail, "fields": fields}
    return response


def error_answer(request: HttpRequest, status: int) -> JsonResponse | None:
    """The answer to an API client where Django itself refuses; None for a page."""
    if not request.path.startswith(PREFIX):
        return None
    return JsonResponse({"detail": WORDS[status], "fields": {}}, status=status)
