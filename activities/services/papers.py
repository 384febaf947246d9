"""The yearly papers."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities.enums import PaperState
from activities.models import Paper
from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import require


def save_paper(
    *, by: User, unit: Unit, year: int, kind: str, text: str, file_it: bool, seen: datetime.datetime
) -> Paper:
    """Keep a unit's yearly paper as a draft, or file it today. A filed one stays filed when it is put right.

    Raises:
        PermissionDenied: no branch of this recorder.
        ChangedError: somebody else has written it since; nothing was written.
        ValidationError: an empty paper cannot be filed; the year is still to come; the unit was closed before the year.
    """
    require(by, Action.RECORD_ACTIVITIES, unit)
    if year > timezone.localdate().year:
        raise ValidationError(f"{year} 年还没有到。", code="future")
    if file_it and not text.strip():
        raise ValidationError({"text": "正文是空的，不能归档。"})
    with transaction.atomic():
        # The unique row of unit, year and kind is made once and then locked: two writers come one after the other.
        _, is_new = Paper.objects.get_or_create(unit=unit, year=year, kind=kind)
        paper = Paper.objects.select_for_update().get(unit=unit, year=year, kind=kind)
        if not is_new:
            check_seen(paper, seen)
        paper.updated_by = by
        if unit.closed_on and paper.state != PaperState.FILED and year > unit.closed_on.year:
            raise ValidationError(f"{unit.short_name}已撤销，{year} 年不用再写。", code="closed")
        paper.text = text.strip()
        if file_it and paper.state != PaperState.FILED:
            paper.state, paper.filed_on = PaperState.FILED, timezone.localdate()
        paper.save()
    return paper
