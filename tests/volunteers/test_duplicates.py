"""查重: which rows look like one person, what is ruled about them, and what becomes of two rows that are one."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from guanai.trail import history_of
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.scope import grants_of
from tests.factories import (
    grant,
    make_county,
    make_id_number,
    make_member,
    make_unit,
    make_volunteer,
    seen,
)
from tests.volunteers.pages import LIST, page_of, signed_in
from tests.volunteers.twice import BORN
from volunteers.duplicates import pairs_for_user
from volunteers.models import DuplicateRuling, Volunteer
from volunteers.services import rule_two_persons, update_volunteer

pytestmark = pytest.mark.django_db
PAIRS = "/volunteers/duplicates/"


def found(user: User) -> list[tuple[str, str, str]]:
    pairs, total = pairs_for_user(user)
    assert total == len(pairs)
    return [(pair.first.number, pair.second.number, pair.grounds) for pair in pairs]


# Which


@pytest.mark.parametrize(
    ("one", "other", "grounds"),
    [
        ({}, {"id_number": ""}, "同名同出生年份"),
        ({"id_number": ""}, {"id_number": "", "birth_date": datetime.date(1950, 9, 9)}, "同名同出生年份"),
        ({}, {"id_number": "", "birth_date": None}, "同名"),
        ({}, {"id_number": "", "birth_date": datetime.date(1951, 1, 1)}, ""),
        ({}, {"id_number": "", "name": "冯定国"}, ""),
        ({}, {"id_number": "", "name": "冯定国", "phone": "13812345678"}, "同电话"),
        # Two identity numbers are two persons, unless name and phone agree.
        ({}, {}, ""),
        ({}, {"name": "冯定国", "phone": "13812345678"}, ""),
        ({}, {"phone": "13812345678"}, "同名同出生年份、同电话"),
        ({"phone": ""}, {"name": "冯定国", "id_number": "", "phone": ""}, ""),
    ],
)
def test_who_looks_like_one_person(
    village: Unit, secretary: User, one: dict[str, Any], other: dict[str, Any], grounds: str
) -> None:
    first = make_volunteer(village, **{"name": "杜承志", "birth_date": BORN, "phone": "13812345678", **one})
    second = make_volunteer(village, **{"name": "杜承志", "birth_date": BORN, **other})
    assert found(secretary) == ([(first.number, second.number, grounds)] if grounds else [])


def test_only_pairs_whose_both_rows_the_user_keeps(
    township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    far = make_unit(township.parent or township, name="云峰镇")
    make_volunteer(far, name="杜承志", birth_date=BORN, id_number="")
    assert len(found(secretary)) == 1
    assert len(found(make_member(Unit.objects.get(parent=None), Role.COUNTY_OFFICE))) == 3
    assert found(make_member(Unit.objects.get(pk=township.pk), Role.REVIEWER)) == []
    # Nothing crosses counties, whoever works in both.
    other = make_county("510825", "旺苍县")
    make_volunteer(other, name="杜承志", birth_date=BORN, id_number="")
    both = make_member(other, Role.COUNTY_OFFICE)
    grant(both, Unit.objects.get(pk=township.pk), Role.SECRETARY)
    assert len(found(both)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_once_however_long(
    village: Unit, secretary: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        for _ in range(2):
            make_volunteer(village, name=f"杜承志{number}", birth_date=BORN, id_number="")
    grants_of(secretary)
    with django_assert_num_queries(1):
        pairs, total = pairs_for_user(secretary)
    assert (len(pairs), total) == (count, count)


def test_the_list_in_pages(village: Unit, secretary: User) -> None:
    for _ in range(11):
        make_volunteer(village, name="杜承志", birth_date=BORN, id_number="")
    client = Client()
    client.force_login(secretary)
    first = client.get(PAIRS)
    assert "55 对登记可能是同一个人" in first.content.decode()
    assert len(first.context["listing"].page) == 50
    second = client.get(f"{PAIRS}?page=2").context["listing"].page
    assert (len(second), second.has_next(), second.number) == (5, False, 2)
    assert client.get(f"{PAIRS}?page=9").context["listing"].page.number == 1
    assert client.get(f"{PAIRS}?page=x").status_code == 200


# Two persons


def test_two_persons_are_not_asked_about_again_until_they_are_more_alike(
    pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    rule_two_persons(first=pair[1], second=pair[0], reason="堂兄弟", by=secretary)
    assert found(secretary) == []
    update_volunteer(volunteer=pair[1], former_post="县农机局")
    assert found(secretary) == []
    update_volunteer(volunteer=pair[1], phone=pair[0].phone)
    assert [grounds for *_, grounds in found(secretary)] == ["同名同出生年份、同电话"]
    rule_two_persons(first=pair[0], second=pair[1], reason="共用电话", by=secretary)
    assert found(secretary) == []
    ruling = DuplicateRuling.objects.get()
    assert (ruling.first_id, ruling.second_id) == tuple(sorted(row.pk for row in pair))
    assert history_of(ruling)[0].personal == ["reason"]


def test_a_ruling_needs_a_reason_and_both_rosters(
    township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    with pytest.raises(ValidationError, match="依据"):
        rule_two_persons(first=pair[0], second=pair[1], reason=" ", by=secretary)
    far = make_volunteer(make_unit(township.parent or township, name="云峰镇"), name="杜承志", id_number="")
    with pytest.raises(PermissionDenied):
        rule_two_persons(first=pair[0], second=far, reason="不是", by=secretary)


# Pages


def url_of(pair: tuple[Volunteer, Volunteer]) -> str:
    return reverse("volunteers:duplicate_pair", args=[pair[0].pk, pair[1].pk])


def test_a_pair_beside_each_other_and_merged(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    listed = client.get(PAIRS).content.decode()
    assert url_of(pair) in listed
    response = client.get(url_of(pair))
    top = response.content.decode().split("<table")[0]
    for word, row in zip(("第一条", "第二条"), pair, strict=True):
        assert f'{word} <a href="{reverse("volunteers:volunteer_detail", args=[row.pk])}">{row.number}</a>' in top
    page = response.content.decode()
    for words in ("不同", pair[0].masked_id, pair[0].masked_phone, "县教育局副局长", "无证件（没有带）"):
        assert words in page
    for secret in (pair[0].id_number, pair[0].phone, pair[1].address, f"{BORN:%Y-%m-%d}"):
        assert secret not in page
    form = response.context["merge"]
    assert "name" not in form.fields
    said = {name: form[name].value() for name in form.fields if name != "sure"}
    assert (said["keep"], said["identity"], said["former_post"]) == ("first", "first", "second")
    refused = client.post(url_of(pair), {**said, "merge": "1"})
    assert refused.context["merge"].errors["sure"] == ["请核对后勾选：两条登记是同一个人。"]
    done = client.post(url_of(pair), {**said, "sure": "on", "merge": "1"}, follow=True)
    assert f"{pair[1].number} 并入 {pair[0].number}" in done.content.decode()
    kept = Volunteer.objects.get(merged_into=None)
    assert (kept.pk, kept.former_post) == (pair[0].pk, "县教育局副局长")
    # A double tap sends it twice; the second finds the one person.
    again = client.post(url_of(pair), {**said, "sure": "on", "merge": "1"}, follow=True)
    assert again.redirect_chain[-1][0] == page_of(kept)


def test_two_secrets_that_look_alike_masked_are_told_apart(village: Unit, secretary: User) -> None:
    phones = ("13811115678", "13822225678")
    pair = tuple(
        make_volunteer(village, name="杜承志", id_number="", birth_date=BORN, phone=phone, address="x")
        for phone in phones
    )
    client = Client()
    client.force_login(secretary)
    form = client.get(url_of(pair)).context["merge"]  # type: ignore[arg-type]  # two of them
    assert "phone" in form.fields
    assert "address" not in form.fields


def test_the_page_says_that_somebody_changed_a_row_meanwhile(
    pair: tuple[Volunteer, Volunteer], secretary: User
) -> None:
    client = Client()
    client.force_login(secretary)
    form = client.get(url_of(pair)).context["merge"]
    said = {name: form[name].value() for name in form.fields if name != "sure"}
    update_volunteer(volunteer=pair[1], rank="正科级", by=secretary)
    page = client.post(url_of(pair), {**said, "rank": "second", "sure": "on"})
    assert "您的内容还没有存入" in page.content.decode()
    assert not Volunteer.objects.exclude(merged_into=None).exists()
    assert (
        client.post(
            url_of(pair), {**said, "rank": "second", "sure": "on", **seen(Volunteer.objects.get(pk=pair[1].pk))}
        ).status_code
        == 302
    )


def test_two_persons_on_the_page(pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    empty = client.post(url_of(pair), {"two": "1", "reason": ""})
    assert empty.context["two"].errors["reason"]
    client.post(url_of(pair), {"two": "1", "reason": "身份证都看过"})
    assert "没有可能重复的登记" in client.get(PAIRS).content.decode()
    assert "身份证都看过" in client.get(url_of(pair)).content.decode()


def test_strangers_readers_and_methods(township: Unit, pair: tuple[Volunteer, Volunteer], secretary: User) -> None:
    town = Unit.objects.get(pk=township.pk)
    far_unit = make_unit(township.parent or township, name="云峰镇")
    far = make_volunteer(far_unit, name="杜承志", id_number="")
    own = Client()
    own.force_login(secretary)
    for url in (url_of((pair[0], far)), url_of((far, pair[0])), url_of((pair[0], pair[0]))):
        assert own.get(url).status_code == 404
        assert own.post(url, {"two": "1", "reason": "不是"}).status_code == 404
    reader = signed_in(town, Role.REVIEWER)
    assert reader.get(url_of(pair)).status_code == 403
    assert own.put(url_of(pair)).status_code == 405
    assert signed_in(far_unit).get(url_of(pair)).status_code == 404
    assert not DuplicateRuling.objects.exists()


def test_whoever_is_registered_a_second_time_is_asked_about(village: Unit, secretary: User) -> None:
    known = make_volunteer(village, name="杜承志", birth_date=BORN, id_number="")
    client = Client()
    client.force_login(secretary)
    said = {"unit": village.code, "name": "杜承志", "kind": "teacher", "joined_on": "2020-01-01"}
    said |= {"id_number": make_id_number(BORN)}
    page = client.post(f"{LIST}new/", said)
    assert page_of(known) in page.content.decode()
    assert page.context["form"].errors["another"]
    assert Volunteer.objects.count() == 1
    entered = {**said, "another": "on", "entry_key": page.context["form"]["entry_key"].value() or ""}
    assert client.post(f"{LIST}new/", entered).status_code == 302
    ruling = DuplicateRuling.objects.get()
    assert (ruling.ruling, ruling.first_id, ruling.by_id) == ("two_persons", known.pk, secretary.pk)
    assert found(secretary) == []


def test_a_double_tap_of_the_register_form_is_not_asked_about_itself(village: Unit, secretary: User) -> None:
    client = Client()
    client.force_login(secretary)
    key = client.get(f"{LIST}new/").context["form"]["entry_key"].value()
    said = {"unit": village.code, "name": "杜承志", "kind": "teacher", "joined_on": "2020-01-01", "entry_key": key}
    said |= {"no_id": "on", "no_id_reason": "补办中", "sex": "male", "birth_date": "1950-03-04"}
    answers = [client.post(f"{LIST}new/", said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Volunteer.objects.count() == 1
