"""The history of somebody's entry in plain words, as the roster's readers see it."""

import datetime
from typing import Any

import pghistory
import pytest
from django.test import Client
from django.urls import reverse

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import (
    make_appointment,
    make_county,
    make_member,
    make_speciality,
    make_team,
    make_unit,
    make_user,
    make_volunteer,
)
from tests.volunteers.pages import page_of, signed_in
from volunteers.enums import Post, VeteranKind
from volunteers.models import TeamMember, Volunteer
from volunteers.row_history import History, history_of_person
from volunteers.services import confirm_unchanged, merge_people, merge_terms, register_volunteer, update_volunteer

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 3, 1)


@pytest.fixture
def township() -> Unit:
    return make_unit(make_county(), code="510824105", name="亭子镇")


@pytest.fixture
def person(township: Unit) -> Volunteer:
    with pghistory.context(user=make_user(name="何秘书").pk):
        return register_volunteer(
            unit=township, name="杜承志", kind=VeteranKind.TEACHER, no_id_reason="补办中", sex="male",
            times=[(6, "morning")],
        )  # fmt: skip


def told(history: History) -> list[tuple[str, str, list[str]]]:
    return [(step.heading, step.actor, step.facts) for step in history.steps]


def change(person: Volunteer, name: str, **fields: Any) -> None:
    """As one request of somebody would."""
    with pghistory.context(user=make_user(name=name).pk):
        update_volunteer(volunteer=Volunteer.objects.get(pk=person.pk), **fields)


def test_what_one_operation_did_is_one_step_in_plain_words(person: Volunteer) -> None:
    law = make_speciality(name="法治")
    change(
        person, "张主任", kind=VeteranKind.EXPERT, phone="13890001234", specialities=[law], times=[(6, "evening")],
        former_name="杜小志",
    )  # fmt: skip

    steps = told(history_of_person(person))

    assert steps[0] == (
        "修改",
        "张主任",
        [
            "五老类别 老教师 → 老专家",
            "电话已修改",
            "曾用名已修改",
            "特长增加法治",
            "服务时间增加周六晚上",
            "服务时间去掉周六上午",
        ],
    )
    assert steps[1] == ("登记入库", "何秘书", ["服务时间增加周六上午"])
    assert len(steps) == 2


def test_personal_values_are_not_in_it(person: Volunteer) -> None:
    change(person, "张主任", phone="13890001234", address="白桥街 3 号", native_place="四川苍溪")

    said = str(told(history_of_person(person)))

    assert "电话已修改" in said
    assert "住址已修改" in said
    for value in ("13890001234", "白桥街", "四川苍溪", "1389"):
        assert value not in said


def test_a_yearly_check_without_a_change_is_a_step(person: Volunteer) -> None:
    Volunteer.objects.filter(pk=person.pk).update(joined_on=datetime.date(2020, 1, 1))
    secretary = make_member(person.unit, Role.SECRETARY)
    with pghistory.context(user=secretary.pk):
        confirm_unchanged(people=[person.pk], by=secretary)

    assert told(history_of_person(person))[0] == ("核对无误", secretary.name, [])


def test_posts_and_teams_are_in_it_also_when_they_end(person: Volunteer, township: Unit) -> None:
    make_appointment(township, person, post=Post.MEMBER)
    member = TeamMember.objects.create(team=make_team(township, name="宣讲团"), volunteer=person, starts_on=DAY)
    with pghistory.context(user=make_user(name="张主任").pk):
        member.ends_on = DAY
        member.save()

    steps = told(history_of_person(person))

    assert steps[0] == ("修改", "张主任", ["修改团队成员 亭子镇 报告团（宣讲团） 杜*志：退出日期填为 2026-03-01"])
    assert "新增任职 亭子镇关工委委员 杜*志" in str(steps)


def test_a_term_that_was_merged_is_called_as_it_was(person: Volunteer, township: Unit) -> None:
    singing, arts = make_speciality(name="唱歌"), make_speciality(name="文体书画")
    change(person, "张主任", specialities=[singing])
    office = make_member(township.parent or township, Role.COUNTY_OFFICE)
    with pghistory.context(user=office.pk):
        merge_terms(source=singing, target=arts, by=office, seen=singing.updated_at)

    steps = told(history_of_person(person))

    assert steps[0] == ("修改", office.name, ["特长增加文体书画", "特长去掉唱歌"])
    assert steps[1] == ("修改", "张主任", ["特长增加唱歌"])


def test_a_merger_of_two_rows_and_a_hand_over_are_in_it(person: Volunteer, township: Unit) -> None:
    secretary = make_member(township, Role.SECRETARY)
    other = make_volunteer(township, name=person.name, id_number="", no_id_reason="补办中")
    with pghistory.context(user=secretary.pk):
        merge_people(keep=person, drop=other, chosen={}, by=secretary, seen=max(person.updated_at, other.updated_at))

    merged = told(history_of_person(Volunteer.objects.get(pk=person.pk)))[0]

    assert merged[0] == "合并登记"
    assert f"{other.number} 并入此条" in merged[2]


def test_another_person_is_not_in_it(person: Volunteer, township: Unit) -> None:
    other = make_volunteer(township)
    change(other, "张主任", times=[(7, "morning")], kind=VeteranKind.EXPERT)

    assert "张主任" not in str(told(history_of_person(person)))


def test_queries_do_not_grow_with_the_steps(person: Volunteer, django_assert_num_queries: Any) -> None:
    law, health = make_speciality(name="法治"), make_speciality(name="健康")
    change(person, "张主任", specialities=[law], times=[(1, "morning")])
    with django_assert_num_queries(4):
        history_of_person(person)
    for name in ("李主任", "王主任"):
        change(person, name, specialities=[health], times=[])
        change(person, name, specialities=[law, health], times=[(2, "evening")])
    with django_assert_num_queries(4):
        history_of_person(person)


def test_a_long_history_is_read_in_parts(person: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("volunteers.row_history.EVENTS", 4)
    for place in range(6):
        change(person, f"主任{place}", kind=(VeteranKind.EXPERT, VeteranKind.CADRE)[place % 2])
    seen: list[str] = []
    before = None
    while True:
        history = history_of_person(person, before=before)
        seen += [step.actor for step in history.steps]
        before = history.older
        if before is None:
            break

    assert seen == [*(f"主任{place}" for place in reversed(range(6))), "何秘书"]


def test_the_page_shows_the_latest_and_leads_to_all(person: Volunteer, township: Unit) -> None:
    for place in range(6):
        change(person, f"主任{place}", kind=(VeteranKind.EXPERT, VeteranKind.CADRE)[place % 2])
    client = signed_in(township)

    page = client.get(page_of(person)).content.decode()
    address = reverse("volunteers:volunteer_history", args=[person.pk])
    whole = client.get(address).content.decode()

    assert "主任5" in page
    assert "主任0" not in page
    assert address in page
    assert "主任0" in whole
    assert client.get(address, {"before": "x"}).status_code == 200


def test_a_stranger_finds_no_such_page(person: Volunteer, township: Unit) -> None:
    stranger: Client = signed_in(make_unit(township.parent or township), Role.SECRETARY)

    assert stranger.get(reverse("volunteers:volunteer_history", args=[person.pk])).status_code == 404
