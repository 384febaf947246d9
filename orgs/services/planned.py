"""Changes whose day lies ahead: carried out when it has come, or cancelled before."""

import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.enums import ChangeState
from orgs.models import Restructuring, User
from orgs.services.orders import Order, check_change, check_order, locked, refusal
from orgs.services.restructuring import carry_out, change_of, first_words
from orgs.tree import lock_county

log = structlog.get_logger(__name__)


def due_changes(today: datetime.date | None = None) -> list[int]:
    """The planned changes whose day has come, in the order of their days."""
    due = Restructuring.objects.filter(state=ChangeState.PLANNED, effective_on__lte=today or timezone.localdate())
    return list(due.order_by("effective_on", "pk").values_list("pk", flat=True))


def apply_planned(*, pk: int, today: datetime.date | None = None) -> Restructuring:
    """Carry out a planned change whose day has come; one that is not due, or not planned any more, stays as it is.

    What can no longer be done stays with its reason, and nothing of it is done.
    """
    today = today or timezone.localdate()
    with transaction.atomic():
        # The lock comes first, as in every change; then the row says whether somebody else has been here.
        lock_county(Restructuring.objects.select_related("anchor").get(pk=pk).anchor)
        row = Restructuring.objects.select_for_update(of=("self",)).select_related("anchor", "by").get(pk=pk)
        if row.state != ChangeState.PLANNED or row.effective_on > today:
            return row
        try:
            with transaction.atomic():
                _apply(row, today)
        except ValidationError as refused:
            row.state, row.problem = ChangeState.STUCK, first_words(refused)[:300]
            row.save(update_fields=["state", "problem"])
            log.warning("planned_change_stuck", restructuring=row.pk)
    return row


def _apply(row: Restructuring, today: datetime.date) -> None:
    order = Order(effective_on=row.effective_on, document=row.document, by=row.by)
    change = locked(change_of(row))
    check_order(order, change.units[0], today)
    check_change(change)
    # The named units are written anew, with their placements.
    row.parts.all().delete()
    carry_out(row, change, order, today)
    row.state, row.applied_at = ChangeState.DONE, timezone.now()
    row.save(update_fields=["state", "applied_at"])


def cancel_planned(*, restructuring: Restructuring, reason: str, by: User | None) -> Restructuring:
    """Give up a change that has not taken effect.

    Raises:
        ValidationError: it has, or it is cancelled already; no reason.
    """
    if not reason.strip():
        raise refusal("reason", "请填写为什么取消。", "no_reason")
    with transaction.atomic():
        lock_county(restructuring.anchor)
        row = Restructuring.objects.select_for_update(of=("self",)).select_related("anchor").get(pk=restructuring.pk)
        if not row.is_open:
            raise ValidationError(f"这项调整{row.get_state_display()}，不能取消。", code="state")
        row.state, row.reason = ChangeState.CANCELLED, reason.strip()[:200]
        row.cancelled_by, row.cancelled_at = by, timezone.now()
        row.save(update_fields=["state", "reason", "cancelled_by", "cancelled_at"])
    return row
