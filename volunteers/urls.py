from django.urls import path, register_converter

from volunteers import api
from volunteers.register_form import SECRETS
from volunteers.views import appointments, checks, imports, list_columns, register_forms, roster, vacancies


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
    path("volunteers/new/", roster.volunteer_create, name="volunteer_create"),
    path("volunteers/check/", checks.check_list, name="check_list"),
    path("volunteers/check/confirm/", checks.check_confirm, name="check_confirm"),
    path("volunteers/import/", imports.import_start, name="import_start"),
    path("volunteers/import/<int:pk>/", imports.import_detail, name="import_detail"),
    path("volunteers/import/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("volunteers/import/<int:pk>/errors/", imports.import_error_file, name="import_error_file"),
    path("volunteers/import/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("volunteers/import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("volunteers/<int:pk>/", roster.volunteer_detail, name="volunteer_detail"),
    path("volunteers/<int:pk>/edit/", roster.volunteer_edit, name="volunteer_edit"),
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
    path("api/v1/appointments/", api.AppointmentsView.as_view(), name="api_appointments"),
    path("api/v1/appointments/<int:pk>/", api.AppointmentView.as_view(), name="api_appointment"),
]
