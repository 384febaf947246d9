"""Builds the year-end report through the real worker, watched from the command line."""

import logging
import time
from pathlib import Path

from django.conf import settings

from guanai.embedded.processes import background_work
from guanai.enums import JobState
from guanai.jobs import progress
from guanai.models import Job
from orgs.models import Unit, User
from reports.demo.loading import Say
from reports.services import copy_report, start_year_report

POLL_SECONDS = 0.5
# The longest silence of a build that goes on: beat takes up lost work well before.
PATIENCE_SECONDS = 180
_ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class BuildError(RuntimeError):
    """The build did not end well; the message says how far it came."""


def build_report(*, year: int, county: Unit, owner: User, say: Say) -> list[Path]:
    """Start worker and beat, build the report, copy its files to `OUT_DIR/<year>`; returns their paths.

    Raises BuildError when the job fails, is stopped, or stands still.
    """
    # What the worker does is said here in one line a step; its own log would drown it.
    logging.getLogger("django_structlog.celery").setLevel(logging.WARNING)
    with background_work(environment={"GUANAI_LOG_LEVEL": "WARNING"}):
        job = start_year_report(year=year, unit=county, owner=owner)
        job = _watched(job, say)
    if job.state != JobState.DONE:
        raise BuildError(f"the build ended as {job.state}: {job.error or 'no reason given'}")
    return copy_report(job=job, folder=Path(settings.OUT_DIR) / str(year))


def _watched(job: Job, say: Say) -> Job:
    """Say every change of state and number until the job ends."""
    said, changed_at = "", time.monotonic()
    while True:
        job.refresh_from_db()
        words = _words(job)
        if words != said:
            say(f"  {words}")
            said, changed_at = words, time.monotonic()
        if job.state in _ENDED:
            return job
        if time.monotonic() - changed_at > PATIENCE_SECONDS:
            raise BuildError(f"nothing has moved for {PATIENCE_SECONDS} s: {words}")
        time.sleep(POLL_SECONDS)


def _words(job: Job) -> str:
    if job.state == JobState.QUEUED:
        return "waiting for the worker"
    if job.state == JobState.ASSEMBLING:
        return f"the county's files: {job.files.filter(part=None).count()} finished"
    counted = progress(job)
    if job.state == JobState.RUNNING and job.figures_at is None:
        return "adding up the figures"
    failed = f", {counted.failed} failed" if counted.failed else ""
    ended = f", {job.state}" if job.state in _ENDED else ""
    return f"{counted.done}/{counted.total} units{failed}{ended}"
