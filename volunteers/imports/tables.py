"""The cells of a spreadsheet: .xlsx, .xls, .ods and web pages by `opening.py`, .csv by the standard library."""

import csv
import datetime
import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import ValidationError

from volunteers.imports import opening
from volunteers.imports.opening import MOST_COLUMNS, MOST_ROWS

# What a cell holds: text as it stands, numbers as floats, dates, and None for nothing.
Cell = str | float | bool | datetime.date | None
LARGEST = 20 << 20
# A minute by the clock, where the processor's time that `opening.py` allows itself is not reached.
OPENING_SECONDS = 60
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Papers and pictures that are no text, but would pass for GB18030.
_PAPERS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What many systems "export to Excel": a page with a table, or XML, under the name of a workbook.
_HTML = re.compile(r"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|meta|style|table)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*(<\?xml|<\?mso-application|MIME-Version:)", re.IGNORECASE)
_REFUSALS: Mapping[str, str] = {
    "password": "这个文件有打开密码。请在表格软件里去掉密码，再传。",
    "unreadable": "打不开这个文件：它已损坏，或者不是 Excel、WPS 表格。请另存为 .xlsx 再传。",
    "too_large": "这个文件展开后太大，打不开。请把名册的行和列复制到一个新的表，另存为 .xlsx 再传。",
    "too_long": f"一个表超过 {MOST_ROWS:,} 行，请分成几个文件。",
    "too_wide": f"有的行超过 {MOST_COLUMNS} 列，请把名册以外的列删去再传。",
    "xml": "这是网页存档或 XML 表格。请在 Excel、WPS 里打开，另存为 .xlsx 再传。",
    "quotes": "打不开这个文件：引号或换行有误。请在表格软件里另存为 .xlsx 再传。",
    "unknown": "认不出这个文件。可以传 .xlsx、.xls、.ods 和 .csv；Word、图片和 PDF 请先转成表格。",
}

log = structlog.get_logger(__name__)


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
    sheets = _opened(content, "book") if content.startswith((_ZIP, _OLE)) else _text_sheets(_decoded(content))
    sheets = [sheet for sheet in sheets if any(any(cell is not None for cell in row) for row in sheet.rows)]
    if not sheets:
        raise ValidationError("文件里没有内容。", code="empty")
    return sheets


def _opened(content: bytes, kind: str) -> list[SheetCells]:
    """The sheets as a process of its own reads them (`opening.py` says why)."""
    command = [sys.executable, "-I", opening.__file__, kind]
    # Where its libraries lie, and nothing that our own environment holds besides.
    paths = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the file goes in by standard input
            command, input=content, capture_output=True, timeout=OPENING_SECONDS, env=paths, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal("too_large") from error
    sheets: list[SheetCells] = []
    cells: list[list[Cell]] = []
    for line in done.stdout.splitlines():
        match json.loads(line):
            case ["sheet", name]:
                cells = []
                sheets.append(SheetCells(name, cells))
            case ["rows", rows]:
                cells.extend([_cell(cell) for cell in row] for row in rows)
            case ["refused", why]:
                raise _refusal(why)
            case ["end"]:
                return sheets
    # It was stopped where it asked for more memory or time than a roster needs.
    log.warning("workbook_not_opened", status=done.returncode, size=len(content))
    raise _refusal("too_large")


def _refusal(why: str) -> ValidationError:
    return ValidationError(_REFUSALS[why], code=why)


def _cell(cell: Any) -> Cell:
    return datetime.date.fromordinal(cell[0]) if isinstance(cell, list) else cell


def _text_sheets(text: str) -> list[SheetCells]:
    if _HTML.match(text[:4096]):
        return _opened(text.encode(), "html")
    if _XML.match(text[:200]):
        raise _refusal("xml")
    return [SheetCells("", _csv_rows(text))]


def _csv_rows(text: str) -> list[list[Cell]]:
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), dialect):
            cells: list[Cell] = [cell if cell.strip() else None for cell in row]
            if any(cell is not None for cell in itertools.islice(cells, MOST_COLUMNS, None)):
                raise _refusal("too_wide")
            rows.append(cells[:MOST_COLUMNS])
            if len(rows) > MOST_ROWS:
                raise _refusal("too_long")
    except csv.Error as error:
        raise _refusal("quotes") from error
    return rows


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, GB18030 as Chinese Excel saves, or what it calls Unicode 文本; else no table."""
    encodings = ("utf-16",) if content.startswith(_UTF_16) else _ENCODINGS
    if (b"\0" not in content or encodings != _ENCODINGS) and not content.startswith(_PAPERS):
        for encoding in encodings:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise _refusal("unknown")
