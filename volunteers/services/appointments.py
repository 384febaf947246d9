"""Posts by document: appoint, dismiss, correct. What is written has happened; nothing is ever deleted."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from guanai.attachments import store_attachment
from guanai.document_numbers import normalise_document
from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import require
from volunteers.enums import SINGLE_POSTS, VETERAN_KINDS, VETERAN_POSTS, EndReason, Post, VolunteerStatus
from volunteers.models import Appointment, Volunteer
from volunteers.post_rules import rule_for

ONE_DAY = datetime.timedelta(days=1)
GONE = (VolunteerStatus.LEFT, VolunteerStatus.DECEASED)
NOT_VETERAN = "须由退休的五老担任（老干部、老战士、老专家、老教师、老模范）"
SCAN, DISMISSAL_SCAN = "任职文件", "免职文件"
Scan = UploadedFile[Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """How a time in a post ended: `ends_on` is the last day in it."""

    ends_on: datetime.date
    reason: str
    document: str
    issued_by: str
    issued_on: datetime.date
    scan: Scan = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An appointment as its document says it: somebody of the roster, or a serving official by name and office.

    `dismissal` is given where the time in the post is over already. A `scan` of None leaves a stored one as it is.
    `despite_age`: whoever records it knows that the person is above the county's age limit.
    """

    unit: Unit
    post: str
    document: str
    issued_by: str
    issued_on: datetime.date
    starts_on: datetime.date
    volunteer: Volunteer | None = None
    official: str = ""
    official_office: str = ""
    term_ends_on: datetime.date | None = None
    scan: Scan = None
    dismissal: Dismissal | None = None
    despite_age: bool = False


def appoint(*, entry: Entry, by: User, replaces: int | None = None) -> Appointment:
    """Record an appointment. `replaces` is the key of the appointment that the same document ends the day before.

    Raises:
        PermissionDenied: `by` may not record posts on this unit.
        ValidationError: by field, as `_check`; `replaces` where somebody else holds the post at that time;
            `despite_age` where the person is above the age limit and nobody has said that this is known.
    """
    with transaction.atomic():
        _enter(entry, by)
        if replaces is not None:
            _make_way(entry, by, replaces)
        appointment = Appointment(unit=entry.unit)
        _write(appointment, entry, by)
    return appointment


def correct(*, appointment: Appointment, entry: Entry, by: User, seen: datetime.datetime) -> Appointment:
    """Put right what was recorded wrongly; a dismissal that stands already is given along, or it is taken back.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied: `by` may not record posts on the unit of the record, or on the one in the entry.
        ValidationError: as `appoint`.
    """
    with transaction.atomic():
        # The unit before the record, as `appoint` does: two writers never wait for each other in a circle.
        _enter(entry, by)
        locked = _locked(appointment, by)
        check_seen(locked, seen)
        _write(locked, entry, by)
    return locked


def dismiss(*, appointment: Appointment, dismissal: Dismissal, by: User, seen: datetime.datetime) -> Appointment:
    """End somebody's time in a post by a document.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied: `by` may not record posts on this unit.
        ValidationError: by field: ended already, a last day before the first or in the future.
    """
    with transaction.atomic():
        locked = _locked(appointment, by)
        check_seen(locked, seen)
        if locked.ends_on:
            raise ValidationError(f"已登记离任（{locked.ends_on:%Y-%m-%d}），不用再登记；有误请“更正”。", code="ended")
        _end(locked, dismissal)
        _keep_dismissal(locked, dismissal, by)
        locked.updated_by = by
        with _told_by_field():
            locked.save()
    return locked


def age_warning(appointment: Appointment, day: datetime.date | None = None) -> str:
    """What is said beside an appointment above the county's age limit; it never stops one. "" where all is well."""
    return _above_limit(appointment.unit, appointment.post, appointment.age_on(day or timezone.localdate()))


def _above_limit(unit: Unit, post: str, age: int | None) -> str:
    rule = rule_for(unit, post)
    return f"{age} 岁，超过本县{Post(post).label}年龄上限 {rule.age_limit} 岁" if rule.is_exceeded_by(age) else ""


def _age_question(entry: Entry, appointment: Appointment) -> str:
    """What is asked once before somebody above the limit enters a post; "" where there is nothing to ask.

    The age is that on the first day in the post. What is over, or stands in the record already, is not asked again.
    """
    person = entry.volunteer
    known = appointment.pk and (appointment.volunteer, appointment.post) == (person, entry.post)
    if person is None or entry.despite_age or entry.dismissal or known:
        return ""
    return _above_limit(entry.unit, entry.post, person.age_in(entry.starts_on.year))


def _locked(appointment: Appointment, by: User) -> Appointment:
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    _may(by, locked.unit)
    return locked


def _may(by: User, unit: Unit) -> None:
    require(by, Action.EDIT_POSTS, unit)


def _enter(entry: Entry, by: User) -> None:
    """Let the unit's writers pass one by one: the second sees what the first wrote and can be told who holds the post.

    The constraints of the table hold in any case.
    """
    unit = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.unit.pk)
    _may(by, unit)


def _write(appointment: Appointment, entry: Entry, by: User) -> None:
    _check(entry, appointment)
    question = _age_question(entry, appointment)
    for name in ("unit", "post", "volunteer", "issued_on", "starts_on", "term_ends_on"):
        setattr(appointment, name, getattr(entry, name))
    appointment.document = normalise_document(entry.document)
    appointment.issued_by = entry.issued_by.strip()
    appointment.official = "" if entry.volunteer else entry.official.strip()
    appointment.official_office = "" if entry.volunteer else entry.official_office.strip()
    appointment.updated_by = by
    if entry.dismissal:
        _end(appointment, entry.dismissal)
    else:
        appointment.ends_on, appointment.end_reason = None, ""
        appointment.dismissal_document = appointment.dismissal_issued_by = ""
        appointment.dismissal_issued_on = appointment.dismissal_scan = None
    _check_room(appointment)
    if question:
        words = f"{question}。仍照文件登记的，请勾选后再保存"
        raise ValidationError({"despite_age": words}, code="over_age")
    if entry.scan:
        appointment.scan = store_attachment(file=entry.scan, by=by, label=SCAN)
    _keep_dismissal(appointment, entry.dismissal, by)
    with _told_by_field():
        appointment.save()


def _keep_dismissal(appointment: Appointment, dismissal: Dismissal | None, by: User) -> None:
    if dismissal and dismissal.scan:
        appointment.dismissal_scan = store_attachment(file=dismissal.scan, by=by, label=DISMISSAL_SCAN)


def _end(appointment: Appointment, dismissal: Dismissal) -> None:
    today = timezone.localdate()
    if dismissal.ends_on < appointment.starts_on:
        words = f"不能早于任职日期 {appointment.starts_on:%Y-%m-%d}"
        raise ValidationError({"ends_on": words}, code="order")
    closed_on = appointment.unit.closed_on
    if closed_on and dismissal.ends_on >= closed_on:
        words = f"{appointment.unit.short_name}已于 {closed_on:%Y-%m-%d} 撤销，任职随之结束，不用登记离任"
        raise ValidationError({"ends_on": words}, code="closed")
    for name, day in (("ends_on", dismissal.ends_on), ("dismissal_issued_on", dismissal.issued_on)):
        if day > today:
            raise ValidationError({name: "不能晚于今天，到了那天再登记"}, code="future")
    if not dismissal.document.strip():
        raise ValidationError({"dismissal_document": "请填写免职文号"}, code="required")
    if dismissal.reason not in EndReason.values:
        raise ValidationError({"end_reason": "请选择离任原因"}, code="reason")
    appointment.ends_on, appointment.end_reason = dismissal.ends_on, dismissal.reason
    appointment.dismissal_document = normalise_document(dismissal.document)
    appointment.dismissal_issued_by = dismissal.issued_by.strip()
    appointment.dismissal_issued_on = dismissal.issued_on


def _make_way(entry: Entry, by: User, replaced: int) -> None:
    """The document that appoints the successor dismisses the holder, whose last day is the one before."""
    rows = Appointment.objects.select_for_update(of=("self",)).filter(unit=entry.unit, post=entry.post, ends_on=None)
    holder = rows.filter(pk=replaced).first()
    if holder is None:
        raise ValidationError({"replaces": "这个职务的任职情况刚刚有变，请重新核对"}, code="changed")
    if entry.dismissal:
        words = "补记已经离任的，请选“不免去”；前任也已离任的，先登记前任离任"
        raise ValidationError({"replaces": words}, code="over")
    if entry.starts_on <= holder.starts_on:
        words = f"要晚于前任的任职日期 {holder.starts_on:%Y-%m-%d}"
        raise ValidationError({"starts_on": words}, code="order")
    dismissal = Dismissal(
        ends_on=entry.starts_on - ONE_DAY,
        reason=EndReason.DISMISSED,
        document=entry.document,
        issued_by=entry.issued_by,
        issued_on=entry.issued_on,
    )
    _end(holder, dismissal)
    holder.updated_by = by
    holder.save()


def _check(entry: Entry, appointment: Appointment) -> None:
    """What the document cannot say.

    Raises:
        ValidationError: by field: a closed unit or one without a committee, no holder or two, somebody who has left
            or died, a 常务副主任 who is no 五老, days in the wrong order or in the future.
    """
    unit = Unit.objects.get(pk=entry.unit.pk)
    # What was recorded while the unit stood may still be put right.
    if unit.closed_on and appointment.pk is None:
        raise ValidationError({"unit": f"{unit.short_name}已撤销，不能再登记任职"}, code="closed")
    if not unit.has_committee:
        words = f"{unit.short_name}还没有成立关工委，请先登记成立文件"
        raise ValidationError({"unit": words}, code="no_committee")
    if not entry.document.strip():
        raise ValidationError({"document": "请填写任职文号"}, code="required")
    _check_holder(entry)
    today = timezone.localdate()
    for name, day in (("issued_on", entry.issued_on), ("starts_on", entry.starts_on)):
        if day > today:
            raise ValidationError({name: "不能晚于今天，到了那天再登记"}, code="future")
    if entry.term_ends_on and entry.term_ends_on < entry.starts_on:
        raise ValidationError({"term_ends_on": "任期不能在任职日期之前结束"}, code="order")


def _check_holder(entry: Entry) -> None:
    person, official = entry.volunteer, entry.official.strip()
    label = Post(entry.post).label
    if person is not None and official:
        raise ValidationError({"official": "名册上的人和在职领导只能填一个"}, code="two_holders")
    if person is None and entry.post in VETERAN_POSTS:
        field = "official" if official else "volunteer"
        raise ValidationError({field: f"{label}{NOT_VETERAN}，请从五老名册里选人"}, code="not_veteran")
    if person is None and not official:
        raise ValidationError({"volunteer": "请从五老名册里选人，在职领导填姓名"}, code="no_holder")
    if person is None:
        return
    # What the roster says now: the caller may have read it a while ago.
    person = Volunteer.objects.only("name", "kind", "status", "left_on").get(pk=person.pk)
    if entry.post in VETERAN_POSTS and person.kind not in VETERAN_KINDS:
        words = f"{label}{NOT_VETERAN}；{person.name}在名册上是“{person.get_kind_display()}”"
        raise ValidationError({"volunteer": words}, code="not_veteran")
    served_before = entry.dismissal and person.left_on and entry.dismissal.ends_on <= person.left_on
    if person.status in GONE and not served_before:
        words = f"{person.name}已{person.get_status_display()}（{person.left_on:%Y-%m-%d}），不能任职"
        raise ValidationError({"volunteer": words}, code="gone")


def _check_room(appointment: Appointment) -> None:
    """Nobody else in a post of one holder, nobody twice in another one, on any day of this time.

    Raises:
        ValidationError: names who holds the post, and what to do.
    """
    others = Appointment.objects.filter(unit=appointment.unit, post=appointment.post).exclude(pk=appointment.pk)
    others = others.filter(Q(ends_on=None) | Q(ends_on__gte=appointment.starts_on))
    if appointment.ends_on:
        others = others.filter(starts_on__lte=appointment.ends_on)
    if appointment.post not in SINGLE_POSTS:
        same = Q(volunteer=appointment.volunteer) if appointment.volunteer else Q(official=appointment.official)
        others = others.filter(same)
    other = others.select_related("volunteer").order_by("starts_on").first()
    if other is None:
        return
    where = f"{appointment.unit.committee_name}{appointment.get_post_display()}"
    if other.ends_on:
        words = f"{other.holder}在 {other.starts_on:%Y-%m-%d} 至 {other.ends_on:%Y-%m-%d} 任{where}，时间重叠"
        raise ValidationError({"starts_on": words}, code="overlaps")
    words = f"{where}现由{other.holder}担任（{other.starts_on:%Y-%m-%d} 起）"
    if appointment.post not in SINGLE_POSTS or appointment.pk or appointment.ends_on:
        raise ValidationError({"starts_on": words}, code="overlaps")
    words += "，一个职务同时只有一人。请在“前任”一项选“由这份文件免去”，或先登记前任离任"
    raise ValidationError({"replaces": words}, code="held")


@contextmanager
def _told_by_field() -> Iterator[None]:
    """What only the table's constraints can see, in the words of the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "appointment_one_" not in str(error):
            raise
        words = "这个职务在这段时间已有人担任，请刷新后核对"
        raise ValidationError({"starts_on": words}, code="overlaps") from error
