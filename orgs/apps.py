from django.apps import AppConfig
from django.urls import reverse

from guanai import menu
from guanai.access import SIGNED_IN
from guanai.dependents import Part, UnitRecords, register_account_parts, register_unit_records
from guanai.menu import Group, MenuItem


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织网络"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from orgs.accounts import count_ending_soon
        from orgs.enums import Action
        from orgs.masthead import masthead_of
        from orgs.models import UnitYear
        from orgs.queries import means_by_unit
        from orgs.querysets import counts_by_unit
        from orgs.resets import resets_part
        from orgs.scope import may
        from orgs.views.own_account import second_factor_part, tokens_part

        register_account_parts(
            Part("second_factor", "双因素验证", SIGNED_IN, "orgs/part_second_factor.html", second_factor_part, 10),
            Part("resets", "重置记录", SIGNED_IN, "orgs/part_resets.html", resets_part, 15),
            Part("tokens", "接口令牌", SIGNED_IN, "orgs/part_tokens.html", tokens_part, 20),
        )
        register_unit_records(
            UnitRecords(
                "means",
                "今年确认的保障",
                "个关工委",
                Action.VIEW_NETWORK,
                by_unit=means_by_unit,
                ever=lambda branch: counts_by_unit(UnitYear.objects.all(), branch),
                url=lambda unit: f"{reverse('orgs:means_list')}?unit={unit.code}&state=confirmed",
                order=15,
            )
        )
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
            MenuItem(
                Group.ADMIN,
                "账号",
                "orgs:account_list",
                Action.MANAGE_ACCOUNTS,
                order=10,
                also=("orgs:role_",),
                count=count_ending_soon,
            ),
            MenuItem(Group.NETWORK, "区划调整", "orgs:change_list", Action.MANAGE_NETWORK, order=15),
            MenuItem(Group.ADMIN, "管理后台", "admin:index", Action.USE_ADMIN, order=90),
        )
