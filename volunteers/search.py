"""Finding the right person: who can do what is wished, near the place, on the day, and was not called on lately.

All of it is SQL: a query counts the groups, one fetches a page. The order is no ranking of people: first how near they
are, then how many of the wishes they meet, then who was called on least recently.
"""

import calendar
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Greatest
from django.utils import timezone

from guanai.dependents import person_activities
from guanai.probing import OneOf, found
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.querysets import in_branch_q
from orgs.scope import branch_q, units_for
from volunteers.enums import CURRENT, VolunteerStatus
from volunteers.models import Availability, Volunteer
from volunteers.queries import volunteers_for_user, with_lists
from volunteers.querysets import VolunteerQuerySet

# Where somebody stands, seen from the place that is asked for.
HERE, NEAR, FAR = 0, 1, 2
# 近 N 个月有活动, or for so many months none; alone for a year.
IDLE = "idle"
IDLE_MONTHS = 12
# With fewer hits than this the page offers to drop a condition.
FEW = 5
# What a line shows; the day of the last time comes for each way of being called on (`last_field`).
SHOWN = (
    *("pk", "name", "sex", "birth_year", "kind", "is_core", "status", "phone", "unit_name", "level", "township"),
    *("speciality_names", "interest_names", "times", "running_posts", "near", "taken", "revealing"),
)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody looks for. Of several specialities or interests ({id: name}) one is enough; more come first.

    `relaxed` names the conditions that are wished for and not insisted on: their keys in `conditions`, and "part" for
    the part of the day alone. Without `weekdays` any day will do, without `part` any time of the day.
    """

    place: Unit
    specialities: Mapping[int, str] = field(default_factory=dict)
    interests: Mapping[int, str] = field(default_factory=dict)
    day: datetime.date | None = None
    weekdays: tuple[int, ...] = ()
    part: str = ""
    kind: str = ""
    core: bool = False
    recent: str = ""
    resting: bool = False
    name: str = ""
    relaxed: frozenset[str] = frozenset()

    @property
    def are_none(self) -> bool:
        """Nothing is said but the place."""
        return not (self.name or self._wished())

    @cached_property
    def dropped(self) -> set[str]:
        """What is wished for, but not insisted on."""
        wished = {*self._wished(), *(["part"] if self.part and self.weekdays else [])}
        return wished & self.relaxed

    @property
    def on_weekdays(self) -> Q:
        return has_time(self.weekdays)

    def _wished(self) -> dict[str, Q]:
        """Every condition that can be dropped, by its key."""
        wished = {
            "speciality": has_one("specialities", self.specialities) if self.specialities else None,
            "interest": has_one("interests", self.interests) if self.interests else None,
            "time": has_time(self.weekdays, self.part) if self.weekdays or self.part else None,
            "kind": Q(kind=self.kind) if self.kind else None,
            "core": Q(is_core=True) if self.core else None,
            "recent": called_on(self.recent) if self.recent else None,
        }
        return {key: condition for key, condition in wished.items() if condition is not None}

    def conditions(self) -> dict[str, Q]:
        """What is insisted on, by its key; who rests is left out by the condition "resting"."""
        strict = {key: condition for key, condition in self._wished().items() if key not in self.dropped}
        if "part" in self.dropped and "time" in strict:
            strict["time"] = self.on_weekdays
        return strict if self.resting else strict | {"resting": Q(status=VolunteerStatus.ACTIVE)}

    def told_apart(self) -> list[Q]:
        """What differs between those who meet the conditions: each of several things wished for, each relaxed wish."""
        apart: list[Q] = []
        for key, relation, chosen in (
            ("speciality", "specialities", self.specialities),
            ("interest", "interests", self.interests),
        ):
            if len(chosen) > 1 or key in self.dropped:
                apart += [has_one(relation, [pk]) for pk in chosen]
        wished = self._wished()
        loose = {"time" if key == "part" else key for key in self.dropped} - {"speciality", "interest"}
        return [*apart, *(wished[key] for key in sorted(loose))]


@dataclass(frozen=True, slots=True)
class Found:
    """`counts` by HERE, NEAR, FAR; `people` are plain tuples of `SHOWN`, in order, not yet fetched."""

    counts: dict[int, int]
    people: QuerySet[Volunteer, Any]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def find(user: User, wishes: Wishes, *, beside: Any = None) -> Found:
    """Who meets all that is insisted on, among the people whom the user may see in the county of the place.

    `beside` is the entry that is being written just now: that somebody stands in it does not make their day taken.
    """
    people = _within(user, wishes).filter(reduce(and_, wishes.conditions().values(), Q()))
    counts = people.order_by().values_list(_nearness(wishes.place)).annotate(count=Count("pk"))
    return Found(counts=dict(counts), people=_listed(people, user, wishes, beside))


def relaxations(user: User, wishes: Wishes) -> dict[str, int]:
    """How many more there are without one condition, by its key; those that bring nobody are left out. One query.

    "part" gives up the part of the day and keeps the day; "time" gives up both.
    """
    conditions = wishes.conditions()
    if not conditions:
        return {}
    missed = _sum_of(~condition for condition in conditions.values())
    which = [When(~condition, then=Value(key)) for key, condition in conditions.items()]
    if wishes.part and wishes.weekdays and "time" in conditions and "part" not in wishes.relaxed:
        which.insert(0, When(~conditions["time"] & wishes.on_weekdays, then=Value("part")))
    rows = _within(user, wishes).annotate(missed=missed).filter(missed=1).order_by()
    counts = dict(rows.values_list(Case(*which)).annotate(count=Count("pk")))
    if "part" in counts:
        counts["time"] = counts.get("time", 0) + counts["part"]
    order = ["part", *conditions]
    return {key: counts[key] for key in order if counts.get(key)}


def has_one(relation: str, ids: Iterable[int]) -> Q:
    """Somebody has one of these specialities or interests."""
    through = getattr(Volunteer, relation).through
    key = {"specialities": "speciality", "interests": "interest"}[relation]
    return found(through.objects.filter(**{"volunteer": OuterRef("pk"), f"{key}__in": list(ids)}))


def has_time(weekdays: Iterable[int], part: str = "") -> Q:
    """Somebody is willing to serve on one of these weekdays (none for any), in this part of the day."""
    times = Availability.objects.filter(volunteer=OuterRef("pk"))
    if weekdays := list(weekdays):
        times = times.filter(weekday__in=weekdays)
    return found(times.filter(daypart=part) if part else times)


def called_on(recent: str) -> Q:
    """Called on within so many months ("6"), or not for so many (IDLE: a year, "idle6"). Nobody was where no app knows
    of any such thing."""
    idle = recent.startswith(IDLE)
    months = int(recent.removeprefix(IDLE) or IDLE_MONTHS)
    since = months_before(timezone.localdate(), months)
    active = reduce(or_, (Q(kind.since(since)) for kind in person_activities()), Q(pk__in=[]))
    return ~active if idle else active


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months earlier, the month's last one where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_field(key: str) -> str:
    """Under which name a line says when somebody was last called on in that way."""
    return f"last_{key}"


def _nearness(place: Unit) -> Case:
    """HERE in the place itself and below it, NEAR in the rest of its township or department, FAR in the county."""
    rings = [When(in_branch_q(place), then=Value(HERE))]
    if place.parent is not None and place.parent.parent_id is not None:
        rings.append(When(in_branch_q(place.parent), then=Value(NEAR)))
    return Case(*rings, default=Value(FAR), output_field=IntegerField())


def _ones(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _sum_of(conditions: Iterable[Q]) -> Any:
    """How many of some conditions hold; of one at least."""
    first, *rest = map(_ones, conditions)
    return sum(rest, start=first)


def _within(user: User, wishes: Wishes) -> VolunteerQuerySet:
    """Those on the rosters of the place's county whom the user may see.

    Their units are named as one array, which makes the database go by the index of the units. Joined alone, it may
    read the people of every county of the server instead, where a condition looks rare to it.
    """
    units = units_for(user, Action.VIEW_ROSTER).filter(tree_id=wishes.place.tree_id).order_by()
    people = volunteers_for_user(user).filter(
        OneOf(F("unit_id"), ArraySubquery(units.values("pk"))), status__in=CURRENT
    )
    if wishes.name:
        people = people.called(wishes.name)
    return people


def _listed(people: VolunteerQuerySet, user: User, wishes: Wishes, beside: Any) -> QuerySet[Volunteer, Any]:
    kinds = person_activities()
    lasts = {last_field(kind.key): kind.last() for kind in kinds}
    taken = [Q(kind.on_day(user, wishes.day, beside)) for kind in kinds] if wishes.day else []
    rows = with_lists(people, SHOWN).annotate(
        near=_nearness(wishes.place),
        level=F("unit__level"),
        # Read for the lines of a page alone; joined, it would be read for everybody.
        township=Subquery(Unit.objects.filter(pk=OuterRef("unit__parent")).values("name")),
        revealing=_ones(branch_q(user, Action.REVEAL_ROSTER)),
        taken=_ones(reduce(or_, taken, Q(pk__in=[]))),
        **lasts,
    )
    order: list[Any] = ["near"]
    if apart := wishes.told_apart():
        order.append(_sum_of(apart).desc())
    if lasts:
        last = Greatest(*lasts) if len(lasts) > 1 else F(*lasts)
        order.append(last.asc(nulls_first=True))
    return rows.order_by(*order, "name_key", "pk").values_list(*SHOWN, *lasts, named=True)
