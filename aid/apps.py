from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

from guanai import dependents, menu
from guanai.dependents import Part, UnitRecords
from guanai.menu import Group, MenuItem, Tab

if TYPE_CHECKING:
    from orgs.models import Unit, User
    from volunteers.models import Volunteer


class AidConfig(AppConfig):
    name = "aid"
    verbose_name = "关爱帮扶"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are there only now.
        from aid import person_records
        from aid.asked import VISITS
        from aid.queries import grants_to_do_count, visits_due_count
        from orgs.enums import Action

        menu.register(
            MenuItem(
                Group.CARE,
                "儿童与结对",
                "aid:child_list",
                Action.VIEW_CHILDREN,
                order=10,
                tab=Tab.PAIRINGS,
                also=("aid:pairing_", "aid:consent_", "aid:certification_"),
            ),
            MenuItem(Group.CARE, "走访", "aid:visit_list", Action.VIEW_CHILDREN, order=20, count=visits_due_count),
            MenuItem(
                Group.CARE,
                "关爱基金",
                "aid:grant_list",
                Action.VIEW_FUND,
                order=30,
                also=("aid:donation_", "aid:entry_"),
                count=grants_to_do_count,
            ),
        )
        dependents.register_unit_records(
            UnitRecords(
                "children",
                "在帮扶儿童",
                "人",
                Action.VIEW_CHILDREN,
                _children_by_unit,
                _children_url,
                order=60,
                ever=_children_ever,
            ),
            UnitRecords("grants", "资助", "笔", Action.VIEW_FUND, _grants_by_unit, _grants_url, order=70),
        )
        dependents.register_person_parts(
            Part("pairings", "结对", Action.VIEW_CHILDREN, "aid/part_pairings.html", _pairings_of, order=60)
        )
        dependents.register_person_activities(VISITS)
        person_records.register()


def _children_by_unit(branch: "Unit") -> dict[int, int]:
    from aid.models import Child
    from orgs.querysets import counts_by_unit

    return counts_by_unit(Child.objects.in_care(), branch)


def _children_ever(branch: "Unit") -> dict[int, int]:
    from aid.models import Child
    from orgs.querysets import counts_by_unit

    return counts_by_unit(Child.objects.all(), branch)


def _grants_by_unit(branch: "Unit") -> dict[int, int]:
    from aid.models import Grant
    from orgs.querysets import counts_by_unit

    return counts_by_unit(Grant.objects.all(), branch)


def _children_url(unit: "Unit") -> str:
    from django.urls import reverse

    return f"{reverse('aid:child_list')}?unit={unit.code}&state=open"


def _grants_url(unit: "Unit") -> str:
    from django.urls import reverse

    return f"{reverse('aid:grant_list')}?unit={unit.code}"


def _pairings_of(volunteer: "Volunteer", user: "User") -> dict[str, Any]:
    """The pairings of a helper with children whose branch the user works with."""
    from aid.queries import pairings_for_user

    pairings = list(pairings_for_user(user).filter(volunteer=volunteer))
    return {"pairings": pairings} if pairings else {}
