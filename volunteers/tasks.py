"""Messages to the worker."""

from celery import shared_task

from volunteers.services.import_jobs import finish_work, run_work
from volunteers.services.imports import expire_imports


# Sent again an hour later: old messages must not pile up while no worker runs.
@shared_task(expires=3000)
def expire_roster_imports() -> None:
    expire_imports()


@shared_task
def run_roster_import(job_id: int) -> None:
    run_work(job_id=job_id)


@shared_task
def finish_roster_import(job_id: int) -> None:
    finish_work(job_id=job_id)
