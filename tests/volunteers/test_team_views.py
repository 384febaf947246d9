"""Pages of teams: who sees what, list and file, found, correct, dissolve, join and leave."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanai.dependents import unit_records
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import (
    make_activity,
    make_county,
    make_honour,
    make_team,
    make_team_member,
    make_unit,
    make_volunteer,
    seen,
)
from tests.volunteers.appointing import bytes_of, page_of
from tests.volunteers.pages import page_of as person_page
from tests.volunteers.pages import signed_in
from tests.volunteers.test_appointment_views import sheet_of
from volunteers.enums import TeamKind
from volunteers.models import Team, TeamMember, Volunteer

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LIST, NEW = "/teams/", "/teams/new/"


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def town(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇")


@pytest.fixture
def studio(town: Unit) -> Team:
    """张建国工作室, led by 张建国; 冯定国 was in it."""
    team = make_team(town, kind=TeamKind.STUDIO, name="张建国工作室")
    make_team_member(team, make_volunteer(town, name="张建国"), leads=True)
    make_team_member(team, make_volunteer(town, name="冯定国"), ends_on=datetime.date(2023, 1, 1))
    return team


def url_of(team: Team, verb: str = "") -> str:
    return f"/teams/{team.pk}/{verb}"


def typed(unit: Unit, **fields: Any) -> dict[str, Any]:
    return {"unit": unit.code, "kind": "lecturers", "name": "亭子镇宣讲团", "founded_on": "2023-03-01", **fields}


def names_on(client: Client, query: str = "") -> set[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {team.name for team in response.context["listing"].page}


def test_the_page_tells_leaders_members_and_those_who_left(town: Unit, studio: Team) -> None:
    page = page_of(signed_in(town), url_of(studio))
    for words in ("张建国工作室", "五老工作室（服务型）", "以前的成员（1 人次）", "2023-01-01", "登记退出"):
        assert words in page
    assert page.index("张建国") < page.index("以前的成员") < page.index("冯定国")


@pytest.mark.parametrize("role", [Role.LEADER, Role.FUND_MANAGER, Role.FUND_APPROVER])
def test_who_does_not_read_the_roster_sees_kind_and_unit(town: Unit, studio: Team, role: Role) -> None:
    make_honour(studio, name="全省先进集体")
    make_activity(town, speakers=[Volunteer.objects.get(name="张建国")])
    Team.objects.filter(pk=studio.pk).update(dissolved_on=TODAY, dissolved_reason="张建国迁居")
    secretary, other = signed_in(town), signed_in(town, role)
    for url in (f"{LIST}?state=all", url_of(studio), f"/api/v1/teams/{studio.pk}/", "/teams/export/?state=all"):
        told, kept = secretary.get(url), other.get(url)
        assert (told.status_code, kept.status_code) == (200, 200), url
        texts = [text_of(told), text_of(kept)]
        assert "张建国" in texts[0]
        assert "张建国" not in texts[1], url
        assert "冯定国" not in texts[1], url
    page = page_of(other, url_of(studio))
    assert "亭子镇 五老工作室（服务型）" in page
    assert "全省先进集体" not in page
    # Neither by asking for a part of it.
    assert names_on(other, "?state=all&name=张建国") == set()
    assert names_on(secretary, "?state=all&name=张建国") == {"张建国工作室"}


def text_of(response: Any) -> str:
    body = bytes_of(response)
    if not body.startswith(b"PK"):
        return body.decode("unicode_escape" if b"\\u" in body else "utf-8")
    return " ".join(str(cell.value) for row in sheet_of(body).iter_rows() for cell in row)


def test_the_list_filters_by_branch_kind_studio_and_state(county: Unit, town: Unit, studio: Team) -> None:
    make_team(make_unit(county), name="外镇团")
    make_team(make_unit(town), name="村宣讲团")
    make_team(town, name="旧团", dissolved_on=datetime.date(2023, 5, 1))
    office = signed_in(county, Role.COUNTY_OFFICE)
    cases = {
        "": {"张建国工作室", "外镇团", "村宣讲团"},
        f"?unit={town.code}": {"张建国工作室", "村宣讲团"},
        "?kind=studio": {"张建国工作室"},
        "?studio_kind=service": {"张建国工作室"},
        "?studio_kind=telling": set(),
        "?state=dissolved": {"旧团"},
        "?state=all&kind=lecturers": {"外镇团", "村宣讲团", "旧团"},
        "?name=外镇": {"外镇团"},
        "?kind=nonsense": set(),
    }
    for query, names in cases.items():
        assert names_on(office, query) == names, query
    sheet = sheet_of(bytes_of(office.get("/teams/export/?kind=studio")))
    assert [cell.value for cell in sheet[4]][:6] == ["亭子镇", "五老工作室", "服务型", "张建国工作室", "张建国", 1]
    assert sheet["A5"].value is None


def test_queries_do_not_grow_with_teams_and_members(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    make_honour(studio)
    make_activity(town, speakers=[Volunteer.objects.get(name="张建国")])

    def count(url: str) -> int:
        bytes_of(client.get(url))
        with CaptureQueriesContext(connection) as counted:
            bytes_of(client.get(url))
        return len(counted)

    urls = (LIST, "/teams/export/", "/api/v1/teams/", url_of(studio), f"/api/v1/teams/{studio.pk}/")
    before = [count(url) for url in urls]
    for _ in range(3):
        team = make_team(town, kind=TeamKind.STUDIO)
        for each in (team, studio):
            make_team_member(each)
            make_honour(each)
        make_activity(town, speakers=[Volunteer.objects.get(name="张建国")])
    assert [count(url) for url in urls] == before


def test_a_team_is_registered_with_its_leader_once(town: Unit) -> None:
    client, leader = signed_in(town), make_volunteer(town, name="杜承志")
    page = client.get(NEW)
    form = typed(town, kind="studio", studio_kind="telling", name="杜承志工作室", people=[leader.pk])
    form["entry_key"] = page.context["form"]["entry_key"].value()
    for _ in range(2):
        answer = client.post(NEW, form)
        team = Team.objects.get()
        assert answer.url == url_of(team)  # type: ignore[attr-defined]
    assert (team.name, team.studio_kind, team.members.get().volunteer) == ("杜承志工作室", "telling", leader)


def test_people_are_found_and_stay_chosen(town: Unit) -> None:
    client = signed_in(town)
    leader, other = make_volunteer(town, name="杜承志"), make_volunteer(town, name="冯定国")
    form = typed(town, people=[leader.pk], find="冯定", step="find")
    response = client.post(NEW, form)
    page = response.content.decode()
    assert f'value="{leader.pk}" id="person-{leader.pk}" checked' in page
    assert f'value="{other.pk}" id="person-{other.pk}">' in page
    assert 'value="亭子镇宣讲团"' in page
    assert "错误：" not in page
    assert not Team.objects.exists()


def test_a_refusal_stands_at_its_field_and_the_entry_stays(town: Unit) -> None:
    response = signed_in(town).post(NEW, typed(town, kind="studio", name="杜承志工作室"))
    assert response.status_code == 200
    form = response.context["form"]
    assert list(form.errors) == ["studio_kind", "people"]
    assert 'value="杜承志工作室"' in response.content.decode()


def test_a_team_is_corrected_and_the_second_writer_is_told(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    form = typed(town, kind="studio", studio_kind="professional", name="张建国家教工作室", founded_on="2021-03-01")
    stale = seen(studio)
    assert client.post(url_of(studio, "edit/"), {**form, **stale}).status_code == 302
    studio.refresh_from_db()
    assert (studio.name, studio.studio_kind) == ("张建国家教工作室", "professional")
    told = client.post(url_of(studio, "edit/"), {**form, "name": "另一个", **stale})
    assert told.status_code == 200
    assert "修改" in told.content.decode()
    studio.refresh_from_db()
    assert studio.name == "张建国家教工作室"


def test_a_team_is_dissolved_and_stays_readable(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    form = {"dissolved_on": str(TODAY), "dissolved_reason": "成员年事已高", **seen(studio)}
    assert client.post(url_of(studio, "dissolve/"), form).status_code == 302
    page = page_of(client, url_of(studio))
    for words in ("已撤销", "成员年事已高", "张建国", "以前的成员（2 人次）"):
        assert words in page
    assert "加入成员" not in page
    assert names_on(client) == set()


def test_people_join_leave_and_come_back(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    one, two = (make_volunteer(town, name=name) for name in ("杜承志", "罗秀琼"))
    assert (
        client.post(url_of(studio, "join/"), {"people": [one.pk, two.pk], "starts_on": "2024-01-01"}).status_code == 302
    )
    member = studio.members.get(volunteer=one)
    leaving = client.get(f"/team-members/{member.pk}/?leave=1")
    assert leaving.context["form"]["ends_on"].value() == TODAY
    form = {"starts_on": "2024-01-01", "ends_on": "2024-06-01", **seen(member)}
    assert client.post(f"/team-members/{member.pk}/", form).status_code == 302
    member.refresh_from_db()
    assert member.ends_on == datetime.date(2024, 6, 1)
    assert client.post(url_of(studio, "join/"), {"people": [one.pk], "starts_on": "2024-06-01"}).status_code == 302
    assert studio.members.filter(volunteer=one).count() == 2
    page = page_of(client, person_page(one))
    assert f'<a href="{url_of(studio)}">张建国工作室</a>' in page


def test_who_is_a_member_is_not_offered_until_they_left(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    one, two = (make_volunteer(town, name=name) for name in ("杜承志", "杜承德"))
    client.post(url_of(studio, "join/"), {"people": [one.pk], "starts_on": "2024-01-01"})

    def offered() -> set[int]:
        return {
            person.pk
            for person in client.post(url_of(studio, "join/"), {"step": "find", "find": "杜承"}).context["found"]
        }

    assert offered() == {two.pk}
    studio.members.filter(volunteer=one).update(ends_on="2024-06-01")
    assert offered() == {one.pk, two.pk}


def test_a_person_outside_the_rosters_cannot_be_forged_into_a_team(county: Unit, town: Unit, studio: Team) -> None:
    outside = make_volunteer(make_unit(county), name="外乡人")
    response = signed_in(town).post(url_of(studio, "join/"), {"people": [outside.pk], "starts_on": "2024-01-01"})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["people"]
    assert "外乡人" not in response.content.decode()
    assert not TeamMember.objects.filter(volunteer=outside).exists()


def test_a_member_of_another_roster_is_named_and_no_more(county: Unit, town: Unit, studio: Team) -> None:
    elsewhere = make_volunteer(make_unit(county, name="云峰镇"), name="向远程")
    make_team_member(studio, elsewhere)
    client = signed_in(town)
    page = page_of(client, url_of(studio))
    assert "向远程" in page
    assert person_page(elsewhere) not in page
    members = client.get(f"/api/v1/teams/{studio.pk}/").json()["members"]
    assert {"张建国", "冯定国", "向*程"} == {member["name"] for member in members}


def test_a_person_s_page_leads_only_to_teams_that_may_be_seen(county: Unit, town: Unit) -> None:
    person, team = make_volunteer(town), make_team(county, name="县报告团")
    make_team_member(team, person)
    assert "县报告团" in page_of(signed_in(town), person_page(person))
    assert url_of(team) not in page_of(signed_in(town), person_page(person))
    assert url_of(team) in page_of(signed_in(county, Role.COUNTY_OFFICE), person_page(person))


@pytest.mark.parametrize("verb", ["edit/", "dissolve/", "join/"])
def test_strangers_readers_and_wrong_methods(county: Unit, town: Unit, studio: Team, verb: str) -> None:
    url = url_of(studio, verb)
    for method in ("get", "post"):
        assert getattr(signed_in(make_unit(county)), method)(url).status_code == 404
        assert getattr(signed_in(town, Role.CLERK), method)(url).status_code == 403
    assert signed_in(town).put(url).status_code == 405
    assert signed_in(town).get(url).status_code == 200


def test_pages_that_only_show_take_no_post(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    for url in (LIST, url_of(studio), "/teams/export/"):
        assert client.post(url).status_code == 405
    assert client.post("/api/v1/teams/").status_code in {403, 405}


def test_a_colleague_finds_what_the_other_wrote(town: Unit, studio: Team) -> None:
    assert names_on(signed_in(town)) == {"张建国工作室"}
    assert signed_in(town).get(url_of(studio, "edit/")).status_code == 200


def test_the_page_of_a_unit_counts_its_teams(county: Unit, town: Unit, studio: Team) -> None:
    make_team(town, dissolved_on=datetime.date(2023, 1, 1))
    page = page_of(signed_in(county, Role.COUNTY_OFFICE), reverse("orgs:unit_detail", args=[town.code]))
    assert f'href="{LIST}?unit={town.code}"' in page
    county.refresh_from_db()
    kind = next(kind for kind in unit_records() if kind.key == "teams")
    assert (kind.by_unit(county), kind.ever_at(town)) == ({town.pk: 1}, 2)


def test_a_studio_without_a_leader_and_a_closed_unit_are_told(town: Unit, studio: Team) -> None:
    client = signed_in(town)
    assert "工作室现在没有领衔人" not in page_of(client, url_of(studio))
    Volunteer.objects.filter(name="张建国").update(status="deceased", left_on=TODAY)
    assert "工作室现在没有领衔人" in page_of(client, url_of(studio))
    Unit.objects.filter(pk=town.pk).update(closed_on=TODAY)
    assert "团队所在的单位已撤销" in page_of(client, url_of(studio))


def test_the_api_filters_and_counts(county: Unit, town: Unit, studio: Team) -> None:
    make_team(make_unit(county), name="外镇团", founded_on=datetime.date(2024, 1, 1))
    client = signed_in(county, Role.COUNTY_OFFICE)

    def names(**query: str) -> list[str]:
        return [team["name"] for team in client.get("/api/v1/teams/", query).json()["results"]]

    assert set(names()) == {"张建国工作室", "外镇团"}
    assert names(unit=town.code) == names(kind="studio") == names(studio_kind="service") == ["张建国工作室"]
    assert names(on="2023-06-01") == ["张建国工作室"]
    assert client.get("/api/v1/teams/", {"unit": "999"}).status_code == 404
    one = client.get(f"/api/v1/teams/{studio.pk}/").json()
    assert (one["unit_code"], one["member_count"], len(one["members"])) == (town.code, 1, 2)
