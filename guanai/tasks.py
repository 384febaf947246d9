"""The message by which beat has unfinished jobs of every kind looked at."""

from celery import shared_task

from guanai.jobs import requeue_stalled


# Beat sends it every few seconds: while all workers are busy, old ones must not pile up before the queue.
@shared_task(expires=30)
def requeue_stalled_jobs() -> None:
    requeue_stalled()
