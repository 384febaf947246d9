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

        menu.register(
            MenuItem(
                Group.NETWORK,
                "五老人才库",
                "volunteers:volunteer_list",
                Action.VIEW_ROSTER,
                order=30,
                tab=Tab.VOLUNTEERS,
            )
        )
        register_with_network()
