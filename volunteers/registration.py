"""What the roster tells the pages of the network: how many people a unit has, and who leads its committee."""

from typing import Any

from django.urls import reverse

from guanai.dependents import Part, UnitRecords, register_unit_parts, register_unit_records
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows
from volunteers.queries import leading_group, roster_by_unit


def register_with_network() -> None:
    """Called once when the apps are ready."""
    register_unit_records(
        UnitRecords(
            key="volunteers",
            label="在册五老",
            measure="人",
            action=Action.VIEW_ROSTER,
            by_unit=roster_by_unit,
            url=lambda unit: f"{reverse('volunteers:volunteer_list')}?unit={unit.code}",
            order=10,
            in_tree=True,
        )
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
    return {"posts": leading_group(unit), "may_open": allows(user, Action.VIEW_ROSTER, unit), "unit": unit}
