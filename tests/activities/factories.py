"""One county with two townships, accounts of the roles that meet activities, and what a form sends."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from activities.models import FollowUp, Meeting, Paper, Theme
from activities.services import ActivityEntry
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_county, make_member, make_theme, make_unit


@dataclass(frozen=True)
class World:
    """亭子镇, which has a committee, with its village records; 云峰镇 is the stranger's."""

    county: Unit
    township: Unit
    village: Unit
    elsewhere: Unit
    secretary: User
    colleague: User
    clerk: User
    stranger: User
    reader: User
    office: User
    theme: Theme


def make_world() -> World:
    county = make_county()
    founded = datetime.date(2015, 6, 1)
    township = make_unit(county, name="亭子镇", code="510824125000", committee_established_on=founded)
    village = make_unit(township, name="长江村村民委员会", code="510824125209")
    elsewhere = make_unit(county, name="云峰镇", code="510824104000")
    for unit in (county, township, village):
        # Each new unit moves the ends of the others.
        unit.refresh_from_db()
    return World(
        county=county,
        township=township,
        village=village,
        elsewhere=elsewhere,
        secretary=make_member(township, Role.SECRETARY, name="罗秀琼"),
        colleague=make_member(township, Role.SECRETARY, name="任素芳"),
        clerk=make_member(village, Role.CLERK, name="母填报"),
        stranger=make_member(elsewhere, Role.SECRETARY, name="蒲外人"),
        reader=make_member(county, Role.REVIEWER, name="何考评"),
        office=make_member(county, Role.COUNTY_OFFICE, name="周敏"),
        theme=make_theme("科学文体"),
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def an_entry(world: World, **changes: Any) -> ActivityEntry:
    """A talk of last week."""
    values = {
        "name": "周末趣味课堂（第 19 期）",
        "theme": world.theme,
        "held_on": timezone.localdate() - datetime.timedelta(days=7),
        "place": "佛山社区阳光驿站",
        "young_people": 38,
        "in_need": 12,
        "others": 5,
    }
    return ActivityEntry(**{**values, **changes})


def typed_entry(world: World, **changes: Any) -> dict[str, Any]:
    """The same as a browser sends it."""
    values: dict[str, Any] = {
        "key": str(uuid.uuid4()),
        "unit": world.township.code,
        "name": "周末趣味课堂（第 19 期）",
        "theme": str(world.theme.pk),
        "held_on": (timezone.localdate() - datetime.timedelta(days=7)).isoformat(),
        "place": "佛山社区阳光驿站",
        "young_people": "38",
        "in_need": "12",
        "others": "5",
        "summary": "做了小水车",
        "step": "submit",
    }
    return {**values, **changes}


def make_follow_up(meeting: Meeting, **fields: Any) -> FollowUp:
    defaults = {
        "text": "配齐工作人员",
        "owner": "张副书记",
        "due_on": timezone.localdate() + datetime.timedelta(days=3),
    }
    return FollowUp.objects.create(meeting=meeting, **{**defaults, **fields})


def make_meeting(unit: Unit, **fields: Any) -> Meeting:
    defaults = {"kind": "meeting", "name": "三季度例会", "held_on": datetime.date(2025, 9, 30), "attendance": 18}
    return Meeting.objects.create(unit=unit, **{**defaults, **fields})


def make_paper(unit: Unit, **fields: Any) -> Paper:
    """A filed plan of this year."""
    year = timezone.localdate().year
    defaults = {"kind": "plan", "year": year, "state": "filed", "text": "计划", "filed_on": datetime.date(year, 1, 20)}
    return Paper.objects.create(unit=unit, **{**defaults, **fields})


def body(response: Any) -> str:
    """The page as text."""
    return str(response.content.decode())
