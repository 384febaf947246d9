"""A town to search people in, and what a page of the search says."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_activity, make_county, make_member, make_speciality, make_unit
from volunteers.enums import Daypart
from volunteers.models import Availability, Speciality, Volunteer

SEARCH = "/volunteers/search/"
SATURDAY = datetime.date(2026, 12, 5)


@dataclass(frozen=True)
class Town:
    """亭子镇 with 长江村, where the talk is, and 白观村; 云峰镇 elsewhere. `law` and `mind` are specialities."""

    county: Unit
    township: Unit
    village: Unit
    next_village: Unit
    elsewhere: Unit
    secretary: User
    office: User
    law: Speciality
    mind: Speciality


def make_town() -> Town:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824125")
    village = make_unit(township, name="长江村村民委员会", code="510824125209")
    next_village = make_unit(township, name="白观村村民委员会", code="510824125210")
    elsewhere = make_unit(county, name="云峰镇", code="510824104")
    return Town(
        county=county,
        township=township,
        village=village,
        next_village=next_village,
        elsewhere=elsewhere,
        secretary=make_member(township, Role.SECRETARY),
        office=make_member(county, Role.COUNTY_OFFICE),
        law=make_speciality("法治", position=1),
        mind=make_speciality("心理", position=2),
    )


def free(person: Volunteer, weekday: int = 6, part: str = Daypart.MORNING) -> Volunteer:
    Availability.objects.create(volunteer=person, weekday=weekday, daypart=part)
    return person


def spoke(person: Volunteer, day: datetime.date, **fields: Any) -> None:
    make_activity(person.unit, held_on=day, speakers=[person], **fields)


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def asked(user: User, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    response = client.get(SEARCH, query)
    assert response.status_code == 200
    return response


def rings(response: Any) -> list[tuple[str, int, list[str]]]:
    """(heading, how many on all pages, names on this one) of each group."""
    return [(ring.heading, ring.total, [line.name for line in ring.lines]) for ring in response.context["rings"]]


def names(response: Any) -> list[str]:
    return [name for _, _, listed in rings(response) for name in listed]


def line(response: Any, name: str) -> Any:
    return next(line for ring in response.context["rings"] for line in ring.lines if line.name == name)


def offers(response: Any) -> dict[str, int]:
    return {offer.words: offer.count for offer in response.context["offers"]}


def body(response: Any) -> str:
    return str(response.content.decode())
