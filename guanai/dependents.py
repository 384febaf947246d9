"""What a lower app must know of upper ones: each app registers here, in `AppConfig.ready()`, what it keeps by unit
and by person.

Imports run one way, so the unit page (orgs) cannot ask the roster (volunteers) or the activities how many records
hang on a unit; it asks this registry. Units and persons are untyped here, since the platform knows neither.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# An `orgs.models.Unit` and an `orgs.models.User`, which the platform must not import.
SomeUnit = Any
Someone = Any


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


@dataclass(slots=True)
class Dependents:
    """One instance, filled while the apps start, read-only afterwards. Registering a key again replaces it."""

    unit_records: dict[str, UnitRecords] = field(default_factory=dict)
    unit_parts: dict[str, Part] = field(default_factory=dict)
    person_parts: dict[str, Part] = field(default_factory=dict)
    team_parts: dict[str, Part] = field(default_factory=dict)
    account_parts: dict[str, Part] = field(default_factory=dict)
    change_parts: dict[str, Part] = field(default_factory=dict)


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
