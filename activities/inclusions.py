"""五纳入五统一 of units in a year as five cells, for the pages that show them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from activities.enums import InclusionKind
from activities.models import Inclusion
from guanai.cells import Cell, CellState
from orgs.models import Unit


@dataclass(frozen=True, slots=True)
class InclusionYear:
    """What is evidenced: (unit id, kind) → the document number, or the meeting's name."""

    year: int
    evidence: dict[tuple[int, str], str]

    def cells(self, unit: Unit) -> list[Cell]:
        return [self._cell(unit, kind) for kind in InclusionKind]

    def _cell(self, unit: Unit, kind: InclusionKind) -> Cell:
        shown = self.evidence.get((unit.pk, kind))
        url = reverse("activities:inclusion_edit", args=[unit.code, self.year, kind])
        state = CellState.MISSING if shown is None else CellState.DONE
        return Cell(kind.short, state, url, "已有依据" if shown is not None else "")

    def done(self, unit: Unit) -> int:
        """How many of the five are evidenced."""
        return sum((unit.pk, kind) in self.evidence for kind in InclusionKind)


def inclusion_year(units: Collection[Unit], year: int) -> InclusionYear:
    """The cells of these units in one query, however many they are."""
    rows = Inclusion.objects.filter(unit__in=units, year=year).values_list("unit", "kind", "document", "meeting__name")
    return InclusionYear(year, {(unit, kind): document or name or "" for unit, kind, document, name in rows})
