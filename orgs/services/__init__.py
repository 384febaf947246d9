from orgs.services.accounts import (
    Issued,
    assign_role,
    create_account,
    deactivate,
    end_role,
    reactivate,
    reset_password,
    reset_second_factor,
    unlock,
)
from orgs.services.roles import check_role, grant_role
from orgs.services.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    leave_second_factor,
    new_secret,
    renew_recovery_codes,
    verify_code,
)
from orgs.services.tokens import IssuedToken, issue_token, revoke_token
from orgs.services.units import NETWORK_BEGAN, create_unit, establish_committee, move_unit, set_conditions

__all__ = [
    "NETWORK_BEGAN",
    "Issued",
    "IssuedToken",
    "assign_role",
    "begin_second_factor",
    "check_role",
    "confirm_second_factor",
    "create_account",
    "create_unit",
    "deactivate",
    "end_role",
    "establish_committee",
    "grant_role",
    "issue_token",
    "leave_second_factor",
    "move_unit",
    "new_secret",
    "reactivate",
    "renew_recovery_codes",
    "reset_password",
    "reset_second_factor",
    "revoke_token",
    "set_conditions",
    "unlock",
    "verify_code",
]
