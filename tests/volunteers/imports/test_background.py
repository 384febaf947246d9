"""Large files go by a worker: progress, leaving and coming back, one job at a time, nothing personal in its rows."""

import datetime
import io
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from guanai import jobs
from guanai.enums import JobState
from guanai.models import Job
from orgs.enums import Role
from orgs.models import Membership, Unit, User
from tests.factories import make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.enums import ImportState, ImportWork
from volunteers.imports.preview import Preview, Wrong, as_text, from_text, ranges
from volunteers.models import RosterImport, Volunteer
from volunteers.services import import_jobs, imports
from volunteers.services.import_jobs import run_work, start_work, take_upload

HEAD = ("姓名", "证件号码", "随身电话", "类别", "特长")
ROWS = (
    ("张三", some_id(order=1), "13812345678", "老教师", "法治"),
    ("李四", some_id(order=3), "13912345678", "老干部", None),
    ("王五", "5.10824E+17", None, "老教师", None),
)


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs, "LARGE_ROWS", 2)


@pytest.fixture
def township(db: None) -> Unit:
    make_speciality("法治")
    township = make_unit(make_county(), name="云峰镇", code="510824102")
    township.refresh_from_db()
    return township


@pytest.fixture
def secretary(township: Unit) -> User:
    return make_member(township, Role.SECRETARY)


@pytest.fixture
def client(secretary: User) -> Client:
    client = Client()
    client.force_login(secretary)
    return client


Worker = Callable[..., Any]


@pytest.fixture
def worker(django_capture_on_commit_callbacks: Worker) -> Worker:
    """Inside its block messages reach a worker, which works at once."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def url(batch: RosterImport, name: str = "detail") -> str:
    return reverse(f"volunteers:import_{name}", args=[batch.pk])


def page(client: Client, batch: RosterImport, name: str = "detail") -> str:
    return client.get(url(batch, name)).content.decode()


def uploaded(township: Unit, secretary: User, *rows: Any) -> RosterImport:
    return take_upload(content=xlsx(HEAD, *(rows or ROWS)), unit=township, by=secretary)


def checked(township: Unit, secretary: User, worker: Worker, *rows: Any) -> RosterImport:
    batch = uploaded(township, secretary, *rows)
    with worker():
        start_work(batch=batch, work=ImportWork.CHECK, by=secretary)
    return fresh(batch)


def fresh(batch: RosterImport) -> RosterImport:
    return RosterImport.objects.select_related("unit", "job").get(pk=batch.pk)


def job_of(batch: RosterImport) -> Job:
    job = fresh(batch).job
    assert job is not None
    return job


def test_a_large_file_from_upload_to_undo(township: Unit, client: Client, worker: Worker) -> None:
    file = SimpleUploadedFile("a.xlsx", xlsx(HEAD, *ROWS))
    client.post("/volunteers/import/", {"unit": township.code, "file": file})
    batch = RosterImport.objects.get()
    meanings = {f"column{place}": name for place, name in enumerate(["name", "id_number", "phone", "kind", ""])}

    client.post(url(batch, "columns"), meanings)
    waiting = page(client, batch)
    assert "正在排队" in waiting
    assert "可以离开本页" in waiting
    assert "正在处理" in client.get("/volunteers/import/").content.decode()

    run_work(job_id=job_of(batch).pk)
    import_jobs.finish_work(job_id=job_of(batch).pk)
    assert job_of(batch).state == JobState.DONE
    result = page(client, batch)
    assert "可以导入 2 人" in result
    assert "第 4 行" in result
    assert not Volunteer.objects.exists()

    with worker():
        client.post(url(batch, "commit"))
    assert "已导入" in page(client, batch)
    assert sorted(Volunteer.objects.values_list("name", "phone")) == [("张三", "13812345678"), ("李四", "13912345678")]
    with worker():
        client.post(url(batch, "undo"))
    assert "已撤销" in page(client, batch)
    assert not Volunteer.objects.exists()


def test_what_the_worker_writes_stands_in_the_name_of_who_asked(
    township: Unit, secretary: User, worker: Worker
) -> None:
    batch = checked(township, secretary, worker)
    with worker():
        start_work(batch=batch, work=ImportWork.COMMIT, by=secretary)
    assert set(Volunteer.objects.values_list("updated_by", flat=True)) == {secretary.pk}
    assert job_of(batch).owner_id == secretary.pk


def test_the_page_asks_again_only_until_it_is_over(
    township: Unit, secretary: User, client: Client, django_assert_num_queries: Any
) -> None:
    batch = start_work(batch=uploaded(township, secretary), work=ImportWork.CHECK, by=secretary)
    job = job_of(batch)
    first = client.get(url(batch, "progress"))
    assert "正在排队" in first.content.decode()
    assert client.get(url(batch, "progress"), {"seen": "check-queued-0"}).status_code == 204
    import_jobs.tell(job, 5000, 20000)
    assert jobs.claim_start(job.pk)
    import_jobs.tell(job_of(batch), 5000, 20000)
    assert "已核对 5,000 行，共 20,000 行" in page(client, batch, "progress")
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    over = client.get(url(batch, "progress"))
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")


def test_asking_how_far_it_is_does_not_load_the_file(
    township: Unit, secretary: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    batch = start_work(batch=uploaded(township, secretary), work=ImportWork.CHECK, by=secretary)
    with django_assert_max_num_queries(16) as captured:
        client.get(url(batch, "progress"))
        client.get("/volunteers/import/")
    asked = [query["sql"] for query in captured if "volunteers_rosterimport" in query["sql"]]
    assert len(asked) == 2
    assert not any('"content"' in sql for sql in asked)


def test_asked_for_twice_there_is_one_job(township: Unit, secretary: User, worker: Worker) -> None:
    batch = checked(township, secretary, worker)
    first = start_work(batch=batch, work=ImportWork.COMMIT, by=secretary)
    second = start_work(batch=batch, work=ImportWork.COMMIT, by=secretary)
    assert first.job == second.job
    assert Job.objects.filter(parameters__work="commit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_who_commit_at_once_one_job_is_made() -> None:
    make_speciality("法治")
    township = make_unit(make_county(), name="云峰镇", code="510824102")
    township.refresh_from_db()
    secretary = make_member(township, Role.SECRETARY)
    batch = uploaded(township, secretary)
    barrier = threading.Barrier(4)

    def commit() -> None:
        try:
            barrier.wait()
            start_work(batch=fresh(batch), work=ImportWork.COMMIT, by=secretary)
        finally:
            connection.close()

    threads = [threading.Thread(target=commit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1
    assert fresh(batch).state == ImportState.COMMITTED
    assert Volunteer.objects.count() == 2


def test_while_a_step_runs_nothing_else_touches_the_import(township: Unit, secretary: User, worker: Worker) -> None:
    batch = start_work(batch=checked(township, secretary, worker), work=ImportWork.COMMIT, by=secretary)
    attempts: list[Callable[[], object]] = [
        lambda: start_work(batch=batch, work=ImportWork.UNDO, by=secretary),
        lambda: start_work(batch=batch, work=ImportWork.CHECK, by=secretary),
        lambda: imports.commit_import(batch=batch, by=secretary),
        lambda: imports.undo_import(batch=batch, by=secretary),
        lambda: imports.choose_columns(batch=batch, fields=batch.fields, by=secretary),
        lambda: imports.rule(batch=batch, ruling=imports.ruling_of(batch), by=secretary),
    ]
    for attempt in attempts:
        with pytest.raises(ValidationError, match="正在后台处理"):
            attempt()
    assert fresh(batch).job == batch.job


def test_a_small_import_does_not_wait_in_its_request_for_a_large_one(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    large = start_work(batch=checked(township, secretary, worker), work=ImportWork.COMMIT, by=secretary)
    small = uploaded(township, secretary, ("赵六", some_id(order=5), None, "老教师", None))
    client.post(url(small, "commit"))
    assert (fresh(small).state, job_of(small).parameters["work"]) == (ImportState.OPEN, "commit")
    assert "正在排队" in page(client, small)
    for batch in (large, small):
        run_work(job_id=job_of(batch).pk)
        import_jobs.finish_work(job_id=job_of(batch).pk)
    assert "已导入" in page(client, small)
    client.post(url(small, "undo"))
    assert fresh(small).state == ImportState.UNDONE


def test_undoing_while_it_is_committed_is_refused_on_the_page(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    batch = start_work(batch=checked(township, secretary, worker), work=ImportWork.COMMIT, by=secretary)
    assert "正在后台处理" in client.post(url(batch, "undo"), follow=True).content.decode()
    assert job_of(batch).parameters["work"] == "commit"


@pytest.mark.parametrize("work", [ImportWork.CHECK, ImportWork.COMMIT])
def test_what_is_undone_is_not_worked_on_again(
    township: Unit, secretary: User, worker: Worker, work: ImportWork
) -> None:
    batch = checked(township, secretary, worker)
    for step in (ImportWork.COMMIT, ImportWork.UNDO):
        with worker():
            batch = start_work(batch=fresh(batch), work=step, by=secretary)
    with pytest.raises(ValidationError, match="已撤销"):
        start_work(batch=fresh(batch), work=work, by=secretary)


def test_a_worker_that_died_after_its_commit_writes_nothing_twice(
    township: Unit, secretary: User, worker: Worker
) -> None:
    """The rows were written, but the job was not yet told so: it is taken up again."""
    batch = checked(township, secretary, worker)
    for work, people in ((ImportWork.COMMIT, 2), (ImportWork.UNDO, 0)):
        start_work(batch=fresh(batch), work=work, by=secretary)
        lost = jobs.claim_start(job_of(batch).pk)
        assert lost
        import_jobs._work(lost)
        assert Volunteer.objects.count() == people
        Job.objects.filter(pk=lost.pk).update(heartbeat_at=timezone.now() - datetime.timedelta(minutes=1))
        with worker():
            run_work(job_id=lost.pk)
        assert job_of(batch).state == JobState.DONE
        assert Volunteer.objects.count() == people
        assert not jobs.finish_start(lost, figures_at=timezone.now())


def test_whose_roster_it_is_no_more_is_refused_by_the_worker_too(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    batch = start_work(batch=checked(township, secretary, worker), work=ImportWork.COMMIT, by=secretary)
    Membership.objects.filter(user=secretary).delete()
    run_work(job_id=job_of(batch).pk)
    assert (job_of(batch).state, job_of(batch).error) == (JobState.FAILED, import_jobs.NO_ROSTER)
    assert not Volunteer.objects.exists()


def test_a_step_that_failed_says_why_and_is_tried_again(
    township: Unit,
    secretary: User,
    client: Client,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    batch = start_work(batch=checked(township, secretary, worker), work=ImportWork.COMMIT, by=secretary)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("张三 13812345678")

    with monkeypatch.context() as broken:
        broken.setattr(import_jobs, "commit_import", breaks)
        run_work(job_id=job_of(batch).pk)
    failed = page(client, batch)
    assert "没有导入" in failed
    assert import_jobs.BROKEN in failed
    assert "没有做完" in client.get("/volunteers/import/").content.decode()
    assert "13812345678" not in caplog.text
    assert "张三" not in json.dumps(list(Job.objects.values("parameters", "error", "kind")), ensure_ascii=False)
    with worker():
        client.post(url(batch, "retry"))
    assert fresh(batch).state == ImportState.COMMITTED
    assert "没有失败的步骤" in client.post(url(batch, "retry"), follow=True).content.decode()


def test_an_undo_that_is_refused_says_so_beside_the_result(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    batch = checked(township, secretary, worker)
    with worker():
        start_work(batch=batch, work=ImportWork.COMMIT, by=secretary)
    Volunteer.objects.filter(name="张三").update(rank="高级", updated_at=timezone.now())
    with worker():
        client.post(url(batch, "undo"))
    shown = page(client, batch)
    assert "没有撤销" in shown
    assert "第 2 行的人导入后又改过" in shown
    assert Volunteer.objects.count() == 2


def test_other_columns_make_the_check_anew(township: Unit, secretary: User, client: Client, worker: Worker) -> None:
    batch = checked(township, secretary, worker)
    assert batch.found
    same = {f"column{place}": name for place, name in enumerate(batch.fields)}
    client.post(url(batch, "columns"), same)
    assert fresh(batch).job is None
    client.post(url(batch, "columns"), same | {"column4": ""})
    assert not fresh(batch).found
    assert job_of(batch).parameters == {"import": batch.pk, "work": "check"}


def test_a_ruling_makes_the_check_anew(township: Unit, secretary: User, client: Client, worker: Worker) -> None:
    batch = checked(township, secretary, worker, *ROWS, ("赵六", some_id(order=5), None, "老教师", "吹唢呐"))
    assert "吹唢呐" in page(client, batch)
    with worker():
        client.post(url(batch), {"specialities-0": "leave"})
    assert "可以导入 3 人" in page(client, batch)


def test_what_cannot_be_read_and_who_may_be_meant_is_asked_of_a_large_file_too(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    make_volunteer(township, name="赵六", id_number="", birth_date=None)
    rows = (("张三", some_id(order=1), "老教师", "农闲时"), ("赵六", None, "老教师", None))
    content = xlsx(("姓名", "证件号", "类别", "服务时间"), *rows)
    batch = take_upload(content=content, unit=township, by=secretary)
    with worker():
        start_work(batch=batch, work=ImportWork.CHECK, by=secretary)
    asked = page(client, batch)
    assert "看不懂的服务时间：农闲时" in asked
    assert "第 3 行 赵六：名册里有同名的人" in asked
    assert "先在文件里改好证件号、性别" in asked
    with worker():
        client.post(url(batch), {"times-0": "leave"})
    assert "可以导入 1 人" in page(client, batch)
    with worker():
        client.post(url(batch, "commit"))
    assert Volunteer.objects.get(name="张三").service_times == ""


def test_the_download_holds_the_rows_that_are_wrong(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    batch = checked(township, secretary, worker)
    answer = client.get(url(batch, "error_file"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["姓名", "王五"]
    assert "最后几位已丢失" in str(rows[1][-1])
    assert client.get(url(uploaded(township, secretary), "error_file")).status_code == 404


def test_a_large_file_is_read_by_a_worker(
    township: Unit, secretary: User, client: Client, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "LARGE_BYTES", 10)
    batch = uploaded(township, secretary)
    assert batch.fields == []
    assert client.get(url(batch, "columns"), follow=True).redirect_chain == [(url(batch), 302)]
    assert "正在排队" in page(client, batch)
    run_work(job_id=job_of(batch).pk)
    import_jobs.finish_work(job_id=job_of(batch).pk)
    assert fresh(batch).fields == ["name", "id_number", "", "kind", "specialities"]
    # What the columns mean is asked first, as of a small one.
    columns = client.get(url(batch), follow=True)
    assert columns.redirect_chain == [(url(batch, "columns"), 302)]
    assert "随身电话" in columns.content.decode()


def test_a_large_file_that_is_no_roster_says_so(
    township: Unit, secretary: User, client: Client, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "LARGE_BYTES", 10)
    with worker():
        batch = take_upload(content=xlsx(("甲", "乙"), ("丙", "丁")), unit=township, by=secretary)
    shown = page(client, batch)
    assert "文件没有读成" in shown
    assert "没有找到标题行" in shown
    assert "换一个文件" in shown


def test_a_file_that_expired_while_it_waited_is_gone(township: Unit, secretary: User, worker: Worker) -> None:
    batch = start_work(batch=checked(township, secretary, worker), work=ImportWork.COMMIT, by=secretary)
    assert imports.expire_imports(now=timezone.now() + datetime.timedelta(hours=25)) == 1
    run_work(job_id=job_of(batch).pk)
    assert job_of(batch).error == imports.GONE
    kept = fresh(batch)
    assert {kept.content, kept.found, kept.wrong_rows, kept.outline} == {""}


def test_a_large_file_is_no_way_to_ask_for_many_numbers(
    township: Unit, secretary: User, client: Client, worker: Worker
) -> None:
    elsewhere = make_unit(township.parent or township, name="亭子镇", code="510824125")
    rows = [("张三", make_volunteer(elsewhere).id_number, None, "老教师", None) for _ in range(32)]
    batch = checked(township, secretary, worker, *rows)
    assert "请联系县关工委办公室核对" in page(client, batch)
    assert not batch.found
    assert not batch.wrong_rows


def preview_of_many(wrong: int) -> Preview:
    problems = [Wrong("证件号", f"与第 {place} 行的证件号相同。", [place * 2]) for place in range(wrong)]
    problems.insert(0, Wrong("电话", "看不懂。", list(range(3, wrong * 2, 2))))
    return Preview(wrong * 2, 0, 0, 0, wrong * 2, [], problems, [], {"specialities": {}, "interests": {}})


def test_the_preview_stays_small_whatever_is_wrong(township: Unit, secretary: User, client: Client) -> None:
    batch = uploaded(township, secretary)
    RosterImport.objects.filter(pk=batch.pk).update(found=as_text(preview_of_many(20_000)))
    shown = client.get(url(batch)).content
    assert len(shown) < 200_000
    assert "还有 19,801 种错误没有列出" in shown.decode()


def test_a_kept_preview_comes_back_as_it_went() -> None:
    preview = preview_of_many(3)
    assert from_text(as_text(preview)) == preview


def test_many_stretches_of_rows_are_cut_short() -> None:
    assert ranges([3, 7, 8, 9]) == "3、7–9"
    assert ranges(range(1, 1000, 2)).endswith("117、119等")
