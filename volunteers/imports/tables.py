"""The cells of a spreadsheet: .xlsx, .xls, .ods by python-calamine, .csv by the standard library."""

import csv
import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

# What a cell holds: text as it stands, numbers as floats, dates, and None for nothing.
Cell = str | float | bool | datetime.date | None
LARGEST = 20 << 20
MOST_ROWS, MOST_COLUMNS = 200_000, 200
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Papers and pictures that are no text, but would pass for GB18030.
_PAPERS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class SheetCells:
    """One sheet; `rows[n]` is the file's row n + 1, so that every complaint names the row that people see."""

    name: str
    rows: Sequence[Sequence[Cell]]


def read_sheets(content: bytes) -> list[SheetCells]:
    """The visible sheets that hold anything, in the order of the file.

    Raises:
        ValidationError: too large, with a password, damaged, of another kind, or without any cell.
    """
    if len(content) > LARGEST:
        raise ValidationError(
            f"文件有 {len(content) / (1 << 20):.0f} MB，超过 20 MB，请分成几个文件。", code="too_large"
        )
    sheets = _workbook_sheets(content) if content.startswith((_ZIP, _OLE)) else [SheetCells("", _csv_rows(content))]
    sheets = [sheet for sheet in sheets if any(any(cell is not None for cell in row) for row in sheet.rows)]
    if not sheets:
        raise ValidationError("文件里没有内容。", code="empty")
    if any(len(sheet.rows) > MOST_ROWS for sheet in sheets):
        raise ValidationError(f"一个表超过 {MOST_ROWS:,} 行，请分成几个文件。", code="too_long")
    return sheets


def _workbook_sheets(content: bytes) -> list[SheetCells]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [sheet.name for sheet in book.sheets_metadata if str(sheet.visible).endswith("Visible")]
        return [SheetCells(name, _rows(book.get_sheet_by_name(name))) for name in shown]
    except CalamineError as error:
        words = "打不开这个文件：它有密码、已损坏，或者不是 Excel、WPS 表格。请另存为 .xlsx 再传。"
        raise ValidationError(words, code="unreadable") from error


def _rows(sheet: CalamineSheet) -> list[list[Cell]]:
    rows = [[_plain(cell) for cell in row[:MOST_COLUMNS]] for row in sheet.to_python(skip_empty_area=False)]
    _fill_merged(rows, sheet.merged_cell_ranges or ())
    return rows


def _fill_merged(rows: list[list[Cell]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A cell merged downwards (one unit beside five names) says the same for each of its rows.

    What is merged across columns is a title or a group of headings, and stays in its first cell.
    """
    for (top, left), (bottom, right) in ranges:
        if left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and row[left] is None:
                row[left] = rows[top][left]


def _plain(cell: Any) -> Cell:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, bool | float | datetime.date):
        return cell
    return float(cell) if isinstance(cell, int) else None


def _csv_rows(content: bytes) -> list[list[Cell]]:
    text = _decoded(content)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect))
    except csv.Error as error:
        raise ValidationError(
            "打不开这个文件：引号或换行有误。请在表格软件里另存为 .xlsx 再传。", code="unreadable"
        ) from error
    return [[cell if cell.strip() else None for cell in row[:MOST_COLUMNS]] for row in rows]


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, or GB18030 as Chinese Excel saves; anything else is no table."""
    if b"\0" not in content and not content.startswith(_PAPERS):
        for encoding in _ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    words = "认不出这个文件。可以传 .xlsx、.xls、.ods 和 .csv；Word、图片和 PDF 请先转成表格。"
    raise ValidationError(words, code="unknown")
