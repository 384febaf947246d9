"""The leading group of one committee as its page shows it: who holds the posts, and which stand empty."""

from typing import Any

from django.utils import timezone

from orgs.models import Unit
from volunteers.enums import Post
from volunteers.models import Appointment
from volunteers.post_rules import rules_of
from volunteers.vacancies import is_overdue, vacancies_of


def leading_group_lines(unit: Unit, *, with_ages: bool) -> list[dict[str, Any]]:
    """Lines in the order of posts: an `appointment` with its `warning`, or an empty post with its clock."""
    today = timezone.localdate()
    rules = rules_of(unit)
    keyed: list[tuple[int, dict[str, Any]]] = []
    for each in Appointment.objects.filter(unit=unit).running(today).select_related("volunteer").order_by("starts_on"):
        limit, age = rules[each.post].age_limit, each.age_on(today)
        above = with_ages and limit is not None and age is not None and age > limit
        line = {"appointment": each, "warning": f"{age} 岁，超过 {limit} 岁" if above else ""}
        keyed.append((Post.values.index(each.post), line))
    for row in vacancies_of(unit, rules.values()):
        line = {**row, "post_label": Post(row["post"]).label, "overdue": is_overdue(row)}
        keyed.append((Post.values.index(row["post"]), line))
    return [line for _, line in sorted(keyed, key=lambda pair: pair[0])]
