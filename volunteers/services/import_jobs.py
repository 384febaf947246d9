"""Large files: read, checked, committed and undone by a worker, as a job of the kind `roster_import`.

A job carries the number of the import and what is to be done, nothing else. The import's own row says what is done:
each step is one transaction that changes it, so that a killed worker leaves nothing, and a step done twice does
nothing the second time.
"""

import base64
from functools import partial

import structlog
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guanai.enums import JobState
from guanai.jobs import (
    UNFINISHED_JOBS,
    beating,
    claim_assembly,
    claim_start,
    create_job,
    fail_job,
    finish_job,
    finish_start,
    retry_job,
)
from guanai.models import Job
from orgs.models import Unit, User
from volunteers.enums import ImportState, ImportWork
from volunteers.imports.error_file import error_file
from volunteers.imports.preview import as_text, preview_of
from volunteers.models import RosterImport
from volunteers.services.imports import (
    GONE,
    RUNNING,
    check_import,
    check_own,
    commit_import,
    is_running,
    locked,
    new_import,
    understand_file,
    undo_import,
)

ROSTER_IMPORT = "roster_import"
# What takes longer than two seconds to check or to write, and to read (measured on 2 cores).
LARGE_ROWS = 5000
LARGE_BYTES = 1 << 20
# How long what a worker says about its progress is of interest.
_SAID_FOR = 600
BROKEN = "处理时出了错，已经记下。请再试一次，还不行的请联系县关工委办公室。"
NO_ROSTER = "您现在不能维护这个单位的名册。"

log = structlog.get_logger(__name__)


def is_large(batch: RosterImport) -> bool:
    """Is the file of this import worked on in the background?"""
    return batch.length > LARGE_ROWS or not batch.fields


def goes_by_worker(batch: RosterImport) -> bool:
    """Is this import committed and undone in the background: a large one, or one that would wait for another that a
    worker writes into the roster of the county?"""
    if is_large(batch):
        return True
    writing = Q(job__parameters__work=ImportWork.COMMIT) | Q(job__parameters__work=ImportWork.UNDO)
    others = RosterImport.objects.filter(writing, unit__tree_id=batch.unit.tree_id, job__state__in=UNFINISHED_JOBS)
    return others.exists()


def take_upload(*, content: bytes, unit: Unit, by: User, wait: bool = True) -> RosterImport:
    """Keep an uploaded file; a small one is understood at once, a large one by a worker. With `wait` off, as for a
    program, which looks at no columns, a worker reads and checks it whatever its size.

    Raises as `open_import`; what is wrong with a file that a worker reads, its job says.
    """
    batch = new_import(content=content, unit=unit, by=by)
    if wait and len(content) <= LARGE_BYTES:
        understand_file(batch, content)
        batch.save()
        return batch
    with transaction.atomic():
        batch.save()
        return start_work(batch=batch, work=ImportWork.READ, by=by, then_check=not wait)


def start_work(*, batch: RosterImport, work: ImportWork, by: User, then_check: bool = False) -> RosterImport:
    """Give a step to a worker; asked for again while it waits or runs, there is still one. What is read is also
    checked with `then_check`.

    Raises:
        PermissionDenied: somebody else's import, or no roster of theirs any more.
        ValidationError: another step runs, or the import is not in the state for this one.
    """
    check_own(batch, by)
    if _runs(batch, work):
        return batch
    with transaction.atomic():
        # Of two that ask at once the second waits here, and finds the job of the first: by a query of its own, since
        # joined it would be that of before the wait.
        batch = RosterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
        if _runs(batch, work) or (work == ImportWork.COMMIT and batch.state == ImportState.COMMITTED):
            return batch
        wanted = ImportState.COMMITTED if work == ImportWork.UNDO else ImportState.OPEN
        if batch.state != wanted:
            raise ValidationError(f"这次导入{batch.get_state_display()}，不能{work.label}。", code="state")
        if work != ImportWork.UNDO and not batch.content:
            raise ValidationError(GONE, code="gone")
        if work != ImportWork.READ and not batch.fields:
            raise ValidationError("文件还没有读完，读完再试。", code="state")
        parameters = {"import": batch.pk, "work": work} | ({"then": ImportWork.CHECK} if then_check else {})
        batch.job = create_job(kind=ROSTER_IMPORT, owner=by, parameters=parameters, parts=[])
        batch.save(update_fields=["job"])
    return batch


def _runs(batch: RosterImport, work: ImportWork) -> bool:
    """Raises ValidationError where another step does."""
    if not is_running(batch) or batch.job is None:
        return False
    if batch.job.parameters["work"] != work:
        raise ValidationError(RUNNING, code="running")
    return True


def try_again(*, batch: RosterImport, by: User) -> bool:
    """Queue the failed step of an import again; False where none has failed. Raises as `start_work`."""
    check_own(batch, by)
    return batch.job is not None and batch.job.state == JobState.FAILED and retry_job(job=batch.job)


def run_work(*, job_id: int) -> None:
    """The one step of a job, in the name of who asked for it. What goes wrong stands in the job."""
    job = claim_start(job_id)
    if job is None:
        return
    with beating(job):
        try:
            _work(job)
        except ValidationError as refusal:
            fail_job(job, " ".join(refusal.messages))
            return
        except PermissionDenied:
            fail_job(job, NO_ROSTER)
            return
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must say that it failed
            # Its words may repeat what stands in a cell.
            log.error("roster_import_failed", job=job_id, kind=type(error).__name__)
            fail_job(job, BROKEN)
            return
    finish_start(job, figures_at=timezone.now())


def finish_work(*, job_id: int) -> None:
    """Everything was done in the first step."""
    job = claim_assembly(job_id)
    if job is not None:
        finish_job(job)


def _work(job: Job) -> None:
    batch = RosterImport.objects.select_related("unit", "by").get(pk=job.parameters["import"])
    by = User.objects.get(pk=job.owner_id)
    match ImportWork(job.parameters["work"]):
        case ImportWork.READ:
            _read(batch, by, job)
            if "then" in job.parameters:
                _check(batch, by, job)
        case ImportWork.CHECK:
            _check(batch, by, job)
        case ImportWork.COMMIT:
            commit_import(batch=batch, by=by, job=job, told=partial(tell, job))
        case ImportWork.UNDO if batch.state != ImportState.UNDONE:
            undo_import(batch=batch, by=by, job=job)


def _read(batch: RosterImport, by: User, job: Job) -> None:
    check_own(batch, by)
    if not batch.content:
        raise ValidationError(GONE, code="gone")
    understand_file(batch, base64.b85decode(batch.content))
    with transaction.atomic():
        # Held against whoever else works on it; what was read is this job's own.
        locked(batch, job=job)
        batch.save(update_fields=["sheet", "heading_row", "fields", "outline", "length"])


def _check(batch: RosterImport, by: User, job: Job) -> None:
    """What committing would do, kept for the page, and the wrong rows for the download."""
    found = check_import(batch=batch, by=by, told=partial(tell, job))
    wrong = base64.b85encode(error_file(found, wrong_alone=True).getvalue()).decode() if found.wrong else ""
    with transaction.atomic():
        batch = locked(batch, job=job)
        batch.found, batch.wrong_rows = as_text(preview_of(found)), wrong
        batch.save(update_fields=["found", "wrong_rows"])


def tell(job: Job, done: int, rows: int) -> None:
    """Say how many rows are checked. An ornament: it may be lost, and nothing depends on it."""
    cache.set(_key(job), (done, rows), _SAID_FOR)


def told(job: Job) -> tuple[int, int]:
    """How many rows are checked, and of how many; (0, 0) where nothing was said."""
    done, rows = cache.get(_key(job)) or (0, 0)
    return done, rows


def _key(job: Job) -> str:
    return f"roster-import:{job.pk}:{job.attempts}"
