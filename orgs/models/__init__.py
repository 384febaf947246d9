from orgs.models.people import Membership, User
from orgs.models.restructuring import MovedMembership, RestructuredUnit, Restructuring
from orgs.models.units import Unit, UnitPlacement, UnitYear, short_name_of

__all__ = [
    "Membership",
    "MovedMembership",
    "RestructuredUnit",
    "Restructuring",
    "Unit",
    "UnitPlacement",
    "UnitYear",
    "User",
    "short_name_of",
]
