"""The list file of the roster with chosen columns: masked, remembered, repeatable by its address."""

import datetime
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from guanai.fields import encrypted_fields
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_appointment, make_speciality, make_team, make_unit, make_volunteer
from tests.volunteers.pages import signed_in
from volunteers.exporters import ALWAYS, KEYS, ROSTER_COLUMNS, USUAL
from volunteers.models import Availability, Interest, RosterColumns, TeamMember, Volunteer

pytestmark = pytest.mark.django_db
EXPORT, CHOOSE = "/volunteers/export/", "/volunteers/export/columns/"
LABELS = {column.key: column.label for column in ROSTER_COLUMNS}


@pytest.fixture
def person(township: Unit) -> Volunteer:
    return make_volunteer(township, name="杜承志", former_name="杜小山", address="文昌路 5 号", party_joined="1972-07")


def cells_of(response: Any) -> list[list[Any]]:
    """The heading and the rows under it."""
    assert response.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]


def test_the_usual_columns_are_those_of_before(person: Volunteer, township: Unit) -> None:
    heading, row = cells_of(signed_in(township).get(EXPORT))
    assert heading == [
        *("编号", "姓名", "性别", "出生年份", "五老类别", "骨干", "特长", "服务时间", "单位", "职务"),
        *("证件号（遮盖）", "电话（遮盖）", "状态", "入库日期"),
    ]
    assert row[:2] == [person.number, "杜承志"]


def test_every_field_of_the_register_form_is_a_column() -> None:
    # Of the birth date the year; the rest is for the machine.
    left_out = {
        "id",
        "county",
        "merged_into",
        "name_key",
        "birth_date",
        "id_index",
        "phone_index",
        "updated_at",
        "updated_by",
    }
    fields = {field.name for field in (*Volunteer._meta.concrete_fields, *Volunteer._meta.many_to_many)}
    assert fields - left_out - set(KEYS) == set()
    assert set(KEYS) - fields == {"times", "posts", "teams", "deceased"}
    assert len(set(LABELS.values())) == len(KEYS)


def test_chosen_columns_come_in_a_fixed_order_with_number_and_name(person: Volunteer, township: Unit) -> None:
    heading, row = cells_of(
        signed_in(township).get(f"{EXPORT}?columns=party_joined&columns=address&columns=former_name")
    )
    assert heading == ["编号", "姓名", "曾用名", "入党时间", "住址（遮盖）"]
    assert row == [person.number, "杜承志", "杜小山", "1972年7月", "******"]


def test_all_columns_hold_what_they_say(township: Unit) -> None:
    person = make_volunteer(
        township,
        make_speciality("法治"),
        status="deceased",
        left_on=datetime.date(2025, 5, 1),
        left_reason="病故",
        education="senior",
        no_id_reason="",
        is_core=True,
    )
    person.interests.add(Interest.objects.create(name="书法"))
    Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
    make_appointment(township, person, post="member")
    living, team = make_volunteer(township), make_team(township, name="宣讲团")
    for member in (person, living):
        day = datetime.date(2022, 1, 1)
        TeamMember.objects.create(team=team, volunteer=member, leads=member == living, starts_on=day)
    query = "&".join(f"columns={key}" for key in KEYS)
    heading, *rows = cells_of(signed_in(township).get(f"{EXPORT}?status=all&{query}"))
    assert heading == list(LABELS.values())
    told = {row[0]: dict(zip(KEYS, row, strict=True)) for row in rows}
    said = told[person.number]
    expected = {
        "education": "高中（中专）",
        "specialities": "法治",
        "interests": "书法",
        "times": "周六上午",
        "posts": "亭子镇关工委 委员",
        # Whoever has died is in no team any more.
        "teams": "None",
        "deceased": "是",
        "status": "离世",
        "is_core": "是",
        "left_on": "2025-05-01 00:00:00",
        "left_reason": "病故",
        "id_number": person.masked_id,
    }
    assert {name: str(said[name]) for name in expected} == expected
    assert told[living.number]["teams"] == "宣讲团（领衔人）"


def test_no_choice_of_columns_unmasks_anything(person: Volunteer, township: Unit) -> None:
    secrets = [str(getattr(person, name)) for name in encrypted_fields(Volunteer)]
    assert len(secrets) == 4
    assert all(secrets)
    query = "&".join(f"columns={key}" for key in (*KEYS, "birth_date", "id_index", "phone_index"))
    shown = str(cells_of(signed_in(township).get(f"{EXPORT}?{query}")))
    assert "杜承志" in shown
    assert not [secret for secret in secrets if secret in shown]


def chosen_on(client: Client, query: str = "") -> set[str]:
    """The boxes that are ticked on the page."""
    response = client.get(f"{CHOOSE}{query}")
    assert response.status_code == 200
    return {box.data["value"] for _, boxes in response.context["form"].groups for box in boxes if box.data["selected"]}


def test_the_page_offers_every_column_once_and_leads_to_the_file(person: Volunteer, township: Unit) -> None:
    client = signed_in(township)
    listed = client.get("/volunteers/?kind=teacher").content.decode()
    assert f"{CHOOSE}?kind=teacher" in listed
    groups = client.get(f"{CHOOSE}?kind=teacher").context["form"].groups
    offered = [box.data["value"] for _, boxes in groups for box in boxes]
    assert sorted(offered) == sorted(set(KEYS) - set(ALWAYS))
    assert chosen_on(client) == set(USUAL) - set(ALWAYS)

    response = client.post(f"{CHOOSE}?kind=teacher&page=2", {"columns": ["rank", "former_name"]})
    address = f"{EXPORT}?kind=teacher&columns=number&columns=name&columns=former_name&columns=rank"
    assert response["Location"] == address
    heading, row = cells_of(client.get(address))
    assert heading == ["编号", "姓名", "曾用名", "职级"]
    assert row[0] == person.number


def test_a_choice_is_remembered_for_its_user_alone(person: Volunteer, township: Unit) -> None:
    client, colleague = signed_in(township), signed_in(township)
    client.post(CHOOSE, {"columns": ["rank"]})
    assert cells_of(client.get(EXPORT))[0] == ["编号", "姓名", "职级"]
    assert chosen_on(client) == {"rank"}
    assert chosen_on(colleague) == set(USUAL) - set(ALWAYS)
    # An address that names columns is for that file; it is not remembered.
    assert len(cells_of(client.get(f"{EXPORT}?columns=sex"))[0]) == 3
    assert chosen_on(client, "?columns=health") == {"health"}
    assert chosen_on(client) == {"rank"}
    assert chosen_on(client, "?usual=1") == set(USUAL) - set(ALWAYS)
    client.post(f"{CHOOSE}?usual=1", {"columns": list(USUAL[2:])})
    assert not RosterColumns.objects.exists()
    assert chosen_on(client) == set(USUAL) - set(ALWAYS)


def test_without_a_tick_number_and_name_remain(person: Volunteer, township: Unit) -> None:
    client = signed_in(township)
    assert client.post(CHOOSE, {}).status_code == 302
    assert cells_of(client.get(EXPORT))[0] == ["编号", "姓名"]


def test_columns_that_do_not_exist_are_refused_or_left_out(person: Volunteer, township: Unit) -> None:
    client = signed_in(township)
    response = client.post(CHOOSE, {"columns": ["password", "rank"]})
    assert response.status_code == 200
    assert "错误：" in response.content.decode()
    assert not RosterColumns.objects.exists()
    assert cells_of(client.get(f"{EXPORT}?columns=password&columns=birth_date"))[0][2] == "性别"
    # What was remembered and is a column no more.
    RosterColumns.objects.create(user=User.objects.latest("pk"), columns=["gone", "rank"])
    assert cells_of(client.get(EXPORT))[0] == ["编号", "姓名", "职级"]


def test_who_may(person: Volunteer, township: Unit) -> None:
    reader = signed_in(township, Role.CLERK)
    assert reader.post(CHOOSE, {"columns": ["rank"]}).status_code == 302
    assert signed_in(township, Role.LEADER).get(CHOOSE).status_code == 403
    assert reader.put(CHOOSE).status_code == 405
    assert reader.post(EXPORT).status_code == 405
    stranger = signed_in(make_unit(township.parent or township))
    assert len(cells_of(stranger.get(f"{EXPORT}?columns=rank"))) == 1


def test_a_text_that_looks_like_a_formula_stays_text(township: Unit) -> None:
    texts = ["=1+1", "+86", "-教师", "@某"]
    for text in texts:
        make_volunteer(township, former_post=text, rank=text, name=text)
    client = signed_in(township)
    content = b"".join(client.get(f"{EXPORT}?columns=former_post&columns=rank"))
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [row[column] for row in sheet.iter_rows(min_row=4) for column in (1, 2, 3)]
    assert sorted(cell.value for cell in cells) == sorted(texts * 3)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)


def queries_of(client: Client, query: str, django_assert_max_num_queries: Any) -> int:
    with django_assert_max_num_queries(40) as counted:
        cells_of(client.get(f"{EXPORT}?{query}"))
    return len(counted)


@pytest.mark.parametrize("keys", [USUAL, KEYS, ("sex",)])
def test_queries_do_not_grow_with_people(
    township: Unit, keys: tuple[str, ...], django_assert_max_num_queries: Any
) -> None:
    client, query = signed_in(township), "&".join(f"columns={key}" for key in keys)

    def somebody() -> None:
        person = make_volunteer(make_unit(township), make_speciality())
        make_appointment(township, person, post="member")
        TeamMember.objects.create(team=make_team(township), volunteer=person, starts_on=datetime.date(2022, 1, 1))

    somebody()
    few = queries_of(client, query, django_assert_max_num_queries)
    somebody()
    somebody()
    assert queries_of(client, query, django_assert_max_num_queries) == few


def test_what_is_not_shown_is_not_read(person: Volunteer, township: Unit, django_assert_max_num_queries: Any) -> None:
    client = signed_in(township)
    with django_assert_max_num_queries(40) as bare:
        cells_of(client.get(f"{EXPORT}?columns=sex"))
    said = " ".join(query["sql"] for query in bare.captured_queries)
    for column in (
        'volunteer"."id_number"',
        'volunteer"."phone"',
        'volunteer"."address"',
        'volunteer"."birth_date"',
        "volunteers_availability",
        "volunteers_teammember",
    ):
        assert column not in said
    with django_assert_max_num_queries(40) as whole:
        cells_of(client.get(f"{EXPORT}?columns=id_number&columns=teams"))
    said = " ".join(query["sql"] for query in whole.captured_queries)
    assert 'volunteer"."id_number"' in said
    assert "volunteers_teammember" in said
    assert 'volunteer"."phone"' not in said
