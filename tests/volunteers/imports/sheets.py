"""Spreadsheets as people keep them, made here cell by cell."""

import datetime
import io
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
