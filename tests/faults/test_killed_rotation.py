"""`rotate_keys` killed half way: whole batches are written, everything is still read, and the next run ends it."""

import datetime
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from pytest_django import Settings

from guanai import rotation
from guanai.embedded.detached import wait_until
from tests.factories import make_county, make_volunteer
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = """SELECT count(*) FROM pg_locks waiting JOIN pg_locks held USING (pid)
    WHERE NOT waiting.granted AND held.relation = 'volunteers_volunteer'::regclass"""
PEOPLE = 12 * rotation.BATCH + 10
NEW_DATA, NEW_INDEX = bytes(range(16)), bytes(range(32))


def start(keys: dict[str, str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "rotate_keys"]
    variables = {**os.environ, **environment, **keys}
    return subprocess.Popen(command, cwd=project.BASE_DIR, env=variables, stdout=subprocess.PIPE)


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def first_version() -> int:
    """The version of the key of the first telephone."""
    return int(rotation._rows(Volunteer, 0, 1)[0]["phone"][0])


def versions() -> list[int]:
    """The version of the key of each telephone, by row."""
    return [row["phone"][0] for row in rotation._rows(Volunteer, 0, PEOPLE)]


def new_keys() -> dict[str, str]:
    """The keys of the tests with a second version each, as an environment writes them."""
    data, index = {**project.DATA_KEYS, 2: NEW_DATA}, {**project.INDEX_KEYS, 2: NEW_INDEX}
    told = {"GUANAI_DATA_KEYS": data, "GUANAI_INDEX_KEY": index}
    return {name: ",".join(f"{version}:{key.hex()}" for version, key in keys.items()) for name, keys in told.items()}


def known() -> list[tuple[int, str, str, str, datetime.date | None]]:
    return list(Volunteer.objects.order_by("pk").values_list("pk", "phone", "id_number", "address", "birth_date"))


def test_a_killed_rotation_loses_nothing_and_the_next_run_ends_it(
    process_environment: dict[str, str], settings: Settings
) -> None:
    county = make_county()
    for _ in range(10):
        make_volunteer(county, id_number="", no_id_reason="补办中")
    with connection.cursor() as cursor:
        # The same ten ciphertexts many times over, so that there are many batches.
        cursor.execute(
            """INSERT INTO volunteers_volunteer SELECT (jsonb_populate_record(v, jsonb_build_object(
            'id', v.id + g * 100, 'number', v.number || '-' || g))).*
            FROM volunteers_volunteer v, generate_series(1, %s) g""",
            [PEOPLE // 10 - 1],
        )
    settings.DATA_KEYS, settings.INDEX_KEYS = {**project.DATA_KEYS, 2: NEW_DATA}, {**project.INDEX_KEYS, 2: NEW_INDEX}
    before = known()
    assert len(before) == PEOPLE
    rotating = start(new_keys(), process_environment)
    assert wait_until(lambda: first_version() == 2, seconds=60), "the rotation did not write its first batch"
    with transaction.atomic():
        # Between two batches somebody holds the table, so that the next one waits when it dies.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE volunteers_volunteer IN ROW SHARE MODE")
        assert wait_until(waits, seconds=60), "the rotation was over before it could be stopped"
        os.kill(rotating.pid, signal.SIGKILL)
        rotating.communicate()
    assert wait_until(lambda: not waits(), seconds=30)
    done = versions().count(2)
    assert done % rotation.BATCH == 0
    assert 0 < done < PEOPLE
    assert versions() == [2] * done + [1] * (PEOPLE - done)
    assert known() == before

    again = start(new_keys(), process_environment)
    out, _ = again.communicate(timeout=120)
    assert f"volunteers.volunteer: {PEOPLE} rows, {PEOPLE - done} rewritten" in out.decode()
    settings.DATA_KEYS, settings.INDEX_KEYS = {2: NEW_DATA}, {2: NEW_INDEX}
    settings.DATA_KEY_CURRENT = settings.INDEX_KEY_CURRENT = 2
    assert versions() == [2] * PEOPLE
    assert known() == before
