"""An import killed in the middle of its writing, command or worker: nothing is half done, and it is done again."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from guanai.embedded.detached import wait_until
from guanai.embedded.processes import Process, start_worker
from guanai.enums import JobState
from guanai.models import Job, NumberSeries
from orgs.enums import Role
from tests.factories import make_county, make_member, make_unit
from tests.processes import kill
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.enums import ImportState, ImportWork
from volunteers.models import Availability, RosterImport, RosterImportRow, Volunteer
from volunteers.services.import_jobs import start_work
from volunteers.services.imports import open_import

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'volunteers_availability'::regclass"


def start(path: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "import_roster", str(path), "--unit", "510824102", "--commit"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **environment}, stdout=subprocess.PIPE)


def roster() -> bytes:
    rows = [("张三", some_id(f"19{30 + place}-01-15", 1), "老教师", "周六上午") for place in range(50)]
    return xlsx(("姓名", "证件号", "类别", "服务时间"), *rows)


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_a_killed_import_leaves_nothing_and_can_be_run_again(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    make_unit(make_county(), name="云峰镇", code="510824102")
    path = tmp_path / "roster.xlsx"
    path.write_bytes(roster())
    with transaction.atomic():
        # Under this lock the last of its writes waits, so that everybody is written when it dies.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE volunteers_availability IN EXCLUSIVE MODE")
        importing = start(path, process_environment)
        assert wait_until(waits, seconds=60), "the import did not come to its last write"
        os.kill(importing.pid, signal.SIGKILL)
        importing.communicate()
    assert wait_until(lambda: not waits(), seconds=30)
    assert not Volunteer.objects.exists()
    assert not NumberSeries.objects.exists()

    again = start(path, process_environment)
    out, _ = again.communicate(timeout=120)
    assert json.loads(out.splitlines()[-1]) == {"rows": 50, "new": 50, "changed": 0, "same": 0, "errors": []}
    assert (Volunteer.objects.count(), Availability.objects.count()) == (50, 50)
    third = start(path, process_environment)
    out, _ = third.communicate(timeout=120)
    assert json.loads(out.splitlines()[-1])["same"] == 50


def test_an_import_outlives_its_killed_worker(
    real_worker: Process, process_environment: dict[str, str], second_worker: list[Process]
) -> None:
    township = make_unit(make_county(), name="云峰镇", code="510824102")
    township.refresh_from_db()
    secretary = make_member(township, Role.SECRETARY)
    batch = open_import(content=roster(), unit=township, by=secretary)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE volunteers_availability IN EXCLUSIVE MODE")
        # Not in this transaction: the message goes when a transaction of its own is over.
        asking = threading.Thread(target=ask, args=(batch,))
        asking.start()
        asking.join()
        assert wait_until(waits, seconds=60), "the import did not come to its last write"
        kill(real_worker)
    assert wait_until(lambda: not waits(), seconds=30)
    assert not Volunteer.objects.exists()
    assert not RosterImportRow.objects.exists()
    assert RosterImport.objects.get().state == ImportState.OPEN
    assert Job.objects.get().state == JobState.RUNNING

    second_worker.append(start_worker(environment=process_environment))
    assert wait_until(lambda: Job.objects.get().state == JobState.DONE, seconds=120), Job.objects.get().error
    assert RosterImport.objects.get().state == ImportState.COMMITTED
    assert (Volunteer.objects.count(), Availability.objects.count(), RosterImportRow.objects.count()) == (50, 50, 50)
    assert Job.objects.get().started_at is not None


def ask(batch: RosterImport) -> None:
    try:
        start_work(batch=batch, work=ImportWork.COMMIT, by=batch.by)
    finally:
        connection.close()
