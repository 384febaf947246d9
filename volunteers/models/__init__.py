from volunteers.models.appointments import Appointment, PostRule
from volunteers.models.duplicates import DuplicateRuling
from volunteers.models.honours import Honour
from volunteers.models.imports import ColumnMemory, RosterImport, RosterImportRow
from volunteers.models.preferences import RosterColumns
from volunteers.models.teams import Team, TeamMember
from volunteers.models.terms import TERMS, Interest, Speciality, Term, words_of
from volunteers.models.volunteers import Availability, Volunteer, service_words

__all__ = [
    "TERMS",
    "Appointment",
    "Availability",
    "ColumnMemory",
    "DuplicateRuling",
    "Honour",
    "Interest",
    "PostRule",
    "RosterColumns",
    "RosterImport",
    "RosterImportRow",
    "Speciality",
    "Team",
    "TeamMember",
    "Term",
    "Volunteer",
    "service_words",
    "words_of",
]
