"""What an administrator did to somebody's sign-in, as its owner is told: nobody's account is taken over unseen."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from guanai.enums import Verb
from guanai.models import TrailEntry
from guanai.templatetags.page import day_time
from orgs.models import User
from orgs.signing_in import next_step

RESETS = {Verb.PASSWORD_RESET: "密码", Verb.FACTOR_RESET: "双因素验证"}
SHOWN = datetime.timedelta(days=180)
MOST = 5


def resets_of(account: User) -> QuerySet[TrailEntry]:
    """The resets of an account's password and second factor by others, newest first."""
    entries = TrailEntry.objects.filter(record=User._meta.label_lower, record_id=account.pk, verb__in=RESETS)
    return entries.select_related("actor")


def words_of_reset(entry: TrailEntry) -> str:
    """您的密码于 11 月 28 日 10:12 由谯海涛重置"""
    by = entry.actor.name if entry.actor else "系统"
    return f"您的{RESETS[Verb(entry.verb)]}于 {day_time(entry.at)} 由{by}重置"


def resets_part(account: User, user: User) -> dict[str, Any]:
    """For the page of one's own account."""
    since = timezone.now() - SHOWN
    return {"resets": [words_of_reset(entry) for entry in resets_of(user).filter(at__gte=since)[:MOST]]}


@receiver(user_logged_in, dispatch_uid="resets")
def _signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if next_step(user) is None:
        _tell(request, user)


def tell_of_resets(request: HttpRequest) -> None:
    """Once the last step of a sign-in is done: what others did to the account since the last time somebody came so
    far. Who only had the password and stopped before has swallowed nothing."""
    user = request.user
    if isinstance(user, User) and next_step(user) is None:
        _tell(request, user)


def _tell(request: HttpRequest, user: User) -> None:
    resets = resets_of(user).filter(at__gt=user.entered_at) if user.entered_at else resets_of(user)
    for entry in reversed(resets[:MOST]):
        text = f"{words_of_reset(entry)}。不是您请人办的，请马上告诉县关工委办公室。"
        messages.warning(request, text, fail_silently=True)
    User.objects.filter(pk=user.pk).update(entered_at=timezone.now())
