from volunteers.models.appointments import Appointment, PostRule
from volunteers.models.imports import ColumnMemory, RosterImport, RosterImportRow
from volunteers.models.preferences import RosterColumns
from volunteers.models.teams import Team, TeamMember
from volunteers.models.volunteers import Availability, Interest, Speciality, Volunteer, service_words

__all__ = [
    "Appointment",
    "Availability",
    "ColumnMemory",
    "Interest",
    "PostRule",
    "RosterColumns",
    "RosterImport",
    "RosterImportRow",
    "Speciality",
    "Team",
    "TeamMember",
    "Volunteer",
    "service_words",
]
