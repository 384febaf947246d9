"""Units, tree, coverage and appointments by the API: the own branches, one shape of error, the same queries."""

import datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_appointment, make_county, make_member, make_unit, make_volunteer
from volunteers.models import Appointment

pytestmark = pytest.mark.django_db
FOUNDED = datetime.date(2015, 6, 1)
UNITS, TREE, COVERAGE, POSTS = (f"/api/v1/{name}/" for name in ("units", "tree", "coverage", "appointments"))


class World:
    def __init__(self) -> None:
        self.county = make_county()
        self.town = make_unit(self.county, name="亭子镇", code="510824125000", committee_established_on=FOUNDED)
        self.village = make_unit(self.town, name="长江村村民委员会", code="510824125209")
        self.bare = make_unit(self.town, name="无老村村民委员会", code="510824125210", has_veterans=False)
        self.elsewhere = make_unit(self.county, name="云峰镇", code="510824102000")
        self.post = make_appointment(self.town, official="彭国军", starts_on=datetime.date(2021, 9, 10))


@pytest.fixture
def world() -> World:
    return World()


def client_of(unit: Unit, role: str = Role.SECRETARY) -> Client:
    client = Client()
    client.force_login(make_member(Unit.objects.get(pk=unit.pk), role))
    return client


def codes(client: Client, **query: Any) -> list[str]:
    return [unit["code"] for unit in client.get(UNITS, query).json()["results"]]


def test_units_are_those_of_the_branch_in_tree_order_and_filtered(world: World) -> None:
    client = client_of(world.town)
    assert codes(client) == ["510824125000", "510824125209", "510824125210"]
    assert codes(client, kind="village") == ["510824125209", "510824125210"]
    assert codes(client, tier="township") == ["510824125000"]
    assert codes(client, has_committee="true") == ["510824125000"]
    assert codes(client, has_committee="false", required="true") == ["510824125209"]
    assert codes(client, required="false") == ["510824125210"]
    Unit.objects.filter(pk=world.village.pk).update(closed_on=datetime.date(2025, 1, 1))
    assert codes(client, open="true") == ["510824125000", "510824125210"]
    assert codes(client_of(world.county, Role.COUNTY_OFFICE), unit="510824102000") == ["510824102000"]


def test_one_unit_says_where_it_stands(world: World) -> None:
    answer = client_of(world.town).get(f"{UNITS}510824125209/").json()
    assert (answer["name"], answer["tier"], answer["parent_code"]) == ("长江村村民委员会", "village", "510824125000")
    assert answer["committee_established_on"] is None


def test_the_tree_opens_to_the_asked_depth(world: World) -> None:
    office = client_of(world.county, Role.COUNTY_OFFICE)
    top = office.get(TREE, {"depth": 2}).json()[0]
    assert (top["code"], [child["code"] for child in top["children"]]) == (
        "510824",
        ["510824102000", "510824125000"],
    )
    town = top["children"][1]
    assert [child["name"] for child in town["children"]] == ["长江村村民委员会", "无老村村民委员会"]
    assert town["coverage"] == {"expected": 2, "established": 1, "missing": 1}
    assert office.get(TREE, {"depth": 0}).json()[0]["children"] == []
    assert [node["code"] for node in client_of(world.town).get(TREE).json()] == ["510824125000"]


@pytest.mark.parametrize("depth", ["-1", "5", "many", "1.5", "٣", "9" * 40])
def test_a_wrong_depth_is_named(world: World, depth: str) -> None:
    response = client_of(world.town).get(TREE, {"depth": depth})
    assert response.status_code == 400
    assert response.json() == {
        "detail": "层数应是 0 到 4 的整数。",
        "fields": {"depth": ["层数应是 0 到 4 的整数。"]},
    }


def test_coverage_is_by_tier_and_by_place(world: World) -> None:
    answer = client_of(world.town).get(COVERAGE).json()
    assert [(line["name"], line["coverage"]["missing"]) for line in answer["by_tier"] if line["is_total"]] == [
        ("乡镇（部门）级", 0),
        ("村（社区）级", 1),
    ]
    assert answer["by_place"][0]["name"] == "亭子镇合计"


def test_appointments_are_filtered_by_branch_post_day_and_document(world: World) -> None:
    client = client_of(world.county, Role.COUNTY_OFFICE)
    person = make_volunteer(world.village, name="杜承志")
    other = make_appointment(
        world.village,
        person,
        post="executive_deputy_director",
        document="亭委发〔2025〕12号",
        starts_on=datetime.date(2025, 3, 1),
    )

    def found(**query: Any) -> list[str]:
        return [post["holder"] for post in client.get(POSTS, query).json()["results"]]

    assert found() == ["彭国军", "杜承志"]
    assert found(unit=world.village.code) == ["杜承志"]
    assert found(post=world.post.post) == ["彭国军"]
    assert found(on="2024-12-31") == ["彭国军"]
    assert found(document="〔2025〕12") == ["杜承志"]
    one = client.get(f"{POSTS}{other.pk}/").json()
    assert (one["unit_code"], one["veteran_kind"], one["document"]) == (
        world.village.code,
        person.kind,
        "亭委发〔2025〕12号",
    )


def test_an_appointment_carries_its_term_and_its_end(world: World) -> None:
    day = datetime.date
    said = {
        "official_office": "亭子镇党委副书记",
        "term_ends_on": "2026-09-09",
        "ends_on": "2025-03-31",
        "end_reason": "transferred",
        "dismissal_document": "亭委发〔2025〕8号",
        "dismissal_issued_by": "中共亭子镇委员会",
        "dismissal_issued_on": "2025-03-28",
    }
    dates = {name: day.fromisoformat(value) for name, value in said.items() if name.endswith("_on")}
    Appointment.objects.filter(pk=world.post.pk).update(**{**said, **dates})
    running = make_appointment(world.town, official="罗书记", starts_on=day(2025, 4, 1))
    client = client_of(world.town)
    one = client.get(f"{POSTS}{world.post.pk}/").json()
    assert {name: one[name] for name in said} == said
    open_one = client.get(f"{POSTS}{running.pk}/").json()
    assert open_one["term_ends_on"] is open_one["ends_on"] is open_one["dismissal_issued_on"] is None
    assert open_one["dismissal_document"] == open_one["end_reason"] == ""


def test_what_lies_outside_the_branch_is_not_found(world: World) -> None:
    client = client_of(world.elsewhere)
    for url in (
        f"{UNITS}{world.village.code}/",
        f"{UNITS}?unit={world.village.code}",
        f"{TREE}?unit={world.village.code}",
        f"{COVERAGE}?unit={world.county.code}",
        f"{POSTS}{world.post.pk}/",
        f"{POSTS}?unit={world.town.code}",
    ):
        response = client.get(url)
        assert response.status_code == 404, url
        assert response.json()["detail"] == "没有这个地址或记录，或者不在您的范围内。"
    assert client.get(POSTS).json()["results"] == []


@pytest.mark.parametrize(("query", "field"), [({"kind": "castle"}, "kind"), ({"tier": "9"}, "tier")])
def test_a_wrong_filter_is_named(world: World, query: dict[str, str], field: str) -> None:
    response = client_of(world.town).get(UNITS, query)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]


def test_errors_are_json_for_programs_and_pages_for_people(world: World) -> None:
    auditor = client_of(world.county, Role.AUDITOR)
    assert auditor.get(UNITS).json() == {"detail": "您的角色不能做这件事。", "fields": {}}
    assert auditor.get("/api/v1/nothing/").status_code == 404
    assert auditor.get("/api/v1/nothing/").json()["fields"] == {}
    assert "<html" in auditor.get("/nothing/").content.decode()
    assert Client().get(UNITS).json().keys() == {"detail", "fields"}


def test_pages_are_of_50_and_at_most_200_rows(world: World) -> None:
    client = client_of(world.county, Role.COUNTY_OFFICE)
    assert len(client.get(UNITS, {"page_size": 2}).json()["results"]) == 2
    for size in ("9999999", "-1", "x"):
        answer = client.get(UNITS, {"page_size": size}).json()
        assert answer["count"] == 5
        assert len(answer["results"]) == 5
    assert client.get(UNITS, {"page": "99"}).status_code == 404


def test_it_only_reads(world: World) -> None:
    client = client_of(world.county, Role.COUNTY_OFFICE)
    for url in (UNITS, f"{UNITS}{world.town.code}/", TREE, COVERAGE, POSTS, f"{POSTS}{world.post.pk}/"):
        for method in ("post", "put", "patch", "delete"):
            response = getattr(client, method)(url, {}, content_type="application/json")
            assert response.status_code == 405, (method, url)


def test_the_queries_do_not_grow_with_the_rows(world: World, django_assert_max_num_queries: Any) -> None:
    client = client_of(world.county, Role.COUNTY_OFFICE)
    counts = []
    for more in (1, 5):
        for _ in range(more):
            unit = make_unit(world.town)
            make_appointment(unit, make_volunteer(unit))
        for url in (UNITS, TREE, COVERAGE, POSTS):
            client.get(url)
        with django_assert_max_num_queries(30) as captured:
            for url in (UNITS, TREE, COVERAGE, POSTS):
                client.get(url)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_who_asks_too_often_is_told_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "user", "3/min")
    client, colleague = client_of(world.town), client_of(world.town)

    answers = [client.get(url).status_code for url in (UNITS, TREE, COVERAGE)]
    refused = client.get(POSTS)

    assert answers == [200, 200, 200]
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["fields"] == {}
    assert colleague.get(UNITS).status_code == 200
