"""Where the files of jobs lie and how they are written: whole or not at all, and again without harm."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from guanai.models import Job, JobFile, JobPart

_CHUNK = 1 << 20


def job_folder(job: Job) -> Path:
    """The private folder of a job, made when it is not there."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / str(job.pk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_whole(path: Path, content: bytes | Path) -> tuple[int, str]:
    """Put bytes, or a copy of a file, in the place of `path` in one step; returns size and SHA-256.

    Two writers at once each leave a whole file, and a killed one leaves the old file or none.
    """
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "wb") as target:
            if isinstance(content, bytes):
                target.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, target, _CHUNK)
            target.flush()
            # The row will say that the file is there: it must be, after a loss of power too.
            os.fsync(target.fileno())
        size, digest = Path(draft).stat().st_size, _digest(Path(draft))
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return size, digest


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def store_file(
    *,
    job: Job,
    name: str,
    label: str,
    content: bytes | Path,
    part: JobPart | None = None,
    note: str = "",
    position: int = 0,
) -> JobFile:
    """Store a result under its name and write its row; the same name again replaces both.

    Raises ValueError for a name that is no plain file name.
    """
    if not name or Path(name).name != name or name.startswith("."):
        raise ValueError("a job's file needs a plain name")
    size, digest = write_whole(job_folder(job) / name, content)
    values = {"part": part, "label": label, "note": note, "position": position, "size": size, "digest": digest}
    stored, _ = JobFile.objects.update_or_create(job=job, name=name, defaults=values)
    return stored
