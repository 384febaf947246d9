import datetime
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from orgs.enums import Role, UnitKind
from orgs.models import Unit
from orgs.services import move_unit
from tests.factories import make_appointment, make_county, make_member, make_unit, make_volunteer

FOUNDED = datetime.date(2015, 6, 1)

pytestmark = pytest.mark.django_db


def signed_in(unit: Unit, role: str = Role.COUNTY_OFFICE) -> Client:
    client = Client()
    client.force_login(make_member(unit, role))
    return client


def text_of(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def queries_of(client: Client, url: str, counter: Any) -> int:
    client.get(url)
    with counter as counted:
        client.get(url)
    return len(counted)


def test_the_tree_shows_townships_and_unfolds_one() -> None:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824105", committee_established_on=FOUNDED)
    make_unit(township, name="大营村村民委员会")
    client = signed_in(county)
    folded, unfolded = text_of(client, "/units/"), text_of(client, "/units/?open=510824105")
    assert "亭子镇" in folded
    assert "大营村" not in folded
    assert "大营村" in unfolded
    assert "还没有" in unfolded
    assert "2015-06-01" in folded


def test_the_tree_gives_htmx_the_table_alone() -> None:
    client = signed_in(make_county())
    part = text_of(client, "/units/", hx_request="true")
    assert "<table" in part
    assert "<html" not in part
    assert client.get("/units/").headers["Vary"].find("HX-Request") >= 0


def test_a_secretary_sees_the_own_branch_alone() -> None:
    county = make_county()
    own, other = make_unit(county, name="亭子镇"), make_unit(county, name="云峰镇")
    make_unit(own, name="大营村村民委员会")
    make_unit(other, name="烟峰楼村村民委员会")
    page = text_of(signed_in(own, Role.SECRETARY), "/units/")
    assert "大营村" in page
    assert "云峰镇" not in page
    assert "烟峰楼村" not in page


def test_the_tree_links_the_roster_only_for_its_readers() -> None:
    county = make_county()
    make_volunteer(make_unit(county))
    assert "/volunteers/?unit=" in text_of(signed_in(county), "/units/")
    assert "/volunteers/?unit=" not in text_of(signed_in(county, Role.LEADER), "/units/")


@pytest.mark.parametrize("url", ["/units/", "/units/510824/", "/coverage/", "/coverage/?missing=all"])
def test_queries_do_not_grow_with_the_network(url: str, django_assert_max_num_queries: Any) -> None:
    county = make_county()
    client = signed_in(county)

    def grow() -> None:
        township = make_unit(county)
        make_volunteer(make_unit(township))
        make_appointment(county, make_volunteer(county), post="member")

    grow()
    few = queries_of(client, url, django_assert_max_num_queries(30))
    grow()
    grow()
    assert queries_of(client, url, django_assert_max_num_queries(30)) == few


def test_pages_of_the_largest_county_stay_small() -> None:
    county = make_county()
    for _ in range(12):
        make_unit(county, UnitKind.DEPARTMENT, committee_established_on=FOUNDED)
    for _ in range(34):
        township = make_unit(county, committee_established_on=FOUNDED)
    for _ in range(42):
        make_unit(township, UnitKind.COMMUNITY)
    client = signed_in(county)
    for url in (f"/units/?open={township.code}", "/coverage/", "/coverage/?missing=all", "/units/510824/"):
        assert len(client.get(url).content) <= 60 * 1024


def test_a_unit_shows_leaders_records_history_and_children() -> None:
    county = make_county()
    first, second = make_unit(county, name="云峰镇"), make_unit(county, name="亭子镇")
    village = make_unit(first, name="大营村村民委员会")
    day = timezone.localdate() - datetime.timedelta(days=200)
    move_unit(unit=village, parent=second, effective_on=day, document="苍府〔2024〕5号", by=None)
    make_appointment(second, official="何永兵")
    make_appointment(second, make_volunteer(second, name="冯定国"), post="executive_deputy_director")
    client = signed_in(county)
    page = text_of(client, f"/units/{second.code}/")
    for word in ("何永兵", "冯定国", "常务副主任", "大营村", "名册人员"):
        assert word in page
    history = text_of(client, f"/units/{village.code}/")
    assert f"{day - datetime.timedelta(days=1):%Y-%m-%d}" in history
    assert "苍府〔2024〕5号" in history


def test_a_stranger_gets_404_for_a_unit() -> None:
    county = make_county()
    own, other = make_unit(county), make_unit(county)
    client = signed_in(own, Role.SECRETARY)
    assert client.get(f"/units/{other.code}/").status_code == 404
    assert client.get("/units/nowhere/").status_code == 404
    assert client.get(f"/units/{own.code}/").status_code == 200


@pytest.mark.parametrize(("role", "offered"), [("county_office", True), ("secretary", True), ("reviewer", False)])
def test_who_records_for_a_unit_is_offered_its_committee(role: str, offered: bool) -> None:  # noqa: FBT001 - a parameter
    page = text_of(signed_in(make_county(), role), "/units/510824/")
    assert ("登记关工委" in page) is offered


def test_pages_of_the_network_are_read_only() -> None:
    client = signed_in(make_county())
    for url in ("/units/", "/units/510824/", "/coverage/"):
        assert client.post(url).status_code == 405


@pytest.fixture
def covered() -> Client:
    """A county with a committee, a township with one, and three villages: one has it, one lacks it, one needs none."""
    county = make_county()
    Unit.objects.filter(pk=county.pk).update(committee_established_on=FOUNDED)
    township = make_unit(county, code="510824105", name="亭子镇", committee_established_on=FOUNDED)
    make_unit(township, name="有会村村民委员会", committee_established_on=FOUNDED)
    make_unit(township, name="无会村村民委员会")
    make_unit(township, name="空巢村村民委员会", has_young_people=False)
    other = make_unit(county, code="510824106", name="云峰镇", committee_established_on=FOUNDED)
    make_unit(other, UnitKind.COMMUNITY, name="缺会社区居民委员会")
    return signed_in(county)


def test_coverage_counts_and_opens_the_missing(covered: Client) -> None:
    page = text_of(covered, "/coverage/")
    assert "66.6%" in page
    assert "?missing=1&amp;unit=510824105" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("missing=1", {"无会村", "缺会社区"}),
        ("missing=1&unit=510824105", {"无会村"}),
        ("missing=1&kind=community", {"缺会社区"}),
        ("missing=0&tier=village", {"有会村"}),
        ("missing=all&unit=510824105&tier=village", {"有会村", "无会村"}),
    ],
)
def test_the_places_behind_a_number_of_coverage(covered: Client, query: str, shown: set[str]) -> None:
    page = text_of(covered, f"/coverage/?{query}")
    villages = {"有会村", "无会村", "空巢村", "缺会社区"}
    assert {name for name in villages if f">{name}</a>" in page} == shown


def test_coverage_of_a_branch_outside_shows_nothing(covered: Client) -> None:
    client = signed_in(Unit.objects.get(code="510824106"), Role.SECRETARY)
    page = text_of(client, "/coverage/?missing=1&unit=510824105")
    assert "无会村" not in page
    assert ">缺会社区</a>" not in page


def test_the_export_holds_the_filtered_places(covered: Client) -> None:
    listing = covered.get("/coverage/?missing=1&kind=community").context["listing"]
    assert listing.export_url == "/coverage/export/?missing=1&kind=community"
    response: Any = covered.get(listing.export_url)
    sheet: Any = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == ["缺会社区"]


def test_wrong_filters_show_nothing_instead_of_everything(covered: Client) -> None:
    for query in ("missing=7", "missing=1&kind=castle", "missing=1&unit=%00", "missing=1&page=nine"):
        response = covered.get(f"/coverage/?{query}")
        assert response.status_code == 200
        if "page" not in query:
            assert "无会村" not in response.content.decode()
