"""`manage.py import_roster`: shapes of real rosters, each row's result asserted."""

import datetime
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from orgs.models import Unit
from tests.factories import make_county, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import csv_of, some_id, xlsx
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def township() -> Unit:
    county = make_county()
    township = make_unit(county, name="云峰镇", code="510824102")
    make_unit(township, name="大营村村民委员会", code="510824102201")
    make_unit(township, name="金穗社区居民委员会", code="510824102001")
    other = make_unit(county, name="亭子镇", code="510824125")
    make_unit(other, name="大营村村民委员会", code="510824125205")
    for name in ("法治", "健康", "农技"):
        make_speciality(name)
    township.refresh_from_db()
    return township


def run(township: Unit, folder: Path, content: bytes, *options: str, suffix: str = ".xlsx") -> dict[str, Any]:
    path = folder / f"roster{suffix}"
    path.write_bytes(content)
    out = io.StringIO()
    call_command("import_roster", str(path), "--unit", township.code, *options, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return told


def counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    return told["rows"], told["new"], told["changed"], told["same"]


def errors(told: dict[str, Any]) -> list[tuple[int, str]]:
    return [(error["row"], error["column"]) for error in told["errors"]]


HEAD = ("姓名", "身份证号", "联系电话", "五老类别", "特长", "所在村")


def test_a_plain_list_is_new_then_same(township: Unit, tmp_path: Path) -> None:
    content = xlsx(
        HEAD,
        ("张 三", some_id(order=1), "13812345678", "老教师", "法治、健康", "大营村"),
        ("李四", some_id(order=2), "０８３９－５２２１２３４", "老干部", "农技;法治", "金穗社区"),
    )
    dry = run(township, tmp_path, content)
    assert (counts(dry), dry["errors"]) == ((2, 2, 0, 0), [])
    assert not Volunteer.objects.exists()
    assert counts(run(township, tmp_path, content, "--commit")) == (2, 2, 0, 0)
    first, second = Volunteer.objects.order_by("id_index", "pk").order_by("unit__code", "pk")[::-1]
    assert (first.name, first.phone, first.kind, first.unit.short_name) == ("张三", "13812345678", "teacher", "大营村")
    assert (first.number, first.sex, first.birth_year) == ("510824102201-W0001", "male", 1950)
    assert first.speciality_line == "法治、健康"
    assert (second.name, second.phone, second.unit.short_name) == ("李四", "0839-5221234", "金穗社区")
    assert counts(run(township, tmp_path, content, "--commit")) == (2, 0, 0, 2)
    assert Volunteer.objects.count() == 2


def test_titles_notes_totals_and_repeated_headings_are_no_people(township: Unit, tmp_path: Path) -> None:
    content = xlsx(
        ("云峰镇五老人员花名册", None, None, None, None, None),
        ("填报单位：云峰镇关工委", None, None, "2026年3月", None, None),
        ("序号", "姓 名", "证件号码", "五老\n类别", "手 机（常用）", "备注"),
        (1, "张三", some_id(order=3), "老教师", 13812345678, None),
        (None, None, None, None, None, None),
        ("序号", "姓 名", "证件号码", "五老\n类别", "手 机（常用）", "备注"),
        (2, "李四", some_id(order=5), "老干部", "13812345679.0", "组长"),
        ("合计", "2人", None, None, None, None),
        ("填表人：王五", None, None, "审核人：赵六", None, None),
        merged=["A1:F1"],
    )
    told = run(township, tmp_path, content, "--commit")
    assert (counts(told), told["errors"]) == ((2, 2, 0, 0), [])
    assert sorted(person.phone for person in Volunteer.objects.all()) == ["13812345678", "13812345679"]


def test_an_id_that_excel_made_a_number_is_an_error_and_never_a_guess(township: Unit, tmp_path: Path) -> None:
    content = xlsx(HEAD, ("张三", int(some_id(order=7)[:17] + "0"), "13812345678", "老教师", None, None))
    told = run(township, tmp_path, content, "--commit")
    assert errors(told) == [(2, "身份证号")]
    assert "最后几位已丢失" in told["errors"][0]["reason"]
    text = csv_of(HEAD, ("李四", "5.10824E+17", "1.38E+10", "老教师", "", ""))
    told = run(township, tmp_path, text, suffix=".csv")
    assert errors(told) == [(2, "身份证号"), (2, "联系电话")]
    assert not Volunteer.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_every_program_writes_it(township: Unit, tmp_path: Path, encoding: str) -> None:
    number = some_id(order=9)
    content = csv_of(
        HEAD, ("张三", number.lower(), "1.3812345678E+10", "老教师", "", "云峰镇大营村"), encoding=encoding
    )
    assert counts(run(township, tmp_path, content, "--commit", suffix=".csv")) == (1, 1, 0, 0)
    assert Volunteer.objects.get().phone == "13812345678"


DATES = [
    ("1950.3", "1950-03"),
    ("1950年3月", "1950-03"),
    ("1950-03-01", "1950-03-01"),
    ("19500301", "1950-03-01"),
    (19500301, "1950-03-01"),
    (18323, "1950-03-01"),
    (1950.3, "1950-03"),
    ("１９５０年３月１日", "1950-03-01"),
]


@pytest.mark.parametrize(("said", "known"), DATES)
def test_birth_dates_as_people_type_them(township: Unit, tmp_path: Path, said: Any, known: str) -> None:
    head = ("名字", "性别", "出生年月", "类别", "无证件的原因")
    told = run(township, tmp_path, xlsx(head, ("张三", "男", said, "老教师", "补办中")), "--commit")
    assert told["errors"] == []
    person = Volunteer.objects.get()
    assert person.birth_year == 1950
    assert person.birth_date is None if len(known) < 10 else f"{person.birth_date}" == known


def test_what_cannot_be_read_one_way_only_is_an_error(township: Unit, tmp_path: Path) -> None:
    head = ("姓名", "身份证号", "性别", "出生日期", "电话", "类别", "特长", "单位")
    right = some_id("1950-03-01", order=11)
    rows = [
        ("甲一", right[:17] + ("1" if right[17] != "1" else "2"), None, None, None, "老教师", None, None),
        ("乙二", right, "女", None, None, "老教师", None, None),
        ("丙三", some_id("1950-03-01", order=13), None, "1951-03-01", None, "老教师", None, None),
        ("丁四", some_id(order=15), None, None, "138123", "老教师", None, None),
        ("戊五", some_id(order=17), None, None, None, "老好人", None, None),
        ("己六", some_id(order=19), None, None, None, "老教师", "吹牛", None),
        ("庚七", some_id(order=21), None, None, None, "老教师", None, "大营村"),
        ("辛八", some_id(order=21), None, None, None, "老教师", None, None),
        ("壬九", None, "男", 1950.1, None, "老教师", None, None),
        ("癸十", None, "男", None, None, "老教师", None, None),
        ("子1", some_id(order=23), None, None, None, "老教师", None, None),
        ("丑二", "510824500115001", None, None, None, "老教师", None, None),
        ("寅三", some_id(order=25), None, None, "13812345678/13912345678", "老教师", None, None),
        ("卯四", some_id(order=27), None, None, None, "老教师", None, "元坝镇"),
        ("辰五", "110105190002300010", None, None, None, "老教师", None, None),
    ]
    county, back_to = township.parent or township, str(tmp_path / "e.xlsx")
    told = run(county, tmp_path, xlsx(head, *rows), "--commit", "--errors", back_to)
    columns = [
        "身份证号",
        "性别",
        "出生日期",
        "电话",
        "类别",
        "特长",
        "单位",
        "身份证号",
        "出生日期",
        "身份证号",
        "姓名",
    ]
    expected = list(enumerate([*columns, "身份证号", "电话", "单位", "身份证号"], 2))
    # All that is wrong with a row is told at once.
    expected.insert(9, (10, "身份证号"))
    assert errors(told) == expected
    assert not Volunteer.objects.exists()
    back = CalamineWorkbook.from_path(back_to).get_sheet_by_index(0).to_python()
    assert back[0][-1] == "没有导入的原因"
    assert "请在前面写明乡镇" in str(back[7][-1])
    assert back[2][1] == right


def test_good_rows_go_in_beside_wrong_ones(township: Unit, tmp_path: Path) -> None:
    content = xlsx(
        HEAD,
        ("张三", some_id(order=31), None, "老教师", None, None),
        ("李四", "1234", None, "老教师", None, None),
    )
    told = run(township, tmp_path, content, "--commit")
    assert (counts(told), errors(told)) == ((2, 1, 0, 0), [(3, "身份证号")])
    assert Volunteer.objects.get().name == "张三"


def test_a_known_id_changes_field_by_field_and_blank_cells_erase_nothing(township: Unit, tmp_path: Path) -> None:
    person = make_volunteer(township, name="张三", phone="13800000000", kind="teacher", former_post="云峰小学教师")
    content = xlsx(
        ("姓名", "身份证号", "电话", "原单位及职务", "五老类别", "特长"),
        ("张三", person.id_number, "13911112222", None, "老教师", "法治"),
    )
    assert counts(run(township, tmp_path, content, "--commit")) == (1, 0, 1, 0)
    person.refresh_from_db()
    assert (person.phone, person.former_post, person.speciality_line) == ("13911112222", "云峰小学教师", "法治")


def test_a_mere_name_never_decides(township: Unit, tmp_path: Path) -> None:
    known = make_volunteer(township, name="张三", id_number="", birth_date=None)
    same = make_volunteer(township, name="李四", birth_date=datetime.date(1950, 1, 20))
    head = ("姓名", "性别", "出生日期", "类别", "无证件的原因", "编号")
    rows = [
        ("张三", "男", "1950-01-15", "老教师", "补办中", None),
        ("李四", "男", "1960-05-06", "老教师", "补办中", None),
        ("李四", "男", "1950.1", "老教师", "补办中", None),
        ("张三", "男", "1950-01-15", "老教师", None, known.number),
    ]
    told = run(township, tmp_path, xlsx(head, *rows), "--commit")
    assert [(row, column) for row, column in errors(told)] == [(2, "姓名"), (4, "姓名")]
    assert known.number in told["errors"][0]["reason"]
    assert same.number in told["errors"][1]["reason"]
    assert counts(told) == (4, 1, 1, 0)
    known.refresh_from_db()
    assert f"{known.birth_date}" == "1950-01-15"


def test_somebody_of_another_branch_is_refused_without_a_name(township: Unit, tmp_path: Path) -> None:
    stranger = make_volunteer(Unit.objects.get(code="510824125"), name="外乡人")
    content = xlsx(HEAD, ("张三", stranger.id_number, None, "老教师", None, None))
    told = run(township, tmp_path, content)
    assert "外乡人" not in json.dumps(told, ensure_ascii=False)


def test_units_merged_downwards_hold_for_each_row(township: Unit, tmp_path: Path) -> None:
    content = xlsx(
        ("所在村", "姓名", "身份证号", "类别"),
        ("大营", "张三", some_id(order=41), "老教师"),
        (None, "李四", some_id(order=43), "老教师"),
        ("金穗社区关工委", "王五", some_id(order=45), "老教师"),
        merged=["A2:A3"],
    )
    told = run(township, tmp_path, content, "--commit")
    assert told["errors"] == []
    assert sorted(Volunteer.objects.values_list("name", "unit__code")) == [
        ("张三", "510824102201"),
        ("李四", "510824102201"),
        ("王五", "510824102001"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 a paper", "认不出这个文件"),
        (b"", "文件里没有内容"),
        (xlsx(("一", "二"), ("三", "四")), "没有找到标题行"),
        (b"PK\x03\x04 broken", "打不开这个文件"),
    ],
)
def test_files_that_are_no_roster_are_told_apart(township: Unit, tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(township, tmp_path, content)
