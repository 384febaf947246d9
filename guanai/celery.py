"""The Celery application. Its options are the CELERY_ names of `guanai/settings.py`."""

import os
from typing import Any

from celery import Celery, Task, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanai.settings")


class TrailedTask(Task):  # type: ignore[type-arg]  # Celery's Task is generic in its stubs alone
    """A task whose row changes are recorded under its own name."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Imported late: pghistory reads the settings, which may not be loaded when this module is.
        import pghistory

        with pghistory.context(task=self.name):
            return super().__call__(*args, **kwargs)


app = Celery("guanai", task_cls=TrailedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@signals.setup_logging.connect
def _use_django_logging(**kwargs: Any) -> None:
    """Keep Celery from replacing the handlers of `settings.LOGGING`; Django has configured them already."""
