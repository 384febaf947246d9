from django.apps import AppConfig

from guanai import menu
from guanai.menu import Group, MenuItem, Tab


class VolunteersConfig(AppConfig):
    name = "volunteers"
    verbose_name = "五老队伍"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now; the tasks import them.
        from guanai.jobs import JobKind, register
        from orgs.enums import Action
        from volunteers import tasks
        from volunteers.registration import register_with_network
        from volunteers.services.import_jobs import ROSTER_IMPORT
        from volunteers.vacancies import count_vacancies

        run, finish = tasks.run_roster_import.delay, tasks.finish_roster_import.delay
        register(JobKind(ROSTER_IMPORT, queue_start=run, queue_part=finish, queue_assembly=finish))
        menu.register(
            MenuItem(
                Group.NETWORK,
                "五老人才库",
                "volunteers:volunteer_list",
                Action.VIEW_ROSTER,
                order=30,
                tab=Tab.VOLUNTEERS,
            ),
            MenuItem(Group.NETWORK, "班子与任职", "volunteers:appointment_list", Action.VIEW_NETWORK, order=24),
            MenuItem(
                Group.NETWORK,
                "空缺职务",
                "volunteers:vacancy_list",
                Action.VIEW_NETWORK,
                order=26,
                also=("volunteers:post_rules",),
                count=count_vacancies,
            ),
        )
        register_with_network()
