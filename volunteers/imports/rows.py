"""From the rows of a sheet to what each says: values by field, and what could not be read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from volunteers.imports.cells import CLEANERS, CellError, Unchanged, UnreadTimeError
from volunteers.imports.columns import LABELS, fields_of, normalised, shown
from volunteers.imports.tables import Cell, SheetCells

_NOTES = ("填表", "制表", "审核", "填报", "说明", "注", "备注")
_TOTALS = ("合计", "总计", "小计", "共计", "总人数")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell: the heading of its column and the reason, without the value itself; with `asked` a
    decision on the page puts it right."""

    column: str
    reason: str
    asked: bool = False


@dataclass(slots=True)
class Said:
    """What one row says: only fields with something in their cell, masked ones left out. `unread` are cells that
    may be left out while the person goes in: what stands there, by field."""

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


def read_rows(sheet: SheetCells, heading_row: int, fields: Sequence[str]) -> Iterator[Said]:
    """The rows under the heading, without blank ones, totals, notes and headings that are repeated on each page."""
    names = [shown(cell) for cell in sheet.rows[heading_row - 1]]
    heading = fields_of(sheet.rows[heading_row - 1])
    wanted = [(place, name) for place, name in enumerate(fields) if name]
    own_name = fields.index("name")
    for place in range(heading_row, len(sheet.rows)):
        row = sheet.rows[place]
        if _is_left_out(row, own_name, heading):
            continue
        said = Said(place + 1)
        for column, name in wanted:
            cell = row[column] if column < len(row) else None
            if cell is not None:
                _take(said, name, cell, names[column] if column < len(names) else LABELS[name])
        yield said


def _take(said: Said, name: str, cell: Cell, column: str) -> None:
    try:
        value = CLEANERS[name](cell)
    except UnreadTimeError as unread:
        said.unread[name] = unread.said
        return
    except CellError as error:
        said.problems.append(Problem(column, error.reason))
        return
    except (ValueError, OverflowError):
        said.problems.append(Problem(column, "这一格看不懂，请核对。"))
        return
    if not isinstance(value, Unchanged):
        said.values[name] = value


def _is_left_out(row: Sequence[Cell], own_name: int, heading: Sequence[str]) -> bool:
    filled = [(place, cell) for place, cell in enumerate(row) if cell is not None and shown(cell)]
    if not filled:
        return True
    first = normalised(filled[0][1])
    named = row[own_name] if own_name < len(row) else None
    if first.startswith(_TOTALS) or normalised(named).startswith(_TOTALS):
        return True
    # One long line across the sheet is a note, as is 填表人：… under the list.
    is_note = first.startswith(_NOTES)
    if named is None and (len(filled) == 1 or is_note):
        return True
    # Where the names come first, the note stands among them.
    if is_note and re.search("[:：]", str(filled[0][1])):
        return True
    # A heading that is repeated says 姓名 where the names stand; only then is the rest of the row understood as one.
    if not any(fields_of([named])):
        return False
    again = [name for name in fields_of(row) if name]
    return len(again) >= 2 and "name" in again and again == [name for name in heading if name]
