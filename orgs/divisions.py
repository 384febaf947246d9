"""Reading a county's tree from a CSV of statistical divisions (columns code, name, level, parent_code)."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from orgs.enums import UnitKind
from orgs.models import Unit
from orgs.services import NETWORK_BEGAN, create_unit

COLUMNS = ("code", "name", "level", "parent_code")
LEVELS = ("county", "town", "village")
PARENT_LEVEL = {"town": "county", "village": "town"}
CODE_LENGTH = {"county": 6, "town": 9, "village": 12}
NAME_LENGTH: int = Unit._meta.get_field("name").max_length or 0
PACKAGED = Path(__file__).parent / "data" / "cangxi_divisions.csv"


class DivisionsError(ValueError):
    """The file cannot be loaded; the message names the line."""


@dataclass(frozen=True)
class Division:
    """One line of the file; `line` counts from 1 with the heading as line 1."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str

    @property
    def kind(self) -> UnitKind:
        if self.level == "county":
            return UnitKind.COUNTY
        if self.level == "town":
            return UnitKind.TOWNSHIP
        return UnitKind.COMMUNITY if "社区" in self.name else UnitKind.VILLAGE


def read_divisions(content: bytes) -> list[Division]:
    """Read and check the whole file; parents come out before their children.

    Raises:
        DivisionsError: with the line and what is wrong with it.
    """
    rows = csv.DictReader(io.StringIO(_decoded(content), newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise DivisionsError(f"line 1: the columns must be {','.join(COLUMNS)}")
    divisions: dict[str, Division] = {}
    try:
        for row in rows:
            division = _division(rows.line_num, row)
            if division.code in divisions:
                first = divisions[division.code].line
                raise DivisionsError(f"line {division.line}: code {division.code} already stands in line {first}")
            divisions[division.code] = division
    except csv.Error as error:
        raise DivisionsError(f"line {rows.line_num}: {error}") from error
    if not divisions:
        raise DivisionsError("line 2: the file holds no division")
    _check_parents(divisions)
    return sorted(divisions.values(), key=lambda division: LEVELS.index(division.level))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DivisionsError(f"line {line}: not UTF-8 (byte {content[error.start]:#04x})") from error


def _division(line: int, row: dict[str | None, str | None]) -> Division:
    values = [(row.get(column) or "").strip() for column in COLUMNS]
    if None in row or None in row.values():
        raise DivisionsError(f"line {line}: needs exactly {len(COLUMNS)} values")
    code, name, level, parent_code = values
    if level not in LEVELS:
        raise DivisionsError(f"line {line}: level '{level}' is none of {', '.join(LEVELS)}")
    if not (code.isascii() and code.isdigit() and len(code) == CODE_LENGTH[level]):
        raise DivisionsError(f"line {line}: the code of a {level} has {CODE_LENGTH[level]} digits, not '{code}'")
    if not name:
        raise DivisionsError(f"line {line}: the name is missing")
    if len(name) > NAME_LENGTH:
        raise DivisionsError(f"line {line}: the name has {len(name)} characters, more than {NAME_LENGTH}")
    if not name.isprintable():
        raise DivisionsError(f"line {line}: the name holds a character that cannot be printed")
    return Division(line, code, name, level, parent_code)


def _check_parents(divisions: dict[str, Division]) -> None:
    counties = [division for division in divisions.values() if division.level == "county"]
    for division in counties[1:]:
        raise DivisionsError(f"line {division.line}: a second county; one file holds one county")
    for division in divisions.values():
        if division.level == "county":
            continue
        parent = divisions.get(division.parent_code)
        if parent is None:
            raise DivisionsError(f"line {division.line}: parent {division.parent_code or '(empty)'} is not in the file")
        if parent.level != PARENT_LEVEL[division.level]:
            raise DivisionsError(
                f"line {division.line}: a {division.level} stands under a {PARENT_LEVEL[division.level]}, "
                f"but {parent.code} in line {parent.line} is a {parent.level}"
            )


def load_divisions(content: bytes) -> tuple[int, int]:
    """Create the units that do not exist yet, in one transaction; returns (created, already there).

    Names and parents of existing units are left alone: they change by document, through the services.
    """
    divisions = read_divisions(content)
    codes = [division.code for division in divisions]
    with transaction.atomic():
        units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
        known = len(units)
        for division in divisions:
            if division.code not in units:
                units[division.code] = create_unit(
                    parent=units.get(division.parent_code),
                    name=division.name,
                    kind=division.kind,
                    code=division.code,
                    starts_on=NETWORK_BEGAN,
                )
    return len(divisions) - known, known
