"""Finding people: who meets what is wished, in which order, in which words, and what is offered where few do."""

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from activities.services import save_draft
from aid.models import Child
from orgs.enums import Role
from orgs.models import User
from tests.factories import (
    make_activity,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_speciality,
    make_unit,
    make_visit,
    make_volunteer,
)
from tests.volunteers.pages import page_of
from tests.volunteers.searching import (
    SATURDAY,
    SEARCH,
    Town,
    ago,
    asked,
    body,
    free,
    line,
    names,
    rings,
    spoke,
)
from volunteers.enums import Daypart
from volunteers.models import Interest, Volunteer
from volunteers.search import months_before

pytestmark = pytest.mark.django_db


# Who is found, and in which order


def test_the_nearest_come_first_under_their_headings(town: Town) -> None:
    for unit, name in ((town.elsewhere, "远"), (town.next_village, "邻"), (town.village, "近"), (town.township, "镇")):
        make_volunteer(unit, town.law, name=name)
    found = asked(town.office, speciality=town.law.pk, unit=town.village.code)
    assert rings(found) == [("本村", 1, ["近"]), ("本镇其他", 2, ["邻", "镇"]), ("全县其他", 1, ["远"])]
    assert rings(asked(town.office, speciality=town.law.pk, unit=town.township.code)) == [
        ("本镇", 3, ["近", "邻", "镇"]),
        ("全县其他", 1, ["远"]),
    ]
    assert [heading for heading, _, _ in rings(asked(town.office, speciality=town.law.pk))] == ["全县"]


def test_a_secretary_finds_the_own_township_alone(town: Town) -> None:
    make_volunteer(town.village, town.law, name="近")
    make_volunteer(town.elsewhere, town.law, name="外乡人")
    found = asked(town.secretary, speciality=town.law.pk)
    assert rings(found) == [("本镇", 1, ["近"])]
    assert "外乡人" not in body(found)
    assert "云峰镇" not in body(found)
    forged = asked(town.secretary, speciality=town.law.pk, unit=town.elsewhere.code)
    assert names(forged) == []
    assert "您可以看的单位里没有这个地点" in body(forged)


def test_who_sees_two_townships_is_not_told_of_the_whole_county(town: Town) -> None:
    both = make_member(town.township, Role.SECRETARY)
    both.memberships.create(unit=town.elsewhere, role=Role.SECRETARY, starts_on=datetime.date(2020, 1, 1))
    make_volunteer(town.elsewhere, town.law, name="远")
    found = asked(both, speciality=town.law.pk, unit=town.township.code)
    assert rings(found) == [("您能看到的其他单位", 1, ["远"])]


def test_another_county_is_never_searched(town: Town) -> None:
    other = make_county("510823", "剑阁县")
    make_volunteer(other, town.law, name="外县人")
    make_volunteer(town.county, town.law, name="本县人")
    town.office.memberships.create(unit=other, role=Role.COUNTY_OFFICE, starts_on=datetime.date(2020, 1, 1))
    assert names(asked(town.office, speciality=town.law.pk, unit=town.county.code)) == ["本县人"]


def test_of_several_specialities_one_is_enough_and_more_come_first(town: Town) -> None:
    make_volunteer(town.village, town.mind, name="阿一")
    make_volunteer(town.village, town.law, town.mind, name="张二")
    make_volunteer(town.village, name="阿三")
    found = asked(town.secretary, speciality=[town.law.pk, town.mind.pk])
    assert names(found) == ["张二", "阿一"]
    assert "特长：法治、心理" in line(found, "张二").fits
    assert line(found, "阿一").lacks == ""


def test_who_was_called_on_least_recently_comes_first(town: Town) -> None:
    never, long_ago, lately = (make_volunteer(town.village, town.law, name=name) for name in ("张从未", "王早", "阿近"))
    spoke(long_ago, ago(300))
    spoke(lately, ago(200))
    make_activity(town.elsewhere, held_on=ago(3), participants=[lately])
    spoke(long_ago, ago(1), state="returned")
    found = asked(town.secretary, speciality=town.law.pk)
    assert names(found) == [never.name, long_ago.name, lately.name]
    assert line(found, "张从未").last == "没有活动和走访记录"
    assert line(found, "王早").last == f"最近一次主讲 {ago(300)}"
    assert line(found, "阿近").last == f"最近一次参加 {ago(3)}"


def test_who_visits_a_child_is_called_on_too(town: Town) -> None:
    visiting, idle = (make_volunteer(town.village, town.law, name=name) for name in ("走访的", "闲着的"))
    pairing = make_pairing(make_child(town.village), visiting, starts_on=ago(400))
    make_visit(pairing, held_on=ago(20), next_on=SATURDAY)
    found = asked(town.secretary, speciality=town.law.pk)
    assert names(found) == [idle.name, visiting.name]
    assert line(found, "走访的").last == f"最近一次走访 {ago(20)}"
    assert names(asked(town.secretary, speciality=town.law.pk, recent="3")) == ["走访的"]
    for recent in ("idle", "idle6", "idle3"):
        assert names(asked(town.secretary, speciality=town.law.pk, recent=recent)) == ["闲着的"]
    on_the_day = asked(town.secretary, speciality=town.law.pk, on=SATURDAY, relax=["time"])
    assert {name: line(on_the_day, name).taken for name in names(on_the_day)} == {"闲着的": False, "走访的": True}


def test_a_planned_visit_takes_the_day_only_while_it_is_the_plan_and_for_who_may_know(town: Town) -> None:
    def taken(user: User) -> bool:
        asked_for = asked(user, speciality=town.law.pk, on=SATURDAY, relax=["time"])
        return bool(line(asked_for, "走访的").taken)

    visiting = make_volunteer(town.village, town.law, name="走访的")
    child = make_child(town.elsewhere)
    pairing = make_pairing(child, visiting, starts_on=ago(400))
    make_visit(pairing, held_on=ago(20), next_on=SATURDAY)
    # Whoever does not see the children there does not learn of the plan.
    assert (taken(town.office), taken(town.secretary)) == (True, False)
    make_visit(pairing, held_on=ago(10), next_on=SATURDAY + datetime.timedelta(days=7))
    assert not taken(town.office)
    make_visit(pairing, held_on=ago(5), next_on=SATURDAY)
    assert taken(town.office)
    Child.objects.filter(pk=child.pk).update(closed_on=ago(1))
    assert not taken(town.office)


def test_a_date_asks_for_its_weekday_and_part_of_the_day(town: Town) -> None:
    free(make_volunteer(town.village, name="上午"))
    free(make_volunteer(town.village, name="下午"), part=Daypart.AFTERNOON)
    free(make_volunteer(town.village, name="周日"), weekday=7)
    morning = asked(town.secretary, on=SATURDAY, part="morning")
    assert names(morning) == ["上午"]
    assert "周六上午有空" in line(morning, "上午").fits
    assert set(names(asked(town.secretary, on=SATURDAY))) == {"上午", "下午"}
    assert set(names(asked(town.secretary, day="weekend", part="morning"))) == {"上午", "周日"}
    assert names(asked(town.secretary, day="workdays")) == []
    assert set(names(asked(town.secretary, on=SATURDAY, day="weekend"))) == {"上午", "下午"}


def test_a_weekday_that_is_not_the_date_s_is_a_slip(town: Town) -> None:
    free(make_volunteer(town.village, name="上午"))
    found = asked(town.secretary, on=SATURDAY, day="1")
    assert names(found) == []
    assert "2026-12-05 是周六，请去掉星期或改日期。" in body(found)


@pytest.fixture
def people(town: Town) -> Town:
    """Four people of the village who differ in everything that can be asked for."""
    first = make_volunteer(town.village, name="杜承志", kind="teacher", is_core=True)
    first.interests.add(Interest.objects.create(name="书法"))
    spoke(first, ago(30))
    second = make_volunteer(town.village, name="冯定国", kind="cadre")
    spoke(second, ago(150))
    third = make_volunteer(town.village, name="向桂英", kind="cadre", status="resting")
    spoke(third, ago(300))
    make_volunteer(town.village, name="吕志芳", kind="cadre")
    make_volunteer(town.village, name="离任人", kind="cadre", status="left", left_on=datetime.date(2024, 1, 1))
    return town


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"kind": "cadre"}, {"冯定国", "吕志芳"}),
        ({"kind": "cadre", "resting": "on"}, {"冯定国", "吕志芳", "向桂英"}),
        ({"core": "on"}, {"杜承志"}),
        ({"recent": "3"}, {"杜承志"}),
        ({"recent": "6", "resting": "on"}, {"杜承志", "冯定国"}),
        ({"recent": "12", "resting": "on"}, {"杜承志", "冯定国", "向桂英"}),
        ({"recent": "idle"}, {"吕志芳"}),
        ({"name": "承"}, {"杜承志"}),
        ({"name": "dcz"}, {"杜承志"}),
        ({"name": "DuCheng"}, {"杜承志"}),
        ({"name": "du"}, {"杜承志"}),
        ({"name": "lzf"}, {"吕志芳"}),
        ({"name": "cz"}, set()),
        ({"name": "人"}, set()),
        ({"kind": "wizard"}, set()),
        ({"unit": "%00", "kind": "cadre"}, set()),
        ({"speciality": "999999"}, set()),
        ({"recent": "7"}, set()),
        ({"on": "2026-13-45"}, set()),
    ],
)
def test_conditions(people: Town, query: dict[str, str], shown: set[str]) -> None:
    assert set(names(asked(people.secretary, **query))) == shown


def test_an_interest(people: Town) -> None:
    found = asked(people.secretary, interest=Interest.objects.get().pk)
    assert names(found) == ["杜承志"]
    assert "爱好：书法" in line(found, "杜承志").fits


def test_numbers_are_refused_in_the_name(people: Town) -> None:
    found = asked(people.secretary, name="13812345678")
    assert names(found) == []
    assert "这里只填姓名" in body(found)


@given(st.text(max_size=20))
def test_no_words_make_a_pattern_of_their_own(words: str) -> None:
    list(Volunteer.objects.called(words))


def test_nobody_is_listed_before_anything_is_wished(people: Town) -> None:
    found = asked(people.secretary, unit=people.village.code)
    assert names(found) == []
    assert "选一项特长、爱好或时间，或者写姓名" in body(found)


# In which words


def test_a_line_says_why_and_keeps_what_is_secret(town: Town) -> None:
    person = free(make_volunteer(town.village, town.law, name="杜承志", phone="13812345678", is_core=True))
    spoke(person, datetime.date(2025, 9, 12))
    found = asked(town.secretary, speciality=town.law.pk, on=SATURDAY, part="morning", unit=town.village.code)
    assert line(found, "杜承志").fits == "特长：法治；周六上午有空；本村"
    assert line(found, "杜承志").last == "最近一次主讲 2025-09-12"
    page = body(found)
    assert "138****5678" in page
    assert f'href="{page_of(person)}"' in page
    for secret in (person.phone, person.id_number, person.address):
        assert secret not in page


def test_the_phone_is_looked_at_from_the_line_by_who_may(town: Town) -> None:
    person = make_volunteer(town.village, town.law, phone="13812345678")
    silent = make_volunteer(town.village, town.law, phone="")
    link = f'<a href="{page_of(person)}reveal/phone/" hx-get'
    assert link in body(asked(town.secretary, speciality=town.law.pk))
    assert f"{page_of(silent)}reveal/phone/" not in body(asked(town.secretary, speciality=town.law.pk))
    reader = body(asked(make_member(town.county, Role.REVIEWER), speciality=town.law.pk))
    assert page_of(person) in reader
    assert "reveal/phone/" not in reader


def test_someone_from_the_rest_of_the_county_stands_with_the_township(town: Town) -> None:
    far = make_unit(town.elsewhere, name="会民村村民委员会")
    make_volunteer(far, town.law, name="远")
    make_volunteer(town.next_village, town.law, name="邻")
    found = asked(town.office, speciality=town.law.pk, unit=town.village.code)
    assert (line(found, "远").unit, line(found, "邻").unit) == ("云峰镇 会民村", "白观村")


def test_no_score_and_no_rank(town: Town) -> None:
    make_volunteer(town.village, town.law)
    page = body(asked(town.secretary, speciality=town.law.pk))
    for word in ("匹配度", "得分", "排名", "第一名", "最佳", "推荐指数"):
        assert word not in page


def test_a_day_that_is_taken_is_pointed_out(town: Town) -> None:
    busy, planned, other = (free(make_volunteer(town.village, name=name)) for name in ("已有", "计划", "空着"))
    spoke(busy, SATURDAY, state="returned")
    fields = {"held_on": [SATURDAY.isoformat()], "speakers": [str(planned.pk), "x"]}
    save_draft(by=town.secretary, key=uuid.uuid4(), fields=fields)
    save_draft(by=town.office, key=uuid.uuid4(), fields=fields | {"speakers": [str(other.pk)]})
    found = asked(town.secretary, on=SATURDAY)
    assert {name: line(found, name).taken for name in names(found)} == {"已有": True, "计划": True, "空着": False}
    assert body(found).count("当天已有安排") == 2
    assert not line(asked(town.secretary, day="6"), "已有").taken


# The page


def test_chips_name_the_conditions_and_not_the_own_place(town: Town) -> None:
    found = asked(town.secretary, speciality=town.law.pk, on=SATURDAY)
    chips = [(chip.label, chip.value) for chip in found.context["listing"].chips]
    assert chips == [("特长", "法治"), ("日期", "2026-12-05")]


def test_htmx_gets_the_results_alone(town: Town) -> None:
    make_volunteer(town.village, town.law, name="近")
    client = Client()
    client.force_login(town.secretary)
    part = body(client.get(SEARCH, {"speciality": town.law.pk}, headers={"hx-request": "true"}))
    assert "近" in part
    assert "<html" not in part


def test_pages_continue_a_group_with_its_whole_count(town: Town) -> None:
    for number in range(23):
        make_volunteer(town.village, town.law, name=f"人{number:02d}")
    second = asked(town.secretary, speciality=town.law.pk, page=2)
    ((heading, total, listed),) = rings(second)
    assert (heading, total, len(listed)) == ("本镇", 23, 3)


@pytest.mark.parametrize(
    "query", [{}, {"part": "morning", "on": SATURDAY, "core": "on"}, {"relax": ["speciality", "time"], "day": "6"}]
)
def test_queries_do_not_grow_with_the_people(
    town: Town, query: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    client = Client()
    client.force_login(town.office)

    def queries_with_more(count: int) -> int:
        for _ in range(count):
            person = free(make_volunteer(town.village, town.law, town.mind, is_core=True))
            spoke(person, ago(400))
        with django_assert_max_num_queries(20) as counted:
            client.get(SEARCH, {"speciality": [town.law.pk, town.mind.pk], **query})
        return len(counted)

    client.get(SEARCH)
    assert queries_with_more(1) == queries_with_more(2)


def test_a_full_page_of_an_office_stays_within_60_kilobytes(town: Town) -> None:
    for number in range(8):
        township = make_unit(town.county, name=f"苍溪第{number}镇")
        for village in range(40):
            make_unit(township, name=f"第{number}之{village}村村民委员会")
    specialities = [make_speciality(f"特长种类{number}") for number in range(9)]
    for _ in range(25):
        person = make_volunteer(town.village, *specialities, name="欧阳承志", is_core=True)
        for day in (1, 3, 6):
            free(person, weekday=day)
    query = {"speciality": [one.pk for one in specialities], "day": "workdays", "unit": town.next_village.code}
    found = asked(town.office, **query)
    assert len(names(found)) == 20
    assert len(found.content) <= 60 * 1024


def test_only_who_may_see_a_roster_may_search(town: Town) -> None:
    client = Client()
    client.force_login(make_member(town.county, Role.LEADER))
    assert client.get(SEARCH).status_code == 403
    client.force_login(town.secretary)
    assert client.post(SEARCH).status_code == 405


@given(st.dates(min_value=datetime.date(1990, 1, 1)), st.integers(0, 240))
def test_so_many_months_before_is_a_day_of_that_month(day: datetime.date, months: int) -> None:
    before = months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or (before + datetime.timedelta(days=1)).day == 1
