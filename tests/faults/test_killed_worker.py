"""A worker killed by SIGKILL in the middle of a year-end build: the build still ends, once, with the same files."""

import hashlib
import shutil
from pathlib import Path

from django.db import transaction

from guanai.embedded.detached import wait_until
from guanai.embedded.processes import Process, start_worker
from guanai.enums import JobState, PartState
from guanai.job_files import job_folder
from guanai.models import Job
from reports.services import copy_report, start_year_report, write_year_report
from tests.processes import kill
from tests.reports.factories import YEAR, make_busy_county


def digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_build_outlives_a_killed_worker(
    real_worker: Process, process_environment: dict[str, str], second_worker: list[Process], tmp_path: Path
) -> None:
    world = make_busy_county(31, townships=6, records=24)
    write_year_report(year=YEAR, unit=world.county, folder=tmp_path / "undisturbed")
    job = start_year_report(year=YEAR, unit=world.county, owner=world.user)
    assert wait_until(lambda: job.parts.filter(state=PartState.DONE).exists(), seconds=60), "no part was made"
    with transaction.atomic():
        # Under this lock no part can be finished, so that the worker is surely at one when it dies.
        Job.objects.select_for_update().get(pk=job.pk)
        assert wait_until(lambda: job.parts.filter(state=PartState.RUNNING).exists(), seconds=30), "no part runs"
        kill(real_worker)
    lost = set(job.parts.filter(state=PartState.RUNNING).values_list("key", flat=True))
    assert lost
    second_worker.append(start_worker(environment=process_environment))
    assert wait_until(
        lambda: Job.objects.get(pk=job.pk).state not in (JobState.RUNNING, JobState.ASSEMBLING), seconds=120
    )
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    assert job.attempts == 1, "assembled more than once"
    assert set(job.parts.filter(attempts__gt=1).values_list("key", flat=True)) >= lost
    copy_report(job=job, folder=tmp_path / "killed")
    assert digests(tmp_path / "killed") == digests(tmp_path / "undisturbed")
    assert job.files.count() == len(digests(tmp_path / "killed"))
    # The worker writes where the settings of tests say, and not into a directory of this test alone.
    shutil.rmtree(job_folder(job))
