"""What the roster tells the pages of the network: how many people a unit has, and who leads its committee."""

from typing import Any

from django.urls import reverse

from guanai.dependents import (
    Part,
    UnitRecords,
    register_person_parts,
    register_team_parts,
    register_unit_parts,
    register_unit_records,
)
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.querysets import counts_by_unit
from orgs.scope import allows, covering
from volunteers.honours import honours_of
from volunteers.leading_groups import leading_group_lines
from volunteers.models import Appointment, Honour, Team, Volunteer
from volunteers.posts import posts_by_unit
from volunteers.queries import roster_by_unit
from volunteers.teams import teams_by_unit


def register_with_network() -> None:
    """Called once when the apps are ready."""
    _register_records()
    honours = Part("honours", "荣誉", Action.VIEW_ROSTER, "volunteers/part_honours.html", _honours, order=10)
    register_person_parts(honours)
    register_team_parts(honours)
    register_unit_parts(
        Part(
            key="leading_group",
            heading="领导班子",
            action=Action.VIEW_NETWORK,
            template="volunteers/leading_group.html",
            context=_leading_group,
            order=10,
        )
    )


def _register_records() -> None:
    register_unit_records(
        UnitRecords(
            key="volunteers",
            label="名册人员",
            measure="人",
            action=Action.VIEW_ROSTER,
            by_unit=roster_by_unit,
            ever=lambda branch: counts_by_unit(Volunteer.objects.all(), branch),
            url=lambda unit: f"{reverse('volunteers:volunteer_list')}?unit={unit.code}",
            order=10,
            in_tree=True,
        ),
        UnitRecords(
            key="posts",
            label="在任职务",
            measure="个",
            action=Action.VIEW_NETWORK,
            by_unit=posts_by_unit,
            ever=lambda branch: counts_by_unit(Appointment.objects.all(), branch),
            url=lambda unit: f"{reverse('volunteers:appointment_list')}?unit={unit.code}",
            order=12,
            of_committee=True,
        ),
        UnitRecords(
            key="teams",
            label="团队",
            measure="个",
            action=Action.VIEW_NETWORK,
            by_unit=teams_by_unit,
            ever=lambda branch: counts_by_unit(Team.objects.all(), branch),
            url=lambda unit: f"{reverse('volunteers:team_list')}?unit={unit.code}",
            order=14,
        ),
        UnitRecords(
            key="honours",
            label="荣誉",
            measure="项",
            action=Action.VIEW_ROSTER,
            by_unit=lambda branch: counts_by_unit(Honour.objects.standing(), branch),
            ever=lambda branch: counts_by_unit(Honour.objects.all(), branch),
            url=lambda unit: f"{reverse('volunteers:honour_list')}?unit={unit.code}",
            order=15,
        ),
    )


def _honours(holder: Volunteer | Team, user: User) -> dict[str, Any]:
    """What stands of a person or a team; it is recorded and put right by who keeps the roster."""
    edits = covering(user, Action.EDIT_ROSTER)
    name = "team" if isinstance(holder, Team) else "volunteer"
    lines = [{"honour": each, "may_edit": edits(each.unit)} for each in honours_of(holder).select_related("unit")]
    may_add = edits(holder.unit)
    return {"lines": lines, "may_add": may_add, "query": f"{name}={holder.pk}"}


def _leading_group(unit: Unit, user: User) -> dict[str, Any]:
    """Posts and holders are names of office, for whoever may see the network; records are for the roster's readers."""
    may_edit = allows(user, Action.EDIT_POSTS, unit) and not unit.closed_on and unit.has_committee
    return {
        "lines": leading_group_lines(unit, user),
        "may_edit": may_edit,
        "unit": unit,
    }
