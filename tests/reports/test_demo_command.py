"""Repeating, refusing, building: what `manage.py demo` does around the records."""

import datetime
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import Settings

from activities.models import Activity
from aid.models import Child, Donation, Grant
from guanai.celery import app
from orgs.models import User
from reports.demo import Plan, accounts_path, load
from reports.demo.building import build_report
from reports.demo.database import wipe
from reports.services import figures
from volunteers.models import Volunteer

TODAY = datetime.date(2026, 11, 23)
EARLIER = datetime.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _own_places(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.OUT_DIR = tmp_path / "out"
    settings.DEBUG = True


def _snapshot(plan: Plan, until: datetime.date) -> dict[str, Any]:
    """Load, look, take everything back."""
    with transaction.atomic():
        county = load(plan=plan).county
        snapshot: dict[str, Any] = {
            "figures": [figures(year, county) for year in (2024, 2025)],
            "running": figures(2026, county),
            "people": list(
                Volunteer.objects.filter(joined_on__lte=until).values_list("number", "name_key", "birth_year")
            ),
            "activities": list(
                Activity.objects.filter(held_on__lte=until)
                .order_by("number")
                .values_list("number", "name", "held_on", "summary", "young_people", "venue__name")
            ),
            "children": [
                (child.number, child.name, child.id_number)
                for child in Child.objects.filter(registered_on__lte=until).order_by("number")
            ],
            "donations": list(
                Donation.objects.filter(received_on__lte=until)
                .order_by("number")
                .values_list("number", "amount", "donor")
            ),
            "grants": list(
                Grant.objects.filter(applied_on__lte=until).order_by("number").values_list("number", "amount", "item")
            ),
        }
        transaction.set_rollback(True)
    return snapshot


@pytest.mark.django_db
@pytest.mark.slow
def test_seed_and_day_decide_what_is_made() -> None:
    """One seed gives the same records; another day changes the tail alone, another seed everybody."""
    first = _snapshot(Plan(today=TODAY, scale=0.02, towns=4), until=EARLIER)
    again = _snapshot(Plan(today=TODAY, scale=0.02, towns=4), until=EARLIER)
    assert first == again
    running = first.pop("running")
    early = _snapshot(Plan(today=EARLIER, scale=0.02, towns=4), until=EARLIER)
    assert early.pop("running")["activities"] < running["activities"]
    assert early == first
    other = _snapshot(Plan(today=EARLIER, scale=0.02, towns=4, seed=7), until=EARLIER)
    assert other["people"] != first["people"]
    assert other["figures"][1]["core"] == first["figures"][1]["core"]


@pytest.mark.django_db
def test_second_run_doubles_nothing() -> None:
    load(plan=Plan(today=TODAY, scale=0.01, towns=4))
    before, accounts = Volunteer.objects.count(), accounts_path().read_text(encoding="utf-8")
    said = io.StringIO()
    call_command("demo", serve=False, build=False, stdout=said)
    assert "there already" in said.getvalue()
    assert "luoxiuqiong" in said.getvalue()
    assert Volunteer.objects.count() == before
    assert accounts_path().read_text(encoding="utf-8") == accounts


@pytest.mark.django_db
def test_records_of_somebody_else_are_not_built_upon() -> None:
    load(plan=Plan(today=TODAY, scale=0.01, towns=4))
    User.objects.filter(username="zhoumin").update(username="somebody")
    with pytest.raises(CommandError, match="not the demonstration's"):
        call_command("demo", serve=False, stdout=io.StringIO())


@pytest.mark.django_db
def test_refused_in_a_deployment(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo", serve=False)
    with pytest.raises(RuntimeError, match="DEBUG"):
        wipe()
    assert connection.introspection.table_names()


@pytest.mark.django_db
def test_wiping_leaves_neither_tables_nor_sign_ins(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    stale = tmp_path / "files" / "jobs" / "1" / "figures.json"
    stale.parent.mkdir(parents=True)
    stale.touch()
    accounts_path().touch()
    # The tables come back when the test is rolled back.
    with transaction.atomic():
        wipe()
        tables = connection.introspection.table_names()
        transaction.set_rollback(True)
    assert tables == []
    assert not accounts_path().exists()
    assert not stale.exists()


@pytest.fixture
def real_tasks(process_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tasks go to the worker that the build starts, and the worker to this test's database."""
    for name, value in process_environment.items():
        monkeypatch.setenv(name, value)
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_report_is_built_by_the_worker(real_tasks: None, settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = Path(settings.MEDIA_ROOT).parent
    county = load(plan=Plan(today=TODAY, scale=0.01, towns=3)).county
    said: list[str] = []
    paths = build_report(year=2025, county=county, owner=User.objects.get(username="zhoumin"), say=said.append)
    try:
        names = {path.relative_to(tmp_path / "out" / "2025").as_posix() for path in paths}
        assert {"年度统计表.xlsx", "年度工作总结.docx"} <= names
        assert all(path.stat().st_size > 1000 for path in paths)
        assert said[-1].strip() == "15/15 units, done"
    finally:
        shutil.rmtree(Path(settings.MEDIA_ROOT) / "jobs", ignore_errors=True)
