"""Streamed lists: values, looks, bounded memory, safety."""

import io
import time
import weakref
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from guanai.sheets import Column, Kind, UnitLine, Value, stream_list
from guanai.xmltext import xml_text

_COLUMNS = (
    Column("编号", Kind.CODE),
    Column("姓名", width=10),
    Column("捐款", Kind.MONEY),
    Column("日期", Kind.DATE),
    Column("次数", Kind.COUNT),
    Column("备注"),
)
_ROWS: tuple[tuple[Value, ...], ...] = (
    ("WL000001", "张建国", Decimal("1234.50"), date(2025, 3, 8), 12, "=cmd|' /C calc'!A0"),
    ("WL000002", "李秀英", None, None, 0, None),
    ("510824198001010011", "@王", Decimal("0.10"), date(2025, 12, 31), 3, "_x0041_"),
)


def _stream(path: Path, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "heading": "五老名册",
        "columns": _COLUMNS,
        "rows": iter(_ROWS),
        "unit_line": UnitLine("苍溪县关工委", date(2025, 12, 31)),
        "total": ("合计", None, Decimal("1234.60"), None, 15, None),
        "dated": date(2025, 12, 31),
    }
    stream_list(path, **(fields | changes))
    return path.read_bytes()


def test_values_come_back_as_they_were(tmp_path: Path) -> None:
    content = _stream(tmp_path / "list.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("名单").to_python()
    assert rows[0][0] == "五老名册"
    assert "".join(str(value) for value in rows[1]) == "填报单位：苍溪县关工委日期：2025年12月31日单位：元"
    assert rows[2] == ["编号", "姓名", "捐款", "日期", "次数", "备注"]
    expected = [["" if value is None else value for value in row] for row in _ROWS]
    assert [[str(value) if value else value for value in row[:2]] for row in rows[3:6]] == [row[:2] for row in expected]
    assert [row[2] for row in rows[3:7]] == [1234.5, "", 0.1, 1234.6]
    assert [row[3] for row in rows[3:6]] == [date(2025, 3, 8), "", date(2025, 12, 31)]
    assert [row[5] for row in rows[3:6]] == ["=cmd|' /C calc'!A0", "", "_x0041_"]
    assert rows[6][0] == "合计"


def test_looks_like_the_other_tables_and_prints_like_them(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_stream(tmp_path / "list.xlsx"))).worksheets[0]
    assert (sheet["A1"].font.name, sheet["A1"].font.sz, sheet["A1"].font.b) == ("宋体", 18, True)
    assert sheet.row_dimensions[1].height == 36
    assert sheet["A3"].font.b
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B4", "$3:$3")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter is not None
    assert str(sheet.oddFooter.center.text).endswith("第&P页 共&N页")
    assert [cell.number_format for cell in sheet[4]] == ["@", "General", "#,##0.00", "yyyy-mm-dd", "#,##0", "General"]
    assert sheet["F4"].data_type != "f"
    assert sheet["F4"].quotePrefix
    assert sheet["A4"].border.left.style == "thin"
    assert sheet.auto_filter.ref == "A3:F7"


@pytest.mark.parametrize(("columns", "paper"), [(14, "9"), (15, "8"), (30, "8")])
def test_a_wide_list_is_printed_on_a3_and_can_still_be_read(tmp_path: Path, columns: int, paper: str) -> None:
    wide = [Column(f"第{place}列") for place in range(columns)]
    contents = {
        _stream(tmp_path / f"{turn}.xlsx", columns=wide, rows=iter([["值"] * columns]), total=None) for turn in (1, 2)
    }
    assert len(contents) == 1
    page = openpyxl.load_workbook(io.BytesIO(contents.pop())).worksheets[0].page_setup
    assert (page.orientation, str(page.paperSize)) == ("landscape", paper)
    assert (page.fitToWidth or 1, page.fitToHeight) == (1, 0)


def test_the_grid_ends_with_the_list_and_has_no_holes(tmp_path: Path) -> None:
    content = _stream(tmp_path / "list.xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        part = parts.read("xl/worksheets/sheet1.xml").decode()
        assert b"Calibri" not in parts.read("xl/styles.xml")
    columns = part[part.index("<cols>") : part.index("</cols>")]
    assert columns.count("<col ") == len(_COLUMNS)
    assert "style=" not in columns
    for letter in "ABCDEF":
        assert f'<conditionalFormatting sqref="{letter}4:{letter}7">' in part


def test_rows_are_not_kept(tmp_path: Path) -> None:
    class Watched(list[Value]):
        """A row that a weak reference can be taken of."""

    seen: list[weakref.ref[Watched]] = []
    most_alive = 0

    def rows() -> Iterator[Watched]:
        nonlocal most_alive
        for number in range(5_000):
            row = Watched([f"WL{number}", number])
            seen.append(weakref.ref(row))
            yield row
            if number % 500 == 0:
                most_alive = max(most_alive, sum(reference() is not None for reference in seen))

    columns = (Column("编号", Kind.CODE), Column("次数", Kind.COUNT))
    _stream(tmp_path / "list.xlsx", columns=columns, rows=rows(), total=None)
    assert len(seen) == 5_000
    assert 1 <= most_alive <= 3


def test_same_rows_give_the_same_bytes_at_another_time(tmp_path: Path) -> None:
    first = _stream(tmp_path / "first.xlsx")
    time.sleep(1.1)
    assert _stream(tmp_path / "second.xlsx") == first
    assert _stream(tmp_path / "third.xlsx", rows=_ROWS[:2]) != first


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": (*_COLUMNS[:5], Column("编号"))},
        {"columns": (*_COLUMNS[:5], Column("备注", group="甲"))},
        {"rows": [("WL1",)]},
        {"total": ("合计",)},
        {"title": "a/b"},
    ],
)
def test_refuses_a_wrong_list_and_leaves_nothing_behind(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        _stream(tmp_path / "list.xlsx", **changes)
    assert list(tmp_path.iterdir()) == []


def test_one_column_and_no_rows(tmp_path: Path) -> None:
    content = _stream(tmp_path / "list.xlsx", columns=[Column("姓名")], rows=[], total=None)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [sheet["A1"].value, sheet["A3"].value, sheet["A4"].value] == ["五老名册", "姓名", None]


@pytest.mark.fuzz
@given(st.text(st.characters(codec=None), max_size=60), st.text(st.characters(codec=None), max_size=60))
def test_any_text_comes_back_as_text(tmp_path_factory: pytest.TempPathFactory, heading: str, value: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    columns = (Column("编号", Kind.CODE), Column("备注"))
    content = _stream(path, heading=heading, columns=columns, rows=[("甲", value)], total=None)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [rows[0][0], rows[3][1]] == [xml_text(heading), xml_text(value)]
