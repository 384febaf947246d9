"""What this app keeps by unit, for the pages of lower apps."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from activities.asked import PARTS, TALKS
from activities.models import Activity, Inclusion, Meeting, Paper, Venue
from activities.queries import activities_for_user
from guanai.dependents import (
    Part,
    UnitRecords,
    register_person_activities,
    register_person_parts,
    register_team_parts,
    register_unit_records,
)
from orgs.enums import Action
from orgs.models import User
from orgs.querysets import counts_by_unit
from orgs.scope import allows, branch_q, may
from volunteers.models import Team, Volunteer


def talks_of(person: Volunteer, user: User) -> dict[str, Any]:
    """The latest talks of somebody on the roster, those that the user may see, and whether another can be recorded."""
    talks = Activity.objects.counted().filter(branch_q(user, Action.VIEW_ACTIVITIES), speakers=person)
    return {
        "talks": list(talks.select_related("unit", "theme").order_by("-held_on", "-pk")[:20]),
        "speaker": person if person.left_on is None and may(user, Action.RECORD_ACTIVITIES) else None,
    }


def work_of_team(team: Team, user: User) -> dict[str, Any]:
    """Year by year: the activities that the list of the team shows, with the hours of those whose times are known.

    Left out for who does not read the team's name: the list that it opens says it.
    """
    if not allows(user, Action.VIEW_ROSTER, team.unit):
        return {}
    rows = activities_for_user(user).of_team(team).order_by()
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    timed = Q(ends_at__gt=F("starts_at"))
    sums = {"count": Count("pk"), "timed": Count("pk", filter=timed), "time": Sum(length, filter=timed)}
    url = f"{reverse('activities:activity_list')}?team={team.pk}"
    by_year: QuerySet[Any, Any] = rows.values(year=F("held_on__year")).annotate(**sums).order_by("-year")
    years = [{**line, "hours": _hours(line["time"]), "url": f"{url}&year={line['year']}"} for line in by_year]
    total = rows.aggregate(**sums)
    return {"years": years, "total": {**total, "hours": _hours(total["time"]), "url": url}}


def _hours(time: datetime.timedelta | None) -> Decimal:
    """Hours to one place: 7.5."""
    return (Decimal((time or datetime.timedelta()).total_seconds()) / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)


def register() -> None:
    register_person_activities(TALKS, PARTS)
    register_team_parts(
        Part("work", "活动和时长", Action.VIEW_ACTIVITIES, "activities/part_team.html", work_of_team, order=20)
    )
    register_person_parts(
        Part("talks", "主讲", Action.VIEW_ACTIVITIES, "activities/part_talks.html", talks_of, order=20)
    )
    register_unit_records(
        UnitRecords(
            "activities",
            "历年活动",
            "场",
            Action.VIEW_ACTIVITIES,
            by_unit=lambda branch: counts_by_unit(Activity.objects.all(), branch),
            url=lambda unit: f"{reverse('activities:activity_list')}?unit={unit.code}",
            order=20,
        ),
        UnitRecords(
            "meetings",
            "历年会议与培训",
            "次",
            Action.VIEW_ACTIVITIES,
            by_unit=lambda branch: counts_by_unit(Meeting.objects.all(), branch),
            url=lambda unit: f"{reverse('activities:meeting_list')}?unit={unit.code}",
            order=21,
        ),
        UnitRecords(
            "venues",
            "阵地",
            "个",
            Action.VIEW_ACTIVITIES,
            by_unit=lambda branch: counts_by_unit(Venue.objects.filter(closed_on=None), branch),
            ever=lambda branch: counts_by_unit(Venue.objects.all(), branch),
            url=lambda unit: f"{reverse('activities:venue_list')}?unit={unit.code}&use=open",
            order=22,
        ),
        UnitRecords(
            "inclusions",
            "今年的五纳入五统一",
            "项",
            Action.VIEW_ACTIVITIES,
            by_unit=lambda branch: counts_by_unit(_of_this_year(Inclusion), branch),
            ever=lambda branch: counts_by_unit(Inclusion.objects.all(), branch),
            url=lambda unit: f"{reverse('activities:inclusion_list')}?unit={unit.code}",
            order=24,
            of_committee=True,
        ),
        UnitRecords(
            "papers",
            "今年的计划 检查 总结",
            "篇",
            Action.VIEW_ACTIVITIES,
            by_unit=lambda branch: counts_by_unit(_of_this_year(Paper), branch),
            ever=lambda branch: counts_by_unit(Paper.objects.all(), branch),
            url=lambda unit: f"{reverse('activities:paper_list')}?unit={unit.code}",
            order=25,
        ),
    )


def _of_this_year(model: type[Inclusion] | type[Paper]) -> QuerySet[Any]:
    """Those of open units, as their pages list them."""
    return model.objects.filter(year=timezone.localdate().year, unit__closed_on=None)
