from orgs.models.people import Membership, User
from orgs.models.units import Unit, UnitPlacement, UnitYear

__all__ = ["Membership", "Unit", "UnitPlacement", "UnitYear", "User"]
