"""Messages to the worker. Beat asks every hour which planned changes are due; each is carried out by itself."""

from celery import shared_task

from orgs.services import apply_planned, due_changes


# Sent again an hour later: old messages must not pile up while no worker runs.
@shared_task(expires=3000)
def apply_due_changes() -> None:
    for pk in due_changes():
        apply_planned_change.delay(pk)


@shared_task
def apply_planned_change(pk: int) -> None:
    apply_planned(pk=pk)
