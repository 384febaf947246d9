import pytest
from django.test import Client

from orgs.enums import Role
from orgs.masthead import masthead_of
from orgs.models import Unit
from tests.factories import grant, make_county, make_member, make_unit, make_user


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


def test_the_office_stands_under_the_county(county: Unit) -> None:
    masthead = masthead_of(make_member(county, Role.COUNTY_OFFICE, name="周敏"))
    assert masthead.full == "苍溪县关心下一代工作委员会"
    assert masthead.short == "苍溪县关工委"
    assert masthead.person_line == "周敏 · 县关工委办公室"


def test_a_secretary_stands_under_the_township(county: Unit) -> None:
    township = make_unit(county, name="亭子镇")
    masthead = masthead_of(make_member(township, Role.SECRETARY, name="罗秀琼"))
    assert masthead.full == masthead.short == "亭子镇关工委"
    assert masthead.person_line == "罗秀琼 · 亭子镇秘书"


def test_the_highest_branch_decides(county: Unit) -> None:
    township = make_unit(county, name="亭子镇")
    user = make_member(make_unit(township), Role.CLERK, name="罗秀琼")
    grant(user, township, Role.SECRETARY)
    assert masthead_of(user).short == "亭子镇关工委"


def test_without_a_role_there_is_no_committee(county: Unit) -> None:
    masthead = masthead_of(make_user(name="罗秀琼"))
    assert "苍溪" not in masthead.full
    assert masthead.person == "罗秀琼"


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_duty(county: Unit, role: str) -> None:
    assert masthead_of(make_member(county, role)).post


def test_the_menu_shows_what_a_role_may_open(county: Unit) -> None:
    client = Client()
    client.force_login(make_member(county, Role.SECRETARY))
    page = client.get("/units/").content.decode()
    assert "五老人才库" in page
    assert "管理后台" not in page
