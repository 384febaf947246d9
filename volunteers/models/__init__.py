from volunteers.models.appointments import Appointment, PostRule
from volunteers.models.teams import Team, TeamMember
from volunteers.models.volunteers import Availability, Speciality, Volunteer, service_words

__all__ = [
    "Appointment",
    "Availability",
    "PostRule",
    "Speciality",
    "Team",
    "TeamMember",
    "Volunteer",
    "service_words",
]
