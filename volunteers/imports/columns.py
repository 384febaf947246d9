"""Which row of a sheet is the heading, and which column means what."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volunteers.imports.tables import Cell, SheetCells
from volunteers.imports.words import SYNONYMS

LABELS: Mapping[str, str] = {field: names[0] for field, names in SYNONYMS.items()}
# What our own list has and a file cannot change.
IGNORED = ("职务", "序号", "备注")
HEADING_WITHIN = 30
_BRACKETS = re.compile(r"[（(【\[].*?[)）】\]]")
_NOISE = re.compile(r"[\s*＊:：.。、/\\_-]+")
_OF_HEADING = {name: field for field, names in SYNONYMS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the columns of a sheet are named: `row` counts from 1; `names` and `fields` go by column."""

    row: int
    names: Sequence[str]
    fields: Sequence[str]

    @property
    def known(self) -> list[str]:
        return [field for field in self.fields if field]


def normalised(heading: object) -> str:
    """联系 电话（手机）* → 联系电话."""
    text = unicodedata.normalize("NFKC", str(heading or ""))
    return _NOISE.sub("", _BRACKETS.sub("", text))


def find_heading(sheet: SheetCells) -> Heading | None:
    """The row under titles and notes that names most columns, a name among them; None where there is none.

    Of two rows that name as many, the upper one: a long list repeats its heading on each page.
    """
    best: Heading | None = None
    for place, row in enumerate(sheet.rows[:HEADING_WITHIN], 1):
        heading = Heading(place, [shown(cell) for cell in row], fields_of(row))
        names = heading.known
        if "name" in names and len(names) >= 2 and (best is None or len(names) > len(best.known)):
            best = heading
    return best


def fields_of(row: Sequence[Cell], remembered: Mapping[str, str] | None = None) -> list[str]:
    """The field of each column, "" for none; a field is taken by the first column that names it.

    `remembered` is what somebody of this unit chose before for these headings.
    """
    known, taken = remembered or {}, set()
    fields = []
    for cell in row:
        name = normalised(cell)
        field = known[name] if name in known else _OF_HEADING.get(name, "")
        field = "" if field in taken else field
        taken.add(field)
        fields.append(field)
    return fields


def shown(cell: Cell) -> str:
    """A heading as the page and a complaint name its column."""
    return "".join(str(cell).split())[:40] if cell is not None else ""
