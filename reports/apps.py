from django.apps import AppConfig

from guanai import menu
from guanai.menu import Group, MenuItem, Tab


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计与考评"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now; the tasks import them.
        from guanai.jobs import JobKind, register
        from orgs.enums import Action
        from reports import now_and_then, tasks
        from reports.services import YEAR_REPORT

        register(JobKind(YEAR_REPORT, tasks.start_year_report_task.delay, tasks.build_part.delay, tasks.assemble.delay))
        now_and_then.register()
        menu.register(
            MenuItem(Group.START, "首页", "reports:start", order=10, tab=Tab.HOME),
            MenuItem(
                Group.START,
                "数据总览",
                "reports:dashboard",
                Action.VIEW_FIGURES,
                order=20,
                tab=Tab.HOME,
                also=("reports:records",),
            ),
            MenuItem(
                Group.YEAR_END,
                "年度考评",
                "reports:evaluation_home",
                Action.VIEW_EVALUATION,
                order=10,
                also=("reports:evaluation",),
            ),
            MenuItem(
                Group.YEAR_END,
                "统计与年终报告",
                "reports:year_report_list",
                Action.BUILD_REPORTS,
                order=20,
                also=("reports:year_report",),
            ),
        )
