"""How the trail names records: in the field's words, with masked names, by one query for each kind."""

import datetime
import re
from typing import Any

import pytest
from django.utils import timezone

from activities.models import FollowUp, Inclusion, Paper, Publication
from aid.models import LedgerEntry
from guanai.history import TRACKED
from orgs.enums import Role
from orgs.models import ApiToken, Membership, Unit, UnitYear
from orgs.trail_words import labels_of, value_words
from reports.evaluation import score_scheme
from reports.models import SchemeItem
from reports.schemes import create_town_scheme
from tests.activities.factories import make_meeting
from tests.factories import (
    make_appointment,
    make_child,
    make_county,
    make_donation,
    make_fund_account,
    make_member,
    make_pairing,
    make_team,
    make_unit,
    make_user,
    make_visit,
    make_volunteer,
)
from volunteers.models import Availability, DuplicateRuling, PostRule, TeamMember

pytestmark = pytest.mark.django_db
DAY = datetime.date(2025, 3, 1)


@pytest.fixture
def town() -> Unit:
    return make_unit(make_county(name="苍溪县"), name="亭子镇")


def named(record: Any) -> str:
    key = (record._meta.label_lower, record.pk)
    return labels_of([key])[key]


def test_an_appointment_is_named_by_committee_post_and_masked_holder(town: Unit) -> None:
    person = make_volunteer(town, name="张明")

    assert named(make_appointment(town, person, post="director")) == "任职 亭子镇关工委主任 张*"


def test_records_are_named_in_the_words_of_the_field(town: Unit) -> None:
    person, child = make_volunteer(town, name="张小明"), make_child(town)
    meeting = make_meeting(town, name="半年工作会", kind="meeting", held_on=DAY)
    pairing = make_pairing(child, person, starts_on=DAY)
    make_donation(make_fund_account(town, name="助学账户"), amount=500, received_on=DAY)
    clerk = make_member(town, Role.CLERK, name="罗秀琼", username="luoxiuqiong")
    due = datetime.date(2025, 6, 30)
    team = make_team(town, name="宣讲团")
    token = ApiToken.objects.create(user=clerk, name="取数", hint="gn_ab", digest=b"x" * 32, expires_at=timezone.now())

    assert [
        named(record)
        for record in (
            Membership.objects.get(user=clerk),
            UnitYear.objects.create(unit=town, year=2025),
            town.placements.get(),
            Inclusion.objects.create(unit=town, year=2025, kind="agenda", document="文号", dated_on=DAY),
            Paper.objects.create(unit=town, year=2025, kind="plan"),
            meeting,
            FollowUp.objects.create(meeting=meeting, text="配齐", owner="某人", due_on=due),
            Publication.objects.create(unit=town, kind="news", name="一则信息", published_on=DAY),
            PostRule.objects.create(unit=town, post="director"),
            TeamMember.objects.create(team=team, volunteer=person, starts_on=DAY),
            Availability.objects.create(volunteer=person, weekday=6, daypart="morning"),
            pairing,
            make_visit(pairing, held_on=DAY),
            child.consents.get(),
            LedgerEntry.objects.get(),
            token,
        )
    ] == [
        "任职角色 亭子镇村（社区）填报员 罗秀琼",
        "年度保障 亭子镇 2025 年",
        "隶属沿革 亭子镇 1990-02-25 起",
        "五纳入五统一 亭子镇 2025 年党政领导工作日程",
        "年度材料 亭子镇 2025 年计划",
        "会议与培训 会议 2025-03-01 半年工作会",
        "落实事项 半年工作会 2025-06-30 前",
        "调研和信息 信息 一则信息",
        "职务规则 亭子镇 主任",
        "团队成员 亭子镇 报告团（宣讲团） 张*明",
        f"服务时间 {person.number} 周六上午",
        f"结对 {child.number} 2025-03-01 起",
        f"走访 {child.number} 2025-03-01",
        f"监护人同意 {child.number} 第 1 版",
        "流水 助学账户 2025-03-01 捐赠收入 500.00 元",
        "接口令牌 luoxiuqiong 取数（gn_ab…）",
    ]


def _records_of_every_kind(town: Unit) -> None:
    for number in range(2):
        person, child = make_volunteer(town, name="欧阳承志"), make_child(town, name="欧阳小禾")
        make_visit(make_pairing(child, person))
        make_appointment(town, person, post="member")
        TeamMember.objects.create(
            team=make_team(town, name=f"宣讲团{town.pk}{number}"), volunteer=person, starts_on=DAY
        )
        Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
        DuplicateRuling.objects.create(
            first=person, second=make_volunteer(town), ruling="two_persons", by=make_user(name="欧阳承志")
        )
        make_donation(make_fund_account(town, name=f"账户{town.pk}{number}"))
        meeting = make_meeting(town)
        FollowUp.objects.create(meeting=meeting, text="配齐", owner="某人", due_on=DAY)
        Inclusion.objects.create(unit=town, year=2024 + number, kind="agenda", meeting=meeting, dated_on=DAY)
        UnitYear.objects.create(unit=town, year=2024 + number)
        make_member(town, Role.CLERK)


def test_every_kind_is_named_by_one_query_and_without_a_name_of_a_person(
    town: Unit, django_assert_num_queries: Any
) -> None:
    for place in (town, make_unit(town.parent or town, name="云峰镇")):
        _records_of_every_kind(place)
    score_scheme(scheme=create_town_scheme(Unit.objects.get(parent=None), 2025))
    kinds = {}
    for model in TRACKED:
        if pks := list(model._default_manager.values_list("pk", flat=True)[:20]):
            kinds[model] = pks

    assert len(kinds) > 20
    for model, pks in kinds.items():
        with django_assert_num_queries(1):
            words = labels_of((model._meta.label_lower, pk) for pk in pks)
        assert not [word for word in words.values() if re.search(r"承志|小禾| \d+$", word)]


def test_values_of_every_kind_have_words() -> None:
    """Found by an intruder: a value that is a dictionary took the auditor's whole list down."""
    field = SchemeItem._meta.get_field("rule")
    assert value_words({"at_least": 2, "per": [1, 2]}, field) == "at_least 2，per 1、2"
    assert value_words({}, field) == "空"
