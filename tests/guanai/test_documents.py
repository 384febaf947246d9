"""Papers: the parts of the file, read with zipfile and lxml, against GB/T 9704-2012."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from guanai.documents import Entry, Paper, RedHead, chinese_numeral, paper_date
from guanai.sheets import Kind
from guanai.xmltext import xml_text

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DAY = date(2025, 12, 31)
_MM = 1440 / 25.4  # twentieths of a point in a millimetre


def _part(content: bytes, name: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return etree.fromstring(parts.read(name))


def _texts(content: bytes) -> list[str]:
    """The text of each paragraph outside tables."""
    body = _part(content).find(f"{_W}body")
    assert body is not None
    return ["".join(text.text or "" for text in paragraph.iter(f"{_W}t")) for paragraph in body.iterchildren(f"{_W}p")]


def _style(content: bytes, name: str) -> etree._Element:
    for style in _part(content, "word/styles.xml").iter(f"{_W}style"):
        if style.xpath("string(w:name/@w:val)", namespaces={"w": _W[1:-1]}) == name:
            return style
    raise AssertionError(f"no style {name}")


def _value(element: etree._Element, path: str) -> str:
    return str(element.xpath(f"string({path})", namespaces={"w": _W[1:-1]}))


def _summary() -> Paper:
    paper = Paper(
        "苍溪县关工委\n2025年度工作总结", red_head=RedHead("苍溪县关工委文件", "苍关工委〔2025〕1号"), dated=_DAY
    )
    paper.paragraph("各乡镇：", indented=False)
    paper.heading1("组织建设")
    paper.heading2("健全网络")
    paper.heading3("配强班子")
    paper.heading4("常务副主任")
    paper.paragraph("2025年，累计凝聚关爱资金721.35万元。\n帮扶712人次。")
    paper.heading2("壮大队伍")
    paper.heading1("关爱帮扶")
    paper.heading2("圆梦助学")
    paper.table(
        ["类别", "单位", "场次", "资金"],
        [["甲", "永宁镇", 24, Decimal("156172.80")], ["甲", "云峰镇", None, Decimal(0)], ["乙", "龙王镇", 1, 2]],
        kinds=[Kind.CODE, Kind.TEXT, Kind.COUNT, Kind.MONEY],
        widths=[1, 2, 1, 2],
        total=["合计", "", 25, Decimal("156174.80")],
        merged_columns=1,
        caption="主要指标",
        note="注：含折价。",
    )
    paper.sign_boxes([("自评单位（盖章）", "负责人签字："), ("县考评组（盖章）", "组长签字：")])
    paper.paragraph("特此报告。")
    paper.signature("苍溪县关工委", _DAY)
    return paper


def test_page_is_a4_with_the_standards_margins_and_no_grid() -> None:
    section = next(_part(_summary().to_bytes()).iter(f"{_W}sectPr"))
    assert (_value(section, "w:pgSz/@w:w"), _value(section, "w:pgSz/@w:h")) == ("11906", "16838")
    margins = [round(int(_value(section, f"w:pgMar/@w:{side}")) / _MM) for side in ("top", "right", "bottom", "left")]
    assert margins == [37, 26, 35, 28]
    assert section.find(f"{_W}docGrid") is None


@pytest.mark.parametrize(
    ("name", "font", "half_points", "line"),
    [
        ("Body Text", "仿宋_GB2312", "32", "560"),
        ("Title", "方正小标宋简体", "44", "720"),
        ("heading 1", "黑体", "32", "560"),
        ("heading 2", "楷体_GB2312", "32", "560"),
        ("heading 3", "仿宋_GB2312", "32", "560"),
        ("heading 4", "仿宋_GB2312", "32", "560"),
        ("footer", "宋体", "28", "360"),
    ],
)
def test_styles_have_the_standards_fonts_sizes_and_exact_lines(
    name: str, font: str, half_points: str, line: str
) -> None:
    style = _style(_summary().to_bytes(), name)
    fonts = {_value(style, f"w:rPr/w:rFonts/@w:{script}") for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    assert fonts == {font}
    assert _value(style, "w:rPr/w:sz/@w:val") == half_points
    assert (_value(style, "w:pPr/w:spacing/@w:line"), _value(style, "w:pPr/w:spacing/@w:lineRule")) == (line, "exact")


def test_body_is_indented_two_characters_with_widow_control_in_chinese() -> None:
    content = _summary().to_bytes()
    body = _style(content, "Body Text")
    assert _value(body, "w:pPr/w:ind/@w:firstLineChars") == "200"
    assert body.find(f"{_W}pPr/{_W}widowControl") is not None
    styles = _part(content, "word/styles.xml")
    assert _value(styles, "w:docDefaults/w:rPrDefault/w:rPr/w:lang/@w:val") == "en-US"
    assert _value(styles, "w:docDefaults/w:rPrDefault/w:rPr/w:lang/@w:eastAsia") == "zh-CN"
    addressees = list(_part(content).iter(f"{_W}p"))[_texts(content).index("各乡镇：")]
    assert _value(addressees, "w:pPr/w:ind/@w:firstLineChars") == "0"


def test_twenty_two_lines_of_twenty_eight_characters_fit_the_page() -> None:
    body = _style(_summary().to_bytes(), "Body Text")
    line = int(_value(body, "w:pPr/w:spacing/@w:line"))
    assert (297 - 37 - 35) * _MM // line == 22
    advance = int(_value(body, "w:rPr/w:sz/@w:val")) * 10 + int(_value(body, "w:rPr/w:spacing/@w:val"))
    assert (210 - 28 - 26) * _MM // advance == 28


def test_headings_number_themselves_and_start_anew() -> None:
    texts = _texts(_summary().to_bytes())
    assert [text for text in texts if text[:1] in "一二（1"] == [
        "一、组织建设",
        "（一）健全网络",
        "1.配强班子",
        "（1）常务副主任",
        "（二）壮大队伍",
        "二、关爱帮扶",
        "（一）圆梦助学",
    ]
    assert texts[texts.index("2025年，累计凝聚关爱资金721.35万元。") + 1] == "帮扶712人次。"


def test_page_numbers_stand_outside_between_dashes() -> None:
    content = _summary().to_bytes()
    assert _part(content, "word/settings.xml").find(f"{_W}evenAndOddHeaders") is not None
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [name for name in parts.namelist() if name.startswith("word/footer")]
    sides = {}
    relations = {
        relation.get("Id"): relation.get("Target") for relation in _part(content, "word/_rels/document.xml.rels")
    }
    for reference in _part(content).iter(f"{_W}footerReference"):
        target = relations[reference.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")]
        footer = _part(content, f"word/{target}")
        assert "".join(text.text or "" for text in footer.iter(f"{_W}t")) == "— 1 —"
        assert _value(footer, "//w:fldSimple/@w:instr").strip() == "PAGE"
        sides[reference.get(f"{_W}type")] = _value(footer, "//w:jc/@w:val")
    assert len(names) == 2
    assert sides == {"default": "right", "even": "left"}


def test_signature_is_centred_over_the_date_four_characters_from_the_edge() -> None:
    content = _summary().to_bytes()
    assert _texts(content)[-2:] == ["苍溪县关工委", "2025年12月31日"]
    date_style = _style(content, "Date")
    assert _value(date_style, "w:pPr/w:ind/@w:rightChars") == "400"
    unit = list(_part(content).iter(f"{_W}p"))[-2]
    # 6 characters over a date of 7: half a character further in, of 16 pt each.
    assert int(_value(unit, "w:pPr/w:ind/@w:right")) == (4 * 16 + 8) * 20
    long = Paper("题")
    long.paragraph("文")
    long.signature("四川省广元市苍溪县关心下一代工作委员会办公室", _DAY)
    unit = list(_part(long.to_bytes()).iter(f"{_W}p"))[-2]
    assert _value(unit, "w:pPr/w:ind/@w:right") == "0"


def test_red_head_is_red_fits_one_line_and_has_its_rule() -> None:
    content = _summary().to_bytes()
    assert _texts(content)[:2] == ["苍溪县关工委文件", "苍关工委〔2025〕1号"]
    assert _value(_style(content, "红头"), "w:rPr/w:color/@w:val") == "FF0000"
    assert _value(_style(content, "发文字号"), "w:pPr/w:pBdr/w:bottom/@w:color") == "FF0000"
    long = Paper("题", red_head=RedHead("苍溪县关心下一代工作委员会办公室关于年度工作文件"))
    size = int(_value(next(_part(long.to_bytes()).iter(f"{_W}rPr")), "w:sz/@w:val")) / 2
    assert size * 24 <= (210 - 28 - 26) / 25.4 * 72


def test_table_repeats_its_head_keeps_rows_whole_and_formats_figures() -> None:
    content = _summary().to_bytes()
    table = next(_part(content).iter(f"{_W}tbl"))
    rows = list(table.iter(f"{_W}tr"))
    assert [row.find(f"{_W}trPr/{_W}tblHeader") is not None for row in rows] == [True, False, False, False, False]
    assert all(row.find(f"{_W}trPr/{_W}cantSplit") is not None for row in rows)
    cells = [["".join(t.text or "" for t in cell.iter(f"{_W}t")) for cell in row.iter(f"{_W}tc")] for row in rows]
    assert cells[1:] == [
        ["甲", "永宁镇", "24", "156,172.80"],
        ["", "云峰镇", "", "0.00"],
        ["乙", "龙王镇", "1", "2.00"],
        ["合计", "", "25", "156,174.80"],
    ]
    merges = [_value(row, "w:tc[1]/w:tcPr/w:vMerge/@w:val") for row in rows]
    assert merges == ["", "restart", "continue", "", ""]
    widths = [int(column.get(f"{_W}w", "0")) for column in table.iter(f"{_W}gridCol")]
    assert abs(sum(widths) - 156 * _MM) < 4
    assert abs(widths[1] - 2 * widths[0]) < 4
    texts = _texts(content)
    assert texts[texts.index("主要指标") + 1] == "注：含折价。"


def test_sign_boxes_leave_room_for_signature_stamp_and_date() -> None:
    boxes = list(_part(_summary().to_bytes()).iter(f"{_W}tbl"))[1]
    texts = ["".join(t.text or "" for t in cell.iter(f"{_W}t")) for cell in boxes.iter(f"{_W}tc")]
    assert texts == ["自评单位（盖章）负责人签字：年　　月　　日", "县考评组（盖章）组长签字：年　　月　　日"]
    assert int(_value(boxes, ".//w:trHeight/@w:val")) / _MM > 42


@pytest.mark.parametrize("arguments", [{"kinds": [Kind.TEXT]}, {"widths": [1.0, 1.0, 1.0]}, {"total": ["合计"]}])
def test_table_refuses_another_number_of_values(arguments: dict[str, list[object]]) -> None:
    add: Callable[..., None] = Paper("题").table
    with pytest.raises(ValueError, match="2 columns"):
        add(["甲", "乙"], [["1", "2"]], **arguments)


def test_pages_of_one_file_number_their_headings_anew() -> None:
    paper = Paper("题")
    paper.heading1("甲")
    paper.page_break()
    paper.heading1("乙")
    assert _texts(paper.to_bytes())[1:] == ["一、甲", "一、乙"]
    starts = [p.find(f"{_W}pPr/{_W}pageBreakBefore") is not None for p in _part(paper.to_bytes()).iter(f"{_W}p")]
    assert starts == [False, False, True]


def test_the_librarys_template_leaves_nothing_behind() -> None:
    content = _summary().to_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        everything = b"".join(parts.read(name) for name in names)
    assert not {name for name in names if "thumbnail" in name or "customXml" in name or "Effects" in name}
    assert b"python-docx" not in everything
    assert b"Cambria" not in everything
    assert len(_part(content, "word/styles.xml").findall(f"{_W}style")) < 30
    fonts = {font.get(f"{_W}name"): font for font in _part(content, "word/fontTable.xml")}
    assert _value(fonts["仿宋_GB2312"], "w:altName/@w:val") == "仿宋"


def test_same_figures_give_the_same_bytes_at_another_time() -> None:
    first = _summary().to_bytes()
    time.sleep(1.1)
    assert _summary().to_bytes() == first
    assert Paper("题", dated=_DAY).to_bytes() != Paper("另题", dated=_DAY).to_bytes()


@pytest.mark.fuzz
@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_makes_a_paper_that_opens(text: str) -> None:
    paper = Paper("题" + text, subtitle=text, red_head=RedHead("文件" + text, text))
    paper.heading1(text)
    paper.paragraph("正文" + text)
    paper.table([text], [[text]], note=text)
    paper.signature(text, _DAY)
    opened = docx.Document(io.BytesIO(paper.to_bytes()))
    assert opened.tables[0].cell(1, 0).text == xml_text(text)
    assert [p.text for p in opened.paragraphs if p.style and p.style.name == "Body Text"] == xml_text(
        "正文" + text
    ).split("\n")


@pytest.mark.parametrize(
    ("number", "numeral"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (45, "四十五"), (99, "九十九")],
)
def test_chinese_numerals(number: int, numeral: str) -> None:
    assert chinese_numeral(number) == numeral


@pytest.mark.parametrize("number", [0, -1, 100])
def test_refuses_numbers_that_no_heading_has(number: int) -> None:
    with pytest.raises(ValueError, match="heading number"):
        chinese_numeral(number)


def test_dates_have_arabic_numerals_without_leading_zeros() -> None:
    assert paper_date(date(2025, 1, 5)) == "2025年1月5日"


_GRID = (14, 22, 13, 19, 16, 16)


def _form(rows: list[list[Entry]], boxes: tuple[tuple[str, str], ...] = ()) -> bytes:
    paper = Paper("登记表", dated=_DAY, is_form=True)
    paper.line("编号：W1")
    paper.form(rows, boxes, widths=_GRID, note="注")
    return paper.to_bytes()


def test_a_form_fills_the_grid_of_its_page_and_takes_any_text() -> None:
    rows = [
        [Entry("姓名", "<张&三>"), Entry("性别", "男"), Entry("年", "")],
        [Entry("住址", "甲\n乙\x0c丙", span=3), Entry("职级", "=1+1")],
        [Entry("荣誉", span=5, lines=3)],
    ]
    content = _form(rows, (("本人", "签名："), ("村", "签字："), ("镇", "签字：")))
    table = docx.Document(io.BytesIO(content)).tables[0]
    assert [len(row.cells) for row in table.rows] == [6, 6, 6, 6]
    assert [cell.text for cell in table.rows[0].cells] == ["姓名", "<张&三>", "性别", "男", "年", ""]
    assert [cell.text for cell in table.rows[1].cells] == ["住址", *["甲\n乙\n丙"] * 3, "职级", "=1+1"]
    widths = [int(_value(column, "@w:w")) for column in _part(content).iter(f"{_W}gridCol")]
    assert sum(widths) == round(156 * _MM)
    assert [_value(each, "@w:val") for each in _part(content).iter(f"{_W}gridSpan")] == ["3", "5", "2", "2", "2"]
    heights = [float(_value(each, "@w:val")) / _MM for each in _part(content).iter(f"{_W}trHeight")]
    assert [round(height) for height in heights] == [8, 8, 24, 44]
    assert len(list(_part(content).iter(f"{_W}cantSplit"))) == 4
    signed = table.rows[3].cells
    assert [signed[place].text.split("\n")[0] for place in (0, 2, 4)] == ["本人", "村", "镇"]
    assert all(signed[place].text.endswith("年　　月　　日") for place in (0, 2, 4))


def test_a_form_has_less_margin_than_a_paper_and_the_same_width() -> None:
    content = _form([[Entry("荣誉", span=5)]])
    margins = _part(content).find(f".//{_W}pgMar")
    assert margins is not None
    said = [round(int(_value(margins, f"@w:{side}")) / _MM) for side in ("top", "bottom", "left", "right")]
    assert said == [22, 22, 28, 26]


@pytest.mark.parametrize(
    ("rows", "boxes"),
    [([[Entry("姓名", "张")]], ()), ([[Entry("荣誉", span=6)]], ()), ([[Entry("荣誉", span=5)]], (("甲", ""),) * 4)],
)
def test_a_form_that_does_not_fill_its_grid_is_refused(
    rows: list[list[Entry]], boxes: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(ValueError, match="columns"):
        _form(rows, boxes)
