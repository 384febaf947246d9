from django.urls import path

from reports import api
from reports.views import dashboard, evaluations, records, start, year_reports

app_name = "reports"
urlpatterns = [
    path("", start.start, name="start"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/export/", dashboard.dashboard_export, name="dashboard_export"),
    path("figures/<slug:code>/", records.records, name="records"),
    path("reports/", year_reports.year_report_list, name="year_report_list"),
    path("reports/start/", year_reports.year_report_start, name="year_report_start"),
    path("reports/<int:pk>/", year_reports.year_report, name="year_report"),
    path("reports/<int:pk>/progress/", year_reports.year_report_progress, name="year_report_progress"),
    path("reports/<int:pk>/cancel/", year_reports.year_report_cancel, name="year_report_cancel"),
    path("reports/<int:pk>/retry/", year_reports.year_report_retry, name="year_report_retry"),
    path("files/<int:pk>/", year_reports.job_file, name="job_file"),
    path("evaluations/", evaluations.evaluation_home, name="evaluation_home"),
    path("evaluations/<int:year>/", evaluations.evaluation_list, name="evaluation_list"),
    path("evaluations/<int:year>/score/", evaluations.evaluation_score, name="evaluation_score"),
    path("evaluations/<int:year>/<slug:code>/", evaluations.evaluation, name="evaluation"),
    path("api/v1/figures/", api.FiguresView.as_view(), name="api_figures"),
    path("api/v1/schema/", api.SchemaView.as_view(), name="api_schema"),
]
