"""Pairings and visits."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from aid.enums import HelperKind
from aid.models import Child, Pairing, Visit
from aid.queries import volunteers_near
from aid.services.children import require_consent
from aid.validators import validate_not_before, validate_not_future
from orgs.models import User
from volunteers.models import Volunteer


def start_pairing(*, pairing: Pairing) -> Pairing:
    """Store an unsaved pairing of a child in care with a helper who stands on the roster, or with an open unit.

    Raises:
        ValidationError: no consent, care has ended, the helper is missing, gone or helps this child already.
    """
    validate_not_future(pairing.starts_on, "starts_on", "开始日期")
    with transaction.atomic():
        if pairing.volunteer_id:
            # The helper first, as hand-over and merging do: nobody who leaves, or goes into another row of the roster,
            # while this waits is given a child.
            helpers = Volunteer.objects.select_for_update(of=("self",), no_key=True)
            pairing.volunteer = helpers.get(pk=pairing.volunteer_id)
        _check_helper(pairing)
        # The child's row lock makes a second start for the same child wait, and care cannot end meanwhile.
        child = Child.objects.select_for_update().get(pk=pairing.child_id)
        if child.closed_on:
            raise ValidationError("帮扶已经结束，不能再结对。", code="closed")
        require_consent(child)
        validate_not_before(pairing.starts_on, child.registered_on, "starts_on", "开始日期", "登记日期")
        running = child.pairings.filter(ends_on=None)
        if pairing.volunteer_id and running.filter(volunteer_id=pairing.volunteer_id).exists():
            raise ValidationError({"volunteer": "这位帮扶人已经和这个孩子结对。"}, code="paired")
        if pairing.helper_unit_id and running.filter(helper_unit_id=pairing.helper_unit_id).exists():
            raise ValidationError({"helper_unit": "这个单位已经和这个孩子结对。"}, code="paired")
        pairing.child = child
        pairing.save()
    return pairing


def end_pairing(*, pairing: Pairing, ends_on: datetime.date, reason: str) -> Pairing:
    """End a running pairing with its reason."""
    validate_not_future(ends_on, "ends_on", "结束日期")
    validate_not_before(ends_on, pairing.starts_on, "ends_on", "结束日期", "开始日期")
    with transaction.atomic():
        pairing = Pairing.objects.select_for_update().get(pk=pairing.pk)
        if pairing.ends_on:
            raise ValidationError("这一结对已经结束。", code="ended")
        last = pairing.visits.order_by("-held_on").values_list("held_on", flat=True).first()
        if last is not None:
            validate_not_before(ends_on, last, "ends_on", "结束日期", "最近一次走访")
        pairing.ends_on, pairing.end_reason = ends_on, reason
        pairing.save(update_fields=["ends_on", "end_reason"])
    return pairing


def hand_over_pairing(
    *, pairing: int, heir: Volunteer | None, on: datetime.date, reason: str, by: User
) -> Pairing | None:
    """End the pairing of a helper who goes, and start one of the same child with `heir`, who goes on by its plan.

    What the predecessor noted on visits stays with the pairing that ended. Returns the new one, None without an heir.

    Raises:
        ValidationError: ended already, a last visit after the day, no consent, an heir from too far away or who helps
            this child already.
    """
    with transaction.atomic():
        # The helper, the child, the pairing, as in `start_pairing`; the helpers are locked by whoever hands over.
        old = Pairing.objects.select_related("child__unit").get(pk=pairing)
        child = Child.objects.select_for_update().get(pk=old.child_id)
        if heir is not None and not volunteers_near(by, child).filter(pk=heir.pk).exists():
            raise ValidationError("接替人要在孩子所在乡镇（部门）的名册上，请另选一人。", code="far")
        words = f"移交（{reason}）" if heir is not None else f"{reason}，暂无接替人"
        end_pairing(pairing=old, ends_on=on, reason=words)
        if heir is None:
            return None
        return start_pairing(pairing=Pairing(child=child, kind=old.kind, volunteer=heir, starts_on=on, plan=old.plan))


def record_visit(*, visit: Visit) -> Visit:
    """Store an unsaved visit within the time of its pairing.

    Raises:
        ValidationError: no consent, a day before the pairing, after it or ahead, a next day that is not later.
    """
    validate_not_future(visit.held_on, "held_on", "走访日期")
    if visit.next_on and visit.next_on <= visit.held_on:
        raise ValidationError({"next_on": "下次日期要在这次走访之后。"}, code="next_on")
    with transaction.atomic():
        # The lock keeps the pairing from being ended before this visit while the visit is stored.
        pairing = Pairing.objects.select_for_update().get(pk=visit.pairing_id)
        require_consent(pairing.child)
        validate_not_before(visit.held_on, pairing.starts_on, "held_on", "走访日期", "结对开始日期")
        if pairing.ends_on and visit.held_on > pairing.ends_on:
            raise ValidationError(
                {"held_on": f"结对已于 {pairing.ends_on:%Y-%m-%d} 结束，走访日期不能晚于这一天。"}, code="ended"
            )
        visit.pairing = pairing
        visit.save()
    return visit


def _check_helper(pairing: Pairing) -> None:
    if pairing.kind == HelperKind.UNIT:
        pairing.volunteer = None
        unit = pairing.helper_unit
        if unit is None:
            raise ValidationError({"helper_unit": "请选择帮扶单位。"}, code="no_helper")
        if unit.closed_on:
            raise ValidationError({"helper_unit": f"{unit.short_name}已撤销。"}, code="closed_unit")
        return
    pairing.helper_unit = None
    volunteer = pairing.volunteer
    if volunteer is None:
        raise ValidationError({"volunteer": "请选择帮扶人。"}, code="no_helper")
    if volunteer.left_on:
        raise ValidationError({"volunteer": "这位帮扶人已退出名册。"}, code="left")
