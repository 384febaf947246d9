"""The roster as a list file: 100,000 rows of 20 columns against the bare writer of the same cells, and the memory.

In a database of its own, as test_growth.py.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker
from rustpy_xlsxwriter import write_worksheet

from guanai.sheets import stream_list
from tests.bench.counties import PEOPLE, load_counties
from tests.bench.measure import in_turn, seconds
from tests.databases import beside, use_database
from tests.processes import database_address
from volunteers.exporters import USUAL, RosterColumn, chosen_columns, roster_rows
from volunteers.models import Volunteer
from volunteers.querysets import VolunteerQuerySet

ROWS = 100_000
MORE = ("address", "former_post", "teams", "interests", "resting_since", "checked_on")
MEGABYTE = 1 << 10
# The file itself, the writer's shared strings and what an allocator does not give back.
GROWTH = 64
CHILD = """
import django, re, sys
django.setup()
from tests.bench.test_roster_export import first_rows, columns, export
from pathlib import Path
export(first_rows(int(sys.argv[1])), Path(sys.argv[2]))
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def columns() -> list[RosterColumn]:
    chosen = chosen_columns((*USUAL, *MORE))
    assert len(chosen) == 20
    return chosen


def first_rows(count: int) -> VolunteerQuerySet:
    """So many people in the order of the list; a slice cannot be prefetched in chunks, a condition can."""
    people: VolunteerQuerySet = Volunteer.objects.filter(pk__lte=count).order_by("name_key", "pk")
    return people


def export(people: VolunteerQuerySet, path: Path) -> None:
    """What the page does, without the page."""
    wanted = columns()
    stream_list(path, heading="五老名册", columns=[each.column for each in wanted], rows=roster_rows(people, wanted))


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), beside("export") as name:
        use_database(name)
        load_counties(list(range(1, ROWS // PEOPLE + 1)))
        assert Volunteer.objects.count() == ROWS
        yield


def test_export_and_bare_writer(filled: None, tmp_path: Path) -> None:
    wanted = columns()
    names = [each.label for each in wanted]
    cells = [dict(zip(names, row, strict=True)) for row in roster_rows(first_rows(ROWS), wanted)]
    assert len(cells) == ROWS
    ratio = in_turn(
        seconds(lambda: export(first_rows(ROWS), tmp_path / "ours.xlsx")),
        seconds(lambda: write_worksheet(iter(cells), tmp_path / "bare.xlsx")),
        rounds=2,
    )
    print()
    size = (tmp_path / "ours.xlsx").stat().st_size / (1 << 20)
    ratio.show(f"export of {ROWS:,} × 20 ({size:.1f} MB) / bare writer", "seconds")


def peak(rows: int, folder: Path) -> float:
    """The most memory that a process of its own takes for an export of so many rows, in MB: of Linux's own count since
    it began, as `getrusage` tells what its parent took before."""
    environment = {**os.environ, "DATABASE_URL": database_address(), "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    command = [sys.executable, "-c", CHILD, str(rows), str(folder / f"{rows}.xlsx")]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return int(told.stdout.split()[-1]) / MEGABYTE


def test_memory_does_not_grow_with_the_list(filled: None, tmp_path: Path) -> None:
    small, large = peak(ROWS // 10, tmp_path), peak(ROWS, tmp_path)
    print()
    print(f"    peak memory of the export: {small:.0f} MB at {ROWS // 10:,} rows, {large:.0f} MB at {ROWS:,}")
    assert (tmp_path / f"{ROWS}.xlsx").stat().st_size > 5 * (tmp_path / f"{ROWS // 10}.xlsx").stat().st_size
    assert large - small < GROWTH
