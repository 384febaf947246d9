from orgs.services.roles import check_role, grant_role
from orgs.services.units import NETWORK_BEGAN, create_unit, establish_committee, move_unit, set_conditions

__all__ = [
    "NETWORK_BEGAN",
    "check_role",
    "create_unit",
    "establish_committee",
    "grant_role",
    "move_unit",
    "set_conditions",
]
