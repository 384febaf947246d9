"""`Authorization: Bearer …`: who a program stands for, and the door that a session meets in `orgs.middleware`."""

import datetime

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from guanai.access import PUBLIC, SIGNED_IN
from orgs.enums import TokenScope
from orgs.models import ApiToken, User
from orgs.scope import grants_of, may
from orgs.services.tokens import token_digest
from orgs.signing_in import needs_second_factor

# 上次使用 is written once in this time at most.
GRACE = datetime.timedelta(minutes=10)
# One message for whatever is wrong with a token: it does not tell whether there was one.
REFUSED = "令牌无效或已过期。"


class BearerAuthentication(BaseAuthentication):
    """Signs a request in by a token. It opens what its owner's roles open, to read only unless it may write.

    401: unknown, expired or revoked; its owner is closed, has no role, has a password to change, or has a role that
    needs a second factor which the token was made without. 403: it may only read, or no role holds the view's action.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        token = _token_of(words[1:])
        if token is None or not _owner_works(token.user, token):
            _slow_down(request)
            raise AuthenticationFailed(REFUSED)
        _check_may(request, token)
        _note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _token_of(words: list[bytes]) -> ApiToken | None:
    if len(words) != 1 or not words[0].isascii():
        return None
    token = ApiToken.objects.select_related("user").filter(digest=token_digest(words[0].decode())).first()
    return token if token is not None and token.works_at(timezone.now()) else None


def _owner_works(user: User, token: ApiToken) -> bool:
    if not user.is_active or user.must_change_password or not grants_of(user):
        return False
    return token.is_verified or not needs_second_factor(user)


class RefusedTokens(SimpleRateThrottle):
    """By address alone: who asks is not known yet, and asking for it would begin this sign-in anew."""

    scope = "anon"

    def get_cache_key(self, request: Request, view: object) -> str:
        return f"refused-token-{self.get_ident(request)}"


def _slow_down(request: Request) -> None:
    """Who tries tokens is slowed down by address; the throttles of a view are asked only after the sign-in."""
    throttle = RefusedTokens()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]  # the view is not looked at
        raise Throttled(throttle.wait())


def _check_may(request: Request, token: ApiToken) -> None:
    if token.scope == TokenScope.READ and request.method not in SAFE_METHODS:
        raise PermissionDenied("这个令牌只能读。")
    action = getattr(request.parser_context.get("view"), "guanai_action", None)
    if action not in (PUBLIC, SIGNED_IN) and (action is None or not may(token.user, action)):
        raise PermissionDenied("令牌所属账号没有这项职责。")


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.used_at is None or now - token.used_at > GRACE:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names this way of signing in."""

    target_class = "orgs.api_tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
