"""Whatever is done to the network in whatever order, the tree is sound, no record is lost, and history stays true."""

import datetime
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from activities.models import Activity, Theme
from orgs.enums import INTERCHANGEABLE, PARENT_KINDS, ChangeState, ChangeVerb, UnitKind
from orgs.history import placements_on
from orgs.models import Restructuring, Unit, UnitPlacement, User
from orgs.services import NETWORK_BEGAN, Change, create_unit, order_change, take_back
from orgs.tree import broken_nodes, mend
from reports.rollup import figures_table
from tests.factories import codes_of, make_activity, make_theme, make_user
from tests.orgs.restructuring import Standing, days_ago, order, tree_now

KINDS = [kind for kind in UnitKind if kind != UnitKind.COUNTY]
ANY = st.integers(0, 40)
VERBS = [verb for verb in ChangeVerb if verb != ChangeVerb.TAKE_BACK]
CREATE = st.tuples(st.just("create"), st.sampled_from(KINDS), ANY, ANY)
CHANGE = st.tuples(st.sampled_from(VERBS), ANY, ANY, ANY)
BACK = st.tuples(st.just("back"), ANY, ANY, ANY)
RECORD = st.tuples(st.just("record"), ANY, ANY, ANY)
STEPS = st.lists(st.one_of(CREATE, CHANGE, CHANGE, BACK, RECORD), min_size=6, max_size=30)
Step = tuple[str, str | int, int, int]
# Each of them succeeds in the network of `start`.
EVERY_VERB: list[Step] = [
    ("merge", 1, 2, 3), ("back", 0, 0, 0), ("rename", 3, 0, 0), ("change_kind", 4, 0, 0), ("move", 4, 2, 0),
    ("dissolve", 5, 5, 0), ("back", 0, 2, 0),
]  # fmt: skip
# Villages merged into a new one that is given up again: once with nothing recorded at it, once with an activity.
FOUNDED_AND_GIVEN_UP: list[Step] = [
    ("merge", 4, 0, 1), ("back", 0, 0, 0), ("merge", 4, 0, 1), ("record", 13, 0, 0), ("back", 0, 0, 0),
]  # fmt: skip

# Refusals are a fine outcome, but only these: a wrong turn of the rules themselves must not hide among them.
FINE = {
    "wrong_parent", "closed_parent", "loop", "closed", "wrong_kind", "same_kind", "open_children", "one_source",
    "other_parent", "later_change", "state",
}  # fmt: skip
# What is taken back from an earlier day on finds a parent that was renamed or moved since.
FINE_WHEN_BACK = FINE | {"before_placement"}
# Long enough for every step to have a day of its own, all in open years.
FIRST_DAY = 40
YEAR = days_ago(0).year
NEW_YEAR = datetime.date(YEAR, 1, 1)


@dataclass
class Network:
    """A county under way, with an activity on every unit, and the tree as it was after each day."""

    county: Unit
    units: list[Unit] = field(default_factory=list)
    recorded: dict[datetime.date, dict[int, Standing]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    user: User = field(default_factory=make_user)
    theme: Theme = field(default_factory=make_theme)

    def pick(self, number: int) -> Unit:
        return Unit.objects.get(pk=self.units[number % len(self.units)].pk)

    def add(self, parent: Unit, kind: str, day: datetime.date) -> None:
        if parent.closed_on is None and parent.kind in PARENT_KINDS[kind]:
            self.units.append(create_unit(parent=parent, name=f"某处{len(self.units)}", kind=kind, starts_on=day))

    def take(self, step: Step, day: datetime.date) -> None:
        verb, what, first, second = step
        if verb == "create":
            self.add(self.pick(first), str(what), day)
        elif verb == "back":
            rows = list(Restructuring.objects.filter(state=ChangeState.DONE).order_by("pk"))
            if rows:
                # The latest ones most often: earlier ones are mostly built upon.
                row = rows[-1 - int(what) % min(3, len(rows))]
                mistyped = first % 3 == 2
                counter = take_back(restructuring=row, order=order(effective_on=day, mistyped=mistyped))
                self.done |= {"mistyped" if mistyped else "back", *check_founded(row)}
                self.rewrite(counter)
        elif verb == "record":
            make_activity(self.pick(int(what)), recorded_by=self.user, theme=self.theme, held_on=NEW_YEAR)
        else:
            unit = self.pick(int(what))
            if verb == ChangeVerb.MERGE and (first + second) % 4:
                # By pure chance hardly two units fit; every fourth may still be any.
                alike = list(Unit.objects.open().filter(kind=unit.kind).order_by("pk")) or [unit]
                self.change(verb, unit, alike[first % len(alike)], alike[second % len(alike)], day=day)
            else:
                self.change(verb, unit, self.pick(first), self.pick(second), day=day)

    def rewrite(self, counter: Restructuring) -> None:
        """What was taken back from an earlier day on was as it is now on every day since."""
        now, ids = tree_now(), counter.parts.values_list("unit", flat=True)
        for day, tree in self.recorded.items():
            if day >= counter.effective_on:
                tree.update({pk: now[pk] for pk in ids})

    def change(self, verb: str, unit: Unit, other: Unit, third: Unit, *, day: datetime.date) -> None:
        target: Unit | None = other
        units: tuple[Unit, ...] = (unit,)
        name, kind = f"新名{day:%m%d}", ""
        if verb == ChangeVerb.MERGE and third not in (unit, other):
            units = (unit, third)
        if verb in (ChangeVerb.MERGE, ChangeVerb.DISSOLVE) and other == unit:
            target = None
        if verb == ChangeVerb.CHANGE_KIND:
            kind = INTERCHANGEABLE[unit.kind == INTERCHANGEABLE[0]]
        if verb in (ChangeVerb.RENAME, ChangeVerb.CHANGE_KIND):
            target = None
        change = Change(verb=verb, units=units, target=target, name=name, kind=kind)
        row = order_change(change=change, order=order(effective_on=day))
        self.done.add(verb)
        self.units += [part.unit for part in row.parts.filter(before=None, after__isnull=False)]


@pytest.mark.slow
class RandomTrees(TestCase):
    """hypothesis and the database need a transaction for each example, which this class gives."""

    seen: set[str] = set()

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    @example(steps=EVERY_VERB)
    @example(steps=FOUNDED_AND_GIVEN_UP)
    def test_any_sequence_of_changes(self, steps: list[Step]) -> None:
        network = start()
        for number, step in enumerate(steps):
            day = days_ago(FIRST_DAY - number)
            try:
                network.take(step, day)
            except ValidationError as refused:
                fine = FINE_WHEN_BACK if step[0] == "back" else FINE
                assert codes_of(refused) <= fine, step  # noqa: PT017 - a refusal is a fine outcome, but only these
            assert broken_nodes() == [], step
            network.recorded[day] = tree_now()
        for unit in network.units:
            make_activity(unit, recorded_by=network.user, theme=network.theme, held_on=NEW_YEAR)
        check_placements(network)
        check_history(network)
        check_records(network)
        assert mend() == 0
        self.seen.update(network.done)

    @classmethod
    def tearDownClass(cls) -> None:
        # Sequences that are all refused would prove nothing.
        super().tearDownClass()
        assert {*VERBS, "back", "mistyped", "kept", "given_up"} <= cls.seen, cls.seen


def start() -> Network:
    """A county with three townships, two of them with villages, so that there is something to merge."""
    county = create_unit(parent=None, name="苍溪县", kind=UnitKind.COUNTY, code="510824", starts_on=NETWORK_BEGAN)
    network = Network(county, [county])
    for _ in range(3):
        network.add(county, UnitKind.TOWNSHIP, NETWORK_BEGAN)
    for township in network.units[1:3]:
        for kind in (UnitKind.VILLAGE, UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.SCHOOL):
            network.add(township, kind, NETWORK_BEGAN)
    return network


def check_founded(row: Restructuring) -> set[str]:
    """A unit that was founded for what is taken back is open only where something hangs on it; says what was seen."""
    seen = set()
    for part in row.parts.filter(before=None, after__isnull=False).select_related("unit"):
        unit = part.unit
        hangs = Activity.objects.filter(unit=unit).exists() or Unit.objects.filter(parent=unit).exists()
        assert (unit.closed_on is None) == hangs
        assert unit.successor is None
        seen.add("kept" if hangs else "given_up")
    return seen


def check_placements(network: Network) -> None:
    """The order of siblings is that of kind and code; every unit has one open placement, which says where it is."""
    for unit in Unit.objects.all():
        siblings = list(unit.get_siblings(include_self=True).order_by("lft").values_list("position", flat=True))
        assert siblings == sorted(siblings)
        now = UnitPlacement.objects.get(unit=unit, ends_on=None)
        assert (now.parent_id, now.name, now.is_closed) == (unit.parent_id, unit.name, unit.closed_on is not None)
        if unit.closed_on is not None:
            assert unit.is_leaf_node()
            assert unit.successor is None or unit.parent_id is not None
        # Day after day without a gap; what was taken back on its own day holds on none.
        placements = list(unit.placements.order_by("starts_on", "pk"))
        for one, other in pairwise(placements):
            assert one.ends_on is not None
            assert other.starts_on == one.ends_on + datetime.timedelta(days=1)


def check_history(network: Network) -> None:
    for day, tree in network.recorded.items():
        stood = {row.unit_id: row for row in placements_on(network.county, day) if row.stood}  # type: ignore[attr-defined]
        assert {pk: (row.parent_id, row.name, row.kind, row.is_closed) for pk, row in stood.items()} == tree, day


def check_records(network: Network) -> None:
    """Every record is in the county's total by every tree, and in the branch of each unit that stood above it."""
    county = Unit.objects.get(pk=network.county.pk)
    assert figures_table(YEAR, county, ["activities"])[county.pk]["activities"] == Activity.objects.count()
    for day in list(network.recorded)[::6]:
        table = figures_table(YEAR, county, ["activities"], as_of=day)
        parents = {row.unit_id: row.parent_id for row in placements_on(county, day)}
        by_hand = dict.fromkeys(parents, 0)
        for record in Activity.objects.all():
            above: int | None = record.unit_id
            while above is not None:
                by_hand[above] += 1
                above = parents[above]
        assert {pk: table[pk]["activities"] for pk in table} == by_hand, day
        assert by_hand[county.pk] == Activity.objects.count()
