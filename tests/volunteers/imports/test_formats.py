""".xls, .ods and what goes under their names: the same roster gives the same people whatever its format."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError

from orgs.models import Unit
from tests.factories import make_county, make_unit
from tests.volunteers.imports.sheets import csv_of, ods, some_id, xlsx
from tests.volunteers.imports.test_import_command import counts, run
from volunteers.imports.tables import read_sheets
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "files"


@pytest.fixture
def township() -> Unit:
    township = make_unit(make_county(), name="云峰镇", code="510824102")
    make_unit(township, name="大营村村民委员会", code="510824102201")
    make_unit(township, name="金穗社区居民委员会", code="510824102001")
    township.refresh_from_db()
    return township


@pytest.mark.parametrize("name", ["roster.xls", "roster.ods"])
def test_a_roster_of_another_format_row_by_row(township: Unit, tmp_path: Path, name: str) -> None:
    told = run(township, tmp_path, (FILES / name).read_bytes(), "--commit", suffix=name[-4:])

    assert counts(told) == (5, 4, 0, 0)
    assert [(error["row"], error["column"]) for error in told["errors"]] == [(6, "身份证号")]
    assert "最后几位已丢失" in told["errors"][0]["reason"]
    people = {person.name: person for person in Volunteer.objects.select_related("unit")}
    first, second, third = people["张三"], people["李四"], people["赵六"]
    # Real dates and numbers of the format; the second's village is merged from the row above.
    assert (f"{first.birth_date}", first.phone, f"{first.joined_on}") == ("1950-03-01", "13812345678", "2021-09-01")
    assert (second.unit.short_name, second.phone, f"{second.joined_on}") == ("大营村", "13912345678", "2021-09-01")
    # What a formula says, as the file stores it.
    assert (third.kind, third.phone, third.unit.short_name) == ("soldier", "0839-5221234", "金穗社区")
    # 孙七 stands in a hidden row, all their numbers in a hidden column: they are on the roster all the same. The
    # rosters of the hidden sheet and of the other township are not taken in unasked.
    assert people.keys() == {"张三", "李四", "赵六", "孙七"}


@pytest.mark.parametrize("name", ["password.xls", "password.ods"])
def test_a_file_with_a_password_says_so(township: Unit, tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="有打开密码"):
        run(township, tmp_path, (FILES / name).read_bytes())


def test_an_xlsx_with_a_password_says_so() -> None:
    # Excel puts it whole into a container of the old kind; this is how its directory names it.
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(480)
    with pytest.raises(ValidationError, match="有打开密码"):
        read_sheets(content)


def people(*rows: tuple[Any, ...]) -> list[tuple[str, str]]:
    return sorted(Volunteer.objects.values_list("name", "unit__name"))


def page(*rows: str, head: str = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">') -> str:
    return f"<html><head>{head}</head><body><table border=1>{''.join(rows)}</table></body></html>"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_web_page_under_the_name_of_a_workbook_is_read(township: Unit, tmp_path: Path, encoding: str) -> None:
    first, second = some_id(order=1), some_id(order=3)
    content = page(
        "<tr><td colspan=4><b>云峰镇五老花名册</b></td></tr>",
        "<tr><th>所在村</th><th>姓名</th><th>身份证号</th><th>五老&nbsp;类别</th></tr>",
        f'<tr><td rowspan="2">大营村</td><td>张 三</td><td style="mso-number-format:\\@">{first}</td><td>老教师</td>',
        f"<tr><td>李四</td><td>{second}<td>老干部</tr>",
        "<tr><td>金穗社区</td><td>王五</td><td>5.10824E+17</td><td>老教师</td></tr>",
    )
    told = run(township, tmp_path, content.encode(encoding), "--commit", suffix=".xls")
    assert (counts(told), [error["row"] for error in told["errors"]]) == ((3, 2, 0, 0), [5])
    assert people() == [("张三", "大营村村民委员会"), ("李四", "大营村村民委员会")]


def test_the_tables_of_a_page_stand_one_under_the_other() -> None:
    content = "<!DOCTYPE html><table><tr><td rowspan=3>标题</table><table><tr><td>姓名<td>电话</table>"
    assert read_sheets(content.encode())[0].rows == [["标题"], ["姓名", "电话"]]


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "99999999999999999999"])
def test_a_senseless_span_is_one_cell_or_the_widest(span: str) -> None:
    rows = read_sheets(f"<table><tr><td rowspan={span!r}>一<td>二<tr><td>三</table>".encode())[0].rows
    assert rows[0] == ["一", "二"]


@pytest.mark.parametrize(("encoding", "sign"), [("utf-16", "\t"), ("gb18030", "\t"), ("utf-8", ";")])
def test_text_under_the_name_of_a_workbook_is_read(township: Unit, tmp_path: Path, encoding: str, sign: str) -> None:
    rows = (("姓名", "身份证号", "五老类别"), ("张三", some_id(order=5), "老教师"))
    content = "\r\n".join(sign.join(row) for row in rows).encode(encoding)
    assert counts(run(township, tmp_path, content, "--commit", suffix=".xls")) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "另存为 .xlsx"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "另存为 .xlsx"),
        (b"<html><body>\xe8\xaf\xb7\xe5\x85\x88\xe7\x99\xbb\xe5\xbd\x95</body></html>", "没有内容"),
        (b"<html>", "没有内容"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "已损坏"),
        (b"\xff\xfe\x00", "认不出这个文件"),
    ],
)
def test_what_cannot_be_read_is_told_apart(content: bytes, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        read_sheets(content)


def test_an_ods_repeats_its_cells_and_rows(township: Unit, tmp_path: Path) -> None:
    """Calc writes equal neighbours once, and the empty rest of a sheet as one row repeated a million times."""
    content = ods(
        "<table:table-row><table:table-cell office:value-type='string'><text:p>姓名</text:p></table:table-cell>"
        "<table:table-cell office:value-type='string'><text:p>证件号</text:p></table:table-cell>"
        "<table:table-cell office:value-type='string'><text:p>类别</text:p></table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated='3'><table:table-cell table:number-columns-repeated='3'/>"
        "</table:table-row>"
        "<table:table-row><table:table-cell office:value-type='string'><text:p>张三</text:p></table:table-cell>"
        f"<table:table-cell office:value-type='string'><text:p>{some_id(order=7)}</text:p></table:table-cell>"
        "<table:table-cell office:value-type='string'><text:p>吹牛</text:p></table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048571'><table:table-cell"
        " table:number-columns-repeated='16384'/></table:table-row>"
    )
    told = run(township, tmp_path, content, suffix=".ods")
    assert [(error["row"], error["column"]) for error in told["errors"]] == [(5, "类别")]


def test_the_columns_before_the_first_cell_count() -> None:
    assert read_sheets(xlsx((), (None, None, "姓名", datetime.date(1950, 3, 1), True, 3)))[0].rows == [
        [],
        [None, None, "姓名", datetime.date(1950, 3, 1), True, 3.0],
    ]


def test_csv_that_many_programs_write_is_read() -> None:
    assert read_sheets(csv_of(("姓名", "电话"), ("张三", "")))[0].rows == [["姓名", "电话"], ["张三", None]]
