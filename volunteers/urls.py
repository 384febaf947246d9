from django.urls import path, register_converter

from volunteers import api
from volunteers.views import roster


class SecretName:
    """Only the fields that can be looked at; any other word is no such page."""

    regex = "|".join(roster.SECRETS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SecretName, "volunteer_secret")

app_name = "volunteers"
urlpatterns = [
    path("volunteers/", roster.volunteer_list, name="volunteer_list"),
    path("volunteers/export/", roster.volunteer_export, name="volunteer_export"),
    path("volunteers/find/", roster.volunteer_find, name="volunteer_find"),
    path("volunteers/new/", roster.volunteer_create, name="volunteer_create"),
    path("volunteers/<int:pk>/", roster.volunteer_detail, name="volunteer_detail"),
    path("volunteers/<int:pk>/edit/", roster.volunteer_edit, name="volunteer_edit"),
    path("volunteers/<int:pk>/reveal/<volunteer_secret:field>/", roster.volunteer_reveal, name="volunteer_reveal"),
    path("api/v1/appointments/", api.AppointmentsView.as_view(), name="api_appointments"),
    path("api/v1/appointments/<int:pk>/", api.AppointmentView.as_view(), name="api_appointment"),
]
