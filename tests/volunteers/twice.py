"""One person twice on a roster, for the tests of 查重."""

import datetime
from typing import Any

from orgs.models import Unit, User
from tests.factories import make_volunteer
from volunteers.models import Volunteer
from volunteers.services import merge_people
from volunteers.services.duplicates import latest

BORN = datetime.date(1950, 3, 4)


def make_pair(township: Unit, village: Unit) -> tuple[Volunteer, Volunteer]:
    """One person twice: with an identity number in the village, without one in the township."""
    first = make_volunteer(village, name="杜承志", birth_date=BORN, former_post="")
    second = make_volunteer(
        Unit.objects.get(pk=township.pk),
        name="杜承志",
        birth_date=BORN,
        id_number="",
        no_id_reason="没有带",
        former_post="县教育局副局长",
    )
    return first, second


def merge(keep: Volunteer, drop: Volunteer, by: User, **more: Any) -> Volunteer:
    keep, drop = (Volunteer.objects.get(pk=row.pk) for row in (keep, drop))
    said = {"chosen": {}, "seen": latest(keep, drop).updated_at, **more}
    return merge_people(keep=keep, drop=drop, by=by, **said)
