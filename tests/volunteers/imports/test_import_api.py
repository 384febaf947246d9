"""A roster by the API: an upload answers an import, whose steps a worker does; nothing beyond what the page shows."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from guanai.enums import JobState
from guanai.models import Job
from orgs.enums import Role, TokenScope
from orgs.models import Unit, User
from orgs.services import issue_token
from tests.factories import make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.imports.tables import LARGEST
from volunteers.models import RosterImport, Volunteer
from volunteers.services.import_jobs import finish_work, run_work
from volunteers.services.imports import expire_imports

pytestmark = pytest.mark.django_db
URL = "/api/v1/roster-imports/"
HEAD = ("姓名", "证件号码", "联系电话", "类别", "特长")


class World:
    def __init__(self) -> None:
        county = make_county()
        make_speciality("法治")
        self.township = make_unit(county, name="云峰镇", code="510824102")
        self.elsewhere = make_unit(county, name="亭子镇", code="510824125")
        self.township.refresh_from_db()
        self.secretary = make_member(self.township, Role.SECRETARY)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.secretary)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


Worker = Callable[..., Any]


@pytest.fixture
def worker(django_capture_on_commit_callbacks: Worker) -> Worker:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def rows() -> bytes:
    good = ("张三", some_id(order=1), "13812345678", "老教师", "法治")
    return xlsx(HEAD, good, ("李四", "1", None, "老教师", "吹牛"))


def sent(client: Client, unit: Unit, content: bytes | None = None, **headers: str) -> Any:
    file = SimpleUploadedFile("云峰镇张三.xlsx", rows() if content is None else content)
    return client.post(URL, {"unit": unit.code, "file": file}, headers=headers)


def test_a_roster_from_upload_to_undo(world: World, client: Client, worker: Worker) -> None:
    known = make_volunteer(world.township, name="王五", phone="13800000000")
    content = xlsx(
        HEAD,
        ("张三", some_id(order=1), "13812345678", "老教师", "法治"),
        ("王五", known.id_number, "13911112222", None, None),
        ("李四", "1", None, "老好人", None),
    )
    answer = sent(client, world.township, content)
    assert answer.status_code == 202
    address = answer.headers["Location"]
    assert answer.json()["work"] == {"step": "read", "state": "queued", "error": ""}
    assert (answer.json()["counts"], answer.json()["columns"]) == (None, [])
    run_work(job_id=Job.objects.get().pk)
    finish_work(job_id=Job.objects.get().pk)

    seen = client.get(address)
    told = seen.json()
    assert (told["unit_code"], told["state"], told["work"]["state"]) == ("510824102", "open", "done")
    assert told["columns"][1] == {"heading": "证件号码", "field": "id_number"}
    assert told["counts"] == {"new": 1, "changed": 1, "same": 0, "wrong": 1}
    assert [(error["row"], error["column"]) for error in told["row_errors"]] == [(4, "类别"), (4, "证件号码")]
    assert told["row_error_count"] == 2
    for secret in (known.id_number, "13911112222", "13812345678", "张三"):
        assert secret not in seen.content.decode()
    assert seen.headers["Cache-Control"] == "private, no-store"

    with worker():
        committing = client.post(f"{address}commit/")
    assert committing.status_code == 202
    assert client.get(address).json()["state"] == "committed"
    assert client.get(address).json()["counts"] == {"new": 1, "changed": 1, "same": 0, "wrong": 1}
    assert client.post(f"{address}commit/").status_code == 202
    assert Volunteer.objects.filter(name="张三").count() == 1
    with worker():
        assert client.post(f"{address}undo/").status_code == 202
    assert client.get(address).json()["state"] == "undone"
    known.refresh_from_db()
    assert known.phone == "13800000000"
    assert client.post(f"{address}undo/").status_code == 409


def test_a_file_that_is_no_roster_fails_in_its_step(world: World, client: Client, worker: Worker) -> None:
    with worker():
        address = sent(client, world.township, b"%PDF-1.7 a paper").headers["Location"]
    told = client.get(address).json()
    assert told["work"]["state"] == JobState.FAILED
    assert "认不出这个文件" in told["work"]["error"]
    refused = client.post(f"{address}commit/")
    assert (refused.status_code, refused.json()["detail"]) == (409, "文件还没有读完，读完再试。")


def test_one_step_after_the_other(world: World, client: Client, worker: Worker) -> None:
    with worker():
        address = sent(client, world.township).headers["Location"]
    client.post(f"{address}commit/")
    refused = client.post(f"{address}undo/")
    assert refused.status_code == 409
    assert "正在后台处理" in refused.json()["detail"]
    assert refused.json()["fields"] == {}


def test_the_same_key_makes_one_import(world: World, client: Client, worker: Worker) -> None:
    content, key = rows(), {"Idempotency-Key": "roster-2026-03"}
    first, again = (sent(client, world.township, content, **key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert (RosterImport.objects.count(), Job.objects.count()) == (1, 1)
    assert sent(client, world.township, content).json()["id"] != first.json()["id"]
    colleague = signed_in(make_member(world.township, Role.SECRETARY))
    assert sent(colleague, world.township, content, **key).json()["id"] != first.json()["id"]


def test_the_same_key_for_another_file_is_refused(world: World, client: Client) -> None:
    sent(client, world.township, rows(), **{"Idempotency-Key": "a"})
    refused = sent(client, world.township, xlsx(HEAD), **{"Idempotency-Key": "a"})
    assert refused.status_code == 409
    assert "请换一个" in refused.json()["detail"]
    assert RosterImport.objects.count() == 1
    assert sent(client, world.township, rows(), **{"Idempotency-Key": "x" * 201}).status_code == 400


def test_a_token_that_may_write_uploads_and_one_that_reads_does_not(world: World) -> None:
    for scope, status in ((TokenScope.WRITE, 202), (TokenScope.READ, 403)):
        token = issue_token(user=world.secretary, name="名册", scope=scope, expires_on=timezone.localdate()).text
        answer = sent(Client(), world.township, rows(), Authorization=f"Bearer {token}")
        assert answer.status_code == status, scope
    assert RosterImport.objects.get().by == world.secretary


def test_what_is_wrong_with_an_upload_is_named(world: World, client: Client) -> None:
    missing = client.post(URL, {"unit": world.township.code})
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["file"])
    large = sent(client, world.township, b"x" * (LARGEST + 1))
    assert (large.status_code, large.json()["detail"]) == (400, "文件超过 20 MB，请分成几个文件。")
    assert client.post(URL, {"unit": "1"}, content_type="application/json").status_code == 415
    Unit.objects.filter(pk=world.township.pk).update(closed_on=datetime.date(2025, 1, 1))
    assert list(sent(client, world.township).json()["fields"]) == ["unit"]
    assert not RosterImport.objects.exists()


def test_only_ones_own_roster_and_ones_own_import(world: World, client: Client, worker: Worker) -> None:
    assert sent(client, world.elsewhere).status_code == 404
    with worker():
        address = sent(client, world.township).headers["Location"]
    colleague = signed_in(make_member(world.township, Role.SECRETARY))
    leader = signed_in(make_member(world.township, Role.LEADER))
    for client_of, status in ((colleague, 404), (leader, 403)):
        assert client_of.get(address).status_code == status
        for step in ("commit/", "undo/"):
            assert client_of.post(address + step).status_code == status
    assert sent(leader, world.township).status_code == 403
    for url, method in ((URL, "get"), (URL, "put"), (address, "post"), (address, "delete"), (f"{address}undo/", "get")):
        assert getattr(client, method)(url).status_code == 405, (url, method)
    assert not Volunteer.objects.exists()


def test_an_expired_import_says_so(world: World, client: Client, worker: Worker) -> None:
    with worker():
        address = sent(client, world.township).headers["Location"]
    expire_imports(now=timezone.now() + datetime.timedelta(hours=25))
    told = client.get(address).json()
    assert (told["state"], told["columns"], told["row_errors"]) == ("expired", [], [])
    assert client.post(f"{address}commit/").status_code == 409


def test_errors_are_told_up_to_a_thousand(world: World, client: Client, worker: Worker) -> None:
    with worker():
        content = xlsx(HEAD, *[("张三", "1", None, "老教师", None)] * 1005)
        address = sent(client, world.township, content).headers["Location"]
    told = client.get(address).json()
    assert (len(told["row_errors"]), told["row_error_count"]) == (1000, 1005)
    assert [error["row"] for error in told["row_errors"][:3]] == [2, 3, 4]


def test_uploads_are_throttled(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "uploads", "2/hour")
    assert [sent(client, world.township).status_code for _ in range(3)] == [202, 202, 429]
    assert client.get("/api/v1/units/").status_code == 200
