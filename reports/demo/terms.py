"""What a document says beside the names: offices, terms, dismissals; and a few posts that fell empty lately.

Chance of its own for each unit, so that who holds which post does not depend on it.
"""

import datetime
from collections.abc import Iterable

from orgs.enums import UnitKind
from reports.demo.world import World
from volunteers.enums import EndReason, Post
from volunteers.models import Appointment

_TERM_YEARS = 5
# Of the terms, this part was let slip by; of the posts of villages, this part fell empty in the last weeks.
_SLIPPED, _LATELY = 0.02, 0.012
_REASONS = (EndReason.TRANSFERRED, EndReason.TRANSFERRED, EndReason.DISMISSED, EndReason.RESIGNED, EndReason.TERM_OVER)
_OFFICES: dict[UnitKind, tuple[str, ...]] = {
    UnitKind.COUNTY: ("县委副书记", "县委常委、组织部部长", "县委办公室副主任"),
    UnitKind.TOWNSHIP: ("党委副书记", "党委委员", "党政综合办公室主任", "社会事务办公室主任"),
    UnitKind.DEPARTMENT: ("党组成员、副局长", "机关党支部书记", "办公室主任"),
    UnitKind.VILLAGE: ("党支部书记、村委会主任", "党支部副书记", "村委会委员"),
    UnitKind.COMMUNITY: ("党委书记、居委会主任", "党委副书记", "居委会委员"),
    UnitKind.SCHOOL: ("党支部书记、校长", "德育处主任"),
    UnitKind.ENTERPRISE: ("党支部书记", "工会主席"),
}


def complete(world: World, appointments: Iterable[Appointment]) -> list[Appointment]:
    """The appointments with all that their documents say; nothing lies ahead of today."""
    written = list(appointments)
    for each in written:
        dice = world.plan.stream("terms", each.unit.code, each.post, each.starts_on)
        if each.official:
            each.official_office = _office(each, dice.random())
        lately = dice.random() < _LATELY and each.unit.kind in (UnitKind.VILLAGE, UnitKind.COMMUNITY)
        day = world.plan.today - datetime.timedelta(days=dice.randint(8, 85))
        if lately and each.ends_on is None and each.post == Post.DIRECTOR and day > each.starts_on:
            # The main year's figures are told already in full; only the running year has gaps of its own.
            each.ends_on = day if day.year > world.plan.year else None
        reason, number = dice.choice(_REASONS), dice.randint(3, 80)
        if each.ends_on is None:
            each.term_ends_on = term_end(each.starts_on, world.plan.today, slipped=dice.random() < _SLIPPED)
            continue
        each.end_reason = reason if each.official else EndReason.RESIGNED
        each.dismissal_document = f"{each.document.partition('〔')[0]}〔{each.ends_on.year}〕{number}号"
        each.dismissal_issued_by, each.dismissal_issued_on = each.issued_by, each.ends_on
    return written


def _office(each: Appointment, chance: float) -> str:
    kind = UnitKind(each.unit.kind)
    offices = _OFFICES[kind]
    # The first office of a place is that of its director.
    place = 0 if each.post in (Post.DIRECTOR, Post.HONORARY_DIRECTOR) else 1 + int(chance * (len(offices) - 1))
    stem = "" if kind == UnitKind.COUNTY else each.unit.short_name
    return f"{stem}{offices[place]}"


def term_end(starts_on: datetime.date, today: datetime.date, *, slipped: bool) -> datetime.date:
    """The last day of the running term of five years, or of the one before where nobody has looked after it."""
    years = _TERM_YEARS
    while _anniversary(starts_on, years) <= today:
        years += _TERM_YEARS
    if slipped and years > _TERM_YEARS:
        years -= _TERM_YEARS
    return _anniversary(starts_on, years) - datetime.timedelta(days=1)


def _anniversary(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years later; 1 March for 29 February in a year without it."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)
