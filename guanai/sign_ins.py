"""Sign-ins, failed ones, locks and sign-outs in the trail, by the signals of Django and axes."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from guanai.enums import Verb
from guanai.models import TrailEntry
from guanai.trail import note


@receiver(user_logged_in, dispatch_uid="trail")
def _signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    note(Verb.SIGN_IN, request=request, actor=user)


@receiver(user_logged_out, dispatch_uid="trail")
def _signed_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        note(Verb.SIGN_OUT, request=request, actor=user)


@receiver(user_login_failed, dispatch_uid="trail")
def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    _note_name(Verb.SIGN_IN_FAILED, request, credentials.get(get_user_model().USERNAME_FIELD))


@receiver(user_locked_out, dispatch_uid="trail")
def _locked_out(request: HttpRequest, username: str, **kwargs: Any) -> None:
    _note_name(Verb.LOCKED_OUT, request, username)


def _note_name(verb: Verb, request: HttpRequest | None, name: Any) -> TrailEntry:
    """The account of that name as the object, since nobody knows who tried it.

    Where there is none only the address: what was typed may be a password.
    """
    account = get_user_model()._default_manager.filter(username=str(name)).first() if name else None
    return note(verb, request=request, record=account)
