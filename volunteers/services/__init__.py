from volunteers.services.appointments import Dismissal, Entry, age_warning, appoint, correct, dismiss
from volunteers.services.honours import HonourEntry, correct_honour, record_honour, remove_honour
from volunteers.services.post_rules import set_post_rules
from volunteers.services.roster import TAKEN, confirm_unchanged, register_volunteer, update_volunteer, volunteer_number
from volunteers.services.teams import TeamEntry, add_members, correct_member, correct_team, dissolve_team, found_team

__all__ = [
    "TAKEN",
    "Dismissal",
    "Entry",
    "HonourEntry",
    "TeamEntry",
    "add_members",
    "age_warning",
    "appoint",
    "confirm_unchanged",
    "correct",
    "correct_honour",
    "correct_member",
    "correct_team",
    "dismiss",
    "dissolve_team",
    "found_team",
    "record_honour",
    "register_volunteer",
    "remove_honour",
    "set_post_rules",
    "update_volunteer",
    "volunteer_number",
]
