"""The verbs of reports, and the functions that other programs read figures by."""

import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanai.job_files import job_folder, store_file, write_whole
from guanai.jobs import (
    UNFINISHED_JOBS,
    PartSpec,
    beating,
    claim_assembly,
    claim_part,
    claim_start,
    create_job,
    fail_job,
    fail_part,
    finish_job,
    finish_part,
    finish_start,
)
from guanai.models import Job, JobPart
from orgs.enums import UnitKind
from orgs.models import Unit, User
from orgs.services import NETWORK_BEGAN
from reports.frozen import PART_KINDS, Frozen, from_json, take_figures, to_json
from reports.rollup import figures, figures_by, figures_table
from reports.year_report import EVERYTHING, Made, county_files, everything, unit_files

__all__ = [
    "assemble_report",
    "build_report_part",
    "copy_report",
    "figures",
    "figures_by",
    "figures_table",
    "start_year_report",
    "take_report_figures",
    "write_year_report",
]

YEAR_REPORT = "year_report"
_FIGURES = "figures.json"

log = structlog.get_logger(__name__)


def start_year_report(*, year: int, unit: Unit, owner: User) -> Job:
    """Start a county's year-end report; one that is being built for the same year is returned instead.

    Raises:
        ValidationError: the unit is not a county, the year lies ahead or before the network began.
    """
    _check_report(year, unit)
    with transaction.atomic():
        # The county's row lock closes the race of two clicks: the second waits and finds the first one's job.
        Unit.objects.select_for_update().get(pk=unit.pk)
        running = Job.objects.filter(
            kind=YEAR_REPORT, state__in=UNFINISHED_JOBS, parameters={"year": year, "unit": unit.code}, owner=owner
        ).first()
        if running:
            return running
        parts = Unit.objects.open().filter(parent=unit, kind__in=list(PART_KINDS)).order_by("lft")
        return create_job(
            kind=YEAR_REPORT,
            owner=owner,
            parameters={"year": year, "unit": unit.code},
            parts=[PartSpec(part.code, part.short_name, PART_KINDS[UnitKind(part.kind)]) for part in parts],
        )


def _check_report(year: int, unit: Unit) -> None:
    if unit.kind != UnitKind.COUNTY:
        raise ValidationError("年终报告按县生成。", code="not_a_county")
    if not NETWORK_BEGAN.year <= year <= timezone.localdate().year:
        raise ValidationError(f"没有 {year} 年的报告可以生成。", code="year")


def take_report_figures(*, job_id: int) -> None:
    """The first step of a build: take the figures once and keep them for all parts."""
    job = claim_start(job_id)
    if job is None:
        return
    with beating(job):
        try:
            county = Unit.objects.get(code=job.parameters["unit"])
            taken_at = timezone.now()
            frozen = take_figures(job.parameters["year"], county)
            write_whole(job_folder(job) / _FIGURES, to_json(frozen))
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must say that it failed
            log.error("report_step_failed", job=job_id, **_where(error))
            fail_job(job, _reason(error))
            return
    finish_start(job, figures_at=taken_at)


def build_report_part(*, part_id: int) -> None:
    """Make the files of one township or department. A failure is that part's alone."""
    part = claim_part(part_id)
    if part is None:
        return
    with beating(part):
        try:
            frozen = _frozen_of(part.job)
            for made in unit_files(frozen, frozen.place(part.key)):
                _store(part.job, made, part)
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must say that it failed
            log.error("report_part_failed", part=part_id, **_where(error))
            fail_part(part, _reason(error))
            return
    finish_part(part)


def assemble_report(*, job_id: int) -> None:
    """The last step: the county's files, each to be had as soon as it is stored, then all of them in one zip."""
    job = claim_assembly(job_id)
    if job is None:
        return
    with beating(job):
        try:
            frozen = _frozen_of(job)
            for made in county_files(frozen):
                _store(job, made)
            with tempfile.TemporaryDirectory(prefix="guanai-report-") as folder:
                _store(job, everything(_stored(job), Path(folder) / EVERYTHING))
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must say that it failed
            log.error("report_step_failed", job=job_id, **_where(error))
            fail_job(job, _reason(error))
            return
    finish_job(job)


def write_year_report(
    *, year: int, unit: Unit, folder: Path, said: Callable[[str], object] | None = None
) -> list[Path]:
    """Write the same files as a build into a folder, in the foreground; returns their paths in the order made.

    `said` is told the name of each file when it is written. Raises ValidationError as `start_year_report` does.
    """
    _check_report(year, unit)
    frozen = take_figures(year, unit)
    written: list[tuple[str, str, Path]] = []

    def write(made: Made) -> None:
        path = folder / made.folder / made.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, made.content)
        written.append((made.folder, made.name, path))
        if said:
            said(made.name)

    for place in frozen.parts():
        for made in unit_files(frozen, place):
            write(made)
    for made in county_files(frozen):
        write(made)
    with tempfile.TemporaryDirectory(prefix="guanai-report-") as temporary:
        write(everything(written, Path(temporary) / EVERYTHING))
    return [path for _, _, path in written]


def copy_report(*, job: Job, folder: Path) -> list[Path]:
    """Copy the files of a finished job into a folder, in the places of `write_year_report`; returns their paths."""
    copied = []
    for group, name, source in [*_stored(job), ("", EVERYTHING, job_folder(job) / EVERYTHING)]:
        path = folder / group / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, source)
        copied.append(path)
    return copied


def _stored(job: Job) -> list[tuple[str, str, Path]]:
    """Every file of a job but the zip of them all: folder, name, where it lies."""
    files = job.files.exclude(name=EVERYTHING).select_related("part").order_by("part__position", "position", "name")
    return [(file.part.group if file.part else "", file.name, file.path) for file in files]


def _frozen_of(job: Job) -> Frozen:
    return from_json((job_folder(job) / _FIGURES).read_bytes())


def _store(job: Job, made: Made, part: JobPart | None = None) -> None:
    store_file(
        job=job,
        part=part,
        name=made.name,
        label=made.label,
        note=made.note,
        position=made.position,
        content=made.content,
    )


def _where(error: Exception) -> dict[str, str]:
    """The kind of a failure and where it happened, for the log: its words may hold personal data and stay out."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return {
        "error": type(error).__name__,
        "where": " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames),
    }


def _reason(error: Exception) -> str:
    """What the page may show of a failure: its kind, since its words may hold anything. The log has the rest."""
    if isinstance(error, FileNotFoundError):
        return "汇总数字的文件不在了，请重新生成报告。"
    if isinstance(error, OSError):
        return "文件没有写成，请检查磁盘空间后重新生成。"
    return f"程序出错（{type(error).__name__}），请把时间告诉管理员后重新生成。"
