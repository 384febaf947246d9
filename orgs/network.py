"""The network of a branch as nodes with totals: one query for the units, one for each kind of record.

The pages of the network and of coverage read it; nothing here is stored.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guanai.dependents import UnitRecords
from orgs.enums import KINDS_IN_ORDER, TIER_OF_KIND, Tier, UnitKind
from orgs.models import Unit

FIELDS = (
    "id",
    "parent_id",
    "code",
    "name",
    "kind",
    "committee_established_on",
    "closed_on",
    "has_party_organisation",
    "has_veterans",
    "has_young_people",
)


@dataclass(slots=True)
class Coverage:
    """How many places should have a committee, and how many of them have one."""

    required: int = 0
    established: int = 0

    def add(self, other: "Coverage") -> None:
        self.required += other.required
        self.established += other.established

    @property
    def missing(self) -> int:
        return self.required - self.established

    @property
    def percent(self) -> str:
        """98.6%, and 100% only when it is all; — where nothing is required."""
        if not self.required:
            return "—"
        if not self.missing:
            return "100%"
        # Cut, not rounded: 1,999 of 2,000 is not 100.0%.
        return f"{self.established * 1000 // self.required / 10:.1f}%"


@dataclass(slots=True)
class Node:
    """A unit with the open units under it; `coverage` and `counts` are those of the whole branch.

    A closed unit is no child, but the records it left count in the branch where it stands.
    """

    id: int
    parent_id: int | None
    code: str
    name: str
    kind: str
    established_on: datetime.date | None
    is_closed: bool
    is_required: bool
    coverage: Coverage
    counts: list[int]
    children: list["Node"] = field(default_factory=list)

    @property
    def is_missing(self) -> bool:
        return self.is_required and self.established_on is None

    @property
    def kind_label(self) -> str:
        return str(UnitKind(self.kind).label)

    @property
    def short_name(self) -> str:
        return Unit(name=self.name).short_name

    @property
    def tier(self) -> Tier:
        return TIER_OF_KIND[self.kind]

    def walk(self) -> Iterator["Node"]:
        """The node and all open ones under it, in tree order."""
        yield self
        for child in self.children:
            yield from child.walk()


def load_branch(top: Unit, kinds: Iterable[UnitRecords] = ()) -> Node:
    """Read a branch; `counts` of a node follow the order of `kinds`."""
    numbers = [kind.by_unit(top) for kind in kinds]
    nodes = {row[0]: _node(row, numbers) for row in Unit.objects.in_branch(top).values_list(*FIELDS)}
    for node in nodes.values():
        parent = nodes.get(node.parent_id or 0)
        if parent is not None and not node.is_closed:
            parent.children.append(node)
    # Parents come first in tree order; backwards, every node is complete before it is added to its parent.
    for node in reversed(nodes.values()):
        parent = nodes.get(node.parent_id or 0)
        if parent is not None:
            parent.coverage.add(node.coverage)
            parent.counts = [mine + theirs for mine, theirs in zip(parent.counts, node.counts, strict=True)]
    return nodes[top.pk]


def _node(row: tuple[Any, ...], numbers: list[Mapping[int, int]]) -> Node:
    pk, parent_id, code, name, kind, established_on, closed_on, *conditions = row
    required = closed_on is None and all(conditions)
    return Node(
        id=pk,
        parent_id=parent_id,
        code=code,
        name=name,
        kind=kind,
        established_on=established_on,
        is_closed=closed_on is not None,
        is_required=required,
        coverage=Coverage(int(required), int(required and established_on is not None)),
        counts=[by_unit.get(pk, 0) for by_unit in numbers],
    )


@dataclass(slots=True)
class Line:
    """One line of the network page: a unit, or the units of one kind under a county together (县直部门 12 个).

    `key` opens and closes it by `?open=key`; without one there is nothing under it.
    """

    label: str
    depth: int
    coverage: Coverage
    counts: list[int]
    node: Node | None = None
    key: str = ""
    is_open: bool = False

    @property
    def query(self) -> str:
        """The places behind 已建 / 应建, for the coverage page."""
        return f"unit={self.node.code}" if self.node else f"kind={self.key}"


def lines_of(top: Node, opened: str) -> list[Line]:
    """The top with its total first, then what stands under it, of which only `opened` is unfolded."""
    lines = [_line(top, 0)]
    if top.kind != UnitKind.COUNTY:
        return [*lines, *(_line(child, 1) for child in top.children)]
    for kind in KINDS_IN_ORDER:
        children = [child for child in top.children if child.kind == kind]
        if kind == UnitKind.TOWNSHIP:
            for child in children:
                lines += _unfolding(_line(child, 1, child.code if child.children else ""), child.children, opened)
        elif children:
            lines += _unfolding(_group(kind, children), children, opened)
    return lines


def _line(node: Node, depth: int, key: str = "") -> Line:
    return Line(node.short_name, depth, node.coverage, node.counts, node, key)


def _group(kind: UnitKind, children: list[Node]) -> Line:
    coverage = Coverage()
    for child in children:
        coverage.add(child.coverage)
    counts = [sum(column) for column in zip(*(child.counts for child in children), strict=True)]
    return Line(f"{kind.label}（{len(children)} 个）", 1, coverage, counts, key=kind.value)


def _unfolding(line: Line, children: list[Node], opened: str) -> list[Line]:
    line.is_open = bool(line.key) and line.key == opened
    return [line, *(_line(child, 2) for child in children)] if line.is_open else [line]


@dataclass(slots=True)
class CoverageLine:
    """One line of the coverage page; `query` opens the places behind it."""

    label: str
    coverage: Coverage
    query: str
    is_total: bool = False
    node: Node | None = None


def by_tier(tops: Iterable[Node]) -> list[CoverageLine]:
    """Coverage by tier, under each tier by host kind; kinds that do not occur are left out."""
    kinds: dict[str, Coverage] = {}
    for top in tops:
        for node in top.walk():
            own = Coverage(int(node.is_required), int(node.is_required and node.established_on is not None))
            kinds.setdefault(node.kind, Coverage()).add(own)
    lines: list[CoverageLine] = []
    for tier in Tier:
        members = [kind for kind in UnitKind if kind in kinds and TIER_OF_KIND[kind] == tier]
        total = Coverage()
        for kind in members:
            total.add(kinds[kind])
        if members:
            lines.append(CoverageLine(str(tier.label), total, f"tier={tier.value}", is_total=True))
            lines += [CoverageLine(str(kind.label), kinds[kind], f"kind={kind.value}") for kind in members]
    return lines


def by_place(tops: Iterable[Node]) -> list[CoverageLine]:
    """Coverage by township and department, in tree order; the total of each top first."""
    lines: list[CoverageLine] = []
    for top in tops:
        lines.append(CoverageLine(f"{top.short_name}合计", top.coverage, f"unit={top.code}", is_total=True, node=top))
        lines += [_place(child) for child in top.children]
    return lines


def _place(node: Node) -> CoverageLine:
    return CoverageLine(node.short_name, node.coverage, f"unit={node.code}", node=node)
