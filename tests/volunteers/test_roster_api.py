"""The rosters by the API: the own branches, masked, filtered as asked, the same number of queries."""

from typing import Any

import pytest

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_county, make_speciality, make_unit, make_volunteer
from tests.volunteers.pages import signed_in
from volunteers.enums import VeteranKind, VolunteerStatus
from volunteers.models import Availability, Interest

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/volunteers/"


@pytest.fixture
def town() -> Unit:
    return make_unit(make_county(), code="510824105", name="亭子镇")


def names(town: Unit, /, **query: Any) -> list[str]:
    return [one["name"] for one in signed_in(town).get(PEOPLE, query).json()["results"]]


def test_people_are_masked_and_those_of_the_branch(town: Unit) -> None:
    person = make_volunteer(town, make_speciality(name="法治"), phone="13890001234", address="白桥街 3 号")
    Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
    stranger = make_volunteer(make_unit(town.parent or town), name="外乡人")
    client = signed_in(town)

    answer = client.get(PEOPLE)
    one = client.get(f"{PEOPLE}{person.pk}/").json()

    assert [each["id"] for each in answer.json()["results"]] == [person.pk]
    assert one["phone"] == "138****1234"
    assert one["id_number"] == f"{person.id_number[:6]}***********{person.id_number[-1]}"
    assert (one["specialities"], one["times"]) == (["法治"], [{"weekday": 6, "daypart": "morning"}])
    text = answer.content.decode()
    for secret in (person.id_number, "13890001234", "白桥街"):
        assert secret not in text
    assert client.get(f"{PEOPLE}{stranger.pk}/").status_code == 404


def test_every_filter_narrows(town: Unit) -> None:
    law, chess = make_speciality(name="法治"), Interest.objects.create(name="象棋")
    village = make_unit(town, name="长江村村民委员会")
    first = make_volunteer(town, law, name="杜承志", kind=VeteranKind.CADRE, is_core=True)
    second = make_volunteer(village, name="王秀英")
    second.interests.add(chess)
    for weekday, daypart, person in ((6, "morning", first), (7, "evening", first), (6, "evening", second)):
        Availability.objects.create(volunteer=person, weekday=weekday, daypart=daypart)
    make_volunteer(town, name="已退", status=VolunteerStatus.LEFT, left_on="2025-01-01")

    assert names(town) == ["杜承志", "王秀英"]
    assert names(town, unit=village.code) == ["王秀英"]
    assert names(town, name="承") == ["杜承志"]
    assert names(town, kind="cadre") == ["杜承志"]
    assert names(town, speciality=law.pk) == ["杜承志"]
    assert names(town, interest=chess.pk) == ["王秀英"]
    assert names(town, core="true") == ["杜承志"]
    assert names(town, weekday=6) == ["杜承志", "王秀英"]
    assert names(town, weekday=6, daypart="evening") == ["王秀英"]
    assert names(town, status="left") == ["已退"]
    assert names(town, status="all") == ["杜承志", "王秀英", "已退"]


def test_a_number_is_no_filter(town: Unit) -> None:
    person = make_volunteer(town)
    client = signed_in(town)

    refused = client.get(PEOPLE, {"name": person.phone})

    assert refused.status_code == 400
    assert "只填姓名" in refused.json()["detail"]
    unknown = client.get(PEOPLE, {"id_number": person.id_number, "status": "left", "page_size": "2"})
    assert (unknown.status_code, unknown.json()["fields"]) == (400, {"id_number": ["没有这个条件。"]})
    assert client.get(PEOPLE, {"speciality": "9" * 30}).status_code in (200, 400)


def test_a_leader_reads_no_roster(town: Unit) -> None:
    make_volunteer(town)

    assert signed_in(town, Role.LEADER).get(PEOPLE).status_code == 403
    assert signed_in(town, Role.LEADER).get("/api/v1/specialities/").status_code == 403


def test_terms_come_with_the_words_that_mean_the_same(town: Unit) -> None:
    make_speciality(name="法治", also=["普法"])
    Interest.objects.create(name="象棋")
    client = signed_in(town)

    assert client.get("/api/v1/specialities/").json()["results"][0]["also"] == ["普法"]
    assert client.get("/api/v1/interests/").json()["results"][0]["name"] == "象棋"


def test_queries_do_not_grow(town: Unit, django_assert_num_queries: Any, django_assert_max_num_queries: Any) -> None:
    make_volunteer(town, make_speciality())
    client = signed_in(town)
    with django_assert_max_num_queries(12) as few:
        client.get(PEOPLE)
    for _ in range(3):
        make_volunteer(town, make_speciality())
    with django_assert_num_queries(len(few)):
        client.get(PEOPLE)
