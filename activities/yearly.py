"""The five cells of a unit's year (计 检 记 总 评), and what is still due of them."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from activities.enums import PaperKind, PaperState
from activities.models import Activity, Paper, PaperDeadline
from guanai.cells import Cell, CellState
from orgs.models import Unit

# The third cell, 记录, is the activities themselves.
CELL_PAPERS = (PaperKind.PLAN, PaperKind.CHECK, None, PaperKind.SUMMARY, PaperKind.ASSESSMENT)
CELL_STATES = {
    PaperState.DRAFT: CellState.DRAFT,
    PaperState.RETURNED: CellState.BACK,
    PaperState.FILED: CellState.DONE,
}


@dataclass(frozen=True, slots=True)
class PaperYear:
    """The papers of some units in one year, and how many activities their branches held."""

    year: int
    papers: Mapping[tuple[int, str], Paper]
    held: Mapping[int, int]

    def cells(self, unit: Unit) -> list[Cell]:
        return [self._paper_cell(unit, kind) if kind else self._record_cell(unit) for kind in CELL_PAPERS]

    def _paper_cell(self, unit: Unit, kind: PaperKind) -> Cell:
        paper = self.papers.get((unit.pk, kind))
        state = CELL_STATES[PaperState(paper.state)] if paper else CellState.MISSING
        return Cell(str(kind.label), state, reverse("activities:paper_edit", args=[unit.code, self.year, kind]))

    def _record_cell(self, unit: Unit) -> Cell:
        held = self.held.get(unit.pk, 0)
        url = f"{reverse('activities:activity_list')}?unit={unit.code}&year={self.year}"
        return Cell("记录", CellState.DONE if held else CellState.MISSING, url, f"{held:,} 场" if held else "")


def paper_year(units: Collection[Unit], year: int) -> PaperYear:
    """The cells of these units with two queries, however many they are."""
    papers = Paper.objects.filter(unit__in=units, year=year).defer("text")
    places = (
        Activity.objects.counted()
        .held_in(year)
        .filter(unit__tree_id__in={unit.tree_id for unit in units})
        .order_by()
        .values("unit__tree_id", "unit__lft")
        .annotate(held=Count("pk"))
        .values_list("unit__tree_id", "unit__lft", "held")
    )
    rows = list(places) if units else []
    held = {
        unit.pk: sum(count for tree, lft, count in rows if tree == unit.tree_id and unit.lft <= lft <= unit.rght)
        for unit in units
    }
    return PaperYear(year, {(paper.unit_id, paper.kind): paper for paper in papers}, held)


@dataclass(frozen=True, slots=True)
class DuePaper:
    """A paper of one unit that is not filed yet; `days` are those left, negative once it is late."""

    unit: Unit
    year: int
    kind: PaperKind
    due_on: datetime.date
    days: int

    @property
    def url(self) -> str:
        return reverse("activities:paper_edit", args=[self.unit.code, self.year, self.kind])

    @property
    def name(self) -> str:
        return f"{self.year} 年工作{self.kind.label}"


def due_papers(unit: Unit, papers: PaperYear, *, within: int, today: datetime.date | None = None) -> list[DuePaper]:
    """What of the year is not filed and falls due within so many days, or is late; earliest first. One query."""
    today = today or timezone.localdate()
    due = []
    for deadline in PaperDeadline.objects.all():
        kind = PaperKind(deadline.kind)
        paper = papers.papers.get((unit.pk, kind))
        day = deadline.in_year(papers.year)
        days = (day - today).days
        if days <= within and (paper is None or paper.state != PaperState.FILED):
            due.append(DuePaper(unit, papers.year, kind, day, days))
    return sorted(due, key=lambda paper: paper.due_on)
