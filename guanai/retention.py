"""How long the trail is kept: six months at the least, longer by GUANAI_TRAIL_MONTHS; the ledger is kept for ever.

What is older is deleted whole seal by whole seal, by the owner of the tables, in `manage.py expire_trail` alone. The
seals stay, and a signed statement says up to which of them the rows went, so that the chain can still be checked and a
row that disappeared otherwise is still found.
"""

import calendar
import datetime

import pgtrigger
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from guanai.database_role import as_owner
from guanai.enums import Verb
from guanai.models import AuditSeal, Sealed, SealRetirement, TrailEntry
from guanai.seals import digest_of_retirement, streams

# 网络安全法 21 (3): logs are kept for no less than six months.
SHORTEST = 6


def months_before(at: datetime.datetime, months: int) -> datetime.datetime:
    """The same day and time so many months earlier; the month's last day where it has no such day."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def expire_trail(*, now: datetime.datetime | None = None) -> list[SealRetirement]:
    """Delete the rows of the trail whose seals are older than the time of keeping; what was deleted, by stream.

    Raises ImproperlyConfigured where less than six months are to be kept.
    """
    if settings.TRAIL_MONTHS < SHORTEST:
        raise ImproperlyConfigured(f"the trail is kept for at least {SHORTEST} months, not {settings.TRAIL_MONTHS}.")
    now = now or timezone.now()
    before = months_before(now, settings.TRAIL_MONTHS)
    made = []
    with as_owner():
        for name, model in streams().items():
            if model.expires and (retirement := _retire(name, model, before, now)):
                made.append(retirement)
    return made


def _retire(name: str, model: type[Sealed], before: datetime.datetime, now: datetime.datetime) -> SealRetirement | None:
    with transaction.atomic():
        done = SealRetirement.objects.filter(stream=name).order_by("through").last()
        seals = AuditSeal.objects.filter(stream=name, number__gt=done.through if done else 0, made_at__lt=before)
        seal = seals.order_by("number").last()
        if seal is None:
            return None
        with pgtrigger.ignore(f"{model._meta.label}:append_only"):
            rows, _ = model._default_manager.filter(xact__lt=seal.ends).delete()
        retirement = SealRetirement(
            stream=name, through=seal.number, rows=rows, made_at=now, key=settings.AUDIT_KEY_CURRENT
        )
        retirement.digest = digest_of_retirement(retirement, seal)
        retirement.save(force_insert=True)
        TrailEntry.objects.create(verb=Verb.EXPIRED, detail={"stream": name, "through": seal.number, "rows": rows})
    return retirement
