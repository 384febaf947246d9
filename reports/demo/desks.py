"""What lies on today's desks: drafts of the secretaries who can sign in, and something sent back to each of them."""

import datetime
import uuid

from activities.enums import ActivityState
from activities.models import Activity, ActivityDraft
from orgs.enums import Role
from orgs.models import Unit, User
from reports.demo.accounts import SIGN_INS
from reports.demo.events import town_of
from reports.demo.world import World

_NOTE = "摘要里写留守、困境儿童 {told} 人，填的是 {in_need} 人次，请核对。"
_TOLD = "到场的留守、困境儿童有 {told} 人。"
# By so many the summary of what was sent back is out.
_OUT_BY = 6
# Name, summary and count of young people; the second draft was left in the middle.
_DRAFTS = (
    ("周末趣味课堂（第 19 期）", "{speaker}带孩子们认识冬天的星空，", "36"),
    ("宪法日法治讲座", "", ""),
)


def lay_out_desks(world: World) -> tuple[int, int]:
    """Returns (drafts, activities sent back) of the secretaries with a sign-in."""
    drafts: list[ActivityDraft] = []
    returned = 0
    for role, _, _, username in SIGN_INS:
        user = world.users[username]
        if role == Role.SECRETARY:
            unit = next(world.by_id[pk] for pk, recorder in world.recorders.items() if recorder == user)
            returned += _send_back(world, unit, user)
            drafts.extend(_drafts(world, unit, user))
    ActivityDraft.objects.bulk_create(drafts)
    return len(drafts), returned


def _send_back(world: World, unit: Unit, user: User) -> int:
    """Send the latest entry of some days ago back, unless one has been sent back already."""
    day = world.plan.today
    recent = Activity.objects.filter(
        recorded_by=user, held_on__gte=datetime.date(day.year, 1, 1), held_on__lte=day - datetime.timedelta(days=3)
    )
    if recent.filter(state=ActivityState.RETURNED).exists() or day.year == world.plan.year:
        return recent.filter(state=ActivityState.RETURNED).count()
    latest = recent.order_by("-held_on", "-number").first()
    if latest is None:
        return 0
    told = latest.in_need + _OUT_BY
    return Activity.objects.filter(pk=latest.pk).update(
        state=ActivityState.RETURNED,
        summary=latest.summary + _TOLD.format(told=told),
        return_note=_NOTE.format(told=told, in_need=latest.in_need),
        reviewed_by=world.users["zhoumin"],
    )


def _drafts(world: World, unit: Unit, user: User) -> list[ActivityDraft]:
    """As typed: ids of the form's choices stand as texts, what was not filled in is left out."""
    dice = world.plan.stream("drafts", unit.code)
    science = next(theme for theme in world.themes["science"])
    law = next(theme for theme in world.themes["law"])
    people = world.staying(unit, world.plan.today)
    drafts = []
    for (name, summary, young), theme in zip(_DRAFTS, (science, law), strict=True):
        speaker = people[0] if people else None
        fields = {
            "unit": [unit.code],
            "name": [name],
            "theme": [str(theme.pk)],
            "held_on": [world.plan.today.isoformat()],
            "place": [f"{town_of(unit)}中心小学"],
            "speakers": [str(speaker.pk)] if speaker and summary else [],
            "young_people": [young],
            "summary": [summary.format(speaker=speaker.name if speaker else "五老")],
        }
        key = uuid.UUID(int=dice.getrandbits(128), version=4)
        drafts.append(ActivityDraft(user=user, key=key, fields=fields))
    return drafts
