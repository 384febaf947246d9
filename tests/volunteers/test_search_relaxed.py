"""Finding people where few meet everything: a condition is dropped, and what that brings is said."""

from dataclasses import replace

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_volunteer
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
    offers,
    spoke,
)
from volunteers.enums import Daypart
from volunteers.models import Interest
from volunteers.search import Wishes, find, relaxations

pytestmark = pytest.mark.django_db


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
