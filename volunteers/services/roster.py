"""The verbs of the roster."""

import datetime
from collections.abc import Collection, Iterable
from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from guanai import identity
from guanai.edits import check_seen
from guanai.fields import found_by
from guanai.numbers import next_number
from guanai.partial_dates import parse_partial_date
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import branch_q
from volunteers.enums import GONE, Sex, VolunteerStatus
from volunteers.models import Availability, Interest, Speciality, Term, Volunteer

# Says nothing about whose number it is: the person may stand on the roster of a branch that the user cannot see.
TAKEN = "此证件号已登记，请联系县关工委办公室"
NO_REASON = "没有身份证号的，请写明原因。"
NO_SEX = "请选择性别。"
OUT_OF_LIFE = "应在出生以后、今天以前。"

# (weekday 1–7, daypart) as in `Availability`.
Time = tuple[int, str]


class VolunteerFields(TypedDict, total=False):
    """The columns of `Volunteer` that are written as they are said. An empty `id_number` means 无证件."""

    unit: Unit
    name: str
    sex: str
    kind: str
    id_number: str
    birth_date: datetime.date | None
    phone: str
    address: str
    is_core: bool
    no_id_reason: str
    former_post: str
    rank: str
    former_name: str
    native_place: str
    politics: str
    education: str
    retirement: str
    health: str
    party_joined: str
    work_began: str
    resting_since: datetime.date | None
    resting_reason: str
    status: str
    joined_on: datetime.date
    left_on: datetime.date | None
    left_reason: str


def volunteer_number(unit_code: str, number: int) -> str:
    """510824105-W0001: one series for a unit, whatever the year."""
    return f"{unit_code}-W{number:04d}"


def register_volunteer(
    *,
    specialities: Iterable[Speciality] = (),
    interests: Iterable[Interest] = (),
    times: Iterable[Time] = (),
    by: User | None = None,
    **fields: Unpack[VolunteerFields],
) -> Volunteer:
    """Put somebody on a unit's roster under its next number (510824105-W0001). `unit`, `name`, `kind` are needed.

    Raises:
        ValidationError: by field: a closed unit, a wrong identity number, one that is registered already, a birth date
            or a sex that the number contradicts, days in the wrong order.
    """
    volunteer = Volunteer(status=VolunteerStatus.ACTIVE, joined_on=timezone.localdate(), updated_by=by)
    with transaction.atomic():
        _write(volunteer, fields)
        # Last, since the series stays locked until the transaction ends.
        number = next_number(kind="volunteer", scope=volunteer.unit.code, year=0)
        volunteer.number = volunteer_number(volunteer.unit.code, number)
        _save(volunteer)
        set_times(volunteer, times)
        _set_terms(volunteer, specialities=specialities, interests=interests)
    return volunteer


def update_volunteer(
    *,
    volunteer: Volunteer,
    specialities: Iterable[Speciality] | None = None,
    interests: Iterable[Interest] | None = None,
    times: Iterable[Time] | None = None,
    by: User | None = None,
    seen: datetime.datetime | None = None,
    **fields: Unpack[VolunteerFields],
) -> Volunteer:
    """Change what is given and leave the rest; the number stays, also when somebody moves to another unit.

    `seen` is the version that the writer of a form had before them; a command that changes one field has none.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        ValidationError: as `register_volunteer`.
    """
    with transaction.atomic():
        # Two people correcting one record wait for each other, so that neither writes back what the other replaced.
        current = Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
        if seen is not None:
            check_seen(current, seen)
        if current.merged_into_id:
            raise ValidationError("这条登记已并入另一条，请在并入的那一条里修改。", code="merged")
        current.updated_by = by
        # Who is put right has been looked at this year.
        current.checked_on = timezone.localdate()
        before = current.status
        _write(current, fields)
        if current.status != before:
            _check_reason(current)
        _save(current)
        if times is not None:
            set_times(current, times)
        _set_terms(current, specialities=specialities, interests=interests)
    return current


def confirm_unchanged(*, people: Collection[int], by: User) -> int:
    """年度核对: say of these people that their records are still right; returns of how many.

    Who has left meanwhile, or was confirmed this year already, is left out. A form of a person that is open stays good:
    nothing that it shows has changed.

    Raises:
        PermissionDenied: one of them is on no roster of this editor.
    """
    wanted = Volunteer.objects.filter(pk__in=people)
    if wanted.filter(branch_q(by, Action.EDIT_ROSTER)).count() != len(set(people)):
        raise PermissionDenied("no roster of this editor")
    today = timezone.localdate()
    return wanted.to_check(today.year).update(checked_on=today)


def _write(volunteer: Volunteer, fields: VolunteerFields) -> None:
    """Put the fields on the instance and check the whole."""
    if fields.get("id_number") and "birth_date" not in fields:
        # A corrected number brings its own birth date.
        volunteer.birth_date = None
    moved = "unit" in fields and fields["unit"].pk != volunteer.unit_id
    for name, value in fields.items():
        if isinstance(value, str):
            value = value.strip()  # noqa: PLW2901 - what is stored is what was said, without the blanks around it
        setattr(volunteer, name, value)
    if moved and volunteer.unit.closed_on:
        raise ValidationError({"unit": f"{volunteer.unit.short_name}已撤销，不能再登记。"}, code="closed")
    # 张 三 is how a name is set in a column, not what it is.
    volunteer.name = "".join(volunteer.name.split())
    if not volunteer.name:
        raise ValidationError({"name": "请填写姓名。"}, code="name")
    _check_identity(volunteer)
    if volunteer.phone:
        volunteer.phone = _checked_phone(volunteer.phone)
    _check_days(volunteer)
    volunteer.derive()
    _check_partial_dates(volunteer)


def _check_identity(volunteer: Volunteer) -> None:
    """The number decides birth date and sex; what was said beside it must agree."""
    if not volunteer.id_number:
        _check_without_document(volunteer)
        return
    volunteer.no_id_reason = ""
    number = identity.normalise_id(volunteer.id_number)
    try:
        identity.validate_id_number(number)
    except ValidationError as error:
        raise ValidationError({"id_number": error}) from error
    born, sex = identity.birth_date_of(number), identity.sex_of(number)
    if volunteer.birth_date and volunteer.birth_date != born:
        raise ValidationError({"birth_date": "出生日期与身份证号不一致，请核对。"}, code="birth_date")
    if volunteer.sex and volunteer.sex != sex:
        raise ValidationError({"sex": f"性别与身份证号不一致，证件号是{Sex(sex).label}性。"}, code="sex")
    volunteer.id_number, volunteer.birth_date, volunteer.sex = number, born, sex
    if Volunteer.objects.filter(found_by(Volunteer, "id_number", number)).exclude(pk=volunteer.pk).exists():
        raise ValidationError({"id_number": TAKEN}, code="taken")


def _check_without_document(volunteer: Volunteer) -> None:
    """Somebody without a document is possible, with a reason (domain.md §6)."""
    if not volunteer.no_id_reason:
        raise ValidationError({"no_id_reason": NO_REASON}, code="no_id_reason")
    if volunteer.birth_date and volunteer.birth_date > timezone.localdate():
        raise ValidationError({"birth_date": "出生日期不能晚于今天。"}, code="future")
    if not volunteer.sex:
        raise ValidationError({"sex": NO_SEX}, code="sex")


def _checked_phone(phone: str) -> str:
    phone = "".join(phone.split())
    try:
        identity.validate_phone(phone)
    except ValidationError as error:
        raise ValidationError({"phone": error}) from error
    return phone


def _check_days(volunteer: Volunteer) -> None:
    if volunteer.joined_on > timezone.localdate():
        raise ValidationError({"joined_on": "入库日期不能晚于今天。"}, code="future")
    if volunteer.status != VolunteerStatus.RESTING:
        volunteer.resting_since, volunteer.resting_reason = None, ""
    elif volunteer.resting_since and volunteer.resting_since > timezone.localdate():
        raise ValidationError({"resting_since": "暂停日期不能晚于今天。"}, code="future")
    if volunteer.status not in GONE:
        volunteer.left_on, volunteer.left_reason = None, ""
        return
    if volunteer.left_on is None:
        raise ValidationError({"left_on": "退出或离世要填写日期。"}, code="left_on")
    if volunteer.left_on > timezone.localdate():
        raise ValidationError({"left_on": "退出或离世日期不能晚于今天，到了那天再登记。"}, code="future")
    if volunteer.left_on < volunteer.joined_on:
        raise ValidationError({"left_on": "退出日期不能早于入库日期。"}, code="order")


def _check_reason(volunteer: Volunteer) -> None:
    """Who leaves or rests from now on does so for a reason; of a death none is asked: illnesses are not collected."""
    if volunteer.status == VolunteerStatus.LEFT and not volunteer.left_reason:
        raise ValidationError({"left_reason": "请写明退出原因，如 随子女外出居住。"}, code="reason")
    if volunteer.status == VolunteerStatus.RESTING:
        volunteer.resting_since = volunteer.resting_since or timezone.localdate()
        if not volunteer.resting_reason:
            raise ValidationError({"resting_reason": "请写明暂停原因，如 外出半年。"}, code="reason")


def is_of_life(known: str, birth_year: int | None) -> bool:
    """Does a time, to the year, month or day, lie after the year of birth, where that is known, and not ahead?"""
    return known <= f"{timezone.localdate()}" and (not birth_year or int(known[:4]) > birth_year)


def _check_partial_dates(volunteer: Volunteer) -> None:
    """入党 and 参加工作 to the year, the month or the day, in the one form in which they are stored."""
    for name in ("party_joined", "work_began"):
        said = getattr(volunteer, name)
        if not said:
            continue
        known = parse_partial_date(said)
        if known is None:
            raise ValidationError({name: "请填写年月，如 1968年7月；只知道年份的填 1968。"}, code="partial_date")
        if not is_of_life(known, volunteer.birth_year):
            raise ValidationError({name: OUT_OF_LIFE}, code="order")
        setattr(volunteer, name, known)


def _save(volunteer: Volunteer) -> None:
    """Store it; two who register the same number at the same moment are told apart by the constraint."""
    try:
        with transaction.atomic():
            volunteer.save()
    except IntegrityError as error:
        if volunteer.id_index and "volunteer_id_once" in str(error):
            raise ValidationError({"id_number": TAKEN}, code="taken") from error
        raise


def _set_terms(volunteer: Volunteer, **lists: Iterable[Term] | None) -> None:
    """What somebody can do and likes. A term may be merged into another while a form is open, or just now.

    Its references are checked here and not at the end of the transaction, where nobody could say what was wrong.
    """
    for name, terms in lists.items():
        if terms is None:
            continue
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                getattr(volunteer, name).set(terms)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        except IntegrityError as error:
            raise ValidationError({name: "选的一项刚刚被并入另一项或去掉，请刷新后重选。"}, code="gone") from error


def set_times(volunteer: Volunteer, times: Iterable[Time]) -> None:
    """Exactly these times of service; what is known already stays the same row."""
    wanted = set(times)
    known = {(time.weekday, time.daypart): time for time in volunteer.availabilities.all()}
    Availability.objects.filter(pk__in=[time.pk for key, time in known.items() if key not in wanted]).delete()
    Availability.objects.bulk_create(
        Availability(volunteer=volunteer, weekday=weekday, daypart=daypart)
        for weekday, daypart in sorted(wanted - known.keys())
    )
