"""Styled workbooks: read back with openpyxl (formats), python-calamine (values) and lxml (parts)."""

import io
import time
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from guanai.sheets import (
    Cell,
    Chart,
    ChartPage,
    Column,
    Figure,
    Footer,
    Kind,
    Line,
    Row,
    Section,
    Sheet,
    UnitLine,
    Value,
    Workbook,
    overview,
    write_workbook,
)
from guanai.sheets.cells import display_width, group_runs, heading_width, line_count, three_spans
from guanai.xmltext import xml_text

_DAY = date(2025, 12, 31)
_MIDNIGHT = datetime.fromisoformat("2025-03-08")  # what openpyxl makes of a date cell
_UNIT_LINE = UnitLine("苍溪县关工委办公室", _DAY)
_COLUMNS = (
    Column("单位"),
    Column("场次", Kind.COUNT, "教育活动"),
    Column("青少年人次", Kind.COUNT, "教育活动"),
    Column("关爱资金", Kind.MONEY),
    Column("覆盖率", Kind.RATIO),
    Column("电话", Kind.CODE),
    Column("日期", Kind.DATE),
)
_LINES: tuple[Line, ...] = (
    Section("乡镇"),
    Row(("永宁镇", 24, 1385, Decimal("156172.80"), Decimal("0.95"), "13800138000", date(2025, 3, 8))),
    Row(("兰池村", 4, 120, Decimal("0.10"), Decimal(1), "13800138001", None), indent=1),
    ("云峰镇", 0, None, Decimal("7200000.00"), "—", "510824198001010011", date(2025, 11, 2)),
)
_TOTAL: Sequence[Value] = ("合计", 28, 1505, Decimal("7356172.90"), Decimal("0.975"), None, None)


def _sheet(**changes: Any) -> Sheet:
    fields: dict[str, Any] = {
        "title": "教育",
        "heading": "2025年度教育活动统计表",
        "columns": _COLUMNS,
        "lines": _LINES,
        "unit_line": _UNIT_LINE,
        "total": _TOTAL,
        "notes": ["注：人次为累计数。"],
    }
    return Sheet(**(fields | changes))


def _written(*sheets: Sheet | ChartPage) -> bytes:
    return write_workbook(Workbook("2025年度统计", sheets, _DAY))


def _opened(*sheets: Sheet | ChartPage) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(_written(*sheets)))


def _table(**changes: Any) -> Worksheet:
    return _opened(_sheet(**changes)).worksheets[0]


def _part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read(name)


def test_title_unit_line_and_grouped_header_are_merged_and_bold() -> None:
    sheet = _table()
    assert {"A1:G1", "A3:A4", "B3:C3", "D3:D4"} <= {str(merged) for merged in sheet.merged_cells.ranges}
    title = sheet["A1"]
    assert (title.value, title.font.name, title.font.sz, title.font.b) == ("2025年度教育活动统计表", "宋体", 18, True)
    assert [cell.value for cell in sheet[2] if cell.value] == [
        "填报单位：苍溪县关工委办公室",
        "日期：2025年12月31日",
        "单位：元",
    ]
    assert (sheet["B3"].value, sheet["B4"].value, sheet["C4"].value) == ("教育活动", "场次", "青少年人次")
    assert sheet["B4"].font.b
    assert sheet["A3"].font.b


def test_header_is_frozen_and_repeated_in_print() -> None:
    sheet = _table()
    assert sheet.freeze_panes == "B5"
    assert sheet.print_title_rows == "$3:$4"
    assert _table(columns=_COLUMNS[:1], lines=[["甲"]], total=None, unit_line=None).print_title_rows == "$2:$2"


def test_a_sheet_may_be_made_to_fit_on_one_page() -> None:
    page = _table(one_page=True).page_setup
    assert (page.fitToWidth, page.fitToHeight) == (1, 1)


def test_page_is_a4_landscape_one_page_wide_with_page_numbers() -> None:
    sheet = _table()
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_options.horizontalCentered
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center.text == "第&P页 共&N页"


def test_values_have_real_types_and_formats() -> None:
    sheet = _table()
    row = sheet[6]
    assert [cell.value for cell in row] == ["永宁镇", 24, 1385, 156172.8, 0.95, "13800138000", _MIDNIGHT]
    formats = [cell.number_format for cell in row]
    assert formats == ["General", "#,##0", "#,##0", "#,##0.00", "0.0%", "@", "yyyy-mm-dd"]
    assert {cell.border.left.style for cell in row} == {"thin"}
    assert sheet["F8"].value == "510824198001010011"
    assert sheet["E8"].value == "—"
    assert sheet["E8"].alignment.horizontal == "center"
    assert sheet["C8"].value is None
    assert sheet["C8"].border.bottom.style == "thin"


def test_tree_rows_are_indented_and_sections_span_the_table() -> None:
    sheet = _table()
    assert "A5:G5" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert (sheet["A6"].alignment.indent, sheet["A7"].alignment.indent) == (0, 1)


def test_total_is_the_last_row_of_values_then_footer_and_notes() -> None:
    sheet = _table()
    assert [cell.value for cell in sheet[9]][:4] == ["合计", 28, 1505, 7356172.9]
    assert sheet["D9"].font.b
    footer = [cell.value for cell in sheet[10] if cell.value]
    assert [str(text).split("：")[0] for text in footer] == ["填表人", "审核人", "填表日期"]
    assert sheet["A11"].value == "注：人次为累计数。"


def test_total_may_come_first_and_footer_may_be_filled() -> None:
    sheet = _table(total_first=True, footer=Footer("李秀英", "王建军", _DAY))
    assert sheet["A5"].value == "合计"
    assert sheet["A8"].value == "兰池村"
    texts = [cell.value for cell in sheet[10] if cell.value]
    assert texts == ["填表人：李秀英", "审核人：王建军", "填表日期：2025-12-31"]
    assert _table(footer=None)["A10"].value == "注：人次为累计数。"


@pytest.mark.parametrize(
    "text", ["=1+1", "+8613800138000", "-5", "@SUM(A1)", "＝1", '=HYPERLINK("x")', "#N/A", "_x0041_"]
)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    columns = (Column(text), Column("数", Kind.COUNT))
    content = _written(_sheet(heading=text, columns=columns, lines=[[text, text]], total=None, notes=[text]))
    assert b"<f>" not in _part(content, "xl/worksheets/sheet1.xml")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    for address in ("A1", "A3", "A4", "B4", "A6"):
        assert sheet[address].data_type == "s"
        assert sheet[address].quotePrefix is (text[0] not in "#_")
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[3][0] == text


def test_numbers_kept_as_text_carry_no_warning_mark() -> None:
    content = _written(_sheet(chart=Chart("图", 0, [1], rows=(1, 3))))
    sheet = etree.fromstring(_part(content, "xl/worksheets/sheet1.xml"))
    names = [etree.QName(child).localname for child in sheet]
    assert names.index("ignoredErrors") == names.index("drawing") - 1
    ignored = next(sheet.iter("{*}ignoredError"))
    assert ignored.get("numberStoredAsText") == "1"
    assert str(ignored.get("sqref")).startswith("F5:F")


def test_chinese_characters_count_as_wide() -> None:
    assert display_width("苍溪县ab") == 8
    assert display_width("“五老”\n一") == 8
    assert line_count("一二三四五六七八九十", 11) == 2
    assert line_count("一\n二", 40) == 2
    assert heading_width("德育法治宣讲场次（含入校）") < display_width("德育法治宣讲场次（含入校）")
    widths = [
        _table(columns=(Column("单位"), Column("其他")), lines=[[name, "长" * 20]], total=None)
        .column_dimensions["A"]
        .width
        for name in ("亭子", "黄猫垭镇关心下一代工作委员会", "一" * 200)
    ]
    assert widths[0] < widths[1] < widths[2] < 60


def test_a_wrapped_cell_makes_its_row_higher() -> None:
    sheet = _table(columns=(Column("说明", width=20),), lines=[["短"], ["长" * 35]], total=None)
    assert sheet.row_dimensions[5].height > 3 * sheet.row_dimensions[4].height / 2


def test_narrow_table_is_widened_to_its_heading() -> None:
    sheet = _table(columns=(Column("单位"),), lines=[["甲"]], total=None, heading="一" * 30)
    assert sheet.column_dimensions["A"].width >= 60 * 18 / 11


def test_unit_line_goes_into_one_cell_where_three_do_not_fit() -> None:
    assert three_spans([30, 30, 30], ["a", "b", "c"]) == [(0, 0), (1, 1), (2, 2)]
    assert three_spans([34, 18, 10, 18, 18], ["x" * 44, "y" * 20, "z" * 10]) == [(0, 1), (2, 3), (4, 4)]
    assert three_spans([30, 30], ["a", "b", "c"]) == [(0, 1)]
    assert three_spans([10, 10, 10], ["a", "b", "c"], fewest=2) == [(0, 2)]
    sheet = _table(columns=_COLUMNS[:1], lines=[["甲"]], total=None)
    assert sheet["A2"].value == "填报单位：苍溪县关工委办公室　　日期：2025年12月31日　　单位：元"


def test_neighbours_of_one_group_run_together() -> None:
    columns = [Column("a"), Column("b", group="甲"), Column("c", group="甲"), Column("d", group="乙"), Column("e")]
    assert group_runs(columns) == [(None, 0, 0), ("甲", 1, 2), ("乙", 3, 3), (None, 4, 4)]


def test_overview_shows_last_year_and_links_to_sheets() -> None:
    first = overview(
        heading="总览",
        year=2025,
        figures=[
            Section("关爱"),
            Figure("关爱资金", Decimal("7213456.78"), "元", Decimal("6492111.10"), Kind.MONEY, "教育"),
            Figure("覆盖率", Decimal("0.988"), "", None, Kind.RATIO),
        ],
    )
    sheet = _opened(first, _sheet()).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["项目", "2025年", "单位", "2024年", "比上年增减"]
    assert [cell.value for cell in sheet[4]] == ["关爱资金", 7213456.78, "元", 6492111.1, 721345.68]
    assert sheet["B4"].number_format == "#,##0.00"
    assert sheet["A4"].hyperlink.location == "'教育'!A1"
    assert sheet["B5"].number_format == "0.0%"
    assert sheet["E5"].value is None


def _chart_part(content: bytes, number: int = 1) -> etree._Element:
    return etree.fromstring(_part(content, f"xl/charts/chart{number}.xml"))


def test_chart_has_chinese_titles_visible_axes_and_its_figures() -> None:
    chart = Chart("各乡镇场次", 0, [1, 2], "bar", "单位", "场", rows=(1, 3))
    part = _chart_part(_written(_sheet(chart=chart)))
    texts = [element.text for element in part.iter("{*}t")]
    assert texts == ["各乡镇场次", "单位", "场"]
    axes = [axis for tag in ("catAx", "valAx") for axis in part.iter(f"{{*}}{tag}")]
    assert [mark.get("val") for axis in axes for mark in axis.iterchildren("{*}delete")] == ["0", "0"]
    values = [value.text for cache in part.iter("{*}numCache") for value in cache.iter("{*}v")]
    assert values == ["24", "4", "0", "1385", "120"]
    assert [formula.text for formula in part.iter("{*}f")][:2] == ["'教育'!$A$6:$A$8", "'教育'!$B$6:$B$8"]


def test_chart_page_draws_from_other_sheets() -> None:
    page = ChartPage(
        "主要指标图",
        [Chart("场次", 0, [1], source="教育", rows=(1, 2)), Chart("资金", 0, [3], source="教育", rows=(1, 2))],
    )
    content = _written(_sheet(), page)
    assert [formula.text for formula in _chart_part(content, 2).iter("{*}f")][1] == "'教育'!$D$6:$D$7"
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    assert sheet["A1"].value == "主要指标图"
    assert len(sheet.row_breaks.brk) == 1


def test_long_table_sends_its_chart_to_the_next_page() -> None:
    lines = [["甲", number] for number in range(30)]
    columns = (Column("单位"), Column("数", Kind.COUNT))
    chart = Chart("图", 0, [1])
    assert len(_table(columns=columns, lines=lines, total=None, chart=chart).row_breaks.brk) == 1
    assert not _table(columns=columns, lines=lines[:3], total=None, chart=chart).row_breaks.brk


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": [["甲", 1]]},
        {"total": ["合计"]},
        {"lines": [[Cell("甲", link="没有")] + [None] * 6]},
        {"lines": [["甲", float("nan")] + [None] * 5]},
        {"chart": Chart("图", 0, [9])},
        {"chart": Chart("图", 0, [])},
        {"chart": Chart("图", 0, [1], rows=(0, 99))},
        {"chart": Chart("图", 0, [1], source="没有")},
        {"lines": [], "chart": Chart("图", 0, [1])},
    ],
)
def test_refuses_what_would_make_a_wrong_file(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        _written(_sheet(**changes))


def test_refuses_a_time_of_day_in_a_date_column() -> None:
    with pytest.raises(TypeError, match="date"):
        _written(_sheet(columns=[Column("日期", Kind.DATE)], lines=[[datetime(2025, 1, 1, tzinfo=UTC)]], total=None))


@pytest.mark.parametrize("title", ["", "一" * 32, "a/b", "a:b", "'甲", "甲'", "[1]"])
def test_refuses_a_tab_name_that_excel_would_repair(title: str) -> None:
    with pytest.raises(ValueError, match="sheet title"):
        _sheet(title=title)


def test_refuses_tabs_that_differ_in_case_only_and_an_empty_book() -> None:
    for sheets in ([], [_sheet(title="A"), _sheet(title="a")]):
        with pytest.raises(ValueError, match="titles"):
            Workbook("书", sheets)


def test_same_figures_give_the_same_bytes_at_another_time() -> None:
    chart = Chart("图", 0, [1], rows=(1, 2))
    first = _written(_sheet(chart=chart), ChartPage("图", [Chart("图", 0, [1], source="教育", rows=(1, 2))]))
    # The times inside such files count whole seconds, those of the zip two.
    time.sleep(2.1)
    again = _written(_sheet(chart=chart), ChartPage("图", [Chart("图", 0, [1], source="教育", rows=(1, 2))]))
    assert first == again
    assert first != _written(_sheet(total=["合计", 29, *_TOTAL[2:]], chart=chart))


_TEXTS = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.fuzz
@given(_TEXTS, _TEXTS, _TEXTS)
def test_any_text_comes_back_as_text(heading: str, column: str, value: str) -> None:
    sheet = Sheet(
        "表", heading, [Column(column), Column("数", Kind.COUNT)], [[value, 1]], UnitLine(value), notes=[value]
    )
    content = _written(sheet)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [rows[0][0], rows[2][0], rows[3][0]] == [xml_text(heading), xml_text(column), xml_text(value)]
    assert rows[3][1] == 1


def test_text_longer_than_a_cell_holds_is_cut_with_a_mark() -> None:
    sheet = _table(columns=(Column("摘要", width=40),), lines=[["😀" * 20_000]], total=None)
    text = str(sheet["A4"].value)
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text.endswith("😀…")
