from orgs.models.people import Membership, User
from orgs.models.units import Unit, UnitPlacement, UnitYear, short_name_of

__all__ = ["Membership", "Unit", "UnitPlacement", "UnitYear", "User", "short_name_of"]
