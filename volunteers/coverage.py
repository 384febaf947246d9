"""Who can do what where: places by specialities, and what nobody on a roster can do.

Distinct people (人): somebody stands on one unit's roster and has a speciality once, so the people of units add up.
The order is that of the tree and of the list of specialities; nothing here is ranked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from guanai.sheets import Column, Kind, Value
from orgs.models import Unit, short_name_of
from volunteers.enums import CURRENT, KINDS_OF_GROUP, PlaceGroup
from volunteers.models import Speciality, Volunteer

# Lines are the unit itself (part 0), the open units under it (1), and groups of kinds within its branch (2). `held`
# has the people of each unit, once by speciality and once without (NULL); a unit without anybody is there as well,
# with nothing in `people`.
_LINES = """
WITH place AS (
    SELECT id, parent_id, code, name, kind, lft, rght, closed_on FROM {unit}
    WHERE tree_id = %(tree)s AND lft BETWEEN %(lft)s AND %(rght)s
), person AS (
    SELECT v.id, v.unit_id FROM {volunteer} v JOIN place ON place.id = v.unit_id WHERE v.status = ANY(%(current)s)
), held AS (
    SELECT unit_id, NULL::bigint AS speciality_id, count(*) AS people FROM person GROUP BY unit_id
    UNION ALL
    SELECT p.unit_id, s.speciality_id, count(*) FROM person p JOIN {through} s ON s.volunteer_id = p.id
    GROUP BY p.unit_id, s.speciality_id
), line AS (
    SELECT CASE id WHEN %(top)s THEN 0 ELSE 1 END AS part, code, name, lft, rght FROM place
    WHERE id = %(top)s OR (parent_id = %(top)s AND closed_on IS NULL)
), told AS (
    SELECT line.part, line.lft AS place_order, line.code AS key, line.name, held.speciality_id, held.people,
        place.closed_on, place.name AS place_name, place.lft
    FROM line JOIN place ON place.lft BETWEEN line.lft AND line.rght LEFT JOIN held ON held.unit_id = place.id
    UNION ALL
    SELECT 2, 0, groups.key, '', held.speciality_id, held.people, place.closed_on, place.name, place.lft
    FROM place JOIN unnest(%(keys)s::text[], %(kinds)s::text[]) AS groups (key, kind) ON groups.kind = place.kind
    LEFT JOIN held ON held.unit_id = place.id
)
SELECT part, key, name, speciality_id, COALESCE(sum(people), 0)::int,
    count(*) FILTER (WHERE closed_on IS NULL),
    array_agg(place_name ORDER BY lft) FILTER (WHERE closed_on IS NULL AND people IS NULL)
FROM told GROUP BY part, place_order, key, name, speciality_id ORDER BY part, place_order, key
"""
TOTAL, UNDER, GROUP = range(3)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people of a line have a speciality, the roster's list of exactly these, and where nobody has it the
    search for who could come."""

    speciality: str
    people: int
    url: str
    search_url: str = ""


@dataclass(slots=True)
class Line:
    """A place, or the places of one group of kinds in the branch. `units` counts the open ones, `bare` names those of
    them on whose own roster nobody stands, in tree order."""

    part: int
    key: str
    label: str
    url: str
    opens: str = ""
    people: int = 0
    units: int = 0
    bare: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    @property
    def gap_cells(self) -> list[Cell]:
        """The specialities that nobody here has."""
        return [cell for cell in self.cells if not cell.people]

    @property
    def gaps(self) -> list[str]:
        return [cell.speciality for cell in self.gap_cells]

    @property
    def gap_words(self) -> str:
        """没有健康、科技; "" where every speciality is there."""
        if not self.people:
            return "名册上还没有人"
        return f"没有{'、'.join(self.gaps)}" if self.gaps else ""


@dataclass(frozen=True, slots=True)
class Matrix:
    top: Unit
    specialities: list[tuple[int, str]]
    total: Line
    under: list[Line]
    groups: list[Line]

    @property
    def lines(self) -> list[Line]:
        return [self.total, *self.under, *self.groups]

    @property
    def place_lines(self) -> list[Line]:
        """The total first, as every table has it."""
        return [self.total, *self.under]

    @property
    def with_gaps(self) -> list[Line]:
        """The places under the unit where something is missing; without any, the unit itself."""
        return [line for line in self.under or [self.total] if line.gap_words]


def speciality_matrix(top: Unit) -> Matrix:
    """The branch of a unit, in one query beside that for the specialities."""
    specialities = list(Speciality.objects.values_list("pk", "name"))
    lines: dict[tuple[int, str], Line] = {}
    counts: dict[tuple[int, str], dict[int, int]] = {}
    for part, key, name, speciality, people, units, bare in _rows(top):
        line = lines.setdefault((part, key), _line(top, part, key, name))
        if speciality is None:
            line.people, line.units, line.bare = people, units, [short_name_of(one) for one in bare or []]
        else:
            counts.setdefault((part, key), {})[speciality] = people
    for place, line in lines.items():
        held = counts.get(place, {})
        # Relative like the lists; a group of kinds has no place, so that for it the search begins at the unit.
        near = top.code if line.part == GROUP else line.key
        line.cells = [
            Cell(
                name,
                held.get(pk, 0),
                f"{line.url}&speciality={pk}",
                f"../search/?{urlencode({'speciality': pk, 'unit': near})}",
            )
            for pk, name in specialities
        ]
    groups = [lines[GROUP, key] for key in PlaceGroup.values if (GROUP, key) in lines]
    return Matrix(
        top=top,
        specialities=specialities,
        total=lines[TOTAL, top.code],
        under=[line for (part, _), line in lines.items() if part == UNDER],
        groups=[line for line in groups if line.units or line.people],
    )


def _rows(top: Unit) -> list[Any]:
    pairs = [(key, str(kind)) for key, kinds in KINDS_OF_GROUP.items() for kind in kinds]
    tables = {
        "unit": Unit._meta.db_table,
        "volunteer": Volunteer._meta.db_table,
        "through": Volunteer.specialities.through._meta.db_table,
    }
    values: dict[str, Any] = {
        "top": top.pk,
        "tree": top.tree_id,
        "lft": top.lft,
        "rght": top.rght,
        "current": [str(status) for status in CURRENT],
        "keys": [str(key) for key, _ in pairs],
        "kinds": [kind for _, kind in pairs],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(**tables), values)
        return list(cursor.fetchall())


def _line(top: Unit, part: int, key: str, name: str) -> Line:
    query = {"unit": top.code, "place": key} if part == GROUP else {"unit": key}
    label = PlaceGroup(key).label if part == GROUP else short_name_of(name)
    # Relative to the page of the coverage: there are hundreds of them on it.
    url = f"../?{urlencode(query)}"
    opens = f"{reverse('volunteers:speciality_coverage')}?unit={key}" if part == UNDER else ""
    return Line(part, key, label, url, opens)


def matrix_columns(matrix: Matrix) -> list[Column]:
    counts = [Column(f"{name}（人）", Kind.COUNT, width=12) for _, name in matrix.specialities]
    return [
        Column("单位", width=20),
        Column("名册（人）", Kind.COUNT, width=12),
        Column("没有五老的单位（个）", Kind.COUNT, width=14),
        *counts,
        Column("缺的特长", width=36),
    ]


def matrix_rows(matrix: Matrix) -> Iterator[tuple[Value, ...]]:
    """The total first, then places in tree order, then kinds of places."""
    for line in matrix.lines:
        label = f"{line.label}合计" if line.part == TOTAL else line.label
        yield (label, line.people, len(line.bare), *(cell.people for cell in line.cells), line.gap_words)
