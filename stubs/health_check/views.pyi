from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import View
from health_check.base import HealthCheck

class HealthCheckView(View):
    checks: Iterable[type[HealthCheck] | str | tuple[type[HealthCheck] | str, dict[str, Any]]]
    def get_checks(self) -> Iterator[HealthCheck]: ...
    def get_executor(self) -> AbstractContextManager[Executor | None]: ...
    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...
