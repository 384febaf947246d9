"""Spreadsheets as people keep them, made here cell by cell."""

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl

from tests.factories import make_id_number


def xlsx(*rows: Sequence[Any], merged: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet; `merged` are ranges like A1:F1."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_of(*rows: Sequence[Any], encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(str(cell) for cell in row) for row in rows).encode(encoding)


def some_id(day: str = "1950-01-15", order: int | None = None) -> str:
    return make_id_number(datetime.date.fromisoformat(day), order)


def ods(rows: str, *, name: str = "名册") -> bytes:
    """The smallest .ods: its kind first, a list of its parts, and one sheet with these rows."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="{name}">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", listed)
    return file.getvalue()
