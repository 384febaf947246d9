"""Opens a workbook or a web page of tables in a process of its own: `python opening.py book|html < file`.

A file of a few kilobytes may name a cell in its last row and column, or unfold to gigabytes; the library then asks for
more memory than there is and takes its whole process down. That may happen here, where memory and time are limited and
nothing else runs: no Django, no database, no keys. Writes lines of JSON:

    ["sheet", name]      what follows belongs to it
    ["rows", [[…], …]]   cells: text, number, true, null, or [days since 0001-01-01] for a date
    ["refused", why]     "password", "unreadable", "too_large", "too_long" or "too_wide", as the last line
    ["end"]              the last line of what was read to its end
"""

import contextlib
import datetime
import io
import json
import math
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

MEMORY = 1 << 30
CPU_SECONDS = 40
# 200,000 rows of 30 columns come to 450 MB of XML.
UNPACKED = 600 << 20
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 200_000, 200, 6_000_000
_ROWS_A_LINE = 1000
# So far a merged title of a web page may go.
_WIDEST_SPAN = 1000
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"

_FILEPASS = re.compile(rb"\x09\x08\x10\x00.{16}\x2f\x00", re.DOTALL)

Range = tuple[tuple[int, int], tuple[int, int]]


class RefusedError(Exception):
    """Why a file is not read, in one of the words above."""


def main(kind: str) -> None:
    _limit()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    content = sys.stdin.buffer.read()
    try:
        if kind == "html":
            _tell("sheet", "")
            _tell_rows(_html_rows(content))
        else:
            _read_book(content)
        _tell("end")
    except RefusedError as refusal:
        _tell("refused", str(refusal))


def _limit() -> None:
    """Without a dump of its memory, which holds what people typed."""
    limits = ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_AS, MEMORY))
    for limit, value in limits:
        # Not every system lets a process limit its address space.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _tell(*words: object) -> None:
    sys.stdout.write(json.dumps(words, ensure_ascii=False) + "\n")


def _read_book(content: bytes) -> None:
    # Only here: a web page needs no workbook.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        spans = _check_zip(content) if content.startswith(b"PK") else {}
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheets_metadata:
            if str(sheet.visible).endswith("Visible"):
                page = book.get_sheet_by_name(sheet.name)
                _tell("sheet", sheet.name)
                # The library gives the empty rows above the first cell, but not the columns before it.
                before = [""] * (page.start[1] if page.start else 0)
                rows = ([*before, *row] for row in page.iter_rows())
                _tell_rows(rows, spans.get(sheet.name) or page.merged_cell_ranges or ())
    except PasswordError as error:
        raise RefusedError("password") from error
    except (CalamineError, zipfile.BadZipFile, KeyError) as error:
        raise RefusedError("password" if _is_encrypted(content) else "unreadable") from error


def _is_encrypted(content: bytes) -> bool:
    """An .xlsx with a password is a container of the old kind around one stream of this name; an .xls says FILEPASS
    right after it begins."""
    return "EncryptedPackage".encode("utf-16-le") in content or _FILEPASS.search(content) is not None


def _check_zip(content: bytes) -> dict[str, list[Range]]:
    """What the parts of a zip say that they unfold to; of an .ods, which cells are merged downwards."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED:
            raise RefusedError("too_large")
        if "content.xml" not in archive.namelist():
            return {}
        if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
            raise RefusedError("password")
        return _spans(archive.open("content.xml"))


def _spans(source: Any) -> dict[str, list[Range]]:
    """The cells of each sheet of an .ods that span several rows; the library does not tell them."""
    from xml.etree.ElementTree import ParseError, iterparse

    found: dict[str, list[Range]] = {}
    name, row, column = "", 0, 0
    try:
        for event, element in iterparse(source, events=("start", "end")):  # noqa: S314 - what it asks for is limited
            if event == "start" and element.tag == f"{_TABLE}table":
                name, row = element.get(f"{_TABLE}name", ""), 0
            elif event == "start" and element.tag == f"{_TABLE}table-row":
                column = 0
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                row += int(element.get(f"{_TABLE}number-rows-repeated", 1))
                element.clear()
            elif event == "end" and element.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                down = int(element.get(f"{_TABLE}number-rows-spanned", 1))
                across = int(element.get(f"{_TABLE}number-columns-spanned", 1))
                if down > 1:
                    found.setdefault(name, []).append(((row, column), (row + down - 1, column + across - 1)))
                column += int(element.get(f"{_TABLE}number-columns-repeated", 1))
    except (ParseError, ValueError) as error:
        raise RefusedError("unreadable") from error
    return found


def _html_rows(content: bytes) -> Iterator[list[Any]]:
    """The rows of every table of a page, one under the other, as Excel shows such a file."""
    from lxml import etree, html

    try:
        page = html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except etree.ParserError as error:
        raise RefusedError("unreadable") from error
    table = None
    # What a cell of an earlier row says for this one too, by column: how often still, and the text.
    hanging: dict[int, tuple[int, str | None]] = {}
    for line in page.iter("tr"):
        of = next(line.iterancestors("table"), None)
        if of is not table:
            table, hanging = of, {}
        row: list[Any] = []
        for cell in line.iterchildren("td", "th"):
            _put_hanging(row, hanging)
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            text = "".join(str(part) for part in cell.itertext())
            row.extend([text, *[None] * (across - 1)])
            if down > 1:
                # What goes over several columns is a title and stays in its first row, as in a workbook.
                said = text if across == 1 else None
                hanging |= dict.fromkeys(range(len(row) - across, len(row)), (down - 1, said))
        _put_hanging(row, hanging)
        yield row


def _put_hanging(row: list[Any], hanging: dict[int, tuple[int, str | None]]) -> None:
    while len(row) in hanging:
        more, text = hanging.pop(len(row))
        if more > 1:
            hanging[len(row)] = (more - 1, text)
        row.append(text)


def _span(cell: Any, name: str) -> int:
    said = cell.get(name, "1").strip()[:9]
    return min(max(int(said), 1), _WIDEST_SPAN) if said.isascii() and said.isdecimal() else 1


def _tell_rows(rows: Iterable[Sequence[Any]], merged: Sequence[Range] = ()) -> None:
    """Say every row down to the last that holds anything."""
    filling = _Filling(merged)
    waiting: list[list[Any]] = []
    number = cells = 0
    for number, row in enumerate(rows):
        values = filling.fill(number, [_plain(cell) for cell in row])
        while values and values[-1] is None:
            values.pop()
        waiting.append(values)
        if not values:
            continue
        cells += len(values) - values.count(None)
        if number >= MOST_ROWS or cells > MOST_CELLS:
            raise RefusedError("too_long")
        if len(values) > MOST_COLUMNS:
            raise RefusedError("too_wide")
        if len(waiting) >= _ROWS_A_LINE:
            _tell("rows", waiting)
            waiting = []
    while waiting and not waiting[-1]:
        waiting.pop()
    if waiting:
        _tell("rows", waiting)


class _Filling:
    """A cell merged downwards (one unit beside five names) says the same for each of its rows.

    What is merged across columns is a title or a group of headings, and stays in its first cell.
    """

    def __init__(self, merged: Sequence[Range]) -> None:
        self._begins: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, right) in merged:
            if left == right and bottom > top:
                self._begins.setdefault(top, []).append((left, bottom))
        # By column: the last row, and what is said.
        self._hanging: dict[int, tuple[int, Any]] = {}

    def fill(self, number: int, values: list[Any]) -> list[Any]:
        for column, (bottom, said) in list(self._hanging.items()):
            if number > bottom:
                del self._hanging[column]
            elif column < len(values) and values[column] is None:
                values[column] = said
        for column, bottom in self._begins.get(number, ()):
            if column < len(values):
                self._hanging[column] = (bottom, values[column])
        return values


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, datetime.date):
        return [cell.toordinal()]
    if isinstance(cell, bool):
        return cell
    # What JSON cannot say, no roster says.
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None


if __name__ == "__main__":
    main(sys.argv[1])
