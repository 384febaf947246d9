from volunteers.services.appointments import Dismissal, Entry, age_warning, appoint, correct, dismiss
from volunteers.services.post_rules import set_post_rules
from volunteers.services.roster import TAKEN, confirm_unchanged, register_volunteer, update_volunteer, volunteer_number

__all__ = [
    "TAKEN",
    "Dismissal",
    "Entry",
    "age_warning",
    "appoint",
    "confirm_unchanged",
    "correct",
    "dismiss",
    "register_volunteer",
    "set_post_rules",
    "update_volunteer",
    "volunteer_number",
]
