"""党建带关建: what hearings asked for and how it ended, and the evidence of 五纳入五统一."""

import datetime
import random
from collections.abc import Iterator

from activities.enums import InclusionKind, MeetingKind
from activities.models import FollowUp, Inclusion, Meeting
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.plan import between
from reports.demo.world import World
from reports.demo.writing import write

# (what is asked for, who sees to it, how it was done)
_ASKED = (
    ("把关工委工作经费列入年度预算", "分管副书记", "已列入预算，经费到位。"),
    ("配齐村（社区）关工委工作人员", "组织委员", "空缺的已补齐，任职文件已印发。"),
    ("落实校外辅导站场地", "办公室主任", "场地已腾出，暑期按时开班。"),
    ("摸清留守儿童底数，逐户走访", "民政办主任", "底数已核对，走访已安排到人。"),
    ("组织五老进校园宣讲", "宣传委员", "宣讲已按计划完成。"),
)
# Of what fell due, so much is done; of the running year a little stays open past its day.
_DONE = 0.97
_BODIES = {
    UnitKind.COUNTY: "县委常委会",
    UnitKind.DEPARTMENT: "局党组会",
    UnitKind.TOWNSHIP: "镇党委会",
}
# The share of townships and departments that has the evidence, by kind; the county itself has all.
_EVIDENCED = {"agenda": 0.95, "targets": 0.85, "party": 0.9, "culture": 0.8, "appraisal": 0.75}
_ISSUERS = {UnitKind.COUNTY: "中共苍溪县委", UnitKind.DEPARTMENT: "局党组", UnitKind.TOWNSHIP: "镇党委"}


def make_follow_ups(world: World) -> int:
    """Each hearing gets the body that held it, its agenda, and one or two things to see to. Returns how many."""
    hearings = list(Meeting.objects.filter(kind=MeetingKind.HEARING).select_related("unit").order_by("pk"))
    rows: list[FollowUp] = []
    for hearing in hearings:
        dice = world.plan.stream("follow-ups", hearing.unit.code, hearing.held_on, hearing.name)
        hearing.body = _BODIES[UnitKind(hearing.unit.kind)]
        hearing.agenda = "听取关心下一代工作汇报，研究存在的问题。"
        hearing.document = f"{world.stem(world.middle(hearing.unit))}〔{hearing.held_on.year}〕{dice.randint(3, 40)}号"
        rows.extend(_follow_ups(world, hearing, dice))
    Meeting.objects.bulk_update(hearings, ["body", "agenda", "document"], batch_size=500)
    return len(write(FollowUp, rows))


def _follow_ups(world: World, hearing: Meeting, dice: random.Random) -> Iterator[FollowUp]:
    for text, owner, result in dice.sample(_ASKED, dice.randint(1, 2)):
        due_on = hearing.held_on + datetime.timedelta(days=dice.randint(30, 120))
        done_on = between(dice, hearing.held_on + datetime.timedelta(days=5), due_on)
        is_done = dice.random() < _DONE and world.plan.has_come(done_on)
        yield FollowUp(
            meeting=hearing,
            text=text,
            owner=owner,
            due_on=due_on,
            done_on=done_on if is_done else None,
            result=result if is_done else "",
        )


def make_inclusions(world: World) -> int:
    """The county has all five every year, most townships and departments most of them. Returns how many."""
    hearings = {
        (meeting.unit_id, meeting.held_on.year): meeting
        for meeting in Meeting.objects.filter(kind=MeetingKind.HEARING).order_by("-held_on", "-pk")
    }
    units = [unit for unit in world.units if unit.kind in _ISSUERS and unit.committee_established_on]
    return len(
        write(
            Inclusion,
            [
                row
                for year in world.plan.years
                for unit in units
                for row in _inclusions(world, unit, year, hearings.get((unit.pk, year)))
            ],
        )
    )


def _inclusions(world: World, unit: Unit, year: int, hearing: Meeting | None) -> Iterator[Inclusion]:
    dice = world.plan.stream("inclusions", unit.code, year)
    for kind in InclusionKind:
        day = between(dice, datetime.date(year, 1, 10), datetime.date(year, 4, 20))
        number, chance = dice.randint(2, 60), dice.random()
        if unit.kind != UnitKind.COUNTY and chance > _EVIDENCED[kind]:
            continue
        by_hearing = kind == InclusionKind.AGENDA and hearing is not None
        dated_on = hearing.held_on if hearing and by_hearing else day
        if world.plan.has_come(dated_on):
            yield Inclusion(
                unit=unit,
                year=year,
                kind=kind,
                document="" if by_hearing else f"{world.stem(unit)}〔{year}〕{number}号",
                issued_by="" if by_hearing else _ISSUERS[UnitKind(unit.kind)],
                dated_on=dated_on,
                meeting=hearing if by_hearing else None,
            )
