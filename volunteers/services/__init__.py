from volunteers.services.appointments import Dismissal, Entry, age_warning, appoint, correct, dismiss
from volunteers.services.duplicates import merge_people, register_another, rule_two_persons
from volunteers.services.hand_over import Leaving, Settled, hand_over
from volunteers.services.honours import HonourEntry, correct_honour, record_honour, remove_honour
from volunteers.services.post_rules import set_post_rules
from volunteers.services.roster import TAKEN, confirm_unchanged, register_volunteer, update_volunteer, volunteer_number
from volunteers.services.teams import TeamEntry, add_members, correct_member, correct_team, dissolve_team, found_team
from volunteers.services.terms import add_term, merge_terms, move_term, remove_term, rename_term

__all__ = [
    "TAKEN",
    "Dismissal",
    "Entry",
    "HonourEntry",
    "Leaving",
    "Settled",
    "TeamEntry",
    "add_members",
    "add_term",
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
    "hand_over",
    "merge_people",
    "merge_terms",
    "move_term",
    "record_honour",
    "register_another",
    "register_volunteer",
    "remove_honour",
    "remove_term",
    "rename_term",
    "rule_two_persons",
    "set_post_rules",
    "update_volunteer",
    "volunteer_number",
]
