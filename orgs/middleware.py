from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from guanai.access import PUBLIC, SIGNED_IN, declared_action
from orgs.enums import Action
from orgs.scope import may


class DefaultDeny:
    """Let nobody into a view that does not say who may open it, nor anybody whose roles do not hold its action.

    Which rows somebody sees inside is narrowed by the view through `orgs.scope`; this is only the door.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        action = action_of(request, view)
        if action == PUBLIC:
            return None
        if action is None:
            raise PermissionDenied("this view declares no action")
        if not request.user.is_authenticated:
            # An API client gets its 401 from DRF's authentication, a person gets the sign-in page.
            return None if request.path.startswith("/api/") else redirect_to_login(request.get_full_path())
        if action != SIGNED_IN and not may(request.user, action):
            raise PermissionDenied(f"no role of this account holds {action}")
        return None


def action_of(request: HttpRequest, view: Callable[..., Any]) -> str | None:
    """The action a request needs: what its view declares; the admin's views are the admin's own."""
    match = request.resolver_match
    if match is not None and "admin" in match.app_names:
        return Action.USE_ADMIN
    return declared_action(view)
