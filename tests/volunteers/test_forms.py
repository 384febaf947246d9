"""Registering somebody and correcting a record."""

import logging
from typing import Any

import pytest
from django.urls import reverse

from orgs.models import Unit, User
from tests.factories import (
    make_id_number,
    make_speciality,
    make_unit,
    make_volunteer,
    seen,
)
from tests.volunteers.pages import LIST, page_of, signed_in
from volunteers.models import Interest, Volunteer
from volunteers.services import TAKEN

pytestmark = pytest.mark.django_db


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
    without = form_of(township, sex="male", no_id="on", birth_date="1950-01-15")
    assert "请写明原因" in client.post(f"{LIST}new/", without).content.decode()
    client.post(f"{LIST}new/", without | {"no_id_reason": "证件遗失正在补办"})
    person = Volunteer.objects.get()
    assert (person.id_number, person.no_id_reason) == ("", "证件遗失正在补办")
    assert "证件遗失正在补办" in client.get(page_of(person)).content.decode()


def test_the_rest_of_the_register_form_is_kept_and_shown(township: Unit) -> None:
    calligraphy = Interest.objects.create(name="书法")
    client = signed_in(township)
    typed = {
        "former_name": "杜小春",
        "native_place": "四川苍溪",
        "politics": "party",
        "party_joined": "1972.7",
        "education": "college",
        "work_began": "１９６８年",
        "retirement": "retired",
        "rank": "中学高级教师",
        "health": "good",
        "interests": [calligraphy.pk],
    }
    number = make_id_number()
    client.post(f"{LIST}new/", form_of(township, id_number=number, **typed))
    person = Volunteer.objects.get()
    assert (person.party_joined, person.work_began) == ("1972-07", "1968")
    page = client.get(page_of(person)).content.decode()
    for word in ("杜小春", "中共党员", "1972年7月", "1968年", "退休", "中学高级教师", "书法"):
        assert word in page
    edit = client.get(f"{page_of(person)}edit/").content.decode()
    assert 'value="1972年7月"' in edit


@pytest.mark.parametrize(("said", "words"), [("去年", "请填写年月"), ("1940", "应在出生以后"), ("2098-01", "今天以前")])
def test_a_time_that_cannot_be_is_refused_at_its_field(township: Unit, said: str, words: str) -> None:
    number = make_id_number()
    page = signed_in(township).post(f"{LIST}new/", form_of(township, id_number=number, party_joined=said))
    assert words in page.content.decode()
    assert not Volunteer.objects.exists()


def test_somebody_who_rests_has_a_day_and_a_reason_until_they_are_back(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    typed = form_of(township, name=person.name, status="resting", resting_since="2026-03-01", resting_reason="带孙辈")
    client.post(f"{page_of(person)}edit/", typed | seen(person))
    person.refresh_from_db()
    assert (person.status, person.resting_reason) == ("resting", "带孙辈")
    assert "带孙辈" in client.get(page_of(person)).content.decode()
    client.post(f"{page_of(person)}edit/", typed | seen(person) | {"status": "active"})
    person.refresh_from_db()
    assert (person.resting_since, person.resting_reason) == (None, "")


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


def test_what_registering_tells_of_numbers_counts_as_looking_them_up(
    township: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 3)
    stranger = make_volunteer(make_unit(township.parent or township))
    mine = make_volunteer(township)
    client = signed_in(township)
    known, free = stranger.id_number, make_id_number()

    client.post(f"{LIST}find/", {"number": known})
    page = client.post(f"{LIST}new/", form_of(township, id_number=known)).content.decode()
    assert TAKEN in page
    edit = reverse("volunteers:volunteer_edit", args=[mine.pk])
    assert (
        TAKEN in client.post(edit, form_of(township, id_number=known, status="active", **seen(mine))).content.decode()
    )

    for number in (known, free):
        page = client.post(f"{LIST}new/", form_of(township, id_number=number)).content.decode()
        assert "一小时内最多核对 3 个证件号" in page
        assert TAKEN not in page
    found = client.post(f"{LIST}find/", {"number": known}, follow=True).content.decode()
    assert "一小时内最多按号码查 3 次" in found
    # Who has no number to be asked for is registered all the same, and so is whoever else registers.
    without = form_of(township, no_id="on", no_id_reason="补办中", sex="male", birth_date="1950-01-01")
    client.post(f"{LIST}new/", without)
    assert Volunteer.objects.filter(unit=township, id_index=None).count() == 1
    signed_in(township).post(f"{LIST}new/", form_of(township, id_number=free, another="on"))
    assert Volunteer.objects.filter(id_number__isnull=False, unit=township).count() == 2


def test_another_refusal_of_a_number_that_is_free_counts_too(township: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the refusal of what is wrong beside it would tell that the number is not registered, and leave no record."""
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 1)
    client = signed_in(township)
    refused = form_of(township, id_number=make_id_number(), joined_on="2999-01-01")

    assert "一小时内" not in client.post(f"{LIST}new/", refused).content.decode()
    assert "一小时内" in client.post(f"{LIST}new/", refused).content.decode()


def test_a_name_is_set_without_the_blanks_of_a_column_and_none_is_no_number(township: Unit) -> None:
    client = signed_in(township)
    page = client.post(f"{LIST}new/", form_of(township, name="李 建国", id_number="没有")).content.decode()
    assert "没有证件的，勾选“无证件”" in page
    client.post(f"{LIST}new/", form_of(township, name="李 建国", id_number=make_id_number(order=151)))
    assert Volunteer.objects.get().name == "李建国"


def test_one_record_does_not_do_to_try_out_numbers(township: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 2)
    client, mine = signed_in(township), make_volunteer(township)
    edit = reverse("volunteers:volunteer_edit", args=[mine.pk])
    answers = []
    for order in (131, 133, 135):
        mine.refresh_from_db()
        sent = form_of(township, id_number=make_id_number(order=order), status="active", **seen(mine))
        answers.append(client.post(edit, sent))
    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert "一小时内最多核对 2 个证件号" in answers[-1].content.decode()


def test_taking_a_number_away_and_putting_another_in_counts_too(
    township: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 1)
    client, mine = signed_in(township), make_volunteer(township)
    edit = reverse("volunteers:volunteer_edit", args=[mine.pk])
    without = {"no_id": "on", "no_id_reason": "补办中", "sex": "male", "birth_date": "1950-01-01"}
    answers = []
    for said in (without, {"id_number": make_id_number(order=141)}, without):
        mine.refresh_from_db()
        answers.append(client.post(edit, form_of(township, status="active", **said, **seen(mine))))
    # Whoever has none, and gets none, is saved all the same.
    assert [answer.status_code for answer in answers] == [302, 200, 302]


def test_registering_many_people_is_not_held_up(township: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 1)
    client = signed_in(township)
    for order in (121, 123, 125):
        client.post(f"{LIST}new/", form_of(township, id_number=make_id_number(order=order)))

    assert Volunteer.objects.filter(unit=township).count() == 3
