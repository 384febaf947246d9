from orgs.services.accounts import (
    Issued,
    assign_role,
    correct_name,
    create_account,
    deactivate,
    end_role,
    reactivate,
    reset_password,
    reset_second_factor,
    unlock,
)
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
from orgs.services.orders import Change, Order
from orgs.services.planned import apply_planned, cancel_planned, due_changes
from orgs.services.previews import AccountMove, Preview, UnitMove, preview_change, preview_take_back
from orgs.services.restructuring import change_kind, dissolve_unit, merge_units, move_unit, order_change, rename_unit
from orgs.services.roles import check_role, grant_role
from orgs.services.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    leave_second_factor,
    new_secret,
    renew_recovery_codes,
    verify_code,
)
from orgs.services.taking_back import take_back
from orgs.services.tokens import IssuedToken, issue_token, revoke_token
from orgs.services.units import NETWORK_BEGAN, create_unit

__all__ = [
    "NETWORK_BEGAN",
    "AccountMove",
    "Change",
    "Issued",
    "IssuedToken",
    "Means",
    "Order",
    "Preview",
    "UnitMove",
    "apply_planned",
    "assign_role",
    "begin_second_factor",
    "cancel_planned",
    "carried_means",
    "change_kind",
    "check_role",
    "confirm_as_before",
    "confirm_means",
    "confirm_second_factor",
    "correct_name",
    "create_account",
    "create_unit",
    "deactivate",
    "dissolve_unit",
    "due_changes",
    "end_role",
    "establish_committee",
    "grant_role",
    "issue_token",
    "leave_second_factor",
    "means_of",
    "merge_units",
    "move_unit",
    "new_secret",
    "order_change",
    "preview_change",
    "preview_take_back",
    "reactivate",
    "rename_unit",
    "renew_recovery_codes",
    "reset_password",
    "reset_second_factor",
    "revoke_token",
    "set_conditions",
    "take_back",
    "unlock",
    "verify_code",
    "withdraw_committee",
]
