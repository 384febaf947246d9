from django.apps import AppConfig

from guanai import menu
from guanai.menu import Group, MenuItem, Tab


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "工作记录"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from activities import person_records
        from activities.dependents import register
        from activities.queries import count_late, count_waiting
        from orgs.enums import Action

        menu.register(
            MenuItem(
                Group.WORK,
                "活动",
                "activities:activity_list",
                Action.VIEW_ACTIVITIES,
                order=10,
                tab=Tab.ACTIVITIES,
                also=("activities:draft_", "activities:speaker_"),
                count=count_waiting,
            ),
            MenuItem(Group.WORK, "会议与培训", "activities:meeting_list", Action.VIEW_ACTIVITIES, order=20),
            MenuItem(
                Group.WORK,
                "落实事项",
                "activities:follow_up_list",
                Action.VIEW_ACTIVITIES,
                order=22,
                count=count_late,
            ),
            MenuItem(Group.WORK, "五纳入五统一", "activities:inclusion_list", Action.VIEW_ACTIVITIES, order=25),
            MenuItem(Group.WORK, "计划 检查 总结", "activities:paper_list", Action.VIEW_ACTIVITIES, order=30),
            MenuItem(Group.WORK, "阵地", "activities:venue_list", Action.VIEW_ACTIVITIES, order=40),
        )
        register()
        person_records.register()
