"""The table of units on the dashboard: a branch with its total first, in tree order, from one table of figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.urls import reverse

from activities.enums import PaperKind, PaperState
from activities.models import Paper
from activities.yearly import CELL_PAPERS, CELL_STATES
from guanai.cells import Cell, CellState
from orgs.enums import KINDS_IN_ORDER, UnitKind
from orgs.models import Unit
from orgs.network import Node, load_branch
from reports.indicators import Figure
from reports.links import records_url
from reports.rollup import FigureTable

# What the table reads: one query each for all units.
CODES = (
    "activities",
    "young_people",
    "veterans",
    "pairings",
    "committees_covered",
    "committees_required",
    "activities_waiting",
)
# The columns that open to their records.
NUMBERS = ("activities", "young_people", "veterans", "pairings")
# So many units stand on a page of 60 KB; the rest is a link away.
SHOWN = 24
Papers = Mapping[tuple[int, str], str]
"""The state of each paper of a year, by unit and kind."""


@dataclass(slots=True)
class Line:
    """One line: a branch, the top unit's own level, or the units of one kind together (县直部门 12 个).

    `scope` goes into the address of the records behind its numbers, beside the unit with the code `of`. `key` opens
    the line by `?open=key`. A line of several units has no `node` and no cells.
    """

    label: str
    of: str
    year: int
    figures: Mapping[str, Figure]
    depth: int = 1
    scope: Mapping[str, str] = field(default_factory=dict)
    node: Node | None = None
    key: str = ""
    is_open: bool = False
    is_total: bool = False
    cells: list[Cell] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return all(cell.state is CellState.DONE for cell in self.cells)

    @property
    def numbers(self) -> list[tuple[Figure, str]]:
        """The figures that open, each with the address of its records, if there are any."""
        return [(self.figures[code], self._url(code) if self.figures[code] else "") for code in NUMBERS]

    @property
    def waiting(self) -> tuple[Figure, str]:
        count = self.figures["activities_waiting"]
        return count, self._url("activities_waiting") if count else ""

    @property
    def missing_url(self) -> str:
        """The places that should have a committee, where one of them has none."""
        lacking = self.figures["committees_covered"] < self.figures["committees_required"]
        return self._url("coverage") if lacking else ""

    def _url(self, code: str) -> str:
        return records_url(code, self.of, self.year, **self.scope)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The lines as shown, and how many of the committees of this level have all five papers.

    `hidden` lines of this level come after those shown.
    """

    lines: list[Line]
    complete: int
    committees: int
    hidden: int = 0


def make_unit_table(
    unit: Unit,
    year: int,
    figures: FigureTable,
    *,
    linked: bool,
    opened: str = "",
    missing: bool = False,
    folded: bool = True,
) -> UnitTable:
    """The lines of a branch: total, own level, then what stands under it. Two queries.

    Under a county townships stand by themselves and other units in one line for each kind, unless `folded` is False.
    `missing` leaves only the committees whose papers are not complete. `opened` is the key of the line that is
    unfolded; `linked` says whether the reader may open papers. See `shortened` for long tables.
    """
    top = load_branch(unit)
    papers = _papers(top, year)
    writer = _Writer(top, year, figures, papers, linked=linked)
    members = [writer.own_level(), *(writer.branch(child) for child in top.children)] if top.children else []
    wanted = [line for line in members if line.node and line.node.established_on]
    incomplete = [line for line in wanted if not line.is_complete]
    lines = incomplete if missing else _ordered(writer, members, opened, folded=folded)
    return UnitTable([writer.total(), *lines], len(wanted) - len(incomplete), len(wanted))


def shortened(table: UnitTable) -> UnitTable:
    """The total and the first lines of a long table; whole where the unfolded line would be cut off."""
    at = [place for place, line in enumerate(table.lines) if line.depth == 1]
    if len(at) <= SHOWN + 1:
        return table
    cut = at[SHOWN]
    if any(line.is_open for line in table.lines[cut:]):
        return table
    return replace(table, lines=table.lines[:cut], hidden=len(at) - SHOWN)


def _ordered(writer: "_Writer", members: list[Line], opened: str, *, folded: bool) -> list[Line]:
    if writer.top.kind != UnitKind.COUNTY or not members:
        return members
    own, *branches = members
    lines = [own]
    for kind in KINDS_IN_ORDER:
        of_kind = [line for line in branches if line.node and line.node.kind == kind]
        if kind == UnitKind.TOWNSHIP or not folded:
            for line in of_kind:
                lines += _unfolding(writer, line, opened)
        elif of_kind:
            lines += _unfolding(writer, writer.group(kind, [line.node for line in of_kind if line.node]), opened)
    return lines


def _unfolding(writer: "_Writer", line: Line, opened: str) -> list[Line]:
    """A line, and under it the units that it stands for where it is the open one."""
    if line.node is not None:
        below = line.node.children
        line.key = line.of if below else ""
    else:
        below = [child for child in writer.top.children if child.kind == line.key]
    line.is_open = bool(line.key) and line.key == opened
    return [line, *(writer.branch(child, depth=2) for child in below)] if line.is_open else [line]


def _papers(top: Node, year: int) -> Papers:
    ids = [node.id for node in top.walk()]
    rows = Paper.objects.filter(unit__in=ids, year=year).order_by().values_list("unit_id", "kind", "state")
    return {(unit_id, kind): state for unit_id, kind, state in rows}


class _Writer:
    """Makes lines from one branch, its figures and its papers; no query of its own."""

    def __init__(self, top: Node, year: int, figures: FigureTable, papers: Papers, *, linked: bool) -> None:
        self.top, self.year, self.figures, self.papers, self.linked = top, year, figures, papers, linked

    def total(self) -> Line:
        word = {UnitKind.COUNTY: "全县合计", UnitKind.TOWNSHIP: "全镇合计"}
        label = word.get(UnitKind(self.top.kind), "合计") if self.top.children else self.top.short_name
        line = Line(label, self.top.code, self.year, self.figures[self.top.id], depth=0, is_total=True)
        if not self.top.children:
            line.cells = self.cells(self.top)
        return line

    def own_level(self) -> Line:
        figures = self.figures.own(self.top.id)
        line = Line(f"{self.top.short_name}本级", self.top.code, self.year, figures, scope={"own": "1"}, node=self.top)
        line.cells = self.cells(self.top, own=True)
        return line

    def branch(self, node: Node, depth: int = 1) -> Line:
        line = Line(node.short_name, node.code, self.year, self.figures[node.id], depth=depth, node=node)
        line.cells = self.cells(node)
        return line

    def group(self, kind: UnitKind, nodes: list[Node]) -> Line:
        """Only figures that add up stand in the table, so a group's figure is the sum of its units'."""
        summed = {code: sum(self.figures[node.id][code] for node in nodes) for code in CODES}
        label = f"{kind.label}（{len(nodes)} 个）"
        return Line(label, self.top.code, self.year, summed, scope={"group": kind.value}, key=kind.value)

    def cells(self, node: Node, *, own: bool = False) -> list[Cell]:
        return [self._paper_cell(node, kind) if kind else self._record_cell(node, own=own) for kind in CELL_PAPERS]

    def _paper_cell(self, node: Node, kind: PaperKind) -> Cell:
        stored = self.papers.get((node.id, kind))
        state = CELL_STATES[PaperState(stored)] if stored else CellState.MISSING
        # What is not there cannot be opened.
        opens = self.linked and stored is not None
        url = reverse("activities:paper_edit", args=[node.code, self.year, kind]) if opens else ""
        return Cell(str(kind.label), state, url)

    def _record_cell(self, node: Node, *, own: bool) -> Cell:
        held = (self.figures.own(node.id) if own else self.figures[node.id])["activities"]
        if not held:
            return Cell("记录", CellState.MISSING)
        # The figure of activities in the same line opens the records themselves.
        return Cell("记录", CellState.DONE, note=f"{held:,} 场")
