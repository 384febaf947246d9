"""Teams, honours and the coverage by specialities as list files."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from guanai.sheets import CHUNK, Column, Kind, Value
from orgs.models import User
from volunteers.models import Honour
from volunteers.querysets import HonourQuerySet, TeamQuerySet
from volunteers.teams import for_list, names_team

TEAM_COLUMNS = (
    Column("单位", width=22),
    Column("类别", width=20),
    Column("工作室类型", width=12),
    Column("名称", width=30),
    Column("领衔人", width=18),
    Column("现有成员（人）", Kind.COUNT, width=14),
    Column("成立日期", Kind.DATE),
    Column("撤销日期", Kind.DATE),
    Column("撤销原因", width=22),
)
HONOUR_COLUMNS = (
    Column("单位", width=22),
    Column("个人或团队", width=12),
    Column("姓名或团队", width=28),
    Column("荣誉名称", width=36),
    Column("级别", width=10),
    Column("授予单位", width=26),
    Column("文号", width=22),
    Column("授予日期", Kind.DATE),
)


def team_rows(teams: TeamQuerySet, user: User) -> Iterator[tuple[Value, ...]]:
    """One row per team, in tree order; names for who reads the roster of its unit."""
    named = names_team(user)
    rows: QuerySet[Any] = for_list(teams)
    for team in rows.iterator(CHUNK):
        reads = named(team)
        yield (
            team.unit.short_name,
            team.get_kind_display(),
            team.get_studio_kind_display(),
            team.name if reads else "",
            "、".join(team.leader_names) if reads else "",
            team.member_count,
            team.founded_on,
            team.dissolved_on,
            team.dissolved_reason if reads else "",
        )


def honour_rows(honours: HonourQuerySet) -> Iterator[tuple[Value, ...]]:
    """One row per honour, the latest first."""
    for honour in honours.iterator(CHUNK):
        yield _honour_row(honour)


def _honour_row(honour: Honour) -> tuple[Value, ...]:
    return (
        honour.unit.short_name,
        "个人" if honour.volunteer_id else "团队",
        honour.holder,
        honour.name,
        honour.get_level_display(),
        honour.awarded_by,
        honour.document,
        honour.awarded_on,
    )
