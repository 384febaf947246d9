"""What has been made so far, for the makers that come after."""

import datetime
import random
from dataclasses import dataclass, field
from typing import Any

from activities.models import Partner, Programme, Theme, Venue
from orgs.enums import UnitKind
from orgs.models import Unit, User
from reports.demo.names import Registry, texts
from reports.demo.plan import Plan
from reports.demo.writing import Numbers
from volunteers.enums import VolunteerStatus
from volunteers.models import Volunteer


@dataclass(slots=True)
class World:
    """The network and its people. Ids are primary keys; `volunteers` holds also those who have yet to join."""

    plan: Plan
    county: Unit
    units: list[Unit]
    numbers: Numbers = field(default_factory=Numbers)
    registry: Registry = field(default_factory=Registry)
    users: dict[str, User] = field(default_factory=dict)
    recorders: dict[int, User] = field(default_factory=dict)
    volunteers: dict[int, list[Volunteer]] = field(default_factory=dict)
    # Identity numbers of those who leave one day, so that nobody else depends on when.
    leaving: set[str] = field(default_factory=set)
    # Pairs of keys that are to look like one person (reports.demo.leavings).
    twins: list[tuple[int, int]] = field(default_factory=list)
    venues: dict[int, list[Venue]] = field(default_factory=dict)
    themes: dict[str, list[Theme]] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    by_id: dict[int, Unit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {unit.pk: unit for unit in self.units}

    def of_kind(self, *kinds: UnitKind) -> list[Unit]:
        return [unit for unit in self.units if unit.kind in kinds]

    @property
    def townships(self) -> list[Unit]:
        return self.of_kind(UnitKind.TOWNSHIP)

    @property
    def departments(self) -> list[Unit]:
        return self.of_kind(UnitKind.DEPARTMENT)

    def below(self, unit: Unit) -> list[Unit]:
        """The units directly under one, in tree order."""
        return [child for child in self.units if child.parent_id == unit.pk]

    def middle(self, unit: Unit) -> Unit:
        """The township or department that a unit belongs to, itself included; the county for the county and for the
        enterprises directly under it."""
        while unit.kind not in (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT, UnitKind.COUNTY):
            assert unit.parent_id is not None  # noqa: S101  # only a county has no parent
            unit = self.by_id[unit.parent_id]
        return unit

    def character(self, unit: Unit) -> dict[str, Any]:
        """What is peculiar to a township."""
        return dict(texts("network")["character"].get(unit.name, {}))

    def vigour(self, unit: Unit) -> float:
        return float(self.character(self.middle(unit)).get("vigour", 1.0))

    def on_roster(self, unit: Unit, day: datetime.date) -> list[Volunteer]:
        """Who stands on the roster of the unit itself on a day."""
        return [
            person
            for person in self.volunteers.get(unit.pk, ())
            if person.joined_on <= day and (person.left_on is None or person.left_on > day)
        ]

    def staying(self, unit: Unit, day: datetime.date) -> list[Volunteer]:
        """Who stands on the roster of the unit itself on a day and stays on it, fit to care for somebody for years."""
        return [
            person
            for person in self.on_roster(unit, day)
            if person.id_number not in self.leaving and person.status == VolunteerStatus.ACTIVE
        ]

    def neighbours(self, unit: Unit, day: datetime.date) -> list[Volunteer]:
        """Who may help a unit out: its own roster, then that of its township or department."""
        own, middle = self.on_roster(unit, day), self.middle(unit)
        return own if middle.pk == unit.pk else [*own, *self.on_roster(middle, day)]

    def stem(self, unit: Unit) -> str:
        """How the Party organisation of a unit signs its documents: 亭委发, 教党组发, 苍委发."""
        if unit.kind == UnitKind.COUNTY:
            return "苍委发"
        for department in texts("network")["departments"]:
            if department["name"] == unit.name:
                return f"{department['stem']}发"
        return f"{unit.short_name.removeprefix('苍溪县').removeprefix('苍溪')[0]}委发"


def sample(dice: random.Random, among: list[Any], most: int) -> list[Any]:
    """Up to `most` different ones, in the order of the list's own."""
    chosen = set(dice.sample(range(len(among)), min(most, len(among))))
    return [item for index, item in enumerate(among) if index in chosen]
