from orgs.services.orders import Change, Order
from orgs.services.planned import apply_planned, cancel_planned, due_changes
from orgs.services.previews import AccountMove, Preview, UnitMove, preview_change, preview_take_back
from orgs.services.restructuring import (
    change_kind,
    dissolve_unit,
    merge_units,
    move_unit,
    order_change,
    rename_unit,
)
from orgs.services.roles import check_role, grant_role
from orgs.services.taking_back import take_back
from orgs.services.units import NETWORK_BEGAN, create_unit, establish_committee, set_conditions

__all__ = [
    "NETWORK_BEGAN",
    "AccountMove",
    "Change",
    "Order",
    "Preview",
    "UnitMove",
    "apply_planned",
    "cancel_planned",
    "change_kind",
    "check_role",
    "create_unit",
    "dissolve_unit",
    "due_changes",
    "establish_committee",
    "grant_role",
    "merge_units",
    "move_unit",
    "order_change",
    "preview_change",
    "preview_take_back",
    "rename_unit",
    "set_conditions",
    "take_back",
]
