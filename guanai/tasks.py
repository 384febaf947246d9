"""The messages of beat: unfinished jobs of every kind are looked at, what is new in the trail is sealed, and files in
clear are cleared away."""

import structlog
from celery import shared_task

from guanai.clear_files import expire_clear_files
from guanai.jobs import requeue_stalled
from guanai.seals import seal_all

log = structlog.get_logger(__name__)


# Beat sends it every few seconds: while all workers are busy, old ones must not pile up before the queue.
@shared_task(expires=30)
def requeue_stalled_jobs() -> None:
    requeue_stalled()


@shared_task(expires=50)
def seal_audit() -> None:
    # Where logs are collected on another machine, they are one more place outside the database.
    for seal in seal_all():
        log.info("audit_sealed", stream=seal.stream, number=seal.number, rows=seal.rows, digest=seal.digest)


@shared_task(expires=500)
def clear_files_away() -> None:
    expire_clear_files()
