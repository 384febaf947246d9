from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from guanai.access import PUBLIC, SIGNED_IN, declared_action
from guanai.addresses import page_wanted
from guanai.menu import forget_counts
from orgs.enums import Action
from orgs.models import User
from orgs.scope import may
from orgs.signing_in import next_step

NOT_KEPT = "登录已过期，刚才提交的内容没有收到。登录后回到那一页；活动的草稿已存，别的请重填。"


class DefaultDeny:
    """Let nobody into a view that does not say who may open it, nor anybody whose roles do not hold its action, nor
    anybody whose sign-in is not finished (second factor, first change of the password).

    Which rows somebody sees inside is narrowed by the view through `orgs.scope`; this is only the door.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(request.user, User) and "Cache-Control" not in response:
            # After signing out, Back must not show the next person what this one read.
            response["Cache-Control"] = "private, no-store"
        if request.method not in ("GET", "HEAD") and isinstance(request.user, User):
            forget_counts(request.user)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        action = action_of(request, view)
        if action == PUBLIC:
            return None
        if action is None:
            raise PermissionDenied("this view declares no action")
        for_program = request.path.startswith("/api/")
        if not isinstance(request.user, User):
            # An API client gets its 401 from DRF's authentication, a person gets the sign-in page.
            return None if for_program else ask_to_sign_in(request)
        step = next_step(request.user)
        if step is not None and (request.resolver_match is None or request.resolver_match.view_name != step):
            if for_program:
                return JsonResponse({"detail": "登录还没有完成。", "fields": {}}, status=403)
            return redirect_to_login(page_wanted(request), login_url=step)
        if action != SIGNED_IN and not may(request.user, action):
            raise PermissionDenied(f"no role of this account holds {action}")
        return None


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, and afterwards the page that was wanted. What was sent meanwhile is lost, and is said to be."""
    if request.method not in ("GET", "HEAD"):
        messages.warning(request, NOT_KEPT)
    return redirect_to_login(page_wanted(request))


def action_of(request: HttpRequest, view: Callable[..., Any]) -> str | None:
    """The action a request needs: what its view declares; the admin's views are the admin's own."""
    match = request.resolver_match
    if match is not None and "admin" in match.app_names:
        return Action.USE_ADMIN
    return declared_action(view)
