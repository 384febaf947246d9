"""Finding people: who meets what is wished, in which order, in which words, and what is offered where few do."""

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.services import save_draft
from orgs.enums import Role
from orgs.models import Unit, User
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
from volunteers.enums import Daypart
from volunteers.models import Availability, Interest, Speciality, Volunteer
from volunteers.search import Wishes, find, months_before, relaxations

pytestmark = pytest.mark.django_db

SEARCH = "/volunteers/search/"
SATURDAY = datetime.date(2026, 12, 5)


@dataclass(frozen=True)
class Town:
    """亭子镇 with 长江村, where the talk is, and 白观村; 云峰镇 elsewhere. `law` and `mind` are specialities."""

    county: Unit
    township: Unit
    village: Unit
    next_village: Unit
    elsewhere: Unit
    secretary: User
    office: User
    law: Speciality
    mind: Speciality


@pytest.fixture
def town() -> Town:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824125")
    village = make_unit(township, name="长江村村民委员会", code="510824125209")
    next_village = make_unit(township, name="白观村村民委员会", code="510824125210")
    elsewhere = make_unit(county, name="云峰镇", code="510824104")
    return Town(
        county=county,
        township=township,
        village=village,
        next_village=next_village,
        elsewhere=elsewhere,
        secretary=make_member(township, Role.SECRETARY),
        office=make_member(county, Role.COUNTY_OFFICE),
        law=make_speciality("法治", position=1),
        mind=make_speciality("心理", position=2),
    )


def free(person: Volunteer, weekday: int = 6, part: str = Daypart.MORNING) -> Volunteer:
    Availability.objects.create(volunteer=person, weekday=weekday, daypart=part)
    return person


def spoke(person: Volunteer, day: datetime.date, **fields: Any) -> None:
    make_activity(person.unit, held_on=day, speakers=[person], **fields)


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def asked(user: User, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    response = client.get(SEARCH, query)
    assert response.status_code == 200
    return response


def rings(response: Any) -> list[tuple[str, int, list[str]]]:
    """(heading, how many on all pages, names on this one) of each group."""
    return [(ring.heading, ring.total, [line.name for line in ring.lines]) for ring in response.context["rings"]]


def names(response: Any) -> list[str]:
    return [name for _, _, listed in rings(response) for name in listed]


def line(response: Any, name: str) -> Any:
    return next(line for ring in response.context["rings"] for line in ring.lines if line.name == name)


def offers(response: Any) -> dict[str, int]:
    return {offer.words: offer.count for offer in response.context["offers"]}


def body(response: Any) -> str:
    return str(response.content.decode())


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
    assert line(found, "张从未").last == "没有活动记录"
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
    assert names(asked(town.secretary, speciality=town.law.pk, recent="idle")) == ["闲着的"]
    on_the_day = asked(town.secretary, speciality=town.law.pk, on=SATURDAY, relax=["time"])
    assert {name: line(on_the_day, name).taken for name in names(on_the_day)} == {"闲着的": False, "走访的": True}


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


# Where few meet everything


def test_few_hits_offer_to_drop_one_condition_each_with_its_count(town: Town) -> None:
    free(make_volunteer(town.village, town.law, name="全合"))
    free(make_volunteer(town.village, town.law, name="下午"), part=Daypart.AFTERNOON)
    make_volunteer(town.village, town.law, name="没时间")
    free(make_volunteer(town.village, name="没特长"))
    free(make_volunteer(town.village, town.law, name="暂停", status="resting"))
    make_volunteer(town.village, name="都没有")
    found = asked(town.secretary, speciality=town.law.pk, on=SATURDAY, part="morning")
    assert names(found) == ["全合"]
    assert offers(found) == {"不限时段": 2, "不限特长": 2, "不限时间": 3, "连暂停的也找": 2}


def test_a_dropped_condition_says_what_is_missing_and_can_be_taken_up_again(town: Town) -> None:
    client = Client()
    client.force_login(town.secretary)
    free(make_volunteer(town.village, name="阿甲"))
    free(make_volunteer(town.village, town.law, name="周乙"), part=Daypart.AFTERNOON)
    make_volunteer(town.village, name="丙")
    found = asked(town.secretary, speciality=town.law.pk, on=SATURDAY, part="morning", page=3)
    relaxed = client.get(SEARCH + next(o.url for o in found.context["offers"] if o.words == "不限特长"))
    assert names(relaxed) == ["阿甲"]
    assert line(relaxed, "阿甲").lacks == "没有登记特长：法治"
    assert "已放宽：特长" in body(relaxed)
    part = client.get(SEARCH + next(o.url for o in found.context["offers"] if o.words == "不限时段"))
    assert names(part) == ["周乙"]
    assert line(part, "周乙").lacks == "周六上午没有登记有空，登记的是周六下午"
    both = asked(town.secretary, speciality=town.law.pk, day="6", relax=["speciality", "time"])
    # Who meets more of what was wished comes first; who registered no time is said to have none.
    assert names(both)[0] == "周乙"
    assert line(both, "丙").lacks == "没有登记特长：法治；没有登记服务时间"
    again = client.get(SEARCH + both.context["relaxed"][0].url)
    assert names(again) == ["周乙"]


KEYS = ("speciality", "interest", "part", "time", "kind", "core", "recent")


@pytest.fixture
def mixed(town: Town) -> Town:
    """Twelve people, no two of whom have the same of what can be wished for."""
    writing = Interest.objects.create(name="书法")
    for number in range(12):
        known = [one for one, has in ((town.law, number % 2), (town.mind, number % 3 == 0)) if has]
        person = make_volunteer(
            town.village if number % 4 else town.township,
            *known,
            kind="cadre" if number % 5 < 3 else "teacher",
            is_core=number % 3 > 0,
            status="resting" if number in (2, 7) else "active",
        )
        if number % 4 < 2:
            person.interests.add(writing)
        if number != 5:
            free(person, weekday=6 if number % 3 else 1, part="morning" if number % 2 else "evening")
        if number % 6 == 0:
            spoke(person, ago(20 * number + 10))
    return town


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(data=st.data())
def test_every_offer_brings_as_many_as_it_says(mixed: Town, data: st.DataObject) -> None:
    interest = Interest.objects.get()
    draw = data.draw
    wishes = Wishes(
        place=mixed.village,
        specialities=draw(st.sampled_from([{}, {mixed.law.pk: "法治"}, {mixed.law.pk: "法治", mixed.mind.pk: "心理"}])),
        interests=draw(st.sampled_from([{}, {interest.pk: "书法"}])),
        weekdays=draw(st.sampled_from([(), (6,), (1, 2, 3, 4, 5)])),
        part=draw(st.sampled_from(["", "morning"])),
        kind=draw(st.sampled_from(["", "cadre"])),
        core=draw(st.booleans()),
        recent=draw(st.sampled_from(["", "3", "idle"])),
        resting=draw(st.booleans()),
        relaxed=frozenset(draw(st.sets(st.sampled_from(KEYS), max_size=2))),
    )
    found = find(mixed.secretary, wishes)
    assert found.total == len(list(found.people))
    more = relaxations(mixed.secretary, wishes)
    for key in (*KEYS, "resting"):
        freer = replace(wishes, resting=True) if key == "resting" else replace(wishes, relaxed=wishes.relaxed | {key})
        assert find(mixed.secretary, freer).total == found.total + more.get(key, 0), key


def test_what_is_not_wished_for_is_not_said_to_be_dropped(town: Town) -> None:
    found = asked(town.secretary, day="6", relax=["speciality", "part", "core"])
    assert found.context["relaxed"] == []
    assert "已放宽" not in body(found)


def test_enough_hits_offer_nothing(town: Town) -> None:
    for number in range(5):
        make_volunteer(town.village, town.law, name=f"人{number}", kind="cadre")
    make_volunteer(town.village, name="外")
    assert offers(asked(town.secretary, speciality=town.law.pk, kind="cadre")) == {}


def test_relaxing_never_reaches_beyond_the_branch(town: Town) -> None:
    make_volunteer(town.elsewhere, name="外乡人", kind="cadre")
    found = asked(town.secretary, speciality=town.law.pk, kind="cadre", relax=["speciality"])
    assert names(found) == []
    assert offers(found) == {}


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
