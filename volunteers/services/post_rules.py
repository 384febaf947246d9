"""What a county asks of its posts, edited by its office."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows
from volunteers.models import PostRule

FIELDS = ("age_limit", "vacancy_months", "at_county", "at_township", "at_village")


def set_post_rules(*, county: Unit, rules: Iterable[PostRule], by: User) -> None:
    """Store the rules of a county, one for each post given; the others stay.

    Raises:
        PermissionDenied: `by` does not manage the network of the whole county.
    """
    if not allows(by, Action.MANAGE_NETWORK, county):
        raise PermissionDenied("does not manage this county")
    with transaction.atomic():
        for rule in rules:
            values = {name: getattr(rule, name) for name in FIELDS}
            PostRule.objects.update_or_create(unit=county, post=rule.post, defaults={**values, "updated_by": by})
