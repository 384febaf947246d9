"""A township with a committee, its village without one, and who records for them."""

import datetime

from django.test import Client

from orgs.enums import Role
from orgs.models import User
from tests.factories import make_county, make_member, make_unit

FOUNDED = datetime.date(2015, 6, 1)


class World:
    def __init__(self) -> None:
        self.county = make_county()
        self.township = make_unit(self.county, name="亭子镇", code="510824125000", committee_established_on=FOUNDED)
        self.village = make_unit(self.township, name="长江村村民委员会", code="510824125209")
        self.elsewhere = make_unit(self.county, name="云峰镇", code="510824104000", committee_established_on=FOUNDED)
        for unit in (self.county, self.township, self.village):
            # Each new unit moves the ends of the others.
            unit.refresh_from_db()
        self.secretary = make_member(self.township, Role.SECRETARY, name="罗秀琼")
        self.colleague = make_member(self.township, Role.SECRETARY, name="任素芳")
        self.stranger = make_member(self.elsewhere, Role.SECRETARY)
        self.reader = make_member(self.county, Role.REVIEWER)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed_means(**changes: str) -> dict[str, str]:
    filled = {
        "has_office": "on",
        "staff": "2",
        "budget": "6000.50",
        "allowance": "1200",
        "periodicals": "5",
        "equipment": "电脑 1 台",
    }
    return {**filled, **changes}
