"""Rosters as counties keep them: twelve shapes of one network, and what each of their rows means, row by row."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from orgs.models import Unit
from tests.factories import make_county, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import csv_of, some_id, xlsx
from volunteers.enums import RowState
from volunteers.imports.checking import CREATE, LEAVE_OUT, Checked, Ruling
from volunteers.imports.tables import read_sheets
from volunteers.imports.words import SYNONYMS
from volunteers.services.imports import check_file, take_in, understand

pytestmark = pytest.mark.django_db
NEW, CHANGED, SAME, ASKED, WRONG = RowState.NEW, RowState.CHANGED, RowState.SAME, RowState.QUESTION, RowState.ERROR
# Row, what it means, and the columns with something wrong or the fields that change.
Expected = list[tuple[int, RowState, list[str]]]


@pytest.fixture
def county() -> Unit:
    """苍溪 with two townships, both with a village of one name; two people are on the roster."""
    county = make_county()
    for name, code in (("云峰镇", "510824102"), ("亭子镇", "510824125")):
        township = make_unit(county, name=name, code=code)
        make_unit(township, name="大营村村民委员会", code=f"{code}201")
    make_unit(Unit.objects.get(code="510824102"), name="金穗社区居民委员会", code="510824102001")
    for name in ("法治", "健康", "农技"):
        make_speciality(name)
    township = Unit.objects.get(code="510824102")
    born = datetime.date(1946, 2, 3)
    phone = "13800000000"
    make_volunteer(township, name="何国安", id_number=KNOWN, birth_date=born, phone=phone, kind="teacher", number="K1")
    born = datetime.date(1948, 5, 6)
    make_volunteer(township, name="罗长贵", id_number="", birth_date=born, kind="cadre", phone="", number="K2")
    county.refresh_from_db()
    return county


KNOWN = some_id("1946-02-03", 501)


def an_x() -> str:
    """A number whose last place is X."""
    return next(number for order in range(1, 99, 2) if (number := some_id("1947-08-09", order)).endswith("X"))


def grouped_headings() -> bytes:
    """县关工委's own form: a merged title, groups of columns above the headings, 序号 before and 备注 behind."""
    return xlsx(
        ("苍溪县五老人员基本情况登记表",),
        ("填报单位（盖章）：云峰镇关工委", None, None, None, None, None, "填报时间：2026年3月"),
        (None, "基本情况", None, None, "联系方式", None, None),
        ("序号", "姓名", "身份证号码", "五老类型", "联系电话", "家庭住址", "备注"),
        (1, "赵德明", some_id("1950-03-01", 1), "老干部", 13881234567, "大营村3组", "组长"),
        (2, "何国安", KNOWN, "老教师", "13800000001", None, None),
        (3, "何国华", KNOWN, "老教师", None, None, None),
        (None, None, None, None, None, None, None),
        ("填表人：王小芳", None, None, "审核人：彭国军", None, None, None),
        merged=["A1:G1", "B3:D3", "E3:F3"],
    )


def one_village_after_the_other() -> bytes:
    """Units merged downwards, a subtotal under each, the heading on every page."""
    head = ("村（社区）", "姓  名", "证件号", "类别", "手机")
    return xlsx(
        head,
        ("大营", "钱大妈", some_id("1951-01-01", 2), "老教师", "1.3912345678E+10"),
        (None, "孙二", some_id("1951-01-02", 3), "老模范", "13912345679.0"),
        ("小计", "2人", None, None, None),
        head,
        ("金穗社区", "周三", some_id("1951-01-03", 5), "老专家", "1.39E+10"),
        (None, "吴四", some_id("1951-01-04", 7), "老革命", "0839-5221234/13912345670"),
        ("合 计", "4人", None, None, None),
        merged=["A2:A3", "A6:A7"],
    )


def years_and_months() -> bytes:
    """Birth dates as people type them, numbers of Excel among them; nobody wrote down the documents."""
    head = ("名字", "性别", "出生年月", "人员类别", "无证件原因")
    said = (1950.3, 1950.1, "1950年10月", "19500301", 18323, "1950-3-1", "一九五〇年", "1950.13")
    rows = [(f"郑{'一二三四五六七八'[place]}", "男", date, "老干部", "补办中") for place, date in enumerate(said)]
    return xlsx(head, *rows, ("郑九", "男", datetime.date(1950, 3, 1), "老干部", "补办中"))


def identity_numbers() -> bytes:
    """What becomes of an ID in Excel and under people's hands."""
    right = some_id("1950-03-01", 11)
    ids: list[Any] = [
        f"'{right}",
        an_x().lower(),
        "".join(chr(ord(sign) + 0xFEE0) for sign in some_id("1950-03-01", 13)),
        f"{some_id('1950-03-01', 15)[:6]} {some_id('1950-03-01', 15)[6:14]} {some_id('1950-03-01', 15)[14:]}",
        int(f"{some_id('1950-03-01', 17)[:17]}0"),
        "5.10824E+17",
        right[:17] + ("1" if right[17] != "1" else "2"),
        "510824195013010015",
        "510824500301001",
        "无",
        right,
    ]
    return xlsx(("姓名", "公民身份号码", "五老类别"), *[("冯一", number, "老教师") for number in ids])


def against_the_number() -> bytes:
    """Birth date and sex beside the ID."""
    head = ("姓名", "性别", "出生日期", "身份证", "类别")
    return xlsx(
        head,
        ("陈一", "男", "1950.3", some_id("1950-03-01", 21), "老教师"),
        ("陈二", "女", None, some_id("1950-03-01", 23), "老教师"),
        ("陈三", "女", "1951年3月", some_id("1950-03-01", 24), "老教师"),
        ("陈四", None, None, None, "老教师"),
    )


def specialities() -> bytes:
    head = ("姓名", "证件号", "类别", "专长")
    said = [f"法治{sign}健康" for sign in "、,，;；/ \u3000"]
    return xlsx(head, *[of_day("1952-01-01", place, text) for place, text in enumerate([*said, "唱歌、法治", "无"])])


def of_day(day: str, place: int, last: str) -> tuple[str, str, str, str]:
    return ("褚一", some_id(day, 2 * place + 1), "老教师", last)


def units() -> bytes:
    """A township's people by every name of a unit."""
    own = ("云峰", "云峰镇", "云峰镇关工委", "510824102")
    said = (*own, "云峰镇大营村", "云峰大营", "510824102001", "金穗", "大营村", "元坝镇")
    rows = [of_day("1953-01-01", place, unit) for place, unit in enumerate(said)]
    return xlsx(("姓名", "证件号", "类别", "所属关工委"), *rows)


def namesakes() -> bytes:
    """Nobody is taken for another by the name alone."""
    head = ("编号", "姓名", "性别", "出生年月", "类别", "无证件的原因")
    return xlsx(
        head,
        (None, "罗长贵", "男", "1948.5", "老干部", "补办中"),
        (None, "罗长贵", "男", "1949.5", "老干部", "补办中"),
        (None, "何国安", "男", "1950", "老干部", "补办中"),
        ("K2", "罗长贵", None, None, "老专家", None),
        ("K9", "罗长贵", None, None, "老专家", None),
    )


def known_people() -> bytes:
    return xlsx(
        ("姓名", "证件号", "电话", "类别", "状态", "特长"),
        ("何国安", KNOWN, "138****0000", "老教师", None, None),
        ("何国安", KNOWN.lower(), "13800000000", "老教师", "在册", None),
    )


def left_and_died() -> bytes:
    return xlsx(
        ("编号", "姓名", "状态", "是否离世", "健康状况"),
        ("K1", "何国安", "离世", None, None),
        ("K2", "罗长贵", "暂停", "否", "一般"),
        (None, "蒋五", "退出", None, None),
    )


def of_an_old_system() -> bytes:
    """Text of a database, in the code page of Windows, every cell in quotes, numbers with a tab against Excel."""
    head = ('"姓名"', '"身份证号"', '"手机号码"', '"类型"')
    row = ('"沈六"', f'"\t{some_id("1954-01-01", 1)}"', '"\t13912345678"', '"老战士"')
    return csv_of(head, row, ('"韩七"', '"\t"', '""', '"老战士"'), encoding="gb18030")


def web_page() -> bytes:
    return (
        "<html><head><meta charset=gb2312></head><table><tr><td colspan=3>五老名册<tr><th>姓名<th>证件号码<th>类别"
        f"<tr><td>杨&nbsp;八<td>{some_id('1955-01-01', 1)}<td>教师<tr><td colspan=3>制表：县关工委</table>"
    ).encode("gb18030")


SHAPES: dict[str, tuple[Callable[[], bytes], Expected]] = {
    "the county's form": (
        grouped_headings,
        [(5, NEW, []), (6, CHANGED, ["phone"]), (7, WRONG, ["姓名", "姓名", "身份证号码"])],
    ),
    "village by village": (
        one_village_after_the_other,
        [(2, WRONG, ["村（社区）"]), (3, WRONG, ["村（社区）"]), (6, WRONG, ["手机"]), (7, WRONG, ["手机"])],
    ),
    "years and months": (
        years_and_months,
        [
            *((row, NEW, []) for row in (2,)),
            (3, WRONG, ["出生年月"]),
            *((row, NEW, []) for row in (4, 5, 6, 7)),
            (8, WRONG, ["出生年月"]),
            (9, WRONG, ["出生年月"]),
            (10, NEW, []),
        ],
    ),
    "identity numbers": (
        identity_numbers,
        [
            *((row, NEW, []) for row in (2, 3, 4, 5)),
            *((row, WRONG, ["公民身份号码"]) for row in (6, 7, 8, 9, 10)),
            (11, WRONG, ["公民身份号码", "性别"]),
            (12, WRONG, ["公民身份号码"]),
        ],
    ),
    "against the number": (
        against_the_number,
        [(2, NEW, []), (3, WRONG, ["性别"]), (4, WRONG, ["出生日期"]), (5, WRONG, ["性别", "身份证"])],
    ),
    "specialities": (specialities, [*((row, NEW, []) for row in range(2, 10)), (10, WRONG, ["专长"]), (11, NEW, [])]),
    "units": (
        units,
        [*((row, NEW, []) for row in range(2, 10)), (10, WRONG, ["所属关工委"]), (11, WRONG, ["所属关工委"])],
    ),
    "namesakes": (
        namesakes,
        [(2, ASKED, ["姓名"]), (3, NEW, []), (4, NEW, []), (5, CHANGED, ["kind"]), (6, WRONG, ["编号"])],
    ),
    "people who are known": (known_people, [(2, SAME, []), (3, WRONG, ["姓名", "证件号"])]),
    "who left or died": (
        left_and_died,
        [(2, WRONG, ["状态"]), (3, CHANGED, ["health", "status"]), (4, WRONG, ["五老类别", "性别", "状态", "证件号"])],
    ),
    "text of an old system": (of_an_old_system, [(2, NEW, []), (3, WRONG, ["性别", "身份证号"])]),
    "a web page": (web_page, [(3, NEW, [])]),
}


def results(county: Unit, content: bytes, ruling: Ruling | None = None) -> list[Checked]:
    sheets = read_sheets(content)
    place, heading = understand(sheets, county)
    return list(check_file(sheet=sheets[place], heading=heading, unit=county, by=None, ruling=ruling).results)


def seen(found: list[Checked]) -> Expected:
    return [
        (one.row, one.state, sorted([*(problem.column for problem in one.problems), *one.changes])) for one in found
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_every_row_means_what_it_says(county: Unit, name: str) -> None:
    make, expected = SHAPES[name]
    assert seen(results(county, make())) == expected


def test_specialities_are_parted_by_whatever_parts_them(county: Unit) -> None:
    pairs = [one.values["specialities"] for one in results(county, specialities())[:8]]
    assert len(pairs[0]) == 2
    assert all(pair == pairs[0] for pair in pairs)


def test_units_are_found_by_every_name(county: Unit) -> None:
    found = [one.unit.code if one.unit else None for one in results(county, units())]
    assert found == [*["510824102"] * 4, *["510824102201"] * 2, *["510824102001"] * 2, None, None]


def test_who_stands_outside_the_branch_is_refused(county: Unit) -> None:
    """The same file, taken in by the other township: none of these units is theirs, but one village of that name."""
    other = Unit.objects.get(code="510824125")
    found = results(other, units())
    assert [one.unit.code if one.unit else None for one in found] == [None] * 8 + ["510824125201", None]
    assert all("亭子镇范围内没有" in one.problems[0].reason for one in found[:8])


@pytest.mark.parametrize(
    ("ruled", "kept"), [(LEAVE_OUT, ["法治"]), ("健康", ["健康", "法治"]), (CREATE, ["法治", "唱歌"])]
)
def test_an_unknown_term_is_left_out_mapped_or_created(county: Unit, ruled: str, kept: list[str]) -> None:
    ruling = Ruling(terms={"specialities": {"唱歌": ruled}})
    sheets = read_sheets(specialities())
    place, heading = understand(sheets, county)
    found = take_in(sheet=sheets[place], heading=heading, unit=county, by=None, ruling=ruling)
    written = found.results[8]
    assert (written.row, written.state) == (10, NEW)
    assert written.person
    assert sorted(one.name for one in written.person.specialities.all()) == sorted(kept)


@pytest.mark.parametrize("field", SYNONYMS)
def test_a_column_is_known_by_each_of_its_names(field: str) -> None:
    for name in SYNONYMS[field]:
        beside = "姓名" if field != "name" else "电话"
        head = (f" {name[:1]} {name[1:]}（必填）*：", beside)
        _, heading = understand(read_sheets(xlsx(head, ("甲", "乙"))))
        assert heading.fields[0] == field, name


def test_no_name_of_a_column_means_two_fields() -> None:
    names = [name for synonyms in SYNONYMS.values() for name in synonyms]
    assert len(names) == len(set(names))
