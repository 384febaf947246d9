"""What this app offers under /api/v1/."""

from volunteers.api.appointments import AppointmentsView, AppointmentView
from volunteers.api.imports import RosterImportCommitView, RosterImportsView, RosterImportUndoView, RosterImportView
from volunteers.api.roster import InterestsView, SpecialitiesView, VolunteersView, VolunteerView
from volunteers.api.teams import TeamsView, TeamView

__all__ = [
    "AppointmentView",
    "AppointmentsView",
    "InterestsView",
    "RosterImportCommitView",
    "RosterImportUndoView",
    "RosterImportView",
    "RosterImportsView",
    "SpecialitiesView",
    "TeamView",
    "TeamsView",
    "VolunteerView",
    "VolunteersView",
]
