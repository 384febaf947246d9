"""What a secretary's day starts with: what is due, what is half written, what this year holds so far."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, ActivityDraft
from activities.queries import drafts_of, follow_ups_for_user, recording_home, returned_to
from activities.yearly import DuePaper, PaperYear, due_papers, paper_year
from aid.queries import pairings_for_user, quarter_of, quiet
from guanai.cells import Cell
from guanai.templatetags.page import day
from orgs.enums import Action, UnitKind
from orgs.models import Unit, User
from orgs.queries import committees_of_year
from orgs.scope import branch_q, may, units_for
from reports.dashboard import total_of
from reports.indicators import INDICATORS, Figure
from reports.links import records_url
from volunteers.handing_over import count_left_open

DAYS_AHEAD = 7
# The year's 保障 is asked for from the beginning of November.
MEANS_AHEAD = 60
SHOWN_RETURNED = 5
SHOWN_DRAFTS = 3
SHOWN_QUIET = 2
SHOWN_FOLLOW_UPS = 3
# (indicator, label on this page): the four figures that a secretary is asked for.
OWN_FIGURES = (("activities", "活动"), ("young_people", "参加青少年"), ("pairings", "结对"), ("visits", "走访"))


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do, in `days` (0 for at once): `kind` is that of the state tag, `url` and `link` the button."""

    days: int
    kind: str
    word: str
    when: str
    title: str
    text: str
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class OwnFigure:
    label: str
    value: Figure
    measure: str
    url: str


@dataclass(frozen=True, slots=True)
class Start:
    """The whole page; `more` is how many of what was sent back it does not show."""

    unit: Unit
    today: datetime.date
    villages: int
    todos: Sequence[Todo]
    more: int
    drafts: Sequence[ActivityDraft]
    all_drafts: int
    paper_drafts: Sequence[DuePaper]
    cells: Sequence[Cell]
    figures: Sequence[OwnFigure]

    @property
    def to_do(self) -> int:
        """What falls due within a week; the quarter's visits stand in the list from its first day."""
        return sum(todo.days <= DAYS_AHEAD for todo in self.todos) + self.more


def start_unit(user: User) -> Unit | None:
    """The unit whose secretary or clerk the user is; None for the county's office and for who records nothing."""
    unit = recording_home(user) if may(user, Action.RECORD_ACTIVITIES) else None
    return unit if unit is not None and unit.kind != UnitKind.COUNTY else None


def start_of(user: User, unit: Unit) -> Start:
    """Everything on the page, with the same number of queries whatever the size of the branch."""
    today = timezone.localdate()
    papers = paper_year([unit], today.year)
    returned = list(returned_to(user)[: SHOWN_RETURNED + 1])
    more = returned_to(user).count() - SHOWN_RETURNED if len(returned) > SHOWN_RETURNED else 0
    due = due_papers(unit, papers, within=366, today=today)
    drafts = list(drafts_of(user)[: SHOWN_DRAFTS + 1])
    todos = [
        *(returned_todo(activity) for activity in returned[:SHOWN_RETURNED]),
        *hand_over_todo(user),
        *(paper_todo(paper) for paper in due if paper.days <= DAYS_AHEAD),
        *follow_ups_todo(user, today),
        *means_todo(user, today),
        *visits_todo(user, today),
    ]
    return Start(
        unit=unit,
        today=today,
        villages=Unit.objects.in_branch(unit).open().filter(kind__in=[UnitKind.VILLAGE, UnitKind.COMMUNITY]).count(),
        todos=todos,
        more=more,
        drafts=drafts[:SHOWN_DRAFTS],
        all_drafts=drafts_of(user).count() if len(drafts) > SHOWN_DRAFTS else len(drafts),
        paper_drafts=begun(unit, due, papers),
        cells=papers.cells(unit),
        figures=own_figures(unit, today.year),
    )


def returned_todo(activity: Activity) -> Todo:
    return Todo(
        days=0,
        kind="back",
        word="退回",
        when=day(activity.updated_at),
        title=activity.name,
        text=activity.return_note,
        url=reverse("activities:activity_edit", args=[activity.pk]),
        link="去修改",
    )


def paper_todo(paper: DuePaper) -> Todo:
    return Todo(
        days=paper.days,
        kind="due",
        word=days_left(paper.days),
        when=f"{day(paper.due_on)}前",
        title=f"{paper.name}还没有归档",
        text="",
        url=paper.url,
        link=f"写{paper.kind.label}",
    )


def follow_ups_todo(user: User, today: datetime.date) -> list[Todo]:
    """What meetings of the user's branches asked for and falls due within days, or is late; the earliest first."""
    soon = today + datetime.timedelta(days=DAYS_AHEAD)
    rows = follow_ups_for_user(user, Action.RECORD_ACTIVITIES).open().filter(due_on__lte=soon)
    return [
        Todo(
            days=(row.due_on - today).days,
            kind="due",
            word=days_left((row.due_on - today).days),
            when=f"{day(row.due_on)}前",
            title=row.text,
            text=f"{row.meeting.unit.short_name} · {row.owner}",
            url=reverse("activities:follow_up_close", args=[row.pk]),
            link="办结",
        )
        for row in rows[:SHOWN_FOLLOW_UPS]
    ]


def days_left(days: int) -> str:
    if days < 0:
        return f"过了 {-days} 天"
    return f"还有 {days} 天" if days else "今天到期"


def begun(unit: Unit, due: Sequence[DuePaper], papers: PaperYear) -> list[DuePaper]:
    """Those of the papers due that are written in part."""
    return [paper for paper in due if (unit.pk, paper.kind) in papers.papers]


def visits_todo(user: User, today: datetime.date) -> list[Todo]:
    """One line for all of them, with masked names, and nothing for who visits no child."""
    if not may(user, Action.EDIT_CHILDREN):
        return []
    rows = quiet(pairings_for_user(user), today).filter(branch_q(user, Action.EDIT_CHILDREN, "child__unit"))
    count = rows.values("child").distinct().order_by().count()
    if not count:
        return []
    last = quarter_of(today)[1]
    shown = "、".join(
        f"{pairing.child.masked_name}（{pairing.child.unit.short_name}）" for pairing in rows[:SHOWN_QUIET]
    )
    return [
        Todo(
            days=(last - today).days,
            kind="due",
            word=days_left((last - today).days),
            when=f"{day(last)}前",
            title=f"本季度 {count:,} 户未走访",
            text=f"{shown}{'等' if count > SHOWN_QUIET else ''}",
            url=f"{reverse('aid:pairing_list')}?state=quiet",
            link="记走访",
        )
    ]


def means_todo(user: User, today: datetime.date) -> list[Todo]:
    """The committees whose 保障 of the year nobody has confirmed, in its last weeks."""
    last = datetime.date(today.year, 12, 31)
    days = (last - today).days
    if days > MEANS_AHEAD:
        return []
    waiting = committees_of_year(units_for(user, Action.RECORD_NETWORK), today.year, confirmed=False).count()
    if not waiting:
        return []
    return [
        Todo(
            days=days,
            kind="due",
            word=days_left(days),
            when=f"{day(last)}前",
            title=f"{waiting:,} 个关工委的 {today.year} 年保障还没有确认",
            text="没有变的，勾选后一起确认",
            url=f"{reverse('orgs:means_list')}?year={today.year}&state=waiting",
            link="去确认",
        )
    ]


def hand_over_todo(user: User) -> list[Todo]:
    """Who left, died or rests with something still open in their names, until all of it is handed over."""
    people, things = count_left_open(user)
    if not people:
        return []
    return [
        Todo(
            days=0,
            kind="due",
            word="待移交",
            when="",
            title=f"已退出、离世或暂停的 {people:,} 人还有 {things:,} 项没有移交",
            text="在任职务、团队或结对",
            url=reverse("volunteers:hand_over_list"),
            link="去移交",
        )
    ]


def own_figures(unit: Unit, year: int) -> list[OwnFigure]:
    """One query each; every figure opens exactly the records that it counts."""
    return [
        OwnFigure(label, total_of(code, unit, year), INDICATORS[code].measure, records_url(code, unit.code, year))
        for code, label in OWN_FIGURES
    ]
