from orgs.models.people import Membership, User
from orgs.models.security import ApiToken, PasswordRecord, RecoveryCode, SecondFactor, recovery_digest
from orgs.models.units import Unit, UnitPlacement, UnitYear, short_name_of

__all__ = [
    "ApiToken",
    "Membership",
    "PasswordRecord",
    "RecoveryCode",
    "SecondFactor",
    "Unit",
    "UnitPlacement",
    "UnitYear",
    "User",
    "recovery_digest",
    "short_name_of",
]
