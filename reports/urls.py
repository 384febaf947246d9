from django.urls import path

from reports.views import dashboard, records, start

app_name = "reports"
urlpatterns = [
    path("", start.start, name="start"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/export/", dashboard.dashboard_export, name="dashboard_export"),
    path("figures/<slug:code>/", records.records, name="records"),
]
