"""Children: registration with the guardian's consent, changes, certifications, the end of care."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aid.models import Certification, Child, Consent
from aid.numbers import child_number
from aid.validators import validate_not_before, validate_not_future, validate_person
from guanai import identity
from guanai.edits import check_seen
from guanai.fields import found_by
from guanai.numbers import next_number
from orgs.models import User

# Neither number nor unit of the other record: it may lie outside the branch of who asks.
KNOWN = "这个身份证号已经登记过，请联系县关工委办公室核对。"


def register_child(*, child: Child, consent: Consent | None) -> Child:
    """Give an unsaved child its number and store it together with the guardian's consent (个人信息保护法 31).

    Raises:
        ValidationError: no consent, a consent after the registration, a wrong or known identity number, a closed unit.
    """
    if consent is None:
        raise ValidationError("没有监护人同意，不能登记。", code="no_consent")
    validate_not_future(child.registered_on, "registered_on", "登记日期")
    if consent.signed_on > child.registered_on:
        raise ValidationError({"signed_on": "先取得监护人同意再登记，签署日期不能晚于登记日期。"}, code="consent_late")
    if child.unit.closed_on:
        raise ValidationError({"unit": f"{child.unit.short_name}已撤销，请选承接单位。"}, code="closed_unit")
    with transaction.atomic():
        _check_and_derive(child)
        unit, year = child.unit, child.registered_on.year
        child.number = child_number(unit.code, year, next_number(kind="child", scope=unit.code, year=year))
        _save(child)
        consent.child = child
        consent.save()
    return child


def update_child(
    *, child: Child, by: User | None = None, seen: datetime.datetime | None = None, **values: Any
) -> Child:
    """Change the fields that are given and leave the rest. The number stays, also when the unit changes.

    `seen` is the version that the writer of a form had before them; a command that changes one field has none.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        ValidationError: as `register_child`.
    """
    if values.get("id_number"):
        # A corrected number brings its own birth date and sex; what is said beside it must agree.
        values = {"birth_date": None, "sex": "", **values}
    with transaction.atomic():
        # Two people at one record wait for each other, so that neither writes back what the other replaced.
        current = Child.objects.select_for_update().get(pk=child.pk)
        if seen is not None:
            check_seen(current, seen)
        current.updated_by = by
        for name, value in values.items():
            setattr(current, name, value)
        _check_and_derive(current)
        _save(current)
    return current


def record_consent(*, child: Child, consent: Consent) -> Consent:
    """Store a consent as the next version."""
    validate_not_future(consent.signed_on, "signed_on", "签署日期")
    with transaction.atomic():
        # The child's row lock keeps two versions of the same number apart.
        child = Child.objects.select_for_update().only("pk").get(pk=child.pk)
        latest = child.consents.order_by("-version").first()
        consent.child, consent.version = child, latest.version + 1 if latest else 1
        consent.save()
    return consent


def withdraw_consent(*, consent: Consent, withdrawn_on: datetime.date) -> Consent:
    """Record that the guardian took the consent back. From then on nothing new is recorded about the child."""
    validate_not_future(withdrawn_on, "withdrawn_on", "撤回日期")
    validate_not_before(withdrawn_on, consent.signed_on, "withdrawn_on", "撤回日期", "签署日期")
    with transaction.atomic():
        consent = Consent.objects.select_for_update().get(pk=consent.pk)
        if consent.withdrawn_on:
            raise ValidationError("这份同意已经撤回。", code="withdrawn")
        consent.withdrawn_on = withdrawn_on
        consent.save(update_fields=["withdrawn_on"])
    return consent


def require_consent(child: Child) -> None:
    """Raises: ValidationError where no consent of the guardian is in force."""
    if not child.consents.filter(withdrawn_on=None).exists():
        raise ValidationError("没有有效的监护人同意，请先补签。", code="no_consent")


def record_certification(*, certification: Certification) -> Certification:
    """Store who certified a child as what; the committee itself never certifies."""
    validate_not_future(certification.certified_on, "certified_on", "认定日期")
    known = Certification.objects.filter(child_id=certification.child_id, category=certification.category)
    if known.exists():
        raise ValidationError({"category": "这一类别已经记过。"}, code="certified")
    certification.save()
    return certification


def end_care(*, child: Child, closed_on: datetime.date, reason: str) -> Child:
    """End the help for a child, and with it the pairings that still run."""
    validate_not_future(closed_on, "closed_on", "结束日期")
    validate_not_before(closed_on, child.registered_on, "closed_on", "结束日期", "登记日期")
    with transaction.atomic():
        child = Child.objects.select_for_update().get(pk=child.pk)
        if child.closed_on:
            raise ValidationError("帮扶已经结束。", code="closed")
        running = child.pairings.filter(ends_on=None)
        if running.filter(starts_on__gt=closed_on).exists():
            raise ValidationError({"closed_on": "这一天之后还有新的结对，请核对日期。"}, code="later_pairing")
        running.update(ends_on=closed_on, end_reason=reason)
        child.closed_on, child.close_reason = closed_on, reason
        child.save(update_fields=["closed_on", "close_reason"])
    return child


def _check_and_derive(child: Child) -> None:
    child.id_number = identity.normalise_id(child.id_number)
    validate_person(
        id_number=child.id_number, no_id_reason=child.no_id_reason, birth_date=child.birth_date, sex=child.sex
    )
    if child.id_number:
        child.no_id_reason = ""
        child.birth_date = identity.birth_date_of(child.id_number)
        child.sex = identity.sex_of(child.id_number)
    if child.guardian_phone:
        try:
            identity.validate_phone(child.guardian_phone)
        except ValidationError as error:
            raise ValidationError({"guardian_phone": error.messages}) from error
    child.derive()
    others = Child.objects.exclude(pk=child.pk)
    if child.id_number and others.filter(found_by(Child, "id_number", child.id_number)).exists():
        raise ValidationError({"id_number": KNOWN}, code="known")


def _save(child: Child) -> None:
    """Store it; two who register the same number at the same moment are told apart by the constraint."""
    try:
        with transaction.atomic():
            child.save()
    except IntegrityError as error:
        if "child_id_once" in str(error):
            raise ValidationError({"id_number": KNOWN}, code="known") from error
        raise
