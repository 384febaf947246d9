"""导入名册 in the browser's pages: upload, columns, what would happen, taken in, taken back."""

import base64
import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_appointment, make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from tests.volunteers.imports.test_formats import FILES
from volunteers.models import RosterImport, RosterImportRow, Speciality, Volunteer
from volunteers.services.imports import check_import, choose_columns, expire_imports

pytestmark = pytest.mark.django_db
START = "/volunteers/import/"


class World:
    def __init__(self) -> None:
        county = make_county()
        self.township = make_unit(county, name="云峰镇", code="510824102")
        self.village = make_unit(self.township, name="大营村村民委员会", code="510824102201")
        self.elsewhere = make_unit(county, name="亭子镇", code="510824125")
        for unit in (county, self.township, self.village):
            unit.refresh_from_db()
        self.county = county
        make_speciality("法治")
        self.secretary = make_member(self.township, Role.SECRETARY)
        self.colleague = make_member(self.township, Role.SECRETARY)


@pytest.fixture
def world() -> World:
    return World()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


HEAD = ("姓名", "证件号码", "随身电话", "类别", "特长", "村")


def upload(client: Client, unit: Unit, content: bytes) -> RosterImport:
    file = SimpleUploadedFile("云峰镇张三等人名册.xlsx", content)
    response = client.post(START, {"unit": unit.code, "file": file})
    assert response.status_code == 302, response.content.decode()[:2000]
    return RosterImport.objects.latest("pk")


def page_of(batch: RosterImport, name: str = "detail") -> str:
    return reverse(f"volunteers:import_{name}", args=[batch.pk])


def test_a_messy_file_from_upload_to_undo(world: World) -> None:
    client = signed_in(world.secretary)
    known = make_volunteer(world.township, name="王五", phone="13800000000")
    content = xlsx(
        ("云峰镇五老花名册",),
        HEAD,
        ("张 三", some_id(order=51), "13812345678", "老教师", "法治、吹唢呐", "大营村"),
        ("王五", known.id_number, "13911112222", "老教师", None, None),
        ("赵六", "123", None, "老教师", None, None),
        ("合计", "3人"),
    )
    batch = upload(client, world.township, content)
    columns = client.get(page_of(batch, "columns")).content.decode()
    assert "随身电话" in columns
    assert "张三" not in columns
    meanings = ["name", "id_number", "phone", "kind", "specialities", "unit"]
    client.post(page_of(batch, "columns"), {f"column{place}": name for place, name in enumerate(meanings)})

    page = client.get(page_of(batch)).content.decode()
    assert "可以导入 1 人" in page
    assert "“吹唢呐”不在特长目录里" in page
    assert "第 5 行" in page
    assert "138****0000 → 139****2222" in page
    assert "13911112222" not in page
    assert not Volunteer.objects.filter(name="张三").exists()

    client.post(page_of(batch), {"specialities-0": "leave"})
    assert "可以导入 2 人" in client.get(page_of(batch)).content.decode()
    done = client.post(page_of(batch, "commit"), follow=True).content.decode()
    assert "已导入" in done
    person = Volunteer.objects.get(name="张三")
    assert (person.unit, person.speciality_line, person.updated_by) == (world.village, "法治", world.secretary)
    known.refresh_from_db()
    assert known.phone == "13911112222"

    undone = client.post(page_of(batch, "undo"), follow=True).content.decode()
    assert "已撤销" in undone
    assert not Volunteer.objects.filter(name="张三").exists()
    known.refresh_from_db()
    assert known.phone == "13800000000"


def test_only_the_county_adds_a_term_to_its_list(world: World) -> None:
    content = xlsx(HEAD, ("张三", some_id(order=67), None, "老教师", "吹唢呐", None))
    for unit, is_offered in ((world.township, False), (world.county, True)):
        client = signed_in(make_member(unit, Role.SECRETARY if unit == world.township else Role.COUNTY_OFFICE))
        batch = upload(client, world.township if unit == world.township else world.county, content)
        assert ("加进特长目录" in client.get(page_of(batch)).content.decode()) is is_offered
        client.post(page_of(batch), {"specialities-0": "create"})
        client.post(page_of(batch, "commit"))
        assert Speciality.objects.filter(name="吹唢呐").exists() is is_offered
        assert Volunteer.objects.filter(name="张三").exists() is is_offered


def test_other_rosters_of_the_file_are_named_and_not_taken_in_unasked(world: World) -> None:
    client = signed_in(world.secretary)
    batch = upload(client, world.township, (FILES / "roster.xls").read_bytes())
    columns = client.get(page_of(batch, "columns")).content.decode()
    assert "这次只读表“云峰镇五老”" in columns
    assert "“亭子镇五老”没有读" in columns
    # Neither the notes, which have no heading, nor what is hidden.
    assert "填表说明" not in columns
    assert "去年" not in columns


def test_the_meaning_of_a_column_is_remembered_for_the_unit(world: World) -> None:
    client = signed_in(world.secretary)
    content = xlsx(HEAD, ("张三", some_id(order=53), "13812345678", "老教师", None, None))
    first = upload(client, world.township, content)
    assert first.fields == ["name", "id_number", "", "kind", "specialities", "unit"]
    meanings = ["name", "id_number", "phone", "kind", "", "unit"]
    client.post(page_of(first, "columns"), {f"column{place}": name for place, name in enumerate(meanings)})
    assert upload(client, world.township, content).fields == meanings
    office = make_member(world.elsewhere, Role.SECRETARY)
    assert upload(signed_in(office), world.elsewhere, content).fields[2] == ""


@pytest.mark.parametrize(
    ("meanings", "words"),
    [
        (["", "id_number", "", "kind", "", ""], "请指明哪一列是姓名"),
        (["name", "id_number", "phone", "phone", "", ""], "一列相同"),
    ],
)
def test_columns_that_cannot_be_are_refused(world: World, meanings: list[str], words: str) -> None:
    client = signed_in(world.secretary)
    batch = upload(client, world.township, xlsx(HEAD, ("张三", some_id(order=55), None, "老教师", None, None)))
    sent = {f"column{place}": name for place, name in enumerate(meanings)}
    assert words in client.post(page_of(batch, "columns"), sent).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7", "认不出这个文件"), (xlsx(("甲", "乙")), "没有找到标题行"), (b"", "这个文件是空的")],
)
def test_a_file_that_is_no_roster_is_refused_at_its_field(world: World, content: bytes, words: str) -> None:
    file = SimpleUploadedFile("a.xlsx", content)
    page = signed_in(world.secretary).post(START, {"unit": world.township.code, "file": file}).content.decode()
    assert words in page
    assert not RosterImport.objects.exists()


def test_an_import_is_its_uploader_s_own(world: World) -> None:
    batch = upload(signed_in(world.secretary), world.township, xlsx(HEAD, ("张三", "1", None, "老教师", None, None)))
    colleague = signed_in(world.colleague)
    for name in ("detail", "columns", "error_file"):
        assert colleague.get(page_of(batch, name)).status_code == 404
    for name in ("commit", "undo"):
        assert colleague.post(page_of(batch, name)).status_code == 404
    forged = {"unit": world.elsewhere.code, "file": SimpleUploadedFile("a.xlsx", xlsx(HEAD))}
    assert "错误" in signed_in(world.secretary).post(START, forged).content.decode()


def test_the_file_rests_encrypted_and_its_name_is_not_kept(world: World) -> None:
    number = some_id(order=57)
    batch = upload(signed_in(world.secretary), world.township, xlsx(HEAD, ("张三", number, None, "老教师", None, None)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content, r::text FROM volunteers_rosterimport r WHERE id = %s", [batch.pk])
        content, row = cursor.fetchone()
    assert base64.b85encode(b"PK\x03\x04")[:4] not in bytes(content)
    assert "名册.xlsx" not in row
    assert batch.content


def committed(world: World, *rows: Any) -> tuple[Client, RosterImport]:
    client = signed_in(world.secretary)
    head = ("姓名", "证件号码", "电话", "类别", "特长", "村")
    batch = upload(client, world.township, xlsx(head, *rows))
    client.post(page_of(batch, "commit"))
    batch.refresh_from_db()
    return client, batch


def test_committing_twice_writes_once(world: World) -> None:
    client, batch = committed(world, ("张三", some_id(order=59), None, "老教师", "法治", None))
    client.post(page_of(batch, "commit"))
    assert Volunteer.objects.filter(name="张三").count() == 1
    assert RosterImportRow.objects.count() == 1


def test_who_was_changed_since_is_not_taken_back(world: World) -> None:
    client, batch = committed(world, ("张三", some_id(order=61), None, "老教师", None, None))
    Volunteer.objects.filter(name="张三").update(rank="高级", updated_at=datetime.datetime.now(datetime.UTC))
    assert "导入后又改过" in client.post(page_of(batch, "undo"), follow=True).content.decode()
    assert Volunteer.objects.filter(name="张三").exists()


def test_who_holds_a_post_since_is_not_taken_back(world: World) -> None:
    client, batch = committed(world, ("张三", some_id(order=63), None, "老教师", None, None))
    make_appointment(world.township, Volunteer.objects.get(name="张三"))
    assert "不能整批撤销" in client.post(page_of(batch, "undo"), follow=True).content.decode()
    assert Volunteer.objects.filter(name="张三").exists()


@pytest.mark.parametrize(("ruled", "people"), [("", 1), ("new", 2), ("known", 1)])
def test_who_is_meant_by_the_same_name_is_decided_by_a_person(world: World, ruled: str, people: int) -> None:
    born = datetime.date(1950, 1, 15)
    known = make_volunteer(world.township, name="张三", kind="teacher", id_number="", birth_date=born)
    client = signed_in(world.secretary)
    head = ("姓名", "性别", "出生日期", "类别", "无证件的原因")
    batch = upload(client, world.township, xlsx(head, ("张三", "男", "1950.1", "老干部", "补办中")))
    page = client.get(page_of(batch)).content.decode()
    assert "第 2 行 张三：名册里有同名同出生年月的人" in page
    assert known.number in page
    client.post(page_of(batch), {"person-2": known.number if ruled == "known" else ruled})
    client.post(page_of(batch, "commit"))
    assert Volunteer.objects.filter(name="张三").count() == people
    known.refresh_from_db()
    assert known.kind == ("cadre" if ruled == "known" else "teacher")


def test_another_column_of_numbers_is_another_question(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file with many columns of numbers must not ask for more of them than its first column does."""
    monkeypatch.setattr("volunteers.imports.guesses.NUMBERS_PER_HOUR", 3)
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 3)
    strangers = [make_volunteer(world.elsewhere) for _ in range(4)]
    numbers = [person.id_number for person in strangers]
    client = signed_in(world.secretary)
    rows = [("张三", numbers[0], numbers[1], "老教师"), ("李四", numbers[2], numbers[3], "老教师")]
    batch = upload(client, world.township, xlsx(("姓名", "证件号码", "备注", "类别"), *rows))
    assert "已登记" in client.get(page_of(batch)).content.decode()

    by = world.secretary
    choose_columns(batch=batch, fields=["name", "", "id_number", "kind"], by=by)
    batch.refresh_from_db()

    with pytest.raises(ValidationError, match="已在别处登记"):
        check_import(batch=batch, by=by)


def test_the_queries_do_not_grow_with_the_file(world: World, django_assert_max_num_queries: Any) -> None:
    client = signed_in(world.secretary)
    head = ("姓名", "证件号码", "电话", "类别", "特长", "村")
    counts = []
    # After the first everybody has namesakes, and the series of numbers is there.
    for order, size in ((50, 1), (100, 2), (300, 30)):
        rows = [
            ("张三", some_id(f"19{40 + place}-01-15", order + 2 * place + 1), None, "老教师", "法治", "大营村")
            for place in range(size)
        ]
        batch = upload(client, world.township, xlsx(head, *rows))
        with django_assert_max_num_queries(40) as captured:
            client.post(page_of(batch, "commit"))
        counts.append(len(captured))
    assert counts[1] == counts[2]
    assert Volunteer.objects.count() == 33


def test_files_are_cleared_after_a_day_and_open_imports_given_up(world: World) -> None:
    rows = [("张三", some_id(order=65), None, "老教师", None, None)]
    client, done = committed(world, *rows)
    left = upload(client, world.township, xlsx(HEAD, *rows))
    assert expire_imports() == 0
    tomorrow = timezone.now() + datetime.timedelta(hours=25)
    assert expire_imports(now=tomorrow) == 2
    for batch in (done, left):
        batch.refresh_from_db()
        assert not batch.content
        assert client.get(page_of(batch, "error_file")).status_code == 404
    assert (done.state, left.state) == ("committed", "expired")
    assert "已过期" in client.get(page_of(left)).content.decode()
    assert "重新上传" in client.post(page_of(left, "commit"), follow=True).content.decode()
    assert "已撤销" in client.post(page_of(done, "undo"), follow=True).content.decode()


def test_a_file_is_no_way_to_ask_for_many_numbers(world: World) -> None:
    strangers = [make_volunteer(world.elsewhere) for _ in range(32)]
    client = signed_in(world.secretary)
    rows = [("张三", person.id_number, None, "老教师", None, None) for person in strangers]
    batch = upload(client, world.township, xlsx(HEAD, *rows))
    refused = client.get(page_of(batch), follow=True).content.decode()
    assert "请联系县关工委办公室核对" in refused
    assert "第 2" not in refused
    assert client.get(page_of(batch, "error_file")).status_code == 403
    few = upload(client, world.township, xlsx(HEAD, rows[0]))
    assert "请联系县关工委办公室核对" in client.get(page_of(few), follow=True).content.decode()
