from django.urls import path

from orgs.views import network, trail

app_name = "orgs"
urlpatterns = [
    path("units/", network.unit_list, name="unit_list"),
    path("units/<slug:code>/", network.unit_detail, name="unit_detail"),
    path("coverage/", network.coverage, name="coverage"),
    path("coverage/export/", network.coverage_export, name="coverage_export"),
    path("trail/", trail.trail_list, name="trail_list"),
    path("trail/export/", trail.trail_export, name="trail_export"),
    path("trail/<slug:stream>/<int:pk>/", trail.trail_detail, name="trail_detail"),
]
