"""移交: what hangs on somebody who leaves, rests or dies goes on with others, in one transaction."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.dependents import Terms
from guanai.edits import check_seen
from guanai.enums import Verb
from guanai.trail import note
from orgs.enums import Action
from orgs.models import User
from orgs.scope import require
from volunteers.enums import GONE, VolunteerStatus
from volunteers.handing_over import heirs_to_choose, kinds_with_work, open_rows
from volunteers.models import Volunteer
from volunteers.services.appointments import Dismissal
from volunteers.services.roster import update_volunteer


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How somebody goes: the new state, and the reason that stands on their page."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """One open record (`kind` as registered, its key) that ends now, and who goes on with it."""

    kind: str
    pk: int
    heir: int | None = None

    @property
    def field(self) -> str:
        """The field of the form at which a refusal is said."""
        return f"{self.kind}_{self.pk}"


def hand_over(
    *,
    person: Volunteer,
    on: datetime.date,
    settled: Sequence[Settled],
    by: User,
    seen: datetime.datetime,
    leaving: Leaving | None = None,
    dismissal: Dismissal | None = None,
) -> Volunteer:
    """Settle the given records as of `on`, and let the person leave, rest or die, unless they have already.

    What is not given stays open, and is asked for until it is settled. All of it happens, or nothing does.

    Raises:
        ChangedError: the person was changed in the meantime.
        PermissionDenied: no roster of this editor.
        ValidationError: by field: the day, a record at `Settled.field`.
    """
    with transaction.atomic():
        # All rows of the roster that this reads, in the order of their keys: two hand-overs never wait in a circle, and
        # no heir leaves meanwhile. Who only refers to them (a pairing that starts, a post) need not wait.
        keys = {person.pk, *(each.heir for each in settled if each.heir)}
        rows = Volunteer.objects.select_for_update(no_key=True).prefetch_related("unit", "updated_by")
        people = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
        current = people[person.pk]
        require(by, Action.EDIT_ROSTER, current.unit)
        check_seen(current, seen)
        _check_day(current, on, leaving)
        heirs = _checked_heirs(current, people, settled, by)
        status = leaving.status if leaving else current.status
        terms = Terms(on=on, by=by, reason=VolunteerStatus(status).label, dismissal=dismissal)
        counts = _settle(current, settled, heirs, terms)
        if leaving is not None:
            current = _let_go(current, leaving, on, by)
        note(Verb.HANDED_OVER, actor=by, record=current, settled=counts, heirs=sorted(p.number for p in heirs.values()))
    return current


def _check_day(person: Volunteer, on: datetime.date, leaving: Leaving | None) -> None:
    if leaving is None and person.status not in GONE:
        raise ValidationError({"status": "请选择退出、离世或暂停。"}, code="status")
    if leaving is not None and person.status in GONE:
        raise ValidationError({"status": f"已登记{person.get_status_display()}，请重新打开移交页。"}, code="gone")
    if leaving is not None and leaving.status == person.status:
        raise ValidationError({"status": f"已登记{person.get_status_display()}，不用再登记。"}, code="same")
    try:
        check_day(person, on)
    except ValidationError as error:
        raise ValidationError({"on": error}) from error


def check_day(person: Volunteer, on: datetime.date) -> None:
    """A day on which somebody can go, or on which what they left can be handed over.

    Raises:
        ValidationError: it lies ahead, or before they joined or left.
    """
    if on > timezone.localdate():
        raise ValidationError("日期不能晚于今天，到了那天再办。", code="future")
    first = person.left_on or person.resting_since or person.joined_on
    if on < first:
        raise ValidationError(f"日期不能早于 {first:%Y-%m-%d}。", code="order")


def _checked_heirs(
    person: Volunteer, people: dict[int, Volunteer], settled: Sequence[Settled], by: User
) -> dict[int, Volunteer]:
    """The locked rows of who takes over. Who has left, or is not seen by the editor, takes over nothing."""
    wanted = {each.heir for each in settled if each.heir}
    able = set(heirs_to_choose(by, person).filter(pk__in=wanted).order_by().values_list("pk", flat=True))
    wrong = {each.field: "接替人要在册，请另选一人。" for each in settled if each.heir and each.heir not in able}
    if wrong:
        raise ValidationError(wrong)
    return {pk: people[pk] for pk in able}


def _settle(person: Volunteer, settled: Sequence[Settled], heirs: dict[int, Volunteer], terms: Terms) -> dict[str, int]:
    """{kind: how many}. Every refusal is said at its record, not only the first."""
    asked = {(each.kind, each.pk): each for each in settled}
    counts: dict[str, int] = {}
    refused: dict[str, list[str]] = {}
    for kind, work in kinds_with_work():
        wanted = sorted(pk for key, pk in asked if key == kind.key)
        if not wanted:
            continue
        rows = open_rows(work, timezone.localdate(), terms.by, person).filter(pk__in=wanted)
        still_open = set(rows.order_by().values_list("pk", flat=True))
        for pk in wanted:
            each = asked.pop((kind.key, pk))
            try:
                if pk not in still_open:
                    raise ValidationError("情况刚刚有变，请重新打开移交页。", code="changed")
                work.settle(pk, heirs.get(each.heir or 0), terms)
            except ValidationError as error:
                refused[each.field] = error.messages
            else:
                counts[kind.key] = counts.get(kind.key, 0) + 1
    refused |= {each.field: ["没有这样的记录。"] for each in asked.values()}
    if refused:
        raise ValidationError(refused)
    return counts


def _let_go(person: Volunteer, leaving: Leaving, on: datetime.date, by: User) -> Volunteer:
    if leaving.status == VolunteerStatus.RESTING:
        return update_volunteer(
            volunteer=person, status=leaving.status, resting_since=on, resting_reason=leaving.reason, by=by
        )
    return update_volunteer(volunteer=person, status=leaving.status, left_on=on, left_reason=leaving.reason, by=by)
