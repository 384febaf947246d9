"""Honours of people and teams: recorded once, put right, taken down with a reason, listed without any count."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanai.edits import NEVER, ChangedError
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_county, make_honour, make_member, make_team, make_unit, make_volunteer, seen
from tests.volunteers.appointing import PDF, bytes_of, page_of
from tests.volunteers.pages import page_of as person_page
from tests.volunteers.pages import signed_in
from tests.volunteers.test_appointment_views import sheet_of
from volunteers.models import Honour, Team, Volunteer
from volunteers.services import HonourEntry, correct_honour, record_honour, remove_honour

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LIST, EXPORT = "/honours/", "/honours/export/"


@pytest.fixture(autouse=True)
def scans(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def town(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇")


@pytest.fixture
def person(town: Unit) -> Volunteer:
    return make_volunteer(town, name="杜承志")


def entry(**fields: Any) -> dict[str, Any]:
    values = {"name": "全省先进个人", "level": "province", "awarded_by": "四川省关工委", "awarded_on": "2024-09-10"}
    return {**values, "document": "川关工委[2024]第08号", **fields}


def an_entry(**fields: Any) -> HonourEntry:
    return HonourEntry(**{**entry(), "awarded_on": datetime.date(2024, 9, 10), **fields})


def new_url(holder: Volunteer | Team) -> str:
    return f"/honours/new/?{'team' if isinstance(holder, Team) else 'volunteer'}={holder.pk}"


def names_on(client: Client, query: str = "") -> set[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {honour.name for honour in response.context["listing"].page}


def test_an_honour_is_recorded_on_the_page_of_its_person_with_its_scan(town: Unit, person: Volunteer) -> None:
    client = signed_in(town)
    assert f'href="{new_url(person)}"' in page_of(client, person_page(person))
    form = {**entry(), "scan": SimpleUploadedFile("证书.pdf", PDF, content_type="application/pdf")}
    assert client.post(new_url(person), form).url == person_page(person)  # type: ignore[attr-defined]
    honour = person.honours.get()
    assert (honour.document, honour.unit, honour.team) == ("川关工委〔2024〕8号", town, None)
    page = page_of(client, person_page(person))
    for words in ("全省先进个人", "省级", "四川省关工委", "川关工委〔2024〕8号", "2024-09-10", "看扫描件"):
        assert words in page
    scan = client.get(f"/honours/{honour.pk}/scan/")
    assert bytes_of(scan) == PDF


def test_without_a_holder_the_page_says_where_to_find_one(town: Unit) -> None:
    page = page_of(signed_in(town), "/honours/new/")
    assert 'href="/volunteers/"' in page
    assert 'href="/teams/"' in page
    assert signed_in(town).post("/honours/new/", entry()).status_code == 404


def test_an_honour_of_a_team_stands_on_its_page(town: Unit) -> None:
    client, team = signed_in(town), make_team(town)
    assert client.post(new_url(team), entry(name="先进集体")).url == f"/teams/{team.pk}/"  # type: ignore[attr-defined]
    assert "先进集体" in page_of(client, f"/teams/{team.pk}/")
    assert names_on(client, "?whose=team") == {"先进集体"}


def test_the_same_form_sent_twice_makes_one_record(town: Unit, person: Volunteer) -> None:
    client = signed_in(town)
    key = client.get(new_url(person)).context["form"]["entry_key"].value()
    for _ in range(2):
        assert client.post(new_url(person), entry(entry_key=key)).status_code == 302
    assert person.honours.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"awarded_on": TODAY + datetime.timedelta(days=1)}, "awarded_on"),
        ({"name": " "}, "name"),
        ({"awarded_by": " "}, "awarded_by"),
        ({"level": "world"}, "level"),
    ],
)
def test_what_an_honour_cannot_say(town: Unit, person: Volunteer, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        record_honour(holder=person, entry=an_entry(**fields), by=make_member(town))
    assert set(refused.value.message_dict) == {field}
    assert not Honour.objects.exists()


def test_a_certificate_is_recorded_once_for_one_holder(town: Unit, person: Volunteer) -> None:
    by = make_member(town)
    first = record_honour(holder=person, entry=an_entry(), by=by)
    with pytest.raises(ValidationError, match="已经登记"):
        record_honour(holder=person, entry=an_entry(), by=by)
    record_honour(holder=make_volunteer(town), entry=an_entry(), by=by)
    remove_honour(honour=first, reason="登错了人", by=by, seen=first.updated_at)
    record_honour(holder=person, entry=an_entry(), by=by)


def test_a_team_is_not_honoured_before_it_was_founded(town: Unit) -> None:
    team = make_team(town, founded_on=datetime.date(2025, 1, 1))
    with pytest.raises(ValidationError, match="不能早于团队成立日期"):
        record_honour(holder=team, entry=an_entry(), by=make_member(town))


def test_an_honour_belongs_to_a_person_or_a_team(town: Unit, person: Volunteer) -> None:
    team = make_team(town)
    for whose in ({}, {"volunteer": person, "team": team}):
        fields: dict[str, Any] = {"name": "甲", "level": "county", "awarded_by": "乙", "awarded_on": TODAY}
        with pytest.raises(IntegrityError, match="honour_of_one"), transaction.atomic():
            Honour.objects.create(unit=town, **whose, **fields)


def test_an_honour_is_corrected_and_keeps_its_scan(town: Unit, person: Volunteer) -> None:
    client = signed_in(town)
    client.post(new_url(person), {**entry(), "scan": SimpleUploadedFile("a.pdf", PDF)})
    honour = person.honours.get()
    url, stale = f"/honours/{honour.pk}/edit/", seen(honour)
    assert 'value="川关工委〔2024〕8号"' in page_of(client, url)
    assert client.post(url, {**entry(level="city"), **stale}).status_code == 302
    honour.refresh_from_db()
    assert (honour.level, honour.scan is not None) == ("city", True)
    assert client.post(url, {**entry(level="county"), **stale}).status_code == 200
    honour.refresh_from_db()
    assert honour.level == "city"


def test_what_is_taken_down_is_kept_with_its_reason_and_stands_in_no_list(town: Unit, person: Volunteer) -> None:
    client, honour = signed_in(town), make_honour(person, name="登错的先进")
    url = f"/honours/{honour.pk}/remove/"
    assert client.post(url, {"reason": "", **seen(honour)}).status_code == 200
    assert client.post(url, {"reason": "登错了人", **seen(honour)}).status_code == 302
    honour.refresh_from_db()
    assert (honour.removed_on, honour.removed_reason) == (TODAY, "登错了人")
    assert names_on(client) == set()
    # In the history it stays, as everything does.
    assert "登错的先进" not in page_of(client, person_page(person)).split('id="history-h"')[0]
    assert names_on(client, "?state=removed") == {"登错的先进"}
    assert "登错了人" in page_of(client, f"{LIST}?state=removed")
    assert client.get(url).status_code == 404


def test_an_honour_of_somebody_who_moved_away_is_put_right_where_it_was_recorded(
    county: Unit, town: Unit, person: Volunteer
) -> None:
    client, honour = signed_in(town), make_honour(person, name="省先进")
    Volunteer.objects.filter(pk=person.pk).update(unit=make_unit(county))
    assert person_page(person) not in page_of(client, LIST)
    answer = client.post(f"/honours/{honour.pk}/edit/", {**entry(), **seen(honour)})
    assert answer.url == LIST  # type: ignore[attr-defined]
    assert client.get(answer.url).status_code == 200  # type: ignore[attr-defined]


def test_the_second_of_two_writers_is_told(town: Unit, person: Volunteer) -> None:
    honour, by = make_honour(person), make_member(town)
    with pytest.raises(ChangedError):
        correct_honour(honour=honour, entry=an_entry(), by=by, seen=NEVER)
    with pytest.raises(ChangedError):
        remove_honour(honour=honour, reason="无", by=by, seen=NEVER)


def test_the_list_filters_and_its_file_says_the_same(county: Unit, town: Unit, person: Volunteer) -> None:
    make_honour(person, name="省先进", level="province")
    make_honour(make_team(town), name="县集体", awarded_on=datetime.date(2022, 5, 4))
    make_honour(make_volunteer(make_unit(county)), name="外镇先进")
    office = signed_in(county, Role.COUNTY_OFFICE)
    cases = {
        "": {"省先进", "县集体", "外镇先进"},
        f"?unit={town.code}": {"省先进", "县集体"},
        "?level=province": {"省先进"},
        "?whose=team": {"县集体"},
        "?whose=person": {"省先进", "外镇先进"},
        "?year=2022": {"县集体"},
        "?name=外镇": {"外镇先进"},
        "?level=world": set(),
    }
    for query, names in cases.items():
        assert names_on(office, query) == names, query
    sheet = sheet_of(bytes_of(office.get(f"{EXPORT}?level=province")))
    values = [cell.value for cell in sheet[4]]
    assert values[:5] == ["亭子镇", "个人", "杜承志", "省先进", "省级"]
    assert sheet["A5"].value is None


def test_queries_do_not_grow(town: Unit) -> None:
    client = signed_in(town)

    def count(url: str) -> int:
        bytes_of(client.get(url))
        with CaptureQueriesContext(connection) as counted:
            bytes_of(client.get(url))
        return len(counted)

    def grow() -> None:
        make_honour(make_volunteer(make_unit(town)))
        make_honour(make_team(make_unit(town)))

    grow()
    before = [count(LIST), count(EXPORT)]
    grow()
    grow()
    assert [count(LIST), count(EXPORT)] == before


def test_strangers_readers_and_wrong_methods(county: Unit, town: Unit, person: Volunteer) -> None:
    honour = make_honour(person)
    urls = [f"/honours/{honour.pk}/edit/", f"/honours/{honour.pk}/remove/", new_url(person), new_url(make_team(town))]
    stranger, clerk, colleague = signed_in(make_unit(county)), signed_in(town, Role.CLERK), signed_in(town)
    for url in urls:
        for method in ("get", "post"):
            assert getattr(stranger, method)(url).status_code == 404, url
            assert getattr(clerk, method)(url).status_code == 403, url
        assert colleague.get(url).status_code == 200
        assert colleague.put(url).status_code == 405
    for forged in ("?volunteer=x", "?volunteer=999999", f"?volunteer={'9' * 30}"):
        assert colleague.get(f"/honours/new/{forged}").status_code == 404
    with pytest.raises(PermissionDenied):
        record_honour(holder=person, entry=an_entry(), by=make_member(town, Role.CLERK))


def test_a_clerk_reads_and_is_offered_nothing_to_write(town: Unit, person: Volunteer) -> None:
    make_honour(person, name="省先进")
    page = page_of(signed_in(town, Role.CLERK), LIST)
    assert "省先进" in page
    assert "更正" not in page
    assert signed_in(town, Role.LEADER).get(LIST).status_code == 403
