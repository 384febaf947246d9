"""What is no change of a row: sign-ins, downloads, refusals; and what is never kept of them."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from guanai import trail
from guanai.enums import Verb
from guanai.job_files import store_file
from guanai.models import Job, TrailEntry
from guanai.trail import note
from orgs.enums import Role
from orgs.models import User
from reports.services import YEAR_REPORT
from tests.factories import make_child, make_county, make_member, make_unit, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-word-that-is-no-other-9"
WHERE = "10.1.2.3"


def verbs() -> list[str]:
    return list(TrailEntry.objects.order_by("pk").values_list("verb", flat=True))


def sign_in(client: Client, username: str, password: str) -> Any:
    return client.post(
        reverse("page:sign_in"), {"username": username, "password": password}, REMOTE_ADDR=WHERE, follow=False
    )


@pytest.fixture
def member() -> User:
    user = make_member(make_county(), Role.COUNTY_OFFICE)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_note_says_who_what_on_which_record_and_from_where(rf: RequestFactory) -> None:
    child, user = make_child(make_county()), make_user()
    request = rf.post("/", REMOTE_ADDR=WHERE)
    request.user = user

    entry = note(Verb.UPLOAD_REFUSED, request=request, record=child, reason="类型不对")

    entry.refresh_from_db()
    assert (entry.actor, entry.address, entry.verb) == (user, WHERE, "upload_refused")
    assert (entry.record, entry.record_id, entry.unit_id) == ("aid.child", child.pk, child.unit_id)
    assert entry.detail == {"reason": "类型不对"}
    assert entry.at is not None
    assert entry.xact > 0


def test_signing_in_and_out_is_noted(client: Client, member: User) -> None:
    assert sign_in(client, member.username, PASSWORD).status_code == 302
    client.post(reverse("page:sign_out"), REMOTE_ADDR=WHERE)

    assert verbs() == ["sign_in", "sign_out"]
    assert set(TrailEntry.objects.values_list("actor_id", "address")) == {(member.pk, WHERE)}


def test_a_wrong_password_is_noted_with_the_account_and_without_what_was_typed(client: Client, member: User) -> None:
    sign_in(client, member.username, "wrong-secret-word")

    entry = TrailEntry.objects.get()
    assert (entry.verb, entry.actor, entry.address) == ("sign_in_failed", None, WHERE)
    assert (entry.record, entry.record_id) == ("orgs.user", member.pk)
    assert "wrong-secret-word" not in str(TrailEntry.objects.values().get())


def test_a_name_that_is_nobody_s_is_not_kept_it_may_be_a_password(client: Client, member: User) -> None:
    sign_in(client, PASSWORD, "")
    sign_in(client, PASSWORD, "x")

    assert verbs() == ["sign_in_failed"]
    assert TrailEntry.objects.get().record_id is None
    assert PASSWORD not in str(TrailEntry.objects.values().get())


def test_a_lock_is_noted(client: Client, member: User) -> None:
    for _ in range(5):
        sign_in(client, member.username, "wrong")

    assert sorted(verbs()) == ["locked_out"] + ["sign_in_failed"] * 5
    assert TrailEntry.objects.get(verb=Verb.LOCKED_OUT).record_id == member.pk


EXPORTS = [
    "aid:child_export", "aid:pairing_export", "aid:donation_export", "aid:grant_export", "aid:entry_export",
    "activities:activity_export", "volunteers:volunteer_export", "orgs:coverage_export", "orgs:means_export",
    "reports:dashboard_export", "volunteers:team_export", "volunteers:honour_export",
    "volunteers:speciality_coverage_export",
]  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_noted(client: Client, member: User, name: str) -> None:
    client.force_login(member)
    before = TrailEntry.objects.count()

    response = client.get(reverse(name), REMOTE_ADDR=WHERE)

    assert response.status_code == 200
    assert b"".join(response)
    assert TrailEntry.objects.count() == before + 1
    entry = TrailEntry.objects.latest("pk")
    assert (entry.verb, entry.actor, entry.address) == ("exported", member, WHERE)
    assert entry.detail["file"].endswith(".xlsx")


def test_a_downloaded_file_of_a_job_is_noted_with_its_name(client: Client, member: User) -> None:
    job = Job.objects.create(kind=YEAR_REPORT, owner=member, parameters={"year": 2025, "unit": "510824"})
    file = store_file(job=job, name="总结.docx", label="总结", content=b"a paper")
    client.force_login(member)

    response = client.get(reverse("reports:job_file", args=[file.pk]), REMOTE_ADDR=WHERE)

    assert b"".join(response) == b"a paper"
    entry = TrailEntry.objects.latest("pk")
    assert (entry.verb, entry.actor) == ("downloaded", member)
    assert (entry.detail["file"], entry.detail["numbers"]) == ("总结.docx", {"pk": str(file.pk)})


def test_of_a_filter_only_what_is_harmless_is_kept(client: Client, member: User) -> None:
    client.force_login(member)
    unit = make_unit(member.memberships.get().unit)
    typed = {"q": "欧阳小禾", "phone": "13912345678", "id": "510824201403090018"}

    assert b"".join(client.get(reverse("aid:child_export"), {"unit": unit.code, "since": "2026-01-02", **typed}))

    kept = TrailEntry.objects.latest("pk").detail["filter"]
    assert kept == {"unit": unit.code, "q": "…", "phone": "…", "id": "…", "since": "2026-01-02"}


def test_a_page_that_is_only_read_is_not_noted(client: Client, member: User) -> None:
    client.force_login(member)
    before = TrailEntry.objects.count()

    assert client.get(reverse("aid:child_list")).status_code == 200

    assert TrailEntry.objects.count() == before


@pytest.fixture
def stranger(client: Client) -> tuple[User, str]:
    """A secretary, signed in, and the address of a child of another township."""
    county = make_county()
    child = make_child(make_unit(county))
    user = make_member(make_unit(county), Role.SECRETARY)
    client.force_login(user)
    return user, reverse("aid:child_detail", args=[child.pk])


def denied() -> list[TrailEntry]:
    return list(TrailEntry.objects.filter(verb=Verb.DENIED).order_by("pk"))


def test_a_record_of_another_branch_is_noted_once_in_ten_minutes(client: Client, stranger: tuple[User, str]) -> None:
    user, address = stranger
    for _ in range(3):
        assert client.get(address, REMOTE_ADDR=WHERE).status_code == 404

    (entry,) = denied()
    assert (entry.actor, entry.address, entry.detail["status"]) == (user, WHERE, 404)
    assert entry.detail["numbers"] == {"pk": address.strip("/").split("/")[-1]}


def test_an_action_that_the_role_does_not_hold_is_noted(client: Client, stranger: tuple[User, str]) -> None:
    assert client.get(reverse("orgs:trail_list")).status_code == 403

    assert [entry.detail["status"] for entry in denied()] == [403]


def test_an_address_that_does_not_exist_is_not_noted(client: Client, stranger: tuple[User, str]) -> None:
    assert client.get("/no/such/page/").status_code == 404

    assert denied() == []


def test_somebody_without_a_session_leaves_no_refusal(client: Client) -> None:
    child = make_child(make_county())
    client.get(reverse("aid:child_detail", args=[child.pk]))

    assert denied() == []


def test_a_script_that_tries_numbers_does_not_fill_the_trail(
    client: Client, stranger: tuple[User, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "DENIED_PER_HOUR", 5)
    for number in range(1000, 1012):
        client.get(reverse("aid:child_detail", args=[number]))

    assert len(denied()) == 5
    cache.clear()


def test_a_zero_byte_that_comes_as_far_as_the_database_is_refused_and_noted(client: Client, member: User) -> None:
    client.force_login(member)
    url = reverse("orgs:means_confirm", args=[timezone.localdate().year])

    response = client.post(url, {"unit": ["510824", "\x00"]}, REMOTE_ADDR=WHERE)

    assert response.status_code == 400
    entry = TrailEntry.objects.get(verb=Verb.DENIED)
    assert (entry.actor, entry.address, entry.detail["status"]) == (member, WHERE, 400)
