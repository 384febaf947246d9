"""Taking a spreadsheet into the roster: opened, its columns understood, checked, committed, undone."""

import base64
import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.limits import NUMBERS_PER_HOUR, may_ask_for_number
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows
from volunteers.enums import ImportState, RowState
from volunteers.imports.checking import Checked, Checker, Ruling
from volunteers.imports.columns import Heading, fields_of, find_heading, normalised, shown
from volunteers.imports.committing import lock_imports, store_lines, undo, write_rows
from volunteers.imports.rows import Said, read_rows
from volunteers.imports.tables import SheetCells, read_sheets
from volunteers.models import ColumnMemory, RosterImport
from volunteers.services.roster import TAKEN

# How long an uploaded file rests here.
KEPT = datetime.timedelta(hours=24)
NO_HEADING = "没有找到标题行：要有一行写着“姓名”和别的列名，如“证件号”“电话”。"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A sheet as it was understood and what each row means; `unknown` are terms that are on no list, by field."""

    sheet: SheetCells
    heading: Heading
    results: Sequence[Checked]
    unknown: Mapping[str, Sequence[str]]

    @property
    def counts(self) -> Counter[str]:
        return Counter(str(result.state) for result in self.results)

    @property
    def questions(self) -> list[Checked]:
        return [result for result in self.results if result.state == RowState.QUESTION]

    @property
    def wrong(self) -> list[Checked]:
        return [result for result in self.results if result.state in (RowState.ERROR, RowState.QUESTION)]


def understand(sheets: Sequence[SheetCells], unit: Unit | None = None) -> tuple[int, Heading]:
    """The first sheet with a heading, and its columns as this unit has understood them before.

    Raises:
        ValidationError: no row names a column 姓名 beside others.
    """
    for place, sheet in enumerate(sheets):
        heading = find_heading(sheet)
        if heading is not None:
            fields = fields_of(sheet.rows[heading.row - 1], remembered(unit) if unit else None)
            return place, Heading(heading.row, heading.names, fields)
    raise ValidationError(NO_HEADING, code="no_heading")


def remembered(unit: Unit) -> dict[str, str]:
    """{heading: field} as somebody of this unit chose them."""
    return dict(ColumnMemory.objects.filter(unit=unit).values_list("heading", "field"))


def check_file(
    *,
    sheet: SheetCells,
    heading: Heading,
    unit: Unit,
    by: User | None,
    ruling: Ruling | None = None,
    lock: bool = False,
) -> FileCheck:
    """Every row against the roster; nothing is written."""
    rows: list[Said] = list(read_rows(sheet, heading.row, heading.fields))
    checker = Checker(unit=unit, by=by, ruling=ruling)
    return FileCheck(sheet, heading, checker.check(rows, lock=lock), checker.unknown)


def take_in(
    *, sheet: SheetCells, heading: Heading, unit: Unit, by: User | None, ruling: Ruling | None = None
) -> FileCheck:
    """Check once more under lock and write what is new or changed; rows with errors are left out.

    All or nothing: a killed process leaves the roster as it was, and the same file can be taken in again.
    """
    with transaction.atomic():
        lock_imports(unit)
        found = check_file(sheet=sheet, heading=heading, unit=unit, by=by, ruling=ruling, lock=True)
        write_rows(found.results, by=by, now=timezone.now())
    return found


def open_import(*, content: bytes, unit: Unit, by: User) -> RosterImport:
    """Keep an uploaded file, encrypted, with its columns as far as they are understood.

    Raises:
        PermissionDenied: no roster of this user.
        ValidationError: no readable table, or none with a heading.
    """
    _check_editor(by, unit)
    place, heading = understand(read_sheets(content), unit)
    return RosterImport.objects.create(
        unit=unit,
        by=by,
        content=base64.b85encode(content).decode(),
        sheet=place,
        heading_row=heading.row,
        fields=list(heading.fields),
    )


def choose_columns(*, batch: RosterImport, fields: Sequence[str], by: User) -> RosterImport:
    """Say what each column means; the unit's next file with these headings is understood so from the start.

    Raises:
        PermissionDenied: somebody else's import.
        ValidationError: no column for the name, one field twice, or the file is gone.
    """
    _check_own(batch, by)
    named = [field for field in fields if field]
    if "name" not in named:
        raise ValidationError("请指明哪一列是姓名。", code="no_name")
    if len(named) != len(set(named)):
        raise ValidationError("两列不能是同一项，请改一列。", code="twice")
    sheet = sheet_of(batch)
    with transaction.atomic():
        batch.fields = list(fields)
        batch.save(update_fields=["fields"])
        suggested = fields_of(sheet.rows[batch.heading_row - 1])
        for cell, field, usual in zip(sheet.rows[batch.heading_row - 1], fields, suggested, strict=False):
            heading = normalised(cell)[:40]
            if heading and field != usual:
                ColumnMemory.objects.update_or_create(unit=batch.unit, heading=heading, defaults={"field": field})
            elif heading:
                ColumnMemory.objects.filter(unit=batch.unit, heading=heading).delete()
    return batch


def rule(*, batch: RosterImport, ruling: Ruling, by: User) -> RosterImport:
    """Keep what somebody decided about unknown terms and people in question."""
    _check_own(batch, by)
    batch.ruling = {
        "terms": {name: dict(words) for name, words in ruling.terms.items()},
        "people": {str(row): number for row, number in ruling.people.items()},
    }
    batch.save(update_fields=["ruling"])
    return batch


def ruling_of(batch: RosterImport) -> Ruling:
    people = {int(row): number for row, number in batch.ruling.get("people", {}).items()}
    return Ruling(terms=batch.ruling.get("terms", {}), people=people)


def sheet_of(batch: RosterImport) -> SheetCells:
    """The sheet of the kept file. Raises ValidationError where the file is gone."""
    if not batch.content:
        raise ValidationError("文件已经清除，请重新上传。", code="gone")
    return read_sheets(base64.b85decode(batch.content))[batch.sheet]


def heading_of(batch: RosterImport, sheet: SheetCells) -> Heading:
    cells = sheet.rows[batch.heading_row - 1]
    return Heading(batch.heading_row, [shown(cell) for cell in cells], batch.fields)


def check_import(*, batch: RosterImport, by: User) -> FileCheck:
    """What committing would do now. Raises as `commit_import`."""
    _check_own(batch, by)
    sheet = sheet_of(batch)
    heading = heading_of(batch, sheet)
    found = check_file(sheet=sheet, heading=heading, unit=batch.unit, by=by, ruling=ruling_of(batch))
    _count_questions(batch, found, by)
    return found


def _count_questions(batch: RosterImport, found: FileCheck, by: User) -> None:
    """A file must not be a way to ask for thousands of identity numbers who is registered elsewhere."""
    taken = sum(any(problem.reason == TAKEN for problem in result.problems) for result in found.results)
    for _ in range(min(taken - batch.told, NUMBERS_PER_HOUR + 1)):
        if not may_ask_for_number(by):
            words = "文件里很多证件号已在别处登记，请联系县关工委办公室核对后再导入。"
            raise ValidationError(words, code="too_many")
    if taken > batch.told:
        batch.told = taken
        batch.save(update_fields=["told"])


def commit_import(*, batch: RosterImport, by: User) -> RosterImport:
    """Take in the good rows; done twice, the second does nothing.

    Raises:
        PermissionDenied: somebody else's import, or no roster of theirs any more.
        ValidationError: undone or expired.
    """
    _check_own(batch, by)
    sheet = sheet_of(batch)
    with transaction.atomic():
        lock_imports(batch.unit)
        batch = RosterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
        if batch.state == ImportState.COMMITTED:
            return batch
        if batch.state != ImportState.OPEN:
            raise ValidationError(f"这次导入{batch.get_state_display()}，不能再导入。", code="state")
        heading = heading_of(batch, sheet)
        unit, ruling, now = batch.unit, ruling_of(batch), timezone.now()
        found = check_file(sheet=sheet, heading=heading, unit=unit, by=by, ruling=ruling, lock=True)
        _count_questions(batch, found, by)
        written = write_rows(found.results, by=by, now=now)
        store_lines(batch, found.results, written)
        counts = found.counts
        batch.new, batch.changed = counts[RowState.NEW], counts[RowState.CHANGED]
        batch.same, batch.wrong = counts[RowState.SAME], len(found.wrong)
        batch.state, batch.committed_at = ImportState.COMMITTED, now
        batch.save()
    return batch


def undo_import(*, batch: RosterImport, by: User) -> RosterImport:
    """Take a committed import back while its people are as it left them.

    Raises:
        PermissionDenied: somebody else's import.
        ValidationError: not committed, or somebody was changed or is needed elsewhere since.
    """
    _check_own(batch, by)
    with transaction.atomic():
        lock_imports(batch.unit)
        batch = RosterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
        undo(batch, by)
    return batch


def expire_imports(*, now: datetime.datetime | None = None) -> int:
    """Clear the files of a day ago and give up what was not taken in; returns how many. Beat asks every hour."""
    before = (now or timezone.now()) - KEPT
    old = RosterImport.objects.filter(created_at__lt=before).exclude(content=None)
    with transaction.atomic():
        old.filter(state=ImportState.OPEN).update(state=ImportState.EXPIRED)
        return old.update(content=None)


def _check_own(batch: RosterImport, by: User) -> None:
    if batch.by_id != by.pk:
        raise PermissionDenied("somebody else's import")
    _check_editor(by, batch.unit)


def _check_editor(by: User, unit: Unit) -> None:
    if not allows(by, Action.EDIT_ROSTER, unit):
        raise PermissionDenied("no roster of this user")
