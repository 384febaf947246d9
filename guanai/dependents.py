"""What a lower app must know of upper ones: each app registers here, in `AppConfig.ready()`, what it keeps by unit
and by person.

Imports run one way, so the unit page (orgs) cannot ask the roster (volunteers) or the activities how many records
hang on a unit; it asks this registry. Units and persons are untyped here, since the platform knows neither.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

# An `orgs.models.Unit`, an `orgs.models.User` and a `volunteers.models.Volunteer`, which the platform must not import.
SomeUnit = Any
Someone = Any
SomePerson = Any


@dataclass(frozen=True, slots=True)
class UnitRecords:
    """Records of one kind that hang on units.

    `by_unit(branch)` gives {unit id: how many} for the whole branch of a unit in one query; units without records may
    be left out. `url(unit)` is the list of the records of the unit's branch, open to who may do `action` there.
    `in_tree` makes it a column of the page of the whole network; `of_committee` says that only a committee has them.
    `ever` counts, in the same way, also what is over or of earlier years, where `by_unit` shows less.
    """

    key: str
    label: str
    measure: str
    action: str
    by_unit: Callable[[SomeUnit], Mapping[int, int]]
    url: Callable[[SomeUnit], str]
    order: int = 100
    in_tree: bool = False
    of_committee: bool = False
    ever: Callable[[SomeUnit], Mapping[int, int]] | None = None

    def ever_at(self, unit: SomeUnit) -> int:
        """How many were ever recorded at a unit itself."""
        return (self.ever or self.by_unit)(unit).get(unit.pk, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of another app's page: drawn by `template`, from `context(record, user)`.

    An empty context leaves the part out. The user may do `action` on the record's unit, or the part is left out too.
    """

    key: str
    heading: str
    action: str
    template: str
    context: Callable[[Any, Someone], dict[str, Any]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class PersonActivity:
    """One way in which people of the rosters are called on, to be read inside a query over people.

    Each callable gives an expression in which `OuterRef("pk")` is the person: `last()` the day of the last time (null
    for never), `since(day)` whether there was one on that day or later, `on_day(user, day, beside)` whether the day is
    taken already, as far as `user` may know of what is only planned; `beside` is the entry that is being written just
    now and does not count. `label` is the word before the day: 主讲.
    """

    key: str
    label: str
    last: Callable[[], Any]
    since: Callable[[datetime.date], Any]
    on_day: Callable[[Someone, datetime.date, Any], Any]
    order: int = 100


class Heir(Enum):
    """Whether something open goes on with somebody else."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """One thing that still hangs on somebody who goes: what it is called, and the page that opens it.

    Neither `title` nor `note` holds what is not shown in a list of its own app.
    """

    pk: int
    title: str
    note: str
    url: str
    heir: Heir = Heir.MAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a hand-over is done: on which day, by whom, why. `dismissal` ends posts, where a document has come."""

    on: datetime.date
    by: Someone
    reason: str
    dismissal: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWork:
    """What of a kind must not stay with somebody who goes.

    `rows(day)` are all that are open on a day, whoever they hang on by their field `volunteer`. Who may do `action` on
    the unit at `unit_path` settles them. `lines` says how each is shown, with no query per row. `settle` ends one and,
    where there is an heir, goes on with them; it raises ValidationError, and runs inside a transaction. `waits` says
    that it may stay with somebody who rests.
    """

    action: str
    unit_path: str
    rows: Callable[[datetime.date], QuerySet[Any]]
    lines: Callable[[QuerySet[Any]], Sequence[OpenRecord]]
    settle: Callable[[int, SomePerson | None, Terms], None]
    waits: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecords:
    """Records of one kind that hang on persons by `relations` ("aid.Pairing.volunteer").

    The relations are of one model; `found` gives the records where the person stands in them otherwise.
    `repoint(source, target, by)` moves them to another row of the same person and returns how many; without it they
    stay where they are, for the reason in `stays`. `open_work` is given where something must be handed over; where it
    is None, what was recorded is over, or ends with the person.
    """

    key: str
    label: str
    measure: str
    relations: tuple[str, ...] = ()
    found: Callable[[SomePerson], QuerySet[Any]] | None = None
    repoint: Callable[[SomePerson, SomePerson, Someone], int] | None = None
    stays: str = ""
    open_work: OpenWork | None = None
    order: int = 100

    def of(self, person: SomePerson) -> QuerySet[Any]:
        """All that hang on a person, ever."""
        if self.found is not None:
            return self.found(person)
        labels, names = zip(*(relation.rsplit(".", 1) for relation in self.relations), strict=True)
        rows: QuerySet[Any] = apps.get_model(labels[0])._default_manager.all()
        return rows.filter(Q(*((name, person) for name in names), _connector=Q.OR))


@dataclass(slots=True)
class Dependents:
    """One instance, filled while the apps start, read-only afterwards. Registering a key again replaces it."""

    unit_records: dict[str, UnitRecords] = field(default_factory=dict)
    unit_parts: dict[str, Part] = field(default_factory=dict)
    person_parts: dict[str, Part] = field(default_factory=dict)
    team_parts: dict[str, Part] = field(default_factory=dict)
    account_parts: dict[str, Part] = field(default_factory=dict)
    change_parts: dict[str, Part] = field(default_factory=dict)
    person_activities: dict[str, PersonActivity] = field(default_factory=dict)
    person_records: dict[str, PersonRecords] = field(default_factory=dict)


registry = Dependents()


def register_unit_records(*kinds: UnitRecords) -> None:
    registry.unit_records.update({kind.key: kind for kind in kinds})


def register_unit_parts(*parts: Part) -> None:
    """Parts of the page of a unit, under its facts."""
    registry.unit_parts.update({part.key: part for part in parts})


def register_person_parts(*parts: Part) -> None:
    """Parts of the page of a volunteer, under the facts."""
    registry.person_parts.update({part.key: part for part in parts})


def register_team_parts(*parts: Part) -> None:
    """Parts of the page of a team, under its members."""
    registry.team_parts.update({part.key: part for part in parts})


def register_account_parts(*parts: Part) -> None:
    """Parts of the page of one's own account, under the password."""
    registry.account_parts.update({part.key: part for part in parts})


def register_change_parts(*parts: Part) -> None:
    """Parts of the page of a change of the network (an `orgs.models.Restructuring`), under its facts."""
    registry.change_parts.update({part.key: part for part in parts})


def register_person_activities(*kinds: PersonActivity) -> None:
    """What the search for people knows as "recently active" and "the day is taken"."""
    registry.person_activities.update({kind.key: kind for kind in kinds})


def register_person_records(*kinds: PersonRecords) -> None:
    registry.person_records.update({kind.key: kind for kind in kinds})


def unit_records() -> list[UnitRecords]:
    return sorted(registry.unit_records.values(), key=lambda kind: kind.order)


def unit_parts() -> list[Part]:
    return sorted(registry.unit_parts.values(), key=lambda part: part.order)


def person_parts() -> list[Part]:
    return sorted(registry.person_parts.values(), key=lambda part: part.order)


def team_parts() -> list[Part]:
    return sorted(registry.team_parts.values(), key=lambda part: part.order)


def account_parts() -> list[Part]:
    return sorted(registry.account_parts.values(), key=lambda part: part.order)


def change_parts() -> list[Part]:
    return sorted(registry.change_parts.values(), key=lambda part: part.order)


def person_activities() -> list[PersonActivity]:
    return sorted(registry.person_activities.values(), key=lambda kind: kind.order)


def person_records() -> list[PersonRecords]:
    return sorted(registry.person_records.values(), key=lambda kind: kind.order)
