from django.urls import path

from orgs.views import changes, network

app_name = "orgs"
urlpatterns = [
    path("units/", network.unit_list, name="unit_list"),
    path("units/<slug:code>/", network.unit_detail, name="unit_detail"),
    path("changes/", changes.change_list, name="change_list"),
    path("changes/new/", changes.change_start, name="change_start"),
    path("changes/new/<slug:verb>/", changes.change_create, name="change_create"),
    path("changes/<int:pk>/", changes.change_detail, name="change_detail"),
    path("changes/<int:pk>/take-back/", changes.change_take_back, name="change_take_back"),
    path("changes/<int:pk>/cancel/", changes.change_cancel, name="change_cancel"),
    path("coverage/", network.coverage, name="coverage"),
    path("coverage/export/", network.coverage_export, name="coverage_export"),
]
