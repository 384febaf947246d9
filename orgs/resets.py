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
def _tell(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """At a sign-in: what happened since the one before. The sign-in itself is in the trail already (guanai.sign_ins,
    connected first), so that the one before is the second."""
    sign_ins = TrailEntry.objects.filter(actor=user, verb=Verb.SIGN_IN).order_by("-at", "-pk")
    before = sign_ins.values_list("at", flat=True)[1:2].first()
    resets = resets_of(user).filter(at__gt=before) if before else resets_of(user)
    for entry in reversed(resets[:MOST]):
        text = f"{words_of_reset(entry)}。不是您请人办的，请马上告诉县关工委办公室。"
        messages.warning(request, text, fail_silently=True)
