"""The year-end build: through Celery and in the foreground, the same files; nothing personal; failures stay apart."""

import hashlib
import io
import zipfile
from pathlib import Path

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from activities.models import Activity
from aid.enums import INCOME_KINDS
from aid.models import Child, LedgerEntry
from guanai import jobs
from guanai.enums import JobState, PartState
from guanai.job_files import job_folder
from guanai.models import Job
from orgs.models import Unit
from reports.frozen import from_json, take_figures, to_json
from reports.rollup import figures
from reports.score_papers import score_paper
from reports.services import (
    assemble_report,
    build_report_part,
    copy_report,
    start_year_report,
    take_report_figures,
    write_year_report,
)
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county
from volunteers.models import Volunteer

COUNTY_FILES = [
    "五老名册（遮盖）.xlsx",
    "全部材料.zip",
    "关爱基金收支.xlsx",
    "年度工作总结.docx",
    "年度统计表.xlsx",
    "活动台账.xlsx",
]


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_busy_county(21, townships=2, records=24)


def digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def sheet(path: Path, title: str) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(path).get_sheet_by_name(title).to_python()]


@pytest.mark.django_db(transaction=True)
def test_build_by_celery_gives_the_files_of_the_foreground(world: World, tmp_path: Path) -> None:
    job = start_year_report(year=YEAR, unit=world.county, owner=world.user)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert job.figures_at is not None
    towns = [unit.short_name for unit in world.townships]
    of_parts = job.files.exclude(part=None).order_by("part__position", "position").values_list("part__group", "name")
    assert list(of_parts)[4:] == [
        ("乡镇", f"{town}{name}") for town in towns for name in ("考评计分表.docx", "年度统计表.xlsx")
    ]
    assert {group for group, _ in list(of_parts)[:4]} == {"县直部门"}
    assert sorted(job.files.filter(part=None).values_list("name", flat=True)) == COUNTY_FILES
    for file in job.files.all():
        assert file.digest == hashlib.sha256(file.path.read_bytes()).hexdigest()
    copy_report(job=job, folder=tmp_path / "celery")
    call_command("build_year_report", str(YEAR), unit=world.county.code, out=tmp_path / "here", stdout=io.StringIO())
    outside = digests(tmp_path / "here")
    assert digests(tmp_path / "celery") == outside
    assert len(outside) == 14
    # The zip holds every other file, in the same places.
    del outside["全部材料.zip"]
    with zipfile.ZipFile(tmp_path / "here" / "全部材料.zip") as packed:
        inside = {name: hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()}
    assert inside == outside


@pytest.mark.django_db
def test_registers_list_exactly_the_records_behind_the_figures(world: World, tmp_path: Path) -> None:
    write_year_report(year=YEAR, unit=world.county, folder=tmp_path)
    found = figures(YEAR, world.county)
    activities = sheet(tmp_path / "活动台账.xlsx", "活动台账")
    numbers = {row[0] for row in activities[3:-1]}
    counted = Activity.objects.counted().held_in(YEAR).in_branch(world.county)
    assert numbers == set(counted.values_list("number", flat=True))
    assert activities[-1][9] == found["young_people"]
    roster = sheet(tmp_path / "五老名册（遮盖）.xlsx", "五老名册")
    assert len(roster) - 3 == found["veterans"]
    fund = sheet(tmp_path / "关爱基金收支.xlsx", "关爱基金收支")
    assert (fund[-1][8], fund[-1][9]) == (float(found["funds_raised"]), float(found["funds_spent"]))
    income = LedgerEntry.objects.filter(posted_on__year=YEAR, kind__in=INCOME_KINDS)
    assert {row[0] for row in fund[3:-1] if row[8] != ""} == {str(pk) for pk in income.values_list("pk", flat=True)}


@pytest.mark.django_db
def test_no_file_names_a_child_or_shows_a_volunteer_unmasked(world: World, tmp_path: Path) -> None:
    child = make.make_child(world.townships[0], name="欧阳思远")
    make.make_visit(make.make_pairing(child, make.make_volunteer(world.townships[0], name="司马长青")))
    everything = b""
    for path in write_year_report(year=YEAR, unit=Unit.objects.get(pk=world.county.pk), folder=tmp_path):
        with zipfile.ZipFile(path) as inside:
            everything += b"".join(inside.read(name) for name in inside.namelist())
        assert not any(name in path.name for name in Child.objects.values_list("number", flat=True))
    assert "司马**" not in everything.decode(errors="ignore")
    assert "司**青" in everything.decode(errors="ignore")
    for secret in ("欧阳思远", "司马长青", *Volunteer.objects.exclude(phone="").values_list("phone", flat=True)):
        assert secret.encode() not in everything


@pytest.mark.django_db
def test_frozen_figures_survive_their_file_and_later_records(world: World) -> None:
    frozen = take_figures(YEAR, world.county)
    make.make_activity(world.townships[0])
    assert from_json(to_json(frozen)) == frozen
    assert take_figures(YEAR, world.county) != frozen


@pytest.mark.django_db
def test_places_of_one_name_or_with_a_slash_get_files_of_their_own(world: World) -> None:
    first, second = world.townships
    Unit.objects.filter(pk__in=[first.pk, second.pk]).update(name="新/旧镇")
    names = [place.name for place in take_figures(YEAR, world.county).parts() if place.group == "乡镇"]
    assert names == [f"新／旧镇（{first.code}）", f"新／旧镇（{second.code}）"]


@pytest.mark.django_db
def test_score_sheet_is_ready_to_be_stamped(world: World) -> None:
    frozen = take_figures(YEAR, world.county)
    scores = frozen.scores_of(world.townships[0].code)
    assert scores
    paper = docx.Document(io.BytesIO(score_paper(frozen, scores)))
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert rows[1][1].startswith("1. 班子健全")
    assert (rows[-1][0], rows[-1][-1]) == ("合计", "待评")
    assert [cell.text.split("\n")[0] for cell in paper.tables[1].rows[0].cells] == [
        "自评单位（盖章）",
        "考评组",
        "县关工委（盖章）",
    ]


@pytest.mark.django_db
def test_one_unit_s_failure_is_its_own_and_is_retried_alone(world: World) -> None:
    job = start_year_report(year=YEAR, unit=world.county, owner=world.user)
    town = world.townships[0]
    # A directory in the place of the file: it cannot be written, as on a full or broken disk.
    blocked = job_folder(job) / f"{town.short_name}年度统计表.xlsx"
    (blocked / "in the way").mkdir(parents=True)
    take_report_figures(job_id=job.pk)
    for part in job.parts.all():
        build_report_part(part_id=part.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "1 个单位没有生成。")
    states = dict(job.parts.values_list("key", "state"))
    assert states.pop(town.code) == PartState.FAILED
    assert set(states.values()) == {PartState.DONE}
    part = job.parts.get(key=town.code)
    assert part.error == "文件没有写成，请检查磁盘空间后重新生成。"
    (blocked / "in the way").rmdir()
    blocked.rmdir()
    assert jobs.retry_part(part=part)
    build_report_part(part_id=part.pk)
    assemble_report(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert sorted(job.files.filter(part=None).values_list("name", flat=True)) == COUNTY_FILES


@pytest.mark.django_db
def test_part_done_twice_leaves_the_same_files(world: World) -> None:
    job = start_year_report(year=YEAR, unit=world.county, owner=world.user)
    take_report_figures(job_id=job.pk)
    part = job.parts.all()[0]
    build_report_part(part_id=part.pk)
    first = list(part.files.values_list("name", "digest", "size"))
    job.parts.filter(pk=part.pk).update(state=PartState.QUEUED)
    build_report_part(part_id=part.pk)
    assert list(part.files.values_list("name", "digest", "size")) == first
    assert len(first) == 2


@pytest.mark.django_db
def test_second_click_gets_the_job_that_runs(world: World) -> None:
    first = start_year_report(year=YEAR, unit=world.county, owner=world.user)
    assert start_year_report(year=YEAR, unit=world.county, owner=world.user) == first
    assert start_year_report(year=YEAR - 1, unit=world.county, owner=world.user) != first
    assert start_year_report(year=YEAR, unit=world.county, owner=make.make_user()) != first


@pytest.mark.django_db
def test_report_of_a_township_or_of_the_future_is_refused(world: World) -> None:
    for year, unit in (
        (YEAR, world.townships[0]),
        (timezone.localdate().year + 1, world.county),
        (1989, world.county),
    ):
        with pytest.raises(ValidationError):
            start_year_report(year=year, unit=unit, owner=world.user)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_command_names_what_is_wrong(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no unit with the code 999999"):
        call_command("build_year_report", str(YEAR), unit="999999", out=tmp_path / "out")
    with pytest.raises(CommandError, match="年终报告按县生成"):
        call_command("build_year_report", str(YEAR), unit=world.townships[0].code, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
