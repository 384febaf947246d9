from orgs.services.committees import (
    Means,
    carried_means,
    confirm_as_before,
    confirm_means,
    establish_committee,
    means_of,
    set_conditions,
    withdraw_committee,
)
from orgs.services.roles import check_role, grant_role
from orgs.services.units import NETWORK_BEGAN, create_unit, move_unit

__all__ = [
    "NETWORK_BEGAN",
    "Means",
    "carried_means",
    "check_role",
    "confirm_as_before",
    "confirm_means",
    "create_unit",
    "establish_committee",
    "grant_role",
    "means_of",
    "move_unit",
    "set_conditions",
    "withdraw_committee",
]
