from orgs.models.people import Membership, User
from orgs.models.restructuring import MovedMembership, RestructuredUnit, Restructuring
from orgs.models.security import ApiToken, PasswordRecord, RecoveryCode, SecondFactor, recovery_digests
from orgs.models.units import Unit, UnitPlacement, UnitYear, short_name_of

__all__ = [
    "ApiToken",
    "Membership",
    "MovedMembership",
    "PasswordRecord",
    "RecoveryCode",
    "RestructuredUnit",
    "Restructuring",
    "SecondFactor",
    "Unit",
    "UnitPlacement",
    "UnitYear",
    "User",
    "recovery_digests",
    "short_name_of",
]
