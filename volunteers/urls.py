from django.urls import path, register_converter

from volunteers import views


class SecretName:
    """Only the fields that can be looked at; any other word is no such page."""

    regex = "|".join(views.SECRETS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SecretName, "volunteer_secret")

app_name = "volunteers"
urlpatterns = [
    path("volunteers/", views.volunteer_list, name="volunteer_list"),
    path("volunteers/export/", views.volunteer_export, name="volunteer_export"),
    path("volunteers/find/", views.volunteer_find, name="volunteer_find"),
    path("volunteers/new/", views.volunteer_create, name="volunteer_create"),
    path("volunteers/<int:pk>/", views.volunteer_detail, name="volunteer_detail"),
    path("volunteers/<int:pk>/edit/", views.volunteer_edit, name="volunteer_edit"),
    path("volunteers/<int:pk>/reveal/<volunteer_secret:field>/", views.volunteer_reveal, name="volunteer_reveal"),
]
