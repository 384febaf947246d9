"""The input back with a column of reasons, so that only the wrong rows are put right and sent again."""

import datetime
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from volunteers.imports.tables import Cell

if TYPE_CHECKING:
    from volunteers.services.imports import FileCheck

REASON = "没有导入的原因"
# Excel keeps fifteen digits of a number.
EXACT = 1e15


def error_file(found: "FileCheck", *, wrong_alone: bool = False) -> io.BytesIO:
    """An .xlsx with the cells of the sheet as they were read and, behind them, why a row was not taken in; of a long
    one, with `wrong_alone`, what stands above the heading and the rows that were not.

    Everything is text or a date: nothing that begins with = is a formula.
    """
    sheet = found.sheet
    reasons = {
        result.row: "；".join(f"{problem.column}：{problem.reason}" for problem in result.problems)
        for result in found.wrong
    }
    width = max((len(row) for row in sheet.rows), default=0)
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet.name[:31] or "名册")
    red = PatternFill("solid", fgColor="FDECEC")
    for number, row in enumerate(sheet.rows, 1):
        if wrong_alone and number > found.heading.row and number not in reasons:
            continue
        cells = [_cell(page, value) for value in _padded(row, width)]
        last = _cell(page, REASON if number == found.heading.row else reasons.get(number, ""))
        if number == found.heading.row:
            last.font = Font(bold=True)
        if number in reasons:
            for cell in (*cells, last):
                cell.fill = red
        page.append([*cells, last])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _padded(row: Sequence[Cell], width: int) -> list[Cell]:
    return [*row, *[None] * (width - len(row))]


def _cell(page: object, value: Cell) -> Any:
    if isinstance(value, float) and abs(value) >= EXACT:
        # It has lost its last digits: as text it would look like a number that has not.
        return WriteOnlyCell(page, value=value)  # type: ignore[arg-type]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    cell = WriteOnlyCell(page, value=value if isinstance(value, datetime.date | None) else str(value))  # type: ignore[arg-type]
    if isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"
    elif value is not None:
        cell.data_type = "s"
        cell.number_format = "@"
    return cell
