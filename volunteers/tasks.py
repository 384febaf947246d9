"""Messages to the worker."""

from celery import shared_task

from volunteers.services.imports import expire_imports


# Sent again an hour later: old messages must not pile up while no worker runs.
@shared_task(expires=3000)
def expire_roster_imports() -> None:
    expire_imports()
