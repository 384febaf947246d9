"""The verbs of care. Each owns its transaction and its lock, and says in Chinese why it refuses."""

from aid.services.children import (
    end_care,
    record_certification,
    record_consent,
    register_child,
    update_child,
    withdraw_consent,
)
from aid.services.fund import balance, receive_donation, reverse_entry
from aid.services.grants import (
    apply_for_grant,
    approve_grant,
    check_grant,
    pay_grant,
    refuse_grant,
    review_grant,
    sign_grant,
)
from aid.services.pairings import end_pairing, hand_over_pairing, record_visit, start_pairing

__all__ = [
    "apply_for_grant",
    "approve_grant",
    "balance",
    "check_grant",
    "end_care",
    "end_pairing",
    "hand_over_pairing",
    "pay_grant",
    "receive_donation",
    "record_certification",
    "record_consent",
    "record_visit",
    "refuse_grant",
    "register_child",
    "reverse_entry",
    "review_grant",
    "sign_grant",
    "start_pairing",
    "update_child",
    "withdraw_consent",
]
