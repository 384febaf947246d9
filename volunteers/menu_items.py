"""The pages of this app in the menu."""

from guanai import menu
from guanai.menu import Group, MenuItem, Tab
from orgs.enums import Action
from volunteers.vacancies import count_vacancies


def register() -> None:
    """Called once when the apps are ready."""
    menu.register(
        MenuItem(
            Group.NETWORK,
            "五老人才库",
            "volunteers:volunteer_list",
            Action.VIEW_ROSTER,
            order=30,
            tab=Tab.VOLUNTEERS,
            also=(
                "volunteers:register_form",
                "volunteers:export_columns",
                "volunteers:check_",
                "volunteers:import_",
                "volunteers:duplicate_",
                "volunteers:hand_over_",
            ),
        ),
        MenuItem(Group.NETWORK, "找人", "volunteers:search", Action.VIEW_ROSTER, order=31, tab=Tab.VOLUNTEERS),
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
        MenuItem(
            Group.NETWORK,
            "团队",
            "volunteers:team_list",
            Action.VIEW_NETWORK,
            order=32,
            tab=Tab.VOLUNTEERS,
            also=("volunteers:team_member",),
        ),
        MenuItem(Group.NETWORK, "荣誉", "volunteers:honour_list", Action.VIEW_ROSTER, order=34, tab=Tab.VOLUNTEERS),
        MenuItem(
            Group.NETWORK,
            "特长覆盖",
            "volunteers:speciality_coverage",
            Action.VIEW_ROSTER,
            order=36,
            tab=Tab.VOLUNTEERS,
        ),
        MenuItem(Group.NETWORK, "特长和爱好", "volunteers:term_list", Action.MANAGE_NETWORK, order=38),
    )
