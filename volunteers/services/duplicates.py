"""查重: two rows of the roster are ruled to be two persons, or one, and then become one."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.dependents import person_records
from guanai.edits import check_seen
from guanai.enums import Verb
from guanai.trail import note
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows
from volunteers.duplicates import grounds_of
from volunteers.enums import CURRENT, Ruling, VolunteerStatus
from volunteers.models import DuplicateRuling, Interest, Speciality, Volunteer
from volunteers.services.roster import Time, VolunteerFields, register_volunteer, set_times

# What is chosen together: an identity number brings its birth date and sex, a state its date and reason.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "unit": ("unit",),
    "identity": ("id_number", "birth_date", "birth_year", "sex", "no_id_reason"),
    "kind": ("kind",),
    "phone": ("phone",),
    "address": ("address",),
    "former_post": ("former_post",),
    "rank": ("rank",),
    "former_name": ("former_name",),
    "native_place": ("native_place",),
    "politics": ("politics", "party_joined"),
    "education": ("education",),
    "work_began": ("work_began",),
    "retirement": ("retirement",),
    "health": ("health",),
    "is_core": ("is_core",),
    "state": ("status", "resting_since", "resting_reason", "left_on", "left_reason"),
}
SETS = ("specialities", "interests", "times")
FIRST, SECOND, BOTH = "first", "second", "both"
AT_REGISTRATION = "登记时核对过"
MERGED_REASON = "重复登记，并入 {number}"


def rule_two_persons(*, first: Volunteer, second: Volunteer, reason: str, by: User) -> DuplicateRuling:
    """Remember that two rows are two persons: nobody is asked again while they are alike in the same way.

    Raises:
        PermissionDenied: `by` does not keep both rosters.
        ValidationError: no reason, or one of the rows was merged meanwhile.
    """
    if not reason.strip():
        raise ValidationError({"reason": "请写明依据，如 身份证核过、两人都认识。"}, code="required")
    with transaction.atomic():
        one, other = _locked(first, second, by)
        if one.merged_into_id or other.merged_into_id:
            raise ValidationError("其中一条刚刚已经合并，不用再核定。", code="merged")
        return _remember(one, other, Ruling.TWO_PERSONS, by, reason.strip())


def register_another(
    *,
    alike: Sequence[Volunteer],
    specialities: Iterable[Speciality] = (),
    interests: Iterable[Interest] = (),
    times: Iterable[Time] = (),
    by: User,
    **fields: Unpack[VolunteerFields],
) -> Volunteer:
    """Register somebody, and remember that they are another person than those who look alike. Raises as
    `register_volunteer` and `rule_two_persons`."""
    with transaction.atomic():
        # People before the series of numbers, and in the order of their keys, as imports lock them.
        keys = [other.pk for other in alike]
        list(Volunteer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk"))
        person = register_volunteer(specialities=specialities, interests=interests, times=times, by=by, **fields)
        for other in alike:
            rule_two_persons(first=other, second=person, reason=AT_REGISTRATION, by=by)
    return person


def _remember(one: Volunteer, other: Volunteer, ruling: Ruling, by: User, reason: str = "") -> DuplicateRuling:
    on_name, on_phone = grounds_of(one, other)
    values = {"ruling": ruling, "reason": reason, "on_name": on_name, "on_phone": on_phone, "by": by}
    made, _ = DuplicateRuling.objects.update_or_create(first=one, second=other, defaults=values)
    return made


def merge_people(
    *,
    keep: Volunteer,
    drop: Volunteer,
    chosen: Mapping[str, str],
    by: User,
    seen: datetime.datetime,
) -> Volunteer:
    """Make one person of two rows: `keep` stays with its number, `drop` leads on to it and counts no more.

    `chosen` says for each of `CHOICES` and `SETS` whose value stays: FIRST that of the lower key, SECOND the other's;
    the sets take BOTH. What is not said: the value that is not empty, `keep`'s of two; both sets together. The earlier
    入库日期 stays. Every record of `drop` goes to `keep` by `guanai.dependents`; its own secrets are emptied. It cannot
    be taken back. Merging once more what is merged changes nothing.

    `seen` is the later version of the two rows (`latest`).

    Raises:
        ChangedError: one of the two was changed in the meantime.
        PermissionDenied: `by` does not keep both rosters.
        ValidationError: one of them went into a third row; two counties; both sides' choices that cannot stand.
    """
    with transaction.atomic():
        one, other = _locked(keep, drop, by)
        kept, gone = (one, other) if one.pk == keep.pk else (other, one)
        if gone.merged_into_id == kept.pk:
            return kept
        if one.merged_into_id or other.merged_into_id:
            raise ValidationError("其中一条刚刚已经并入别的登记，请回到查重列表再看。", code="merged")
        check_seen(latest(one, other), seen)
        _remember(one, other, Ruling.MERGED, by)
        values = merged_values(one, other, kept, chosen)
        _unite_sets(one, other, kept, chosen)
        # The people are locked: whoever starts a pairing waits for the helper before it holds the child.
        moved = {kind.key: kind.repoint(gone, kept, by) for kind in person_records() if kind.repoint}
        _bury(gone, kept, by)
        for name, value in values.items():
            setattr(kept, name, value)
        kept.checked_on, kept.updated_by = timezone.localdate(), by
        kept.derive()
        kept.save()
        counts = {key: count for key, count in moved.items() if count}
        note(Verb.MERGED, actor=by, record=kept, merged=gone.number, moved=counts)
    return kept


def latest(one: Volunteer, other: Volunteer) -> Volunteer:
    """The row that was changed last: whoever has seen that version has seen both."""
    return max(one, other, key=lambda row: row.updated_at)


def _locked(one: Volunteer, other: Volunteer, by: User) -> tuple[Volunteer, Volunteer]:
    """Both rows, locked in the order of their keys, so that two merges of one pair do not wait in a circle."""
    rows = Volunteer.objects.select_for_update(no_key=True).prefetch_related("unit", "updated_by")
    found = list(rows.filter(pk__in=[one.pk, other.pk]).order_by("pk"))
    if len(found) != 2:
        raise ValidationError("要有两条登记。", code="pair")
    if not all(allows(by, Action.EDIT_ROSTER, row.unit) for row in found):
        raise PermissionDenied("not both rosters of this editor")
    if found[0].unit.tree_id != found[1].unit.tree_id:
        raise ValidationError("两条登记不在一个县。", code="county")
    return found[0], found[1]


def default_choice(group: str, one: Volunteer, other: Volunteer, kept: Volunteer) -> str:
    """Whose value stays unless somebody says otherwise: who stands on the roster, else the later leave; the one with an
    identity number; the one that is not empty; the one of the row that stays."""
    own, others = (FIRST, SECOND) if kept.pk == one.pk else (SECOND, FIRST)
    this, that = (one, other) if kept.pk == one.pk else (other, one)
    if group == "state":
        if (this.status in CURRENT) != (that.status in CURRENT):
            return own if this.status in CURRENT else others
        if this.left_on and that.left_on and that.left_on > this.left_on:
            return others
        return own
    if group == "unit":
        return others if this.unit.closed_on and not that.unit.closed_on else own
    leading = CHOICES[group][0]
    if not getattr(this, leading) and getattr(that, leading):
        return others
    if group == "identity" and not this.id_number and _knows_more_of_birth(that, this):
        return others
    return own


def _knows_more_of_birth(one: Volunteer, other: Volunteer) -> bool:
    return bool(one.birth_date and not other.birth_date) or bool(one.birth_year and not other.birth_year)


def merged_values(one: Volunteer, other: Volunteer, kept: Volunteer, chosen: Mapping[str, str]) -> dict[str, object]:
    """The columns of the one person, by field."""
    sides = {FIRST: one, SECOND: other}
    values: dict[str, object] = {"joined_on": min(one.joined_on, other.joined_on)}
    for group, names in CHOICES.items():
        side = sides[chosen.get(group) or default_choice(group, one, other, kept)]
        values |= {name: getattr(side, name) for name in names}
    return values


def _unite_sets(one: Volunteer, other: Volunteer, kept: Volunteer, chosen: Mapping[str, str]) -> None:
    def of(name: str) -> list[Volunteer]:
        said = chosen.get(name) or BOTH
        return [row for row, side in ((one, FIRST), (other, SECOND)) if said in (side, BOTH)]

    for name in ("specialities", "interests"):
        keys: Iterable[int] = {row.pk for side in of(name) for row in getattr(side, name).all()}
        getattr(kept, name).set(keys)
    set_times(kept, [(time.weekday, time.daypart) for side in of("times") for time in side.availabilities.all()])


def _bury(gone: Volunteer, kept: Volunteer, by: User) -> None:
    """What is left of a row that went into another: number, name, and where it leads. Its secrets stand in the other
    one, or were ruled to be wrong."""
    gone.merged_into, gone.updated_by = kept, by
    gone.status, gone.left_on = VolunteerStatus.LEFT, max(timezone.localdate(), gone.joined_on)
    gone.left_reason = MERGED_REASON.format(number=kept.number)
    gone.resting_since, gone.resting_reason = None, ""
    gone.id_number = gone.phone = gone.address = ""
    gone.birth_date = None
    gone.derive()
    gone.save()
