import datetime
import io
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from guanai.models import ViewLog
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import (
    make_activity,
    make_appointment,
    make_county,
    make_id_number,
    make_member,
    make_speciality,
    make_team,
    make_unit,
    make_volunteer,
    seen,
)
from volunteers.models import Availability, TeamMember, Volunteer
from volunteers.services import TAKEN

LIST = "/volunteers/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def township() -> Unit:
    return make_unit(make_county(), name="亭子镇", code="510824105")


def signed_in(unit: Unit, role: str = Role.SECRETARY) -> Client:
    client = Client()
    client.force_login(make_member(unit, role))
    return client


def names_on(client: Client, query: str = "") -> set[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {person.name for person in response.context["listing"].page}


def page_of(person: Volunteer) -> str:
    return reverse("volunteers:volunteer_detail", args=[person.pk])


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
        ("姓名", "国", "?kind=cadre"),
        ("五老类别", "老干部", "?name=%E5%9B%BD"),
    ]


def test_a_unit_outside_the_branch_is_no_choice(people: Client) -> None:
    outside = make_unit(Unit.objects.get(code="510824"))
    make_volunteer(outside, name="外乡人")
    assert names_on(people, f"?unit={outside.code}") == set()


def test_digits_in_the_name_are_refused_and_never_searched(people: Client) -> None:
    response = people.get(f"{LIST}?name=510824195")
    assert list(response.context["listing"].page) == []
    assert "按证件号查" in response.content.decode()


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
    response = signed_in(township).post(f"{LIST}find/", {"id_number": person.id_number.lower()})
    assert response.status_code == 302
    assert response.headers["Location"] == page_of(person)


def test_a_number_of_another_branch_is_not_found(township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township), name="外乡人")
    client = signed_in(township)
    response = client.post(f"{LIST}find/", {"id_number": stranger.id_number}, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(LIST, 302)]
    assert "没有这个证件号" in page
    assert "外乡人" not in page
    assert stranger.id_number not in page


def test_a_number_is_never_looked_up_by_address(township: Unit) -> None:
    assert signed_in(township).get(f"{LIST}find/", {"id_number": make_id_number()}).status_code == 405


def test_a_wrong_number_is_explained(township: Unit) -> None:
    response = signed_in(township).post(f"{LIST}find/", {"id_number": "123"}, follow=True)
    assert "身份证号应为 18 位" in response.content.decode()


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


def test_a_person_with_posts_teams_and_talks(township: Unit) -> None:
    person = make_volunteer(township, name="杜承志", former_post="县教育局副局长")
    make_appointment(township, person, post="member")
    team = make_team(township, name="亭子镇宣讲团")
    TeamMember.objects.create(team=team, volunteer=person, starts_on=datetime.date(2022, 1, 1), leads=True)
    make_activity(township, name="红军故事进校园", speakers=[person])
    page = signed_in(township).get(page_of(person)).content.decode()
    for words in ("杜承志", "县教育局副局长", "委员", "亭子镇宣讲团", "领衔人", "红军故事进校园"):
        assert words in page
    for secret in (person.id_number, person.phone, person.address):
        assert secret not in page


def test_a_stranger_gets_404(township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township))
    client = signed_in(township)
    for name in ("detail", "edit"):
        assert client.get(reverse(f"volunteers:volunteer_{name}", args=[stranger.pk])).status_code == 404
    reveal = reverse("volunteers:volunteer_reveal", args=[stranger.pk, "phone"])
    assert client.post(reveal, {"reason": "核对身份"}).status_code == 404
    assert not ViewLog.objects.exists()


def test_a_reader_who_may_not_write_gets_403(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township, Role.CLERK)
    assert client.get(page_of(person)).status_code == 200
    assert "查看电话" not in client.get(page_of(person)).content.decode()
    assert client.get(reverse("volunteers:volunteer_edit", args=[person.pk])).status_code == 403
    assert client.post(reverse("volunteers:volunteer_reveal", args=[person.pk, "phone"])).status_code == 403
    assert client.get(f"{LIST}new/").status_code == 403


def test_a_reader_here_and_writer_elsewhere_gets_403_here(township: Unit) -> None:
    village, person = make_unit(township), make_volunteer(township)
    user = make_member(township, Role.CLERK)
    make_member(village, Role.SECRETARY)
    from tests.factories import grant

    grant(user, village, Role.SECRETARY)
    client = Client()
    client.force_login(user)
    assert client.get(page_of(person)).status_code == 200
    assert client.get(reverse("volunteers:volunteer_edit", args=[person.pk])).status_code == 403
    assert client.get(reverse("volunteers:volunteer_reveal", args=[person.pk, "phone"])).status_code == 403


SECRETS = {"id_number": "id_number", "phone": "phone", "address": "address", "birth_date": "birth_date"}


@pytest.mark.parametrize("field", SECRETS)
def test_a_look_is_noted_and_shows_one_value_once(township: Unit, field: str) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    url = reverse("volunteers:volunteer_reveal", args=[person.pk, field])
    clear = {
        "id_number": person.id_number,
        "phone": person.phone,
        "address": person.address,
        "birth_date": f"{person.birth_date:%Y}年",
    }
    asked = client.get(url)
    assert clear[field] not in asked.content.decode()
    assert not ViewLog.objects.exists()

    shown = client.post(url, {"reason": "核对身份"}, REMOTE_ADDR="10.0.0.7")
    page = shown.content.decode()
    assert shown.status_code == 200
    assert clear[field] in page
    assert ("tel:" in page) == (field == "phone")
    assert [name for name, value in clear.items() if value in page] == [field]
    assert "no-store" in shown.headers["Cache-Control"]
    look = ViewLog.objects.get()
    assert (look.record, look.record_id, look.field) == ("volunteers.volunteer", person.pk, field)
    assert (look.reason, look.address) == ("核对身份", "10.0.0.7")
    assert clear[field] not in client.get(page_of(person)).content.decode()


@pytest.mark.parametrize("answer", [{}, {"reason": "随便看看"}, {"reason": "其他"}, {"reason": ""}])
def test_without_a_reason_nothing_is_shown(township: Unit, answer: dict[str, str]) -> None:
    person = make_volunteer(township)
    url = reverse("volunteers:volunteer_reveal", args=[person.pk, "phone"])
    response = signed_in(township).post(url, answer)
    assert person.phone not in response.content.decode()
    assert not ViewLog.objects.exists()


def test_other_fields_have_no_such_page(township: Unit) -> None:
    person = make_volunteer(township)
    for field in ("name", "id_index", "password"):
        assert signed_in(township).get(f"{page_of(person)}reveal/{field}/").status_code == 404


def test_who_looked_is_shown_to_who_may_look(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    client.post(f"{page_of(person)}reveal/phone/", {"reason": "其他", "note": "通知开会"})
    assert "其他：通知开会" in client.get(page_of(person)).content.decode()
    assert "通知开会" not in signed_in(township, Role.CLERK).get(page_of(person)).content.decode()


def form_of(township: Unit, **fields: Any) -> dict[str, Any]:
    return {
        "unit": township.code,
        "name": "杜承志",
        "kind": "teacher",
        "id_number": "",
        "joined_on": "2024-03-01",
        **fields,
    }


def test_registering_somebody(township: Unit) -> None:
    law = make_speciality("法治")
    number = make_id_number()
    response = signed_in(township).post(
        f"{LIST}new/",
        form_of(township, id_number=number, specialities=[law.pk], times=["6-morning"], phone="13812345678"),
    )
    person = Volunteer.objects.get()
    assert response.headers["Location"] == page_of(person)
    assert (person.unit, person.name, person.id_number) == (township, "杜承志", number)
    assert list(person.specialities.all()) == [law]
    assert person.service_times == "周六上午"


def test_registering_without_a_document_is_said_explicitly(township: Unit) -> None:
    client = signed_in(township)
    refused = client.post(f"{LIST}new/", form_of(township, sex="male"))
    assert "勾选“无证件”" in refused.content.decode()
    assert "错误：" in refused.content.decode()
    assert not Volunteer.objects.exists()
    client.post(f"{LIST}new/", form_of(township, sex="male", no_id="on", birth_date="1950-01-15"))
    assert Volunteer.objects.get().id_number == ""


def test_a_taken_number_leaks_nobody(township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township, name="云峰镇"), name="外乡人")
    page = signed_in(township).post(f"{LIST}new/", form_of(township, id_number=stranger.id_number)).content.decode()
    assert TAKEN in page
    for leak in ("外乡人", "云峰镇", stranger.number):
        assert leak not in page


def test_a_unit_outside_the_branch_cannot_be_forged(township: Unit) -> None:
    outside = make_unit(township.parent or township)
    response = signed_in(township).post(f"{LIST}new/", form_of(outside, id_number=make_id_number()))
    assert response.status_code == 200
    assert not Volunteer.objects.exists()


def test_the_own_unit_is_chosen_already(township: Unit) -> None:
    page = signed_in(township).get(f"{LIST}new/")
    assert page.context["form"]["unit"].value() == "510824105"


def test_a_correction_never_shows_and_never_loses_what_is_secret(township: Unit) -> None:
    person = make_volunteer(township, name="杜承志")
    client = signed_in(township)
    url = reverse("volunteers:volunteer_edit", args=[person.pk])
    page = client.get(url).content.decode()
    for secret in (person.id_number, person.phone, person.address, f"{person.birth_date:%Y-%m-%d}"):
        assert secret not in page
    client.post(url, form_of(township, name="杜成志", status="active") | seen(person))
    again = Volunteer.objects.get(pk=person.pk)
    assert again.name == "杜成志"
    assert (again.id_number, again.phone, again.address, again.birth_date) == (
        person.id_number,
        person.phone,
        person.address,
        person.birth_date,
    )


def test_the_second_of_two_writers_is_told_and_overwrites_only_knowingly(township: Unit) -> None:
    person = make_volunteer(township, name="杜承志")
    url = reverse("volunteers:volunteer_edit", args=[person.pk])
    first, second = signed_in(township), signed_in(township)
    entry = form_of(township, status="active") | seen(person)
    first.post(url, entry | {"former_post": "县教育局"})
    writer = User.objects.get(pk=first.session["_auth_user_id"])

    told = second.post(url, entry | {"former_post": "县体育局"})
    page = told.content.decode()
    assert f"被 {writer.name} 于" in page
    assert "您的内容还没有存入" in page
    assert 'value="县体育局"' in page
    person.refresh_from_db()
    assert person.former_post == "县教育局"

    again = entry | {"former_post": "县体育局", "seen": str(told.context["form"]["seen"].value())}
    assert second.post(url, again).status_code == 302
    person.refresh_from_db()
    assert person.former_post == "县体育局"


@pytest.mark.parametrize("forged", ["", "yesterday", "2999-01-01T00:00:00+00:00"])
def test_a_forged_version_overwrites_nothing(township: Unit, forged: str) -> None:
    person = make_volunteer(township, former_post="县教育局")
    url = reverse("volunteers:volunteer_edit", args=[person.pk])
    entry = form_of(township, status="active", former_post="县体育局")
    assert signed_in(township).post(url, entry | {"seen": forged}).status_code == 200
    person.refresh_from_db()
    assert person.former_post == "县教育局"


def test_leaving_needs_a_day(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    url = reverse("volunteers:volunteer_edit", args=[person.pk])
    refused = client.post(url, form_of(township, status="left") | seen(person))
    assert "退出或离世要填写日期" in refused.content.decode()
    client.post(url, form_of(township, status="left", left_on="2025-02-01", left_reason="迁居") | seen(person))
    assert Volunteer.objects.get(pk=person.pk).status == "left"


def test_forms_are_not_kept_by_browsers(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    for url in (f"{LIST}new/", reverse("volunteers:volunteer_edit", args=[person.pk])):
        assert "no-store" in client.get(url).headers["Cache-Control"]


def test_log_lines_hold_no_name_and_no_number(township: Unit, caplog: pytest.LogCaptureFixture) -> None:
    person = make_volunteer(township, name="欧阳承志")
    client = signed_in(township)
    with caplog.at_level(logging.DEBUG):
        client.get(LIST)
        client.get(page_of(person))
        client.post(f"{LIST}find/", {"id_number": person.id_number})
        client.post(f"{page_of(person)}reveal/phone/", {"reason": "核对身份"})
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert lines
    for secret in (person.name, person.id_number, person.phone, person.address):
        assert secret not in str(lines)
    assert str(person) == person.number


def test_a_look_up_by_number_is_noted_and_cannot_be_repeated_without_end(
    township: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("volunteers.views.roster.FINDS", 2)
    person = make_volunteer(township)
    client = signed_in(township)
    for _ in range(2):
        response = client.post(f"{LIST}find/", {"id_number": person.id_number})
        assert response.headers["Location"] == page_of(person)
    looks = ViewLog.objects.filter(record_id=person.pk)
    assert {(look.field, look.reason) for look in looks} == {("id_number", "按证件号查找")}
    assert looks.count() == 2
    refused = client.post(f"{LIST}find/", {"id_number": person.id_number}, follow=True)
    assert "一小时内最多按证件号查 2 次" in refused.content.decode()
    assert looks.count() == 2
