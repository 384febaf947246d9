"""The roster as a list: filters, look-ups, export."""

import datetime
import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from guanai.models import ViewLog
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import (
    make_appointment,
    make_county,
    make_id_number,
    make_speciality,
    make_unit,
    make_volunteer,
)
from tests.volunteers.pages import LIST, page_of, signed_in
from volunteers.models import Availability, Volunteer

pytestmark = pytest.mark.django_db


def names_on(client: Client, query: str = "") -> set[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {person.name for person in response.context["listing"].page}


def test_the_list_holds_the_own_branch_alone(township: Unit) -> None:
    village = make_unit(township)
    make_volunteer(village, name="杜承志")
    make_volunteer(make_unit(township.parent or township), name="冯定国")
    assert names_on(signed_in(township)) == {"杜承志"}


def test_the_list_masks_what_is_secret(township: Unit) -> None:
    person = make_volunteer(township, phone="13812345678", address="文昌路 5 号")
    page = signed_in(township).get(LIST).content.decode()
    assert "138****5678" in page
    assert person.id_number[:6] in page
    for secret in (person.id_number, person.phone, person.address, f"{person.birth_date:%Y-%m-%d}"):
        assert secret not in page


def test_the_list_shows_posts_specialities_and_times(township: Unit) -> None:
    person = make_volunteer(township, make_speciality("法治"), name="杜承志")
    make_appointment(township, person, post="member")
    make_appointment(
        township, person, post="director", starts_on=datetime.date(2020, 1, 1), ends_on=datetime.date(2021, 1, 1)
    )
    Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
    page = signed_in(township).get(LIST).content.decode()
    for words in ("亭子镇关工委 委员", "法治", "周六上午"):
        assert words in page
    assert "亭子镇关工委 主任" not in page


@pytest.fixture
def people(township: Unit) -> Client:
    """Four people who differ in everything that can be filtered."""
    village = make_unit(township, code="510824105201")
    law, health = make_speciality("法治"), make_speciality("健康")
    first = make_volunteer(township, law, name="杜承志", kind="teacher")
    make_volunteer(village, health, name="冯定国", kind="cadre")
    make_volunteer(village, law, name="向桂英", kind="cadre", status="resting")
    make_volunteer(village, name="任素芳", status="left", left_on=datetime.date(2024, 1, 1))
    Availability.objects.create(volunteer=first, weekday=6, daypart="morning")
    Availability.objects.create(volunteer=first, weekday=6, daypart="evening")
    return signed_in(township)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"杜承志", "冯定国", "向桂英"}),
        ("?name=承", {"杜承志"}),
        ("?unit=510824105201", {"冯定国", "向桂英"}),
        ("?unit=510824105", {"杜承志", "冯定国", "向桂英"}),
        ("?kind=cadre", {"冯定国", "向桂英"}),
        ("?day=6", {"杜承志"}),
        ("?day=weekend", {"杜承志"}),
        ("?day=workdays", set()),
        ("?status=left", {"任素芳"}),
        ("?status=resting", {"向桂英"}),
        ("?status=all", {"杜承志", "冯定国", "向桂英", "任素芳"}),
        ("?kind=cadre&status=active", {"冯定国"}),
        ("?kind=wizard", set()),
        ("?unit=510824999", set()),
        ("?unit=%00", set()),
        ("?speciality=999999", set()),
    ],
)
def test_filters(people: Client, query: str, shown: set[str]) -> None:
    assert names_on(people, query) == shown


def test_filter_by_speciality(people: Client) -> None:
    person = Volunteer.objects.get(name="杜承志")
    speciality = person.specialities.get()
    assert names_on(people, f"?speciality={speciality.pk}") == {"杜承志", "向桂英"}


def test_chips_drop_one_condition_and_keep_the_rest(people: Client) -> None:
    listing = people.get(f"{LIST}?kind=cadre&name=国&page=1").context["listing"]
    assert [(chip.label, chip.value, chip.url) for chip in listing.chips] == [
        ("姓名或拼音", "国", "?kind=cadre"),
        ("五老类别", "老干部", "?name=%E5%9B%BD"),
    ]


def test_a_unit_outside_the_branch_is_no_choice(people: Client) -> None:
    outside = make_unit(Unit.objects.get(code="510824"))
    make_volunteer(outside, name="外乡人")
    assert names_on(people, f"?unit={outside.code}") == set()


def test_people_are_found_by_the_beginning_of_their_pinyin(people: Client, township: Unit) -> None:
    make_volunteer(township, name="杜承志")
    for words in ("duch", "dcz", "承"):
        assert "杜承志" in names_on(people, f"?name={words}")
    assert "杜承志" not in names_on(people, "?name=chengzhi")


def test_digits_in_the_name_are_refused_and_never_searched(people: Client) -> None:
    response = people.get(f"{LIST}?name=510824195")
    assert list(response.context["listing"].page) == []
    assert "按证件号或电话查" in response.content.decode()


def test_queries_do_not_grow_with_the_rows(township: Unit, django_assert_max_num_queries: Any) -> None:
    client = signed_in(township)

    def queries_with_one_more() -> int:
        person = make_volunteer(township, make_speciality())
        make_appointment(township, person, post="member")
        Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
        with django_assert_max_num_queries(20) as counted:
            client.get(LIST)
        return len(counted)

    client.get(LIST)
    one, _, three = [queries_with_one_more() for _ in range(3)]
    assert three == one


def test_fifty_rows_stay_within_60_kilobytes() -> None:
    county = make_county()
    for _ in range(50):
        township = make_unit(county, name="苍溪九龙山自然保护区管理处")
    specialities = [make_speciality(name) for name in ("红色教育", "家庭教育", "文体书画")]
    for _ in range(51):
        person = make_volunteer(township, *specialities, name="欧阳承志")
        make_appointment(township, person, post="fulltime_deputy_director")
        for day in (1, 3, 6):
            Availability.objects.create(volunteer=person, weekday=day, daypart="afternoon")
    response = signed_in(county, Role.COUNTY_OFFICE).get(LIST)
    assert len(response.context["listing"].page) == 50
    assert len(response.content) <= 60 * 1024


def test_the_list_gives_htmx_the_results_alone(people: Client) -> None:
    part = people.get(LIST, headers={"hx-request": "true"}).content.decode()
    assert "杜承志" in part
    assert "<html" not in part


def test_a_look_up_by_number_leads_to_the_person(township: Unit) -> None:
    person = make_volunteer(township)
    response = signed_in(township).post(f"{LIST}find/", {"number": person.id_number.lower()})
    assert response.status_code == 302
    assert response.headers["Location"] == page_of(person)


def test_a_number_of_another_branch_is_not_found(township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township), name="外乡人")
    client = signed_in(township)
    page = client.post(f"{LIST}find/", {"number": stranger.id_number}).content.decode()
    assert "错误：您可以看的名册里没有这个证件号。" in page
    assert f"{LIST}new/" in page
    assert "外乡人" not in page


def test_what_was_looked_up_in_vain_stays_in_the_field(township: Unit) -> None:
    response = signed_in(township).post(f"{LIST}find/", {"number": "5108241950"})
    assert response.context["form"]["number"].value() == "5108241950"
    assert "错误：请输全" in response.content.decode()


def test_a_number_is_never_looked_up_by_address(township: Unit) -> None:
    person = make_volunteer(township)
    response = signed_in(township).get(f"{LIST}find/", {"number": person.id_number})
    assert response.status_code == 200
    assert person.name not in response.content.decode()
    assert not ViewLog.objects.exists()


def test_a_wrong_number_is_explained(township: Unit) -> None:
    number = make_id_number()
    wrong = f"{number[:17]}{'1' if number[17] != '1' else '2'}"
    response = signed_in(township).post(f"{LIST}find/", {"number": wrong}, follow=True)
    assert "最后一位校验不符" in response.content.decode()


def rows_of(response: Any) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert sheet is not None
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=4)]


def test_the_export_holds_what_the_filter_shows_and_masks_it(people: Client) -> None:
    response = people.get(f"{LIST}export/?kind=cadre")
    rows = rows_of(response)
    assert {row[1] for row in rows} == {"冯定国", "向桂英"}
    shown = str(rows)
    for person in Volunteer.objects.all():
        assert person.id_number not in shown
        assert person.phone not in shown
    assert "****" in shown
    assert people.get(f"{LIST}?kind=cadre").context["listing"].export_url == f"{LIST}export/?kind=cadre"


def test_the_export_of_a_branch_outside_is_empty(people: Client) -> None:
    outside = make_unit(Unit.objects.get(code="510824"))
    make_volunteer(outside)
    assert rows_of(people.get(f"{LIST}export/?unit={outside.code}")) == []


def test_queries_of_the_export_do_not_grow(people: Client, township: Unit, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(30) as few:
        rows_of(people.get(f"{LIST}export/"))
    for _ in range(3):
        make_volunteer(township, make_speciality())
    with django_assert_max_num_queries(30) as many:
        rows_of(people.get(f"{LIST}export/"))
    assert len(many) == len(few)


def test_a_look_up_by_number_is_noted_and_cannot_be_repeated_without_end(
    township: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 2)
    person = make_volunteer(township)
    client = signed_in(township)
    for _ in range(2):
        response = client.post(f"{LIST}find/", {"number": person.id_number})
        assert response.headers["Location"] == page_of(person)
    looks = ViewLog.objects.filter(record_id=person.pk)
    assert {(look.field, look.reason) for look in looks} == {("id_number", "按证件号查找")}
    assert looks.count() == 2
    refused = client.post(f"{LIST}find/", {"number": person.id_number}, follow=True)
    assert "一小时内最多按号码查 2 次" in refused.content.decode()
    assert looks.count() == 2


def test_a_couple_is_found_by_the_telephone_that_they_share(township: Unit) -> None:
    wife, husband = (make_volunteer(township, phone="0839-5222345") for _ in range(2))
    stranger = make_volunteer(make_unit(township.parent or township), phone="0839-5222345")
    client = signed_in(township)

    page = client.post(f"{LIST}find/", {"number": "0839 5222345"})

    assert page_of(wife) in page.content.decode()
    assert page_of(husband) in page.content.decode()
    assert page_of(stranger) not in page.content.decode()
    assert "52223" not in page.content.decode()
    looks = ViewLog.objects.filter(field="phone", reason="按电话查找")
    assert {look.record_id for look in looks} == {wife.pk, husband.pk}


def test_one_person_is_found_by_telephone_however_it_is_typed(township: Unit) -> None:
    person = make_volunteer(township, phone="13890001234")

    response = signed_in(township).post(f"{LIST}find/", {"number": "１３８ 9000 1234"})

    assert response.headers["Location"] == page_of(person)


@pytest.mark.parametrize("number", ["1389000", "5105", "51082419500101"])
def test_a_part_of_a_number_is_no_search(township: Unit, number: str) -> None:
    make_volunteer(township, phone="13890001234")

    page = signed_in(township).post(f"{LIST}find/", {"number": number}, follow=True)

    assert "请输全" in page.content.decode()
    assert not ViewLog.objects.exists()
