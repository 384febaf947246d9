"""Taking a spreadsheet into the roster: opened, its columns understood, checked, committed, undone."""

import base64
import datetime
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.jobs import UNFINISHED_JOBS
from guanai.models import Job
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import require
from volunteers.enums import ImportState, RowState
from volunteers.imports.checking import Checked, Checker, Ruling, Told
from volunteers.imports.columns import Heading, fields_of, find_heading, normalised, shown
from volunteers.imports.committing import lock_imports, store_lines, undo, write_rows
from volunteers.imports.guesses import check_files, count_questions, refusals_noted
from volunteers.imports.rows import Said, read_rows
from volunteers.imports.tables import LARGEST, SheetCells, read_sheets
from volunteers.models import ColumnMemory, RosterImport

# How long an uploaded file rests here.
KEPT = datetime.timedelta(hours=24)
RUNNING = "正在后台处理这个文件，完成后再试。"
GONE = "文件已经清除，请重新上传。"
NO_HEADING = "没有找到标题行：要有一行写着“姓名”和别的列名，如“证件号”“电话”。"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A sheet as it was understood and what each row means; `unknown` are terms that are on no list, and cells
    that cannot be read, by field, with the rows that they stand in."""

    sheet: SheetCells
    heading: Heading
    results: Sequence[Checked]
    unknown: Mapping[str, Mapping[str, Sequence[int]]]

    @property
    def counts(self) -> Counter[str]:
        return Counter(str(result.state) for result in self.results)

    @property
    def questions(self) -> list[Checked]:
        return [result for result in self.results if result.state == RowState.QUESTION]

    @property
    def wrong(self) -> list[Checked]:
        return [result for result in self.results if result.state in (RowState.ERROR, RowState.QUESTION)]


@dataclass(frozen=True, slots=True)
class Outline:
    """The sheet that is read, others that are rosters too, and how the columns are called."""

    sheet: str
    others: Sequence[str]
    headings: Sequence[str]

    @property
    def more(self) -> str:
        """What is said of the other rosters; "" where there are none."""
        names = "、".join(f"“{name[:20]}”" for name in self.others[:5])
        count = f"等 {len(self.others)} 个表" if len(self.others) > 5 else ""
        return f"这次只读表“{self.sheet}”。{names}{count}没有读，请各存为一个文件再传。" if names else ""


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
    told: Told | None = None,
) -> FileCheck:
    """Every row against the roster; nothing is written. `told` hears now and then how many rows are done."""
    rows: list[Said] = list(read_rows(sheet, heading.row, heading.fields))
    columns = {field: name for field, name in zip(heading.fields, heading.names, strict=False) if field and name}
    checker = Checker(unit=unit, by=by, ruling=ruling, columns=columns)
    return FileCheck(sheet, heading, checker.check(rows, lock=lock, told=told), checker.unknown)


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
    batch = new_import(content=content, unit=unit, by=by)
    understand_file(batch, content)
    batch.save()
    return batch


def new_import(*, content: bytes, unit: Unit, by: User) -> RosterImport:
    """An import whose file nobody has read yet; not saved. Raises as `open_import`."""
    require(by, Action.EDIT_ROSTER, unit)
    if len(content) > LARGEST:
        raise ValidationError("文件超过 20 MB，请分成几个文件。", code="too_large")
    check_files(by)
    return RosterImport(unit=unit, by=by, content=base64.b85encode(content).decode())


def understand_file(batch: RosterImport, content: bytes) -> None:
    """Read the file of an import and set what its columns mean; it is not saved. Raises as `open_import`."""
    sheets = read_sheets(content)
    place, heading = understand(sheets, batch.unit)
    others = [sheet.name for sheet in sheets if sheet is not sheets[place] and find_heading(sheet)]
    batch.sheet, batch.heading_row, batch.fields = place, heading.row, list(heading.fields)
    outline = Outline(sheets[place].name, others, list(heading.names))
    batch.outline = json.dumps(asdict(outline), ensure_ascii=False)
    batch.length = len(sheets[place].rows) - heading.row


def outline_of(batch: RosterImport) -> Outline:
    """What the file of an import consists of. Raises ValidationError where the file is gone."""
    if not batch.outline:
        raise ValidationError(GONE, code="gone")
    return Outline(**json.loads(batch.outline))


def choose_columns(*, batch: RosterImport, fields: Sequence[str], by: User) -> RosterImport:
    """Say what each column means; the unit's next file with these headings is understood so from the start.

    Raises:
        PermissionDenied: somebody else's import.
        ValidationError: no column for the name, one field twice, or the file is gone.
    """
    check_own(batch, by)
    named = [field for field in fields if field]
    if "name" not in named:
        raise ValidationError("请指明哪一列是姓名。", code="no_name")
    if len(named) != len(set(named)):
        raise ValidationError("两列不能是同一项，请改一列。", code="twice")
    names = outline_of(batch).headings
    with transaction.atomic():
        batch = locked(batch)
        if list(fields) != batch.fields:
            if _places_of_numbers(fields) != _places_of_numbers(batch.fields):
                # Other columns of numbers ask other questions: none of them was counted yet.
                batch.told = 0
            batch.fields, batch.found, batch.wrong_rows = list(fields), "", ""
        # What failed before, failed with other columns or is tried anew.
        batch.job = None
        batch.save(update_fields=["fields", "found", "wrong_rows", "told", "job"])
        for name, field, usual in zip(names, fields, fields_of(names), strict=False):
            heading = normalised(name)[:40]
            if heading and field != usual:
                ColumnMemory.objects.update_or_create(unit=batch.unit, heading=heading, defaults={"field": field})
            elif heading:
                ColumnMemory.objects.filter(unit=batch.unit, heading=heading).delete()
    return batch


def _places_of_numbers(fields: Sequence[str]) -> list[int]:
    """Which columns say who is meant: whoever has a 编号 is not asked for by the identity number."""
    return [place for place, field in enumerate(fields) if field in ("id_number", "number")]


def rule(*, batch: RosterImport, ruling: Ruling, by: User) -> RosterImport:
    """Keep what somebody decided about unknown terms, unreadable cells and people in question."""
    check_own(batch, by)
    with transaction.atomic():
        batch = locked(batch)
        batch.ruling = {
            "terms": {name: dict(words) for name, words in ruling.terms.items()},
            "people": {str(row): number for row, number in ruling.people.items()},
        }
        batch.found = batch.wrong_rows = ""
        batch.save(update_fields=["ruling", "found", "wrong_rows"])
    return batch


def locked(batch: RosterImport, *, job: Job | None = None) -> RosterImport:
    """The import as it stands now, locked; only `job` may go on while a job of it runs.

    Raises:
        ValidationError: another job of it runs: what it has begun with must not change under it.
    """
    # The job is read by a query of its own: joined, it would be that of before the wait for the lock.
    batch = RosterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if is_running(batch) and batch.job != job:
        raise ValidationError(RUNNING, code="running")
    return batch


def is_running(batch: RosterImport) -> bool:
    return batch.job is not None and batch.job.state in UNFINISHED_JOBS


def ruling_of(batch: RosterImport) -> Ruling:
    people = {int(row): number for row, number in batch.ruling.get("people", {}).items()}
    return Ruling(terms=batch.ruling.get("terms", {}), people=people)


def sheet_of(batch: RosterImport) -> SheetCells:
    """The sheet of the kept file. Raises ValidationError where the file is gone."""
    if not batch.content:
        raise ValidationError(GONE, code="gone")
    return read_sheets(base64.b85decode(batch.content))[batch.sheet]


def heading_of(batch: RosterImport, sheet: SheetCells) -> Heading:
    cells = sheet.rows[batch.heading_row - 1]
    return Heading(batch.heading_row, [shown(cell) for cell in cells], batch.fields)


def check_import(*, batch: RosterImport, by: User, told: Told | None = None) -> FileCheck:
    """What committing would do now. Raises as `commit_import`."""
    check_own(batch, by)
    sheet = sheet_of(batch)
    heading = heading_of(batch, sheet)
    found = check_file(sheet=sheet, heading=heading, unit=batch.unit, by=by, ruling=ruling_of(batch), told=told)
    with refusals_noted(batch, by):
        count_questions(batch, found.results, by)
    return found


def commit_import(*, batch: RosterImport, by: User, job: Job | None = None, told: Told | None = None) -> RosterImport:
    """Take in the good rows; done twice, the second does nothing.

    Raises:
        PermissionDenied: somebody else's import, or no roster of theirs any more.
        ValidationError: undone or expired, or a job other than `job` runs.
    """
    check_own(batch, by)
    sheet = sheet_of(batch)
    with refusals_noted(batch, by), transaction.atomic():
        lock_imports(batch.unit)
        batch = locked(batch, job=job)
        if batch.state == ImportState.COMMITTED:
            return batch
        if batch.state != ImportState.OPEN:
            raise ValidationError(f"这次导入{batch.get_state_display()}，不能再导入。", code="state")
        heading = heading_of(batch, sheet)
        unit, ruling, now = batch.unit, ruling_of(batch), timezone.now()
        found = check_file(sheet=sheet, heading=heading, unit=unit, by=by, ruling=ruling, lock=True, told=told)
        count_questions(batch, found.results, by)
        written = write_rows(found.results, by=by, now=now)
        store_lines(batch, found.results, written)
        counts = found.counts
        batch.new, batch.changed = counts[RowState.NEW], counts[RowState.CHANGED]
        batch.same, batch.wrong = counts[RowState.SAME], len(found.wrong)
        batch.state, batch.committed_at = ImportState.COMMITTED, now
        batch.save(update_fields=["new", "changed", "same", "wrong", "state", "committed_at"])
    return batch


def undo_import(*, batch: RosterImport, by: User, job: Job | None = None) -> RosterImport:
    """Take a committed import back while its people are as it left them.

    Raises:
        PermissionDenied: somebody else's import.
        ValidationError: not committed, somebody was changed or is needed elsewhere since, or a job other than `job`
            runs.
    """
    check_own(batch, by)
    with transaction.atomic():
        lock_imports(batch.unit)
        batch = locked(batch, job=job)
        undo(batch, by)
    return batch


def expire_imports(*, now: datetime.datetime | None = None) -> int:
    """Clear the files of a day ago and give up what was not taken in; returns how many. Beat asks every hour."""
    before = (now or timezone.now()) - KEPT
    old = RosterImport.objects.filter(created_at__lt=before).exclude(content=None)
    with transaction.atomic():
        old.filter(state=ImportState.OPEN).update(state=ImportState.EXPIRED)
        return old.update(content=None, outline=None, found=None, wrong_rows=None)


def check_own(batch: RosterImport, by: User) -> None:
    if batch.by_id != by.pk:
        raise PermissionDenied("somebody else's import")
    require(by, Action.EDIT_ROSTER, batch.unit)
