"""What the roster tells the pages of the network: how many people a unit has, and who leads its committee."""

from typing import Any

from django.urls import reverse

from guanai.dependents import Part, UnitRecords, register_unit_parts, register_unit_records
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.querysets import counts_by_unit
from orgs.scope import allows
from volunteers.leading_groups import leading_group_lines
from volunteers.models import Appointment, Volunteer
from volunteers.posts import posts_by_unit
from volunteers.queries import roster_by_unit


def register_with_network() -> None:
    """Called once when the apps are ready."""
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
    )
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


def _leading_group(unit: Unit, user: User) -> dict[str, Any]:
    """Posts and holders are names of office, for whoever may see the network; records are for the roster's readers."""
    may_edit = allows(user, Action.EDIT_POSTS, unit) and not unit.closed_on and unit.has_committee
    return {
        "lines": leading_group_lines(unit, user),
        "may_edit": may_edit,
        "unit": unit,
    }
