"""The second factor in tests: an app that computes codes, and sessions that have passed.

`client.force_login(user)` means "signed in for good". Django's test client announces it by the same signal as a real
sign-in; the receiver below (connected in the conftest of all tests) answers it, for who needs a second factor, with a
confirmed one and a session that has passed it. A sign-in through the page is not touched: it asks for the code.
"""

import base64
import time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP

from orgs.enums import SECOND_FACTOR_ROLES
from orgs.models import Membership, SecondFactor, User
from orgs.services import new_secret


def give_second_factor(user: User) -> SecondFactor:
    """A confirmed authenticator app; `factor.secret` is its key."""
    factor: SecondFactor
    factor, _ = SecondFactor.objects.get_or_create(user=user, defaults={"name": "TOTP", "secret": new_secret()})
    user.has_second_factor = True
    User.objects.filter(pk=user.pk).update(has_second_factor=True)
    return factor


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 seconds later."""
    totp = TOTP(base64.b32decode(secret))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def pass_when_forced(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`: the request of `force_login` is the one that came by no method."""
    if request.method is not None:
        return
    roles = Membership.objects.running(timezone.localdate()).filter(user=user, role__in=SECOND_FACTOR_ROLES)
    if user.has_second_factor or roles.exists():
        request.session[DEVICE_ID_SESSION_KEY] = give_second_factor(user).persistent_id
