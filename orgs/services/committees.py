"""The facts of a committee: whether a place should have one, its founding by document, its means of each year."""

import datetime
from collections.abc import Collection
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from guanai.attachments import store_attachment
from guanai.dependents import unit_records
from guanai.edits import check_seen
from guanai.enums import Verb
from guanai.trail import note
from orgs.enums import Action, WithdrawalReason
from orgs.models import Unit, UnitYear, User
from orgs.scope import allows, covering
from orgs.services.units import NETWORK_BEGAN
from orgs.tree import lock_county


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a place needs for a committee; all three together mean that it should have one."""

    has_party_organisation: bool = True
    has_veterans: bool = True
    has_young_people: bool = True


CONDITIONS = tuple(Conditions.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Founding:
    """The document by which a Party organisation founded the committee. Without a scan the one before stays."""

    established_on: datetime.date
    document: str
    issued_by: str = ""
    scan: "UploadedFile | None" = None  # type: ignore[type-arg]


FOUNDING = ("committee_established_on", "committee_document", "committee_issued_by", "committee_scan")
VERSION = ("updated_by", "updated_at")


def record_committee(
    *,
    unit: Unit,
    by: User | None,
    conditions: Conditions | None = None,
    founding: Founding | None = None,
    seen: datetime.datetime | None = None,
) -> Unit:
    """Record whether a place should have a committee, and by which document it was founded, or put both right.

    What is None stays as it is; `withdraw_committee` takes a founding back.

    Raises:
        PermissionDenied: `by` records no network facts there.
        ChangedError: somebody else has changed it since `seen`; nothing was written.
        ValidationError: by field: no document, a day to come, before the network began, or a closed unit.
    """
    _check_recorder(by, unit)
    if founding is not None:
        _check_founding(founding)
    with transaction.atomic():
        unit = lock_county(unit)
        if seen is not None:
            check_seen(unit, seen)
        if conditions is not None:
            for name, value in asdict(conditions).items():
                setattr(unit, name, value)
        if founding is not None:
            _write_founding(unit, founding, by)
        unit.updated_by = by
        unit.save(update_fields=[*CONDITIONS, *FOUNDING, *VERSION])
    return unit


def _check_founding(founding: Founding) -> None:
    if not founding.document.strip():
        raise ValidationError({"document": "请填写成立文号。"}, code="document")
    if founding.established_on > timezone.localdate():
        raise ValidationError({"established_on": "成立日期不能晚于今天。"}, code="future")
    if founding.established_on < NETWORK_BEGAN:
        raise ValidationError({"established_on": "成立日期不能早于 1990-02-25，那时还没有关工委。"}, code="past")


def _write_founding(unit: Unit, founding: Founding, by: User | None) -> None:
    if unit.closed_on:
        raise ValidationError(f"{unit.short_name}已撤销，不能再成立关工委。", code="closed")
    unit.committee_established_on = founding.established_on
    unit.committee_document = founding.document.strip()
    unit.committee_issued_by = founding.issued_by.strip()
    if founding.scan is not None:
        unit.committee_scan = store_attachment(file=founding.scan, by=by, label=f"{unit.short_name}关工委成立文件")


def committee_records(unit: Unit) -> dict[str, str]:
    """What only a committee has and this one has or had: {label: "3 人"}, in the order of the unit's page."""
    counted = {kind: kind.ever_at(unit) for kind in unit_records() if kind.of_committee}
    return {kind.label: f"{count} {kind.measure}" for kind, count in counted.items() if count}


def withdraw_committee(*, unit: Unit, by: User | None, reason: str, seen: datetime.datetime | None = None) -> Unit:
    """Take back a founding that was recorded by mistake; `reason` is one of `WithdrawalReason`, kept in the trail.

    The scan stays in the store, named by no unit. A committee that ended is no mistake: its unit is closed, or stays.

    Raises:
        PermissionDenied: `by` records no network facts there.
        ChangedError: somebody else has changed it since `seen`; nothing was written.
        ValidationError: no committee there, no such reason, or records that only a committee has.
    """
    _check_recorder(by, unit)
    if reason not in WithdrawalReason.values:
        raise ValidationError({"reason": "请选择撤下的原因。"}, code="reason")
    with transaction.atomic():
        unit = lock_county(unit)
        if seen is not None:
            check_seen(unit, seen)
        if not unit.has_committee:
            raise ValidationError(f"{unit.short_name}没有登记关工委。", code="no_committee")
        hanging = committee_records(unit)
        if hanging:
            words = "、".join(f"{label} {count}" for label, count in hanging.items())
            raise ValidationError(f"{unit.committee_name}已有{words}，不是登错，不能撤下。", code="hanging")
        unit.committee_established_on = None
        unit.committee_document = unit.committee_issued_by = ""
        unit.committee_scan = None
        unit.updated_by = by
        unit.save(update_fields=[*FOUNDING, *VERSION])
        note(Verb.WITHDRAWN, actor=by, record=unit, unit_id=unit.pk, reason=WithdrawalReason(reason).label)
    return unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """保障 of one committee in one year; money in yuan, `staff` in persons, `periodicals` in copies."""

    has_office: bool = False
    has_activity_room: bool = False
    has_name_plate: bool = False
    has_rules_on_wall: bool = False
    equipment: str = ""
    staff: int = 0
    budget: Decimal = Decimal(0)
    allowance: Decimal = Decimal(0)
    allowance_paid: bool = False
    periodicals: int = 0


MEANS = tuple(Means.__dataclass_fields__)


def carried_means(unit: Unit, year: int) -> Means | None:
    """The values of the year before, which a new year begins with; None where there are none."""
    before = UnitYear.objects.filter(unit=unit, year=year - 1).first()
    return means_of(before) if before else None


def means_of(row: UnitYear) -> Means:
    return Means(**{name: getattr(row, name) for name in MEANS})


def confirm_means(*, unit: Unit, year: int, means: Means, by: User, seen: datetime.datetime | None = None) -> UnitYear:
    """Write what a committee has in one year and confirm it today.

    `seen` is the version that the writer of a form had before them, NEVER where there was none yet; None compares
    nothing. 五好 is not among the values: it is certified from above.

    Raises:
        PermissionDenied: no branch of this recorder.
        ChangedError: somebody else has written it since; nothing was written.
        ValidationError: no committee there, a closed unit, a year before the committee or still to come.
    """
    _check_recorder(by, unit)
    if unit.closed_on:
        raise ValidationError(f"{unit.short_name}已于 {unit.closed_on} 撤销，不再填报保障。", code="closed")
    founded = unit.committee_established_on
    if founded is None:
        raise ValidationError(f"{unit.short_name}还没有成立关工委，先登记成立文件。", code="no_committee")
    if not founded.year <= year <= timezone.localdate().year:
        raise ValidationError(f"{unit.short_name}关工委在 {year} 年没有年度保障可填。", code="year")
    with transaction.atomic():
        # The unique row of unit and year is made once and then locked: two writers come one after the other.
        _, is_new = UnitYear.objects.get_or_create(unit=unit, year=year)
        row = UnitYear.objects.select_for_update().get(unit=unit, year=year)
        if not is_new and seen is not None:
            check_seen(row, seen)
        for name, value in asdict(means).items():
            setattr(row, name, value)
        row.confirmed_on = timezone.localdate()
        row.updated_by = by
        row.save()
    return row


def confirm_as_before(*, units: Collection[Unit], year: int, by: User) -> int:
    """Confirm for several committees at once that the year is like the one before; returns how many were confirmed.

    A row of this year that waits is confirmed with its own values; who has neither this year's nor last year's is left
    out, and so is what somebody has confirmed already.

    Raises:
        PermissionDenied: one of them is no branch of this recorder.
    """
    may_record = covering(by, Action.RECORD_NETWORK)
    if not all(may_record(unit) for unit in units):
        raise PermissionDenied("no branch of this recorder")
    today = timezone.localdate()
    with transaction.atomic():
        waiting = UnitYear.objects.filter(unit__in=units, year=year, confirmed_on=None)
        confirmed = waiting.update(confirmed_on=today, updated_by=by, updated_at=timezone.now())
        before = UnitYear.objects.filter(unit__in=units, year=year - 1).exclude(unit__years__year=year)
        carried = [
            UnitYear(unit_id=row.unit_id, year=year, confirmed_on=today, updated_by=by, **asdict(means_of(row)))
            for row in before
        ]
        # Whoever confirms the same unit at this moment wins: their row stays as it is.
        UnitYear.objects.bulk_create(carried, ignore_conflicts=True)
    return confirmed + len(carried)


def _check_recorder(by: User | None, unit: Unit) -> None:
    """A command acts for nobody and may."""
    if by is not None and not allows(by, Action.RECORD_NETWORK, Unit.objects.get(pk=unit.pk)):
        raise PermissionDenied("no branch of this recorder")
