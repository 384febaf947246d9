"""What is still open in the name of somebody who goes, who may settle it, and who may take it over."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from guanai.dependents import OpenRecord, OpenWork, PersonRecords, person_records
from orgs.enums import Action
from orgs.models import User
from orgs.scope import branch_q, may
from volunteers.enums import GONE, VolunteerStatus
from volunteers.models import Volunteer
from volunteers.querysets import VolunteerQuerySet

# How many people a search for a successor shows.
HITS = 8


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """What is open of one kind: the records that this user settles, and how many are for somebody else."""

    kind: PersonRecords
    work: OpenWork
    records: Sequence[OpenRecord]
    elsewhere: int

    @property
    def count(self) -> int:
        return len(self.records) + self.elsewhere


def kinds_with_work() -> list[tuple[PersonRecords, OpenWork]]:
    return [(kind, kind.open_work) for kind in person_records() if kind.open_work is not None]


def open_rows(work: OpenWork, day: datetime.date, by: User, person: Volunteer) -> QuerySet[Any]:
    """The open records of one kind that hang on a person and that this user may settle."""
    return work.rows(day).filter(branch_q(by, work.action, work.unit_path), volunteer=person)


def open_groups(person: Volunteer, user: User) -> list[OpenGroup]:
    """Everything open, kind by kind; kinds with nothing open are left out. Two queries a kind."""
    today = timezone.localdate()
    groups = []
    for kind, work in kinds_with_work():
        everything = work.rows(today).filter(volunteer=person).count()
        records = work.lines(open_rows(work, today, user, person)) if everything else []
        groups.append(OpenGroup(kind, work, records, everything - len(records)))
    return [group for group in groups if group.count]


def open_counts(person: Volunteer) -> list[tuple[PersonRecords, int]]:
    """How much is open of each kind, whoever settles it."""
    today = timezone.localdate()
    counted = [(kind, work.rows(today).filter(volunteer=person).count()) for kind, work in kinds_with_work()]
    return [(kind, count) for kind, count in counted if count]


def gone_with_work(user: User) -> VolunteerQuerySet:
    """Who has left, died or rests and still has something open that must not stay with them and that this user may
    settle; each with `open_count`."""
    today = timezone.localdate()
    mine = Volunteer.objects.standing().filter(branch_q(user, Action.EDIT_ROSTER))
    hanging = [
        work.rows(today)
        .filter(
            branch_q(user, work.action, work.unit_path),
            volunteer=OuterRef("pk"),
            volunteer__status__in=GONE if work.waits else (*GONE, VolunteerStatus.RESTING),
        )
        .order_by()
        for _, work in kinds_with_work()
    ]
    counts = [_counted(rows) for rows in hanging]
    some: Q = reduce(or_, (Q(Exists(rows)) for rows in hanging))
    total = reduce(lambda one, other: one + other, counts)
    people: VolunteerQuerySet = mine.filter(some, status__in=(*GONE, VolunteerStatus.RESTING))
    people = people.annotate(open_count=total)
    return people.select_related("unit").order_by(Coalesce("left_on", "resting_since"), "pk")


def _counted(rows: QuerySet[Any]) -> Any:
    counted = rows.values("volunteer").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def count_left_open(user: User) -> tuple[int, int]:
    """(people of `gone_with_work`, things still open in their names) in one query; none without a roster to keep."""
    if not may(user, Action.EDIT_ROSTER):
        return 0, 0
    found = gone_with_work(user).order_by().aggregate(people=Count("pk"), things=Coalesce(Sum("open_count"), 0))
    return found["people"], found["things"]


def heirs_to_choose(user: User, person: Volunteer) -> VolunteerQuerySet:
    """Who may take something over: active, on a roster of the same county that the user may see, somebody else."""
    people = Volunteer.objects.standing().filter(branch_q(user, Action.VIEW_ROSTER), status=VolunteerStatus.ACTIVE)
    return people.filter(unit__tree_id=person.unit.tree_id).exclude(pk=person.pk).select_related("unit")


def find_heirs(user: User, person: Volunteer, words: str) -> list[Volunteer]:
    """At most `HITS` of them by a part of the name or the start of its pinyin, those of the own unit first."""
    return heirs_to_choose(user, person).called(words).own_first(person.unit_id, HITS)
