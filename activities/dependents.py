"""What this app keeps by unit, for the pages of lower apps."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.asked import PARTS, TALKS
from activities.models import Activity, Inclusion, Meeting, Paper, Venue
from guanai.dependents import (
    Part,
    UnitRecords,
    register_person_activities,
    register_person_parts,
    register_unit_records,
)
from orgs.enums import Action
from orgs.models import User
from orgs.querysets import counts_by_unit
from orgs.scope import branch_q
from volunteers.models import Volunteer


def talks_of(person: Volunteer, user: User) -> dict[str, Any]:
    """The latest talks of somebody on the roster, those that the user may see."""
    talks = Activity.objects.counted().filter(branch_q(user, Action.VIEW_ACTIVITIES), speakers=person)
    return {"talks": list(talks.select_related("unit", "theme").order_by("-held_on", "-pk")[:20])}


def register() -> None:
    register_person_activities(TALKS, PARTS)
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
