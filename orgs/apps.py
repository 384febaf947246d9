from django.apps import AppConfig

from guanai import menu
from guanai.menu import Group, MenuItem


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织网络"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from orgs.enums import Action
        from orgs.masthead import masthead_of
        from orgs.scope import may

        menu.set_checker(may)
        menu.set_masthead(masthead_of)
        menu.register(
            MenuItem(Group.NETWORK, "组织网络", "orgs:unit_list", Action.VIEW_NETWORK, order=10),
            MenuItem(Group.NETWORK, "组织覆盖", "orgs:coverage", Action.VIEW_NETWORK, order=20),
            MenuItem(
                Group.NETWORK,
                "年度保障",
                "orgs:means_list",
                Action.VIEW_NETWORK,
                order=50,
                also=("orgs:means_",),
            ),
            MenuItem(Group.ADMIN, "审计日志", "orgs:trail_list", Action.VIEW_TRAIL, order=80),
            MenuItem(Group.ADMIN, "管理后台", "admin:index", Action.USE_ADMIN, order=90),
        )
