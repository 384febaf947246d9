"""The engine of long work: claims, beats, retries, and who starts the assembly."""

import datetime
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from guanai import jobs
from guanai.enums import JobState, PartState
from guanai.job_files import job_folder, store_file
from guanai.models import Job, JobPart
from tests.factories import make_user

KIND = "test_kind"
Sent = list[tuple[str, int]]


@pytest.fixture
def sent() -> Iterator[Sent]:
    """The messages that the engine sends for jobs of our kind."""
    messages: Sent = []

    def sender(step: str) -> Callable[[int], object]:
        return lambda pk: messages.append((step, pk))

    jobs.register(jobs.JobKind(KIND, sender("start"), sender("part"), sender("assembly")))
    yield messages
    del jobs._kinds[KIND]


def make_job(parts: int = 2) -> Job:
    specs = [jobs.PartSpec(f"51082410{number}", f"第{number}镇", "乡镇") for number in range(parts)]
    return jobs.create_job(kind=KIND, owner=make_user(), parameters={"year": 2025}, parts=specs)


def started_job(parts: int = 2) -> Job:
    """A job whose figures are taken and whose parts are queued."""
    job = jobs.claim_start(make_job(parts).pk)
    assert job is not None
    assert jobs.finish_start(job, figures_at=timezone.now())
    return job


def claimed(part: JobPart) -> JobPart:
    taken = jobs.claim_part(part.pk)
    assert taken is not None
    return taken


def silence(job: Job) -> None:
    """Let every beat of a job lie a minute back, as after a SIGKILL."""
    past = timezone.now() - datetime.timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=past, created_at=past)
    job.parts.exclude(heartbeat_at=None).update(heartbeat_at=past)


@pytest.mark.django_db(transaction=True)
def test_job_goes_from_start_over_parts_to_assembly(sent: Sent) -> None:
    job = started_job()
    first, second = job.parts.all()
    assert sent == [("start", job.pk), ("part", first.pk), ("part", second.pk)]
    assert jobs.finish_part(claimed(first))
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert jobs.finish_part(claimed(second))
    assert sent[3:] == [("assembly", job.pk)]
    assembling = jobs.claim_assembly(job.pk)
    assert assembling is not None
    assert jobs.claim_assembly(job.pk) is None
    assert jobs.finish_job(assembling)
    job.refresh_from_db()
    assert (job.state, jobs.progress(job)) == (JobState.DONE, jobs.Progress(2, 2, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_queued_by_a_transaction_that_fails(sent: Sent) -> None:
    def asks_and_fails() -> None:
        with transaction.atomic():
            make_job()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        asks_and_fails()
    assert sent == []


@pytest.mark.django_db
def test_start_is_claimed_once(sent: Sent) -> None:
    job = make_job()
    assert jobs.claim_start(job.pk) is not None
    assert jobs.claim_start(job.pk) is None


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    """Run `work(number)` in threads that start together, each on a connection of its own; what they returned."""
    barrier, results = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait()
            results.append(work(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_that_ask_at_once_one_gets_the_part(sent: Sent) -> None:
    job = started_job(parts=1)
    part = job.parts.get()
    got = in_threads(8, lambda _: jobs.claim_part(part.pk))
    assert sum(taken is not None for taken in got) == 1
    part.refresh_from_db()
    assert part.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_finish_at_once_one_starts_the_assembly(sent: Sent) -> None:
    job = started_job(parts=8)
    parts = [claimed(part) for part in job.parts.all()]
    assert all(in_threads(8, lambda number: jobs.finish_part(parts[number])))
    assert [step for step, _ in sent].count("assembly") == 1


@pytest.mark.django_db
def test_silent_part_is_claimed_again_and_the_lost_worker_cannot_finish_it(sent: Sent) -> None:
    job = started_job(parts=1)
    lost = claimed(job.parts.get())
    assert jobs.claim_part(lost.pk) is None
    silence(job)
    again = claimed(lost)
    assert again.attempts == 2
    assert not jobs.finish_part(lost)
    assert not jobs.fail_part(lost, "晚了")
    assert jobs.finish_part(again)


@pytest.mark.django_db
def test_failed_part_leaves_the_others_alone_and_is_retried_alone(
    sent: Sent, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    job = started_job()
    bad, good = job.parts.all()
    assert jobs.fail_part(claimed(bad), "年中检查还没有录入。")
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert jobs.finish_part(claimed(good))
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "1 个单位没有生成。")
    assert not jobs.retry_part(part=good)
    assert jobs.retry_part(part=bad)
    good.refresh_from_db()
    assert good.state == PartState.DONE
    assert jobs.finish_part(claimed(bad))
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.ASSEMBLING, "")


@pytest.mark.django_db
def test_failed_assembly_is_retried_without_making_parts_anew(sent: Sent) -> None:
    job = started_job(parts=1)
    jobs.finish_part(claimed(job.parts.get()))
    assembling = jobs.claim_assembly(job.pk)
    assert assembling
    assert jobs.fail_job(assembling, "文件没有写成。")
    assert jobs.retry_job(job=job)
    again = jobs.claim_assembly(job.pk)
    assert again
    assert jobs.finish_job(again)
    assert job.parts.get().attempts == 1


@pytest.mark.django_db
def test_failed_figures_are_taken_again(sent: Sent) -> None:
    job = jobs.claim_start(make_job().pk)
    assert job
    assert jobs.fail_job(job, "程序出错")
    assert jobs.retry_job(job=job)
    assert jobs.claim_start(job.pk) is not None


@pytest.mark.django_db
def test_stopped_job_takes_nothing_up_and_keeps_nothing_unfinished(sent: Sent) -> None:
    job = started_job()
    running, waiting = job.parts.all()
    taken = claimed(running)
    assert jobs.cancel_job(job=job)
    assert not jobs.finish_part(taken)
    assert jobs.claim_part(waiting.pk) is None
    assert not jobs.cancel_job(job=job)
    assert jobs.requeue_stalled() == 0
    assert set(job.parts.values_list("state", flat=True)) == {PartState.CANCELLED}


@pytest.mark.django_db(transaction=True)
def test_requeue_sends_again_only_what_nobody_is_at(sent: Sent) -> None:
    job = started_job(parts=3)
    lost, running, _ = job.parts.all()
    claimed(lost)
    claimed(running)
    sent.clear()
    assert jobs.requeue_stalled() == 0
    # One worker is dead, one alive: the waiting part has its message still.
    past = timezone.now() - datetime.timedelta(minutes=1)
    JobPart.objects.filter(pk=lost.pk).update(heartbeat_at=past)
    assert jobs.requeue_stalled() == 1
    assert sent == [("part", lost.pk)]


@pytest.mark.django_db(transaction=True)
def test_requeue_brings_back_every_step_whose_message_was_lost(sent: Sent) -> None:
    job = make_job()
    silence(job)
    sent.clear()
    assert jobs.requeue_stalled() == 1
    assert sent == [("start", job.pk)]
    starting = jobs.claim_start(job.pk)
    assert starting
    jobs.finish_start(starting, figures_at=timezone.now())
    silence(job)
    sent.clear()
    assert jobs.requeue_stalled() == 2
    for part in job.parts.all():
        jobs.finish_part(claimed(part))
    silence(job)
    sent.clear()
    assert jobs.requeue_stalled() == 1
    assert sent == [("assembly", job.pk)]


@pytest.mark.django_db
def test_part_that_kills_every_worker_is_given_up(sent: Sent) -> None:
    job = started_job(parts=1)
    for _ in range(jobs.MAX_ATTEMPTS):
        claimed(job.parts.get())
        silence(job)
    assert jobs.requeue_stalled() == 0
    job.refresh_from_db()
    assert (job.state, job.parts.get().error) == (JobState.FAILED, jobs.LOST)


@pytest.mark.django_db(transaction=True)
def test_beating_keeps_a_claim(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.02)
    job = started_job(parts=1)
    part = claimed(job.parts.get())
    silence(job)
    before = JobPart.objects.get(pk=part.pk).heartbeat_at
    with jobs.beating(part):
        limit = timezone.now() + datetime.timedelta(seconds=10)
        while JobPart.objects.get(pk=part.pk).heartbeat_at == before:
            assert timezone.now() < limit, "no beat within ten seconds"
    assert jobs.claim_part(part.pk) is None


@pytest.mark.django_db
def test_stored_file_is_whole_private_and_replaced(sent: Sent, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    job = make_job()
    store_file(job=job, name="年度统计表.xlsx", label="年度统计表", content=b"first")
    source = tmp_path / "source"
    source.write_bytes(b"second")
    stored = store_file(job=job, name="年度统计表.xlsx", label="年度统计表", content=source)
    assert (stored.path.read_bytes(), stored.size) == (b"second", 6)
    assert stored.digest == "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4"
    assert job.files.count() == 1
    assert [path.name for path in job_folder(job).iterdir()] == ["年度统计表.xlsx"]
    assert job_folder(job).stat().st_mode & 0o077 == 0
    assert stored.path.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../passwd", "a/b.xlsx", ".hidden", ""])
def test_file_name_must_be_plain(sent: Sent, name: str, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(ValueError, match="plain name"):
        store_file(job=make_job(), name=name, label="", content=b"")
