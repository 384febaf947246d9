"""Long work: a job is a row, its parts are rows, its files are rows. The rows are the truth.

A message of the broker only says "look again": it may be lost, doubled or late. Whoever works claims a row by one
conditional update and beats while working; a row whose beat has stopped may be claimed by the next. Whoever finishes
the last part starts the assembly. A part is idempotent: done twice, it leaves the same files.

    queued → running (figures, then parts) → assembling → done

An app registers what its kind of job means by `register(JobKind(...))` in `AppConfig.ready()`.
"""

import datetime
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pghistory
import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from guanai.enums import JobState, PartState
from guanai.models import Job, JobPart

BEAT_SECONDS = 5
# A worker that has not beaten for so long is taken for dead, and its work may be claimed again.
STALE_SECONDS = 20
# A part that takes its worker down every time must not go round for ever.
MAX_ATTEMPTS = 5

UNFINISHED_PARTS = (PartState.QUEUED, PartState.RUNNING)
UNFINISHED_JOBS = (JobState.QUEUED, JobState.RUNNING, JobState.ASSEMBLING)
LOST = "后台进程几次中断，没有完成。"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PartSpec:
    """A part to be made: `key` is unique in the job, as a rule a unit's code."""

    key: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class JobKind:
    """How the three steps of a kind of job are queued; each function takes the id of a row and only sends a message."""

    code: str
    queue_start: Callable[[int], object]
    queue_part: Callable[[int], object]
    queue_assembly: Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many parts stand where."""

    total: int
    done: int
    failed: int
    running: int

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    _kinds[kind.code] = kind


def _after_commit(queue: Callable[[int], object], pk: int) -> None:
    transaction.on_commit(lambda: queue(pk))


def create_job(*, kind: str, owner: Any, parameters: dict[str, Any], parts: Sequence[PartSpec]) -> Job:
    """Write down a job with its parts and queue its start on commit.

    `parameters` and the parts hold years, codes and names of units, never personal data. An unregistered kind raises
    KeyError.
    """
    registered = _kinds[kind]
    with transaction.atomic():
        job = Job.objects.create(kind=kind, owner=owner, parameters=parameters)
        JobPart.objects.bulk_create(
            JobPart(job=job, key=part.key, label=part.label, group=part.group, position=position)
            for position, part in enumerate(parts, start=1)
        )
        _after_commit(registered.queue_start, job.pk)
    return job


def claim_start(job_id: int) -> Job | None:
    """Take the first step of a job: once, or again when who took it has stopped beating."""
    now = timezone.now()
    stale = now - datetime.timedelta(seconds=STALE_SECONDS)
    waiting = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, figures_at=None, heartbeat_at__lt=stale)
    taken = Job.objects.filter(waiting, pk=job_id).update(
        state=JobState.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1
    )
    return _in_name_of_owner(Job.objects.get(pk=job_id)) if taken else None


def _in_name_of_owner(job: Job) -> Job:
    """What the running task changes, its history shows as done by who asked for the job."""
    pghistory.context(user=job.owner_id)
    return job


def finish_start(job: Job, *, figures_at: datetime.datetime) -> bool:
    """The figures are stored: queue every part. False when somebody else finished it, or the job was stopped."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, figures_at=None, attempts=job.attempts)
        if not mine.update(figures_at=figures_at, heartbeat_at=timezone.now()):
            return False
        for part_id in job.parts.filter(state=PartState.QUEUED).values_list("pk", flat=True):
            _after_commit(_kinds[job.kind].queue_part, part_id)
        _settle(Job.objects.select_for_update().get(pk=job.pk))
    return True


def claim_part(part_id: int) -> JobPart | None:
    """Take a part by one conditional update: of two workers that ask at once, one gets it and one gets None.

    A running part whose beat has stopped may be taken again. `attempts` tells the claims apart, so that a worker
    given up for dead that comes back cannot finish what another has taken.
    """
    now = timezone.now()
    stale = now - datetime.timedelta(seconds=STALE_SECONDS)
    waiting = Q(state=PartState.QUEUED) | Q(state=PartState.RUNNING, heartbeat_at__lt=stale)
    taken = JobPart.objects.filter(waiting, pk=part_id).update(
        state=PartState.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1, error=""
    )
    if not taken:
        return None
    part = JobPart.objects.select_related("job").get(pk=part_id)
    _in_name_of_owner(part.job)
    Job.objects.filter(pk=part.job_id).update(heartbeat_at=now)
    return part


def finish_part(part: JobPart) -> bool:
    """Mark a part as done; the last one starts the assembly. False when the claim was lost or the job stopped."""
    return _end_part(part, PartState.DONE)


def fail_part(part: JobPart, error: str) -> bool:
    """Mark a part as failed, with the reason that the page shows: words and numbers, no personal data."""
    return _end_part(part, PartState.FAILED, error=error)


def _end_part(part: JobPart, state: PartState, error: str = "") -> bool:
    now = timezone.now()
    with transaction.atomic():
        # The job's row lock makes two workers that finish at once come one after the other: the second sees the
        # first one's part done, so that exactly one of them finds nothing left and starts the assembly.
        job = Job.objects.select_for_update().get(pk=part.job_id)
        mine = JobPart.objects.filter(pk=part.pk, state=PartState.RUNNING, attempts=part.attempts)
        if not mine.update(state=state, error=error, finished_at=now, heartbeat_at=now):
            return False
        job.heartbeat_at = now
        job.save(update_fields=["heartbeat_at"])
        _settle(job)
    return True


def _settle(job: Job) -> None:
    """Go on to the assembly when every part is done, or rest as failed when some cannot be. The job is locked."""
    if job.state != JobState.RUNNING or job.figures_at is None:
        return
    if job.parts.filter(state__in=UNFINISHED_PARTS).exists():
        return
    failed = job.parts.filter(state=PartState.FAILED).count()
    if failed:
        job.state, job.error = JobState.FAILED, f"{failed} 个单位没有生成。"
    else:
        job.state, job.error, job.attempts = JobState.ASSEMBLING, "", 0
        _after_commit(_kinds[job.kind].queue_assembly, job.pk)
    job.heartbeat_at = timezone.now()
    job.save(update_fields=["state", "error", "attempts", "heartbeat_at"])


def claim_assembly(job_id: int) -> Job | None:
    """Take the last step of a job: once, or again when who took it has stopped beating."""
    now = timezone.now()
    stale = now - datetime.timedelta(seconds=STALE_SECONDS)
    taken = Job.objects.filter(Q(attempts=0) | Q(heartbeat_at__lt=stale), pk=job_id, state=JobState.ASSEMBLING).update(
        heartbeat_at=now, attempts=F("attempts") + 1
    )
    return _in_name_of_owner(Job.objects.get(pk=job_id)) if taken else None


def finish_job(job: Job) -> bool:
    """Everything is made. False when the claim was lost or the job was stopped."""
    mine = Job.objects.filter(pk=job.pk, state=JobState.ASSEMBLING, attempts=job.attempts)
    return bool(mine.update(state=JobState.DONE, finished_at=timezone.now(), error=""))


def fail_job(job: Job, error: str) -> bool:
    """A step of the whole job failed; parts that are done stay, and `retry_job` goes on from there."""
    mine = Job.objects.filter(pk=job.pk, state__in=UNFINISHED_JOBS, attempts=job.attempts)
    return bool(mine.update(state=JobState.FAILED, error=error))


def cancel_job(*, job: Job) -> bool:
    """Stop: nothing new is taken up, and what is being made is thrown away. Finished files stay."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state not in UNFINISHED_JOBS:
            return False
        job.parts.filter(state__in=UNFINISHED_PARTS).update(state=PartState.CANCELLED)
        job.state, job.finished_at = JobState.CANCELLED, timezone.now()
        job.save(update_fields=["state", "finished_at"])
    return True


def retry_part(*, part: JobPart) -> bool:
    """Queue one failed part again; the others are not touched. False when it has not failed."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=part.job_id)
        failed = JobPart.objects.filter(pk=part.pk, state=PartState.FAILED)
        if job.state not in (JobState.RUNNING, JobState.FAILED) or job.figures_at is None:
            return False
        if not failed.update(state=PartState.QUEUED, attempts=0, error="", finished_at=None):
            return False
        job.state, job.error, job.heartbeat_at = JobState.RUNNING, "", timezone.now()
        job.save(update_fields=["state", "error", "heartbeat_at"])
        _after_commit(_kinds[job.kind].queue_part, part.pk)
    return True


def retry_job(*, job: Job) -> bool:
    """Go on with a failed job from where it failed: its figures, its failed parts, or its assembly."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state != JobState.FAILED:
            return False
        kind = _kinds[job.kind]
        job.error, job.attempts, job.heartbeat_at = "", 0, timezone.now()
        job.state = JobState.QUEUED if job.figures_at is None else JobState.RUNNING
        job.save(update_fields=["state", "error", "attempts", "heartbeat_at"])
        if job.figures_at is None:
            _after_commit(kind.queue_start, job.pk)
            return True
        failed = list(job.parts.filter(state=PartState.FAILED).values_list("pk", flat=True))
        job.parts.filter(pk__in=failed).update(state=PartState.QUEUED, attempts=0, error="", finished_at=None)
        for part_id in failed:
            _after_commit(kind.queue_part, part_id)
        _settle(job)
    return True


def progress(job: Job) -> Progress:
    """One query."""
    counted = dict(job.parts.order_by().values_list("state").annotate(count=Count("pk")))
    return Progress(
        total=sum(counted.values()),
        done=counted.get(PartState.DONE, 0),
        failed=counted.get(PartState.FAILED, 0),
        running=counted.get(PartState.RUNNING, 0),
    )


@contextmanager
def beating(record: Job | JobPart) -> Iterator[None]:
    """Beat for a claimed row from a thread of its own while the block works; a killed process stops beating."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(record, stop), daemon=True, name="job-beat")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(record: Job | JobPart, stop: threading.Event) -> None:
    job_id = record.job_id if isinstance(record, JobPart) else record.pk
    try:
        while not stop.wait(BEAT_SECONDS):
            try:
                now = timezone.now()
                if isinstance(record, JobPart):
                    JobPart.objects.filter(pk=record.pk, attempts=record.attempts).update(heartbeat_at=now)
                Job.objects.filter(pk=job_id).update(heartbeat_at=now)
            except DatabaseError:
                # The next beat may get through; if none does, the work is taken for dead, which it is.
                log.exception("job_beat_failed", job=job_id)
    finally:
        connection.close()


def requeue_stalled() -> int:
    """Look at every unfinished job and send again what nobody is at; returns how many messages were sent.

    Sending too often does no harm: only one claim succeeds.
    """
    stale = timezone.now() - datetime.timedelta(seconds=STALE_SECONDS)
    return sum(
        _requeue(job_id, stale) for job_id in Job.objects.filter(state__in=UNFINISHED_JOBS).values_list("pk", flat=True)
    )


def _requeue(job_id: int, stale: datetime.datetime) -> int:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        kind = _kinds[job.kind]
        silent = (job.heartbeat_at or job.created_at) < stale
        if job.state in (JobState.QUEUED, JobState.ASSEMBLING) or job.figures_at is None:
            return _requeue_step(job, kind) if silent and job.state in UNFINISHED_JOBS else 0
        if job.state != JobState.RUNNING:
            return 0
        lost = Q(state=PartState.RUNNING, heartbeat_at__lt=stale)
        # A queued part may rightly wait its turn; while the job is alive its message is not sent again.
        waiting = lost | Q(state=PartState.QUEUED) if silent else lost
        given_up = job.parts.filter(lost, attempts__gte=MAX_ATTEMPTS)
        given_up.update(state=PartState.FAILED, error=LOST, finished_at=timezone.now())
        parts = list(job.parts.filter(waiting).values_list("pk", flat=True))
        for part_id in parts:
            _after_commit(kind.queue_part, part_id)
        if silent:
            job.heartbeat_at = timezone.now()
            job.save(update_fields=["heartbeat_at"])
        _settle(job)
    return len(parts)


def _requeue_step(job: Job, kind: JobKind) -> int:
    """Send the first or the last step again; the job is locked and silent."""
    if job.attempts >= MAX_ATTEMPTS:
        job.state, job.error = JobState.FAILED, LOST
        job.save(update_fields=["state", "error"])
        return 0
    _after_commit(kind.queue_assembly if job.state == JobState.ASSEMBLING else kind.queue_start, job.pk)
    return 1
