from django.urls import path, register_converter

from volunteers import api
from volunteers.models import TERMS
from volunteers.register_form import SECRETS
from volunteers.views import (
    appointments,
    checks,
    coverage,
    duplicates,
    hand_over,
    honours,
    imports,
    list_columns,
    register_forms,
    roster,
    search,
    teams,
    terms,
    vacancies,
)


class SecretName:
    """Only the fields that can be looked at; any other word is no such page."""

    regex = "|".join(SECRETS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ScanName:
    """Which document of an appointment."""

    regex = "|".join(appointments.SCANS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class TermList:
    """Which of the two lists of terms."""

    regex = "|".join(TERMS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TermList, "volunteer_terms")
register_converter(ScanName, "appointment_scan")
register_converter(SecretName, "volunteer_secret")

app_name = "volunteers"
urlpatterns = [
    path("volunteers/", roster.volunteer_list, name="volunteer_list"),
    path("volunteers/export/", list_columns.volunteer_export, name="volunteer_export"),
    path("volunteers/export/columns/", list_columns.export_columns, name="export_columns"),
    path("volunteers/register-forms/", register_forms.register_form_batch, name="register_form_batch"),
    path("volunteers/register-forms/<int:pk>/", register_forms.register_form_file, name="register_form_file"),
    path("volunteers/<int:pk>/register-form/", register_forms.register_form, name="register_form"),
    path("volunteers/<int:pk>/register-form/export/", register_forms.register_form_export, name="register_form_export"),
    path("volunteers/<int:pk>/register-form/clear/", register_forms.register_form_clear, name="register_form_clear"),
    path("volunteers/find/", roster.volunteer_find, name="volunteer_find"),
    path("volunteers/search/", search.search, name="search"),
    path("volunteers/new/", roster.volunteer_create, name="volunteer_create"),
    path("volunteers/check/", checks.check_list, name="check_list"),
    path("volunteers/check/confirm/", checks.check_confirm, name="check_confirm"),
    path("volunteers/import/", imports.import_start, name="import_start"),
    path("volunteers/import/<int:pk>/", imports.import_detail, name="import_detail"),
    path("volunteers/import/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("volunteers/import/<int:pk>/errors/", imports.import_error_file, name="import_error_file"),
    path("volunteers/import/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("volunteers/import/<int:pk>/retry/", imports.import_retry, name="import_retry"),
    path("volunteers/import/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("volunteers/import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("volunteers/terms/", terms.term_list, name="term_list"),
    path("volunteers/terms/<volunteer_terms:terms>/new/", terms.term_create, name="term_create"),
    path("volunteers/terms/<volunteer_terms:terms>/<int:pk>/", terms.term_edit, name="term_edit"),
    path("volunteers/terms/<volunteer_terms:terms>/<int:pk>/merge/", terms.term_merge, name="term_merge"),
    path("volunteers/terms/<volunteer_terms:terms>/<int:pk>/remove/", terms.term_remove, name="term_remove"),
    path("volunteers/terms/<volunteer_terms:terms>/<int:pk>/move/", terms.term_move, name="term_move"),
    path("volunteers/hand-over/", hand_over.hand_over_list, name="hand_over_list"),
    path("volunteers/<int:pk>/hand-over/", hand_over.volunteer_hand_over, name="volunteer_hand_over"),
    path("volunteers/duplicates/", duplicates.duplicate_list, name="duplicate_list"),
    path("volunteers/duplicates/<int:first>/<int:second>/", duplicates.duplicate_pair, name="duplicate_pair"),
    path("volunteers/<int:pk>/", roster.volunteer_detail, name="volunteer_detail"),
    path("volunteers/<int:pk>/edit/", roster.volunteer_edit, name="volunteer_edit"),
    path("volunteers/<int:pk>/history/", roster.volunteer_history, name="volunteer_history"),
    path("volunteers/<int:pk>/reveal/<volunteer_secret:field>/", roster.volunteer_reveal, name="volunteer_reveal"),
    path("appointments/", appointments.appointment_list, name="appointment_list"),
    path("appointments/export/", appointments.appointment_export, name="appointment_export"),
    path("appointments/new/", appointments.appointment_create, name="appointment_create"),
    path("appointments/paper/<str:code>/", appointments.appointment_paper, name="appointment_paper"),
    path("appointments/<int:pk>/", appointments.appointment_detail, name="appointment_detail"),
    path("appointments/<int:pk>/edit/", appointments.appointment_edit, name="appointment_edit"),
    path("appointments/<int:pk>/dismiss/", appointments.appointment_dismiss, name="appointment_dismiss"),
    path("appointments/<int:pk>/<appointment_scan:which>/", appointments.appointment_scan, name="appointment_scan"),
    path("vacancies/", vacancies.vacancy_list, name="vacancy_list"),
    path("vacancies/export/", vacancies.vacancy_export, name="vacancy_export"),
    path("post-rules/", vacancies.post_rules, name="post_rules"),
    path("api/v1/volunteers/", api.VolunteersView.as_view(), name="api_volunteers"),
    path("api/v1/volunteers/<int:pk>/", api.VolunteerView.as_view(), name="api_volunteer"),
    path("api/v1/specialities/", api.SpecialitiesView.as_view(), name="api_specialities"),
    path("api/v1/interests/", api.InterestsView.as_view(), name="api_interests"),
    path("volunteers/coverage/", coverage.speciality_coverage, name="speciality_coverage"),
    path("volunteers/coverage/export/", coverage.speciality_coverage_export, name="speciality_coverage_export"),
    path("teams/", teams.team_list, name="team_list"),
    path("teams/export/", teams.team_export, name="team_export"),
    path("teams/new/", teams.team_create, name="team_create"),
    path("teams/<int:pk>/", teams.team_detail, name="team_detail"),
    path("teams/<int:pk>/edit/", teams.team_edit, name="team_edit"),
    path("teams/<int:pk>/dissolve/", teams.team_dissolve, name="team_dissolve"),
    path("teams/<int:pk>/join/", teams.member_add, name="team_join"),
    path("team-members/<int:pk>/", teams.member_edit, name="team_member"),
    path("honours/", honours.honour_list, name="honour_list"),
    path("honours/export/", honours.honour_export, name="honour_export"),
    path("honours/new/", honours.honour_create, name="honour_create"),
    path("honours/<int:pk>/edit/", honours.honour_edit, name="honour_edit"),
    path("honours/<int:pk>/remove/", honours.honour_remove, name="honour_remove"),
    path("honours/<int:pk>/scan/", honours.honour_scan, name="honour_scan"),
    path("api/v1/teams/", api.TeamsView.as_view(), name="api_teams"),
    path("api/v1/teams/<int:pk>/", api.TeamView.as_view(), name="api_team"),
    path("api/v1/roster-imports/", api.RosterImportsView.as_view(), name="api_roster_imports"),
    path("api/v1/roster-imports/<int:pk>/", api.RosterImportView.as_view(), name="api_roster_import"),
    path(
        "api/v1/roster-imports/<int:pk>/commit/",
        api.RosterImportCommitView.as_view(),
        name="api_roster_import_commit",
    ),
    path(
        "api/v1/roster-imports/<int:pk>/undo/",
        api.RosterImportUndoView.as_view(),
        name="api_roster_import_undo",
    ),
    path("api/v1/appointments/", api.AppointmentsView.as_view(), name="api_appointments"),
    path("api/v1/appointments/<int:pk>/", api.AppointmentView.as_view(), name="api_appointment"),
]
