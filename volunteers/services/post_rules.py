"""What a county asks of its posts, edited by its office."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import require
from volunteers.models import PostRule
from volunteers.post_rules import last_changed

FIELDS = ("age_limit", "vacancy_months", "at_county", "at_township", "at_village")


def set_post_rules(*, county: Unit, rules: Iterable[PostRule], by: User, seen: datetime.datetime) -> list[PostRule]:
    """Store the rules of a county, one for each post given; the others stay.

    They are one record to who edits them: `seen` is the time of the one changed last, `guanai.edits.NEVER` where the
    county had none of its own.

    Raises:
        ChangedError: they were changed in the meantime; nothing was written.
        PermissionDenied: `by` does not manage the network of the whole county.
    """
    require(by, Action.MANAGE_NETWORK, county)
    with transaction.atomic():
        # Rules that do not exist yet cannot be locked: the county's writers pass one by one.
        Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
        last = last_changed(county)
        if last is not None:
            check_seen(last, seen)
        written = []
        for rule in rules:
            values = {name: getattr(rule, name) for name in FIELDS}
            stored, _ = PostRule.objects.update_or_create(
                unit=county, post=rule.post, defaults={**values, "updated_by": by}
            )
            written.append(stored)
    return written
