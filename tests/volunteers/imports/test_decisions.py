"""What the page of an import asks, and what it says before and after: in the words of what is really known."""

import datetime
import html
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from tests.volunteers.imports.test_import_command import errors, run
from tests.volunteers.imports.test_import_pages import World, page_of, signed_in, upload
from volunteers.models import RosterImport, Volunteer

pytestmark = pytest.mark.django_db
HEAD = ("姓名", "证件号", "类别", "服务时间")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.secretary)


def shown(client: Client, batch: RosterImport) -> str:
    return html.unescape(client.get(page_of(batch)).content.decode())


def times_of(name: str) -> str:
    return Volunteer.objects.get(name=name).service_times


def test_a_service_time_that_cannot_be_read_is_asked_about_and_left_out(world: World, client: Client) -> None:
    rows = [
        ("张三", some_id(order=71), "老教师", "农闲时"),
        ("李四", some_id(order=73), "老教师", "农闲时"),
        ("王五", some_id(order=75), "老教师", "周一至周五"),
        ("赵六", some_id(order=77), "老教师", "看情况"),
    ]
    batch = upload(client, world.township, xlsx(HEAD, *rows))
    page = shown(client, batch)
    assert "可以导入 1 人" in page
    assert page.count("看不懂的服务时间：农闲时") == 1
    assert "这一格不要，先导入" in page

    client.post(page_of(batch), {"times-0": "leave", "times-1": ""})
    page = shown(client, batch)
    assert "可以导入 3 人" in page
    assert "看不懂的服务时间：农闲时" not in page
    assert "看不懂的服务时间：看情况" in page
    client.post(page_of(batch, "commit"))
    assert (times_of("张三"), times_of("李四"), times_of("王五")) == ("", "", "工作日全天")
    assert not Volunteer.objects.filter(name="赵六").exists()


def test_a_cell_that_is_left_out_changes_nothing(world: World, client: Client) -> None:
    known = make_volunteer(world.township, name="张三", phone="")
    known.availabilities.create(weekday=6, daypart="morning")
    head = ("姓名", "证件号", "服务时间", "电话")
    batch = upload(client, world.township, xlsx(head, ("张三", known.id_number, "农闲时", "13812345678")))
    client.post(page_of(batch), {"times-0": "leave"})
    client.post(page_of(batch, "commit"))
    assert (times_of("张三"), Volunteer.objects.get().phone) == ("周六上午", "13812345678")


def test_only_what_is_offered_is_taken_for_an_unreadable_cell(world: World, client: Client) -> None:
    batch = upload(client, world.township, xlsx(HEAD, ("张三", some_id(order=79), "老教师", "农闲时")))
    client.post(page_of(batch), {"times-0": "create"})
    batch.refresh_from_db()
    assert not batch.ruling
    assert "先决定几件事，再导入" in shown(client, batch)


def test_the_command_calls_it_an_error(world: World, tmp_path: Path) -> None:
    told = run(world.township, tmp_path, xlsx(HEAD, ("张三", some_id(order=81), "老教师", "农闲时")), "--commit")
    assert errors(told) == [(2, "服务时间")]
    assert not Volunteer.objects.exists()


@pytest.mark.parametrize(
    ("born", "known", "words"),
    [
        ("", datetime.date(1950, 1, 15), "同名"),
        ("1950-01-15", None, "同名"),
        ("1950", datetime.date(1950, 1, 15), "同名同出生年份"),
        ("1950-01-15", datetime.date(1950, 1, 15), "同名同出生日期"),
    ],
)
def test_a_namesake_is_called_no_more_alike_than_is_known(
    world: World, client: Client, born: str, known: datetime.date | None, words: str
) -> None:
    make_volunteer(world.township, name="张三", id_number="", birth_date=known)
    head = ("姓名", "性别", "出生日期", "类别", "无证件的原因")
    batch = upload(client, world.township, xlsx(head, ("张三", "男", born or None, "老干部", "补办中")))
    page = shown(client, batch)
    assert f"第 2 行 张三：名册里有{words}的人" in page
    assert "有错误的行" not in page


def test_what_a_namesake_lacks_is_said_with_the_question(world: World, client: Client) -> None:
    known = make_volunteer(world.township, name="张三", id_number="", phone="")
    batch = upload(client, world.township, xlsx(("姓名", "类别", "电话"), ("张三", "老教师", "13812345678")))
    page = shown(client, batch)
    assert "是另一个人的，先在文件里改好证件号、性别，再上传" in page
    assert "是另一个人，新登记" not in page

    client.post(page_of(batch), {"person-2": known.number})
    page = shown(client, batch)
    assert "可以导入 1 人" in page
    assert "有错误的行" not in page
    client.post(page_of(batch, "commit"))
    assert Volunteer.objects.get().phone == "13812345678"


def test_a_word_a_time_and_a_namesake_of_one_row_are_decided_at_once(world: World, client: Client) -> None:
    make_volunteer(world.township, name="张三", id_number="", birth_date=None)
    head = ("姓名", "性别", "类别", "无证件的原因", "特长", "服务时间")
    batch = upload(client, world.township, xlsx(head, ("张三", "男", "老教师", "补办中", "吹唢呐", "农闲时")))
    client.post(page_of(batch), {"person-2": "new", "specialities-0": "leave", "times-0": "leave"})
    assert "可以导入 1 人" in shown(client, batch)


def test_what_is_the_same_is_counted_and_not_listed(world: World, client: Client) -> None:
    known = make_volunteer(world.township, name="同样人", kind="teacher")
    rows = [("同样人", known.id_number, "老教师", None), ("新来人", some_id(order=83), "老教师", None)]
    batch = upload(client, world.township, xlsx(HEAD, *rows))
    page = shown(client, batch)
    assert "新来人" in page
    assert "同样人" not in page
    assert "另有 1 行和名册相同，不用导入" in page


def test_after_an_undo_the_page_says_what_was_taken_back(world: World, client: Client) -> None:
    batch = upload(client, world.township, xlsx(HEAD, ("张三", some_id(order=85), "老教师", None)))
    client.post(page_of(batch, "commit"))
    assert "新增后又去掉" not in shown(client, batch)
    client.post(page_of(batch, "undo"))
    assert "新增后又去掉" in shown(client, batch)


def test_an_undo_that_is_refused_says_which_rows_were_changed_since(world: World, client: Client) -> None:
    names = [f"张{sign}" for sign in "一二三四五六七八"]
    rows = [(name, some_id(order=101 + 2 * place), "老教师", None) for place, name in enumerate(names)]
    batch = upload(client, world.township, xlsx(HEAD, *rows))
    client.post(page_of(batch, "commit"))
    later = datetime.datetime.now(datetime.UTC)
    Volunteer.objects.filter(name__in=["张二", "张五"]).update(rank="高级", updated_at=later)
    page = client.post(page_of(batch, "undo"), follow=True).content.decode()
    assert "第 3 行、第 6 行的人导入后又改过，不能整批撤销" in page
    # Nobody at all is taken back.
    assert Volunteer.objects.count() == 8
    Volunteer.objects.update(updated_at=later)
    page = client.post(page_of(batch, "undo"), follow=True).content.decode()
    assert "第 2 行、第 3 行、第 4 行、第 5 行、第 6 行等 8 行的人导入后又改过" in page
