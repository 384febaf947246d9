"""The records behind a figure: their list adds up to it, and shows names only to who may open the records."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from aid.enums import HelperKind
from orgs.enums import Role, UnitKind
from reports.indicators import INDICATORS, Measure
from reports.rollup import figures, figures_by
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county, make_network
from tests.reports.pages import KILOBYTE, client_of, query_count, signed_in, text

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def world() -> World:
    return make_busy_county(32, townships=2, records=14)


def address(code: str, **query: object) -> str:
    return f"/figures/{code}/?" + "&".join(f"{name}={value}" for name, value in query.items())


def test_every_indicator_opens_to_its_figure(world: World) -> None:
    client = signed_in(world.county)
    township = world.townships[0]
    found = figures(YEAR, township)
    for code, indicator in INDICATORS.items():
        response = client.get(address(code, unit=township.code, year=YEAR))
        assert response.status_code == 200, code
        shown = response.context["counted"].figure.replace(",", "")
        if indicator.parts:
            below = found[indicator.parts[1]]
            assert response.context["listing"].total == below, code
            assert shown == "—" if not below else abs(Decimal(shown) / 100 - found[code]) < Decimal("0.001"), code
        elif indicator.mean and not found[code]:
            assert shown == "—"
        else:
            assert Decimal(shown) == found[code], code


def test_counted_records_are_as_many_as_the_figure(world: World) -> None:
    client = signed_in(world.county)
    found = figures(YEAR, world.county)
    counted = [
        code
        for code, indicator in INDICATORS.items()
        if not (indicator.parts or indicator.mean or indicator.value or indicator.distinct)
    ]
    assert len(counted) > 30
    for code in counted:
        total = client.get(address(code, unit=world.county.code, year=YEAR)).context["listing"].total
        assert total == found[code], code


def test_sums_of_the_pages_rows_are_the_figure(world: World) -> None:
    """The column of a sum, added up by hand over all pages of the list, is the figure above it."""
    client = signed_in(world.county)
    for code, heading in (("young_people", "青少年（人次）"), ("funds_raised", "金额（元）")):
        url = address(code, unit=world.county.code, year=YEAR)
        first = client.get(url)
        at = [name for name, _ in first.context["columns"]].index(heading)
        total = Decimal(0)
        for page in first.context["listing"].page.paginator.page_range:
            rows = client.get(f"{url}&page={page}").context["rows"]
            total += sum(Decimal(row.cells[at].text.replace(",", "")) for row in rows)
        assert total == figures(YEAR, world.county)[code] != 0


def test_own_level_leaves_out_what_lies_under_it(world: World) -> None:
    client = signed_in(world.county)
    whole = client.get(address("activities", unit=world.county.code, year=YEAR)).context["listing"].total
    own = client.get(address("activities", unit=world.county.code, year=YEAR, own=1))
    assert 0 < own.context["listing"].total < whole
    assert f"{world.county.short_name}本级" in text(own)
    assert {row.cells[1].text for row in own.context["rows"]} == {world.county.short_name}


def test_a_group_is_the_branches_of_one_kind_together(world: World) -> None:
    client = signed_in(world.county)
    departments = [unit for unit in world.units if unit.kind == UnitKind.DEPARTMENT]
    for code in ("activities", "veterans", "committees"):
        url = address(code, unit=world.county.code, year=YEAR, group="department")
        expected = sum(figures(YEAR, unit)[code] for unit in departments)
        assert client.get(url).context["listing"].total == expected, code
    assert "县直部门" in text(client.get(url))
    assert client.get(address("activities", unit=world.townships[0].code, group="village")).status_code == 200


def test_dimensions_narrow_and_are_dropped_by_their_chips(world: World) -> None:
    client = signed_in(world.county)
    by_month = figures_by("activities", YEAR, world.county, "month")
    month = max(by_month, key=lambda each: by_month[each])
    response = client.get(address("activities", unit=world.county.code, year=YEAR, month=month))
    assert response.context["listing"].total == by_month[month]
    chips = {chip.label: chip for chip in response.context["listing"].chips}
    assert chips["月份"].value == f"{month}月"
    whole = client.get("/figures/activities/" + chips["月份"].url)
    assert whole.context["listing"].total == figures(YEAR, world.county)["activities"]


def test_a_list_has_fifty_rows_a_page() -> None:
    county = make.make_county()
    theme = make.make_theme()
    for day in range(60):
        make.make_activity(county, theme=theme, held_on=datetime.date(YEAR, 3, 1) + datetime.timedelta(days=day))
    client = signed_in(county)
    url = address("activities", unit=county.code, year=YEAR)
    first, second = client.get(url), client.get(f"{url}&page=2")
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 10)
    assert len(first.content) <= 60 * KILOBYTE
    assert "共 60 条" in text(first)


def test_a_leader_sees_numbers_and_dates_but_no_names(world: World) -> None:
    person = make.make_volunteer(world.townships[0], name="司马长青")
    url = address("veterans", unit=world.townships[0].code, year=YEAR)
    office, leader = (signed_in(world.county, role).get(url) for role in (Role.COUNTY_OFFICE, Role.LEADER))
    detail = f"/volunteers/{person.pk}/"
    assert "司马长青" in text(office)
    assert detail in office.content.decode()
    assert person.number in text(leader)
    assert "司马长青" not in text(leader)
    assert detail not in leader.content.decode()
    assert "姓名等个人信息不显示" in text(leader)
    assert leader.context["counted"] == office.context["counted"]


def test_a_fund_manager_opens_the_fund_but_not_the_roster(world: World) -> None:
    make.make_donation(make.make_fund_account(world.county), donor="梨乡实业公司")
    client = signed_in(world.county, Role.FUND_MANAGER)
    url = address("veterans", unit=world.county.code, year=YEAR)
    assert "姓名" not in [name for name, _ in client.get(url).context["columns"]]
    donations = client.get(address("donations", unit=world.county.code, year=YEAR))
    assert "梨乡实业公司" in text(donations)


def test_no_encrypted_field_of_a_child_is_read() -> None:
    county = make.make_county()
    child = make.make_child(county, name="欧阳思远")
    make.make_pairing(child, kind=HelperKind.ACTING_PARENT)
    response = signed_in(county).get(address("pairings", unit=county.code, year=YEAR))
    (pairing,) = response.context["listing"].page
    assert "plan" in pairing.get_deferred_fields()
    assert {"name", "address", "guardian_phone"} <= pairing.child.get_deferred_fields()
    assert child.number in text(response)
    assert "欧阳思远" not in text(response)


def test_a_unit_of_somebody_else_is_not_found(world: World) -> None:
    first, second = world.townships
    client = signed_in(first, Role.SECRETARY)
    assert client.get(address("activities", unit=first.code)).status_code == 200
    for unit in (second.code, world.county.code, "no-such-unit"):
        assert client.get(address("activities", unit=unit)).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/figures/no_such_figure/",
        "/figures/activities/?year=1999",
        f"/figures/activities/?year={TODAY.year + 1}",
        "/figures/activities/?year=x",
        "/figures/activities/?month=13",
        "/figures/activities/?month=x",
        "/figures/activities/?theme=0",
        "/figures/activities/?own=2",
        "/figures/activities/?group=county",
        "/figures/veterans/?kind=nobody",
    ],
)
def test_what_is_no_part_of_a_figure_is_not_found(url: str) -> None:
    assert signed_in(make.make_county()).get(url).status_code == 404


def test_unknown_parameters_change_nothing(world: World) -> None:
    client = signed_in(world.county)
    url = address("veterans", unit=world.county.code, year=YEAR)
    assert client.get(f"{url}&month=3").context["listing"].total == client.get(url).context["listing"].total


def test_htmx_gets_the_list_with_its_new_heading(world: World) -> None:
    url = address("activities", unit=world.townships[0].code, year=YEAR)
    part = signed_in(world.county).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="figure-title" hx-swap-oob="true"' in part
    assert f"{world.townships[0].short_name} {YEAR} 年" in part


def test_without_roles_or_session_nobody_gets_in() -> None:
    assert Client().get("/figures/activities/").status_code == 302
    assert client_of(make.make_user()).get("/figures/activities/").status_code == 403
    assert signed_in(make.make_county(), Role.AUDITOR).get("/figures/activities/").status_code == 403


def test_writing_is_not_a_method_here() -> None:
    assert signed_in(make.make_county()).post("/figures/activities/").status_code == 405


def test_the_number_of_queries_does_not_depend_on_the_number_of_records() -> None:
    world = make_network(townships=1)
    client = signed_in(world.county)

    def record() -> None:
        child = make.make_child(world.townships[0])
        make.make_visit(make.make_pairing(child))
        account = make.make_fund_account(world.county)
        make.make_paid_grant(child, account)
        make.make_activity(world.townships[0], theme=theme)

    theme = make.make_theme()
    record()
    for code in ("activities", "veterans", "pairings", "helps", "grants", "funds_raised", "coverage"):
        few = query_count(client, address(code, unit=world.county.code, year=YEAR))
        record()
        record()
        assert query_count(client, address(code, unit=world.county.code, year=YEAR)) == few, code


def test_a_mean_and_a_ratio_of_nothing_are_shown_as_nothing() -> None:
    county = make.make_county()
    township = make.make_unit(county, has_veterans=False)
    client = signed_in(county)
    for code in ("mean_age", "coverage"):
        response = client.get(address(code, unit=township.code, year=YEAR))
        assert response.context["counted"].figure == "—"


def test_money_is_shown_to_the_cent() -> None:
    county = make.make_county()
    make.make_donation(make.make_fund_account(county), Decimal("1234.50"), received_on=datetime.date(YEAR, 4, 1))
    response = signed_in(county).get(address("funds_raised", unit=county.code, year=YEAR))
    assert INDICATORS["funds_raised"].measure is Measure.YUAN
    assert response.context["counted"].figure == "1,234.50"


def test_an_activity_is_listed_by_its_name_with_the_number_below(world: World) -> None:
    activity = make.make_activity(world.townships[0], name="田间劳动课堂", held_on=datetime.date(YEAR, 12, 31))
    for role in (Role.COUNTY_OFFICE, Role.LEADER):
        response = signed_in(world.county, role).get(address("activities", unit=world.county.code, year=YEAR))
        first = response.context["rows"][0].cells[0]
        assert (response.context["columns"][0][0], first.text, first.note) == ("活动", "田间劳动课堂", activity.number)
        assert activity.number in text(response)


def test_the_sentence_on_the_count_uses_the_measure_word_of_the_figure(world: World) -> None:
    client = signed_in(world.county)
    for code, word in (("activities", "场"), ("veterans", "人"), ("pairings", "对"), ("committees", "个")):
        page = text(client.get(address(code, unit=world.county.code, year=YEAR)))
        assert f"下面一条记录算一{word}。" in page, code
