"""The health check that a load balancer or `docker compose` asks: database and cache, no more."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from health_check.views import HealthCheckView

from guanai.access import public


class HealthView(HealthCheckView):
    """Answers JSON with 200, or 500 when a check fails. It names the checks and nothing of the machine."""

    checks = ("health_check.checks.Database", "health_check.checks.Cache")

    async def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        with self.get_executor() as executor:
            results = [await check.get_result(executor) for check in self.get_checks()]
        outcome = {type(result.check).__name__.lower(): "failed" if result.error else "ok" for result in results}
        return JsonResponse(outcome, status=500 if "failed" in outcome.values() else 200)


health = public(HealthView.as_view())
