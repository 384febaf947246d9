from volunteers.models.appointments import Appointment, PostRule
from volunteers.models.teams import Team, TeamMember
from volunteers.models.volunteers import Availability, Interest, Speciality, Volunteer, service_words

__all__ = [
    "Appointment",
    "Availability",
    "Interest",
    "PostRule",
    "Speciality",
    "Team",
    "TeamMember",
    "Volunteer",
    "service_words",
]
