"""Tokens of the API: made by a person for a program, in a signed-in session alone."""

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from orgs.models import ApiToken, User
from orgs.signing_in import is_verified, next_step

PREFIX = "gat_"
TOKEN_BYTES = 32
HINT_LENGTH = 8
LONGEST = datetime.timedelta(days=366)
MOST_TOKENS = 10


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token in clear, to be shown once."""

    token: ApiToken
    text: str


def token_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def issue_token(*, user: User, name: str, scope: str, expires_on: datetime.date) -> IssuedToken:
    """Make a token that works to the end of a day. `user` is that of the request, whose session is looked at.

    Raises:
        PermissionDenied: the sign-in is not finished.
        ValidationError: a day that is past or more than a year ahead; too many tokens.
    """
    if next_step(user) is not None:
        raise PermissionDenied("tokens are made in a session that is signed in for good")
    today = timezone.localdate()
    if expires_on < today:
        raise ValidationError({"expires_on": "到期日期已经过去。"}, code="expired")
    if expires_on > today + LONGEST:
        raise ValidationError({"expires_on": "有效期最长一年，请选近一些的日期。"}, code="too_long")
    end = timezone.make_aware(datetime.datetime.combine(expires_on, datetime.time.max))
    if ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST_TOKENS:
        raise ValidationError(f"最多同时有 {MOST_TOKENS} 个令牌，请先吊销不用的。", code="too_many")
    text = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = ApiToken.objects.create(
        user_id=user.pk,
        name=name.strip(),
        hint=text[:HINT_LENGTH],
        digest=token_digest(text),
        scope=scope,
        is_verified=is_verified(user),
        expires_at=end,
    )
    return IssuedToken(token, text)


def revoke_token(*, token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def revoke_all_tokens(*, user: User) -> int:
    """End every token of an account: it got another password, its second factor was reset, or it was closed."""
    return ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def revoke_verified_tokens(*, user: User) -> int:
    """End the tokens that were made behind a second factor: it is no more."""
    return ApiToken.objects.filter(user=user, is_verified=True, revoked_at=None).update(revoked_at=timezone.now())
