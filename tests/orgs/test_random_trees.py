"""Whatever is created and moved in whatever order, every place is the one that parent and position give."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from orgs.enums import PARENT_KINDS, UnitKind
from orgs.models import Unit, UnitPlacement
from orgs.services import NETWORK_BEGAN, create_unit, move_unit
from orgs.tree import broken_nodes, mend

KINDS = [kind for kind in UnitKind if kind != UnitKind.COUNTY]
CREATE = st.tuples(st.just("create"), st.sampled_from(KINDS), st.integers(0, 40))
MOVE = st.tuples(st.just("move"), st.integers(0, 40), st.integers(0, 40))
STEPS = st.lists(st.one_of(CREATE, CREATE, MOVE), min_size=1, max_size=25)


@pytest.mark.slow
class RandomTrees(TestCase):
    """hypothesis and the database need a transaction for each example, which this class gives."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    def test_creations_and_moves_leave_no_broken_node(self, steps: list[tuple[str, str | int, int]]) -> None:
        county = create_unit(parent=None, name="苍溪县", kind=UnitKind.COUNTY, code="510824", starts_on=NETWORK_BEGAN)
        units = [county]
        for place, (verb, what, where) in enumerate(steps):
            parent = units[where % len(units)]
            if verb == "create":
                self.create(units, str(what), parent)
            else:
                self.move(units[int(what) % len(units)], parent, place)
        assert broken_nodes() == []
        assert mend() == 0
        # The order of siblings is that of kind and code, and every unit has one open placement under its parent.
        for unit in Unit.objects.all():
            siblings = list(unit.get_siblings(include_self=True).order_by("lft").values_list("position", flat=True))
            assert siblings == sorted(siblings)
            assert UnitPlacement.objects.get(unit=unit, ends_on=None).parent_id == unit.parent_id

    def create(self, units: list[Unit], kind: str, parent: Unit) -> None:
        if parent.kind in PARENT_KINDS[kind]:
            units.append(create_unit(parent=parent, name="某处", kind=kind, starts_on=NETWORK_BEGAN))

    def move(self, unit: Unit, parent: Unit, place: int) -> None:
        day = datetime.date(2000, 1, 1) + datetime.timedelta(days=place)
        try:
            move_unit(unit=unit, parent=parent, effective_on=day, document="苍府〔2000〕1号", by=None)
        except ValidationError as refused:
            assert refused.code in {"wrong_parent", "loop"}  # noqa: PT017 - a refusal is a fine outcome, but only these
