from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计与考评"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The tasks import models, which are there only now.
        from guanai.jobs import JobKind, register
        from reports import tasks
        from reports.services import YEAR_REPORT

        register(JobKind(YEAR_REPORT, tasks.start_year_report_task.delay, tasks.build_part.delay, tasks.assemble.delay))
