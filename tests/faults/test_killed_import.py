"""`import_roster --commit` killed in the middle of its writing: nothing is half done, and it can be run again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from guanai.embedded.detached import wait_until
from guanai.models import NumberSeries
from tests.factories import make_county, make_unit
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.models import Availability, Volunteer

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'volunteers_availability'::regclass"


def start(path: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "import_roster", str(path), "--unit", "510824102", "--commit"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **environment}, stdout=subprocess.PIPE)


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_a_killed_import_leaves_nothing_and_can_be_run_again(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    make_unit(make_county(), name="云峰镇", code="510824102")
    path = tmp_path / "roster.xlsx"
    rows = [("张三", some_id(order=2 * place + 1), "老教师", "周六上午") for place in range(50)]
    path.write_bytes(xlsx(("姓名", "证件号", "类别", "服务时间"), *rows))
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
