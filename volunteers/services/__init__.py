from volunteers.services.appointments import Dismissal, Entry, age_warning, appoint, correct, dismiss
from volunteers.services.post_rules import set_post_rules
from volunteers.services.roster import TAKEN, confirm_unchanged, register_volunteer, update_volunteer, volunteer_number
from volunteers.services.terms import add_term, merge_terms, move_term, remove_term, rename_term

__all__ = [
    "TAKEN",
    "Dismissal",
    "Entry",
    "add_term",
    "age_warning",
    "appoint",
    "confirm_unchanged",
    "correct",
    "dismiss",
    "merge_terms",
    "move_term",
    "register_volunteer",
    "remove_term",
    "rename_term",
    "set_post_rules",
    "update_volunteer",
    "volunteer_number",
]
