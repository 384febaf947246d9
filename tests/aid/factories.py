"""One county with two townships, and accounts of every role that meets children or the fund."""

from dataclasses import dataclass

from django.test import Client

from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import grant, make_county, make_member, make_unit


@dataclass(frozen=True)
class World:
    """亭子镇 with its village is the home of the children; 云峰镇 is the stranger's."""

    county: Unit
    township: Unit
    village: Unit
    elsewhere: Unit
    secretary: User
    colleague: User
    stranger: User
    manager: User
    approver: User
    # Reads the county's children as its fund's manager, and records those of another township only.
    reader: User


def make_world() -> World:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824103000")
    village = make_unit(township, name="清河村村民委员会", code="510824103201")
    elsewhere = make_unit(county, name="云峰镇", code="510824104000")
    # Each new unit moved the ends of those before it.
    for unit in (county, township, village):
        unit.refresh_from_db()
    reader = make_member(county, Role.FUND_MANAGER)
    grant(reader, elsewhere, Role.SECRETARY)
    return World(
        county=county,
        township=township,
        village=village,
        elsewhere=elsewhere,
        secretary=make_member(township, Role.SECRETARY, name="罗秀琼"),
        colleague=make_member(county, Role.COUNTY_OFFICE, name="周敏"),
        stranger=make_member(elsewhere, Role.SECRETARY),
        manager=make_member(county, Role.FUND_MANAGER, name="蒲经办"),
        approver=make_member(county, Role.FUND_APPROVER, name="母审批"),
        reader=reader,
    )


def signed_in(user: User) -> Client:
    """A browser in which this user is signed in."""
    client = Client()
    client.force_login(user)
    return client
