"""The leading group of one committee as its page shows it: who holds the posts, and which stand empty."""

from typing import Any

from django.utils import timezone

from orgs.models import Unit, User
from volunteers.enums import Post
from volunteers.models import Appointment
from volunteers.post_rules import rules_of
from volunteers.posts import reads_holder
from volunteers.vacancies import is_overdue, vacancies_of


def leading_group_lines(unit: Unit, user: User) -> list[dict[str, Any]]:
    """Lines in the order of posts: an `appointment` with its `warning`, or an empty post with its clock.

    Ages, and the way to the person, are for who reads the roster where the holder stands (`may_open`).
    """
    today = timezone.localdate()
    rules = rules_of(unit)
    keyed: list[tuple[int, dict[str, Any]]] = []
    reads = reads_holder(user)
    running = Appointment.objects.filter(unit=unit).running(today).select_related("volunteer__unit")
    for each in running.order_by("starts_on"):
        rule, age = rules[each.post], each.age_on(today)
        warning = f"{age} 岁，超过 {rule.age_limit} 岁" if reads(each) and rule.is_exceeded_by(age) else ""
        line = {"appointment": each, "warning": warning, "may_open": reads(each)}
        keyed.append((Post.values.index(each.post), line))
    for row in vacancies_of(unit, rules.values()):
        line = {**row, "post_label": Post(row["post"]).label, "overdue": is_overdue(row)}
        keyed.append((Post.values.index(row["post"]), line))
    return [line for _, line in sorted(keyed, key=lambda pair: pair[0])]
