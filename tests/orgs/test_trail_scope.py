"""What an auditor of one branch reads: what happened there, and what people did while they worked there."""

import datetime

import pghistory
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanai.enums import Verb
from guanai.models import RowEvent, TrailEntry, ViewLog
from guanai.trail import note
from orgs.enums import Role
from orgs.models import User
from orgs.trail import Wanted, lines_of, trail_for_user
from tests.factories import (
    grant,
    make_activity,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_unit,
    make_user,
    make_visit,
    make_volunteer,
)

pytestmark = pytest.mark.django_db


class World:
    """Two townships; the auditor's is the first."""

    def __init__(self) -> None:
        self.county = make_county(name="苍溪县")
        self.town = make_unit(self.county, name="亭子镇")
        self.other = make_unit(self.county, name="云峰镇")
        for unit in (self.county, self.town, self.other):
            # Each new unit moves the ends of the others.
            unit.refresh_from_db()
        self.auditor = make_member(self.town, Role.AUDITOR, name="审计甲")


@pytest.fixture
def world() -> World:
    return World()


def read_by(user: User, **wanted: str) -> list[str]:
    lines = lines_of(trail_for_user(user, Wanted(**wanted)))  # type: ignore[arg-type]
    return [f"{line.act} {line.object}".strip() for line in lines]


def acts(user: User) -> list[str]:
    return [line for line in read_by(user) if line in ("登录", "导出")]


def test_what_somebody_did_before_and_after_working_here_is_not_read(world: World) -> None:
    today = timezone.localdate()
    began, ended = today - datetime.timedelta(days=20), today - datetime.timedelta(days=10)
    moved = make_user(name="调走的人")
    grant(moved, world.town, starts_on=began, ends_on=ended)
    grant(moved, world.other, starts_on=ended + datetime.timedelta(days=1))
    for days in (25, 15, 1):
        at = timezone.now() - datetime.timedelta(days=days)
        TrailEntry.objects.create(verb=Verb.SIGN_IN, actor=moved, at=at)
    elsewhere = make_member(world.other, Role.AUDITOR)

    assert len([line for line in read_by(world.auditor) if line == "登录"]) == 1
    assert len([line for line in read_by(elsewhere) if line == "登录"]) == 1
    county = make_member(world.county, Role.AUDITOR)
    assert len([line for line in read_by(county) if line == "登录"]) == 3


def test_the_day_of_an_act_is_the_day_here(world: World) -> None:
    """Half past midnight in China is the day before in UTC."""
    member = make_user()
    today = timezone.localdate()
    grant(member, world.town, starts_on=today - datetime.timedelta(days=9), ends_on=today - datetime.timedelta(days=3))
    midnight = timezone.make_aware(datetime.datetime.combine(today - datetime.timedelta(days=2), datetime.time(0, 30)))
    TrailEntry.objects.create(verb=Verb.SIGN_IN, actor=member, at=midnight)
    TrailEntry.objects.create(verb=Verb.EXPORTED, actor=member, at=midnight - datetime.timedelta(hours=1))

    assert acts(world.auditor) == ["导出"]


def test_what_staff_of_here_did_at_a_record_of_elsewhere_is_not_read(world: World) -> None:
    both = make_member(world.town)
    grant(both, world.other)
    child = make_child(world.other)
    pairing = make_pairing(child, make_volunteer(world.other))
    with pghistory.context(user=both.pk):
        activity = make_activity(world.other, name="云峰宣讲")
        visit = make_visit(pairing)
    ViewLog.objects.create(user=both, record="aid.child", record_id=child.pk, field="姓名", reason="走访")

    lines = " ".join(read_by(world.auditor))

    assert activity.number not in lines
    assert str(visit) not in lines
    assert "查看" not in lines
    assert f"查看 儿童 {child.number}" in read_by(make_member(world.other, Role.AUDITOR))
    assert f"新增 走访 {visit}" in read_by(make_member(world.other, Role.AUDITOR))


def test_who_looked_at_a_child_of_here_from_the_county_is_read(world: World) -> None:
    child = make_child(world.town)
    office = make_member(world.county, Role.FUND_APPROVER)
    ViewLog.objects.create(user=office, record="aid.child", record_id=child.pk, field="姓名", reason="审批")

    assert f"查看 儿童 {child.number}" in read_by(world.auditor)


def test_a_row_that_is_gone_is_read_by_who_it_was_removed_by(world: World) -> None:
    with pghistory.context(user=make_member(world.town).pk):
        visit = make_visit(make_pairing(make_child(world.town), make_volunteer(world.town)))
        visit.delete()

    assert any(line.startswith("删除 走访") for line in read_by(world.auditor))
    assert not any(line.startswith("删除 走访") for line in read_by(make_member(world.other, Role.AUDITOR)))


def test_neighbours_of_other_units_are_not_shown_beside_an_entry(client: Client, world: World) -> None:
    with pghistory.context(user=make_member(world.county, Role.COUNTY_OFFICE).pk):
        here, there = make_activity(world.town, name="亭子宣讲"), make_activity(world.other, name="云峰宣讲")
    event = RowEvent.objects.get(record="activities.activity", record_id=here.pk)
    url = reverse("orgs:trail_detail", args=["row", event.pk])

    client.force_login(make_member(world.county, Role.AUDITOR))
    assert there.number in client.get(url).content.decode()
    client.force_login(world.auditor)
    page = client.get(url).content.decode()
    assert here.number in page
    assert there.number not in page


def test_a_failed_sign_in_is_an_act_of_nobody_at_the_account(client: Client, world: World) -> None:
    member = make_member(world.town, username="luoxiuqiong", name="罗秀琼")
    outsider = make_member(world.other, name="外乡人")
    url = reverse("page:sign_in")
    for user in (member, outsider):
        client.post(url, {"username": user.username, "password": "not the password"})

    lines = [
        line for line in lines_of(trail_for_user(world.auditor, Wanted())) if line.act == Verb.SIGN_IN_FAILED.label
    ]

    assert [(line.actor, line.object, line.summary) for line in lines] == [
        ("", "账号 luoxiuqiong", "（未登录）尝试登录")
    ]
    entry = TrailEntry.objects.filter(verb=Verb.SIGN_IN_FAILED, record_id=member.pk).get()
    assert (entry.actor, entry.record) == (None, "orgs.user")


def test_a_failed_sign_in_is_found_by_the_person_whose_account_it_was(world: World) -> None:
    member = make_member(world.town, username="luoxiuqiong", name="罗秀琼")
    note(Verb.SIGN_IN_FAILED, record=member)
    note(Verb.LOCKED_OUT, record=member)
    note(Verb.SIGN_IN_FAILED, record=make_member(world.town))

    found = read_by(world.auditor, person="luoxiuqiong")

    assert found == ["登录锁定 账号 luoxiuqiong", "登录失败 账号 luoxiuqiong"]
