from django.apps import AppConfig

from guanai import menu
from guanai.menu import Group, MenuItem, Tab


class VolunteersConfig(AppConfig):
    name = "volunteers"
    verbose_name = "五老队伍"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from orgs.enums import Action
        from volunteers.registration import register_with_network
        from volunteers.vacancies import count_vacancies

        menu.register(
            MenuItem(
                Group.NETWORK,
                "五老人才库",
                "volunteers:volunteer_list",
                Action.VIEW_ROSTER,
                order=30,
                tab=Tab.VOLUNTEERS,
                also=("volunteers:register_form", "volunteers:export_columns"),
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
