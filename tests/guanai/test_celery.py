"""Tasks: what is changed in one is recorded under its name."""

import json

import pytest
from django.conf import settings
from django.db import connection

from guanai.celery import app


@app.task(name="tests.context_of_a_change")
def context_of_a_change() -> str:
    with connection.cursor() as cursor:
        # Any statement that may change a row carries the context; a plain SELECT does not.
        cursor.execute("WITH one AS (SELECT current_setting('pghistory.context_metadata', true) AS found) TABLE one")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.django_db
def test_changes_of_a_task_carry_its_name() -> None:
    recorded = context_of_a_change.delay().get()

    assert json.loads(recorded) == {"task": "tests.context_of_a_change"}


def test_a_task_that_its_worker_did_not_finish_is_taken_up_again() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] <= 60


def test_every_task_of_beat_exists() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_what_beat_sends_is_a_task_of_the_worker() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
