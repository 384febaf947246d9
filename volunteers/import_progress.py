"""How far a worker is with an import, as its page shows it: one look at the cache, no query."""

from collections.abc import Mapping
from dataclasses import dataclass

from guanai.enums import JobState
from guanai.steps import steps_at
from volunteers.enums import ImportWork
from volunteers.models import RosterImport
from volunteers.services.import_jobs import told

STEPS = ("传文件", "认列名", "看结果", "导入")
# Which of the steps each work belongs to.
_AT = {ImportWork.READ: 1, ImportWork.CHECK: 2, ImportWork.COMMIT: 3, ImportWork.UNDO: 4}
_NOW: Mapping[ImportWork, str] = {
    ImportWork.READ: "正在读文件",
    ImportWork.CHECK: "正在逐行核对",
    ImportWork.COMMIT: "正在导入",
    ImportWork.UNDO: "正在撤销",
}
_FAILED: Mapping[ImportWork, str] = {
    ImportWork.READ: "文件没有读成",
    ImportWork.CHECK: "没有核对完",
    ImportWork.COMMIT: "没有导入",
    ImportWork.UNDO: "没有撤销",
}
_LEAVE = "可以离开本页，回到“导入名册”就能找到它。"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker does with an import: `done` of `all` rows are checked; what is written is written at once."""

    work: ImportWork
    state: str
    error: str
    done: int
    all: int

    @property
    def heading(self) -> str:
        if self.state == JobState.QUEUED:
            return "正在排队"
        if self.state == JobState.FAILED:
            return _FAILED[self.work]
        return "正在写入名册" if self.is_writing else _NOW[self.work]

    @property
    def is_writing(self) -> bool:
        return self.work == ImportWork.COMMIT and self.percent == 100

    @property
    def percent(self) -> int:
        return min(self.done * 100 // self.all, 100) if self.all else 0

    @property
    def words(self) -> str:
        if self.state == JobState.QUEUED:
            return f"前面的任务做完就开始。{_LEAVE}"
        if self.is_writing:
            return f"{self.all:,} 行都核对过了，正在一次写入，不会只写一半。{_LEAVE}"
        if self.done:
            return f"已核对 {self.done:,} 行，共 {self.all:,} 行。{_LEAVE}"
        return f"文件较大，大约要一两分钟。{_LEAVE}"

    @property
    def mark(self) -> str:
        """Changes when the page would: who polls with it gets nothing new as long as it stays."""
        return f"{self.work}-{self.state}-{self.done}"

    @property
    def steps(self) -> list[dict[str, str]]:
        return steps_at(STEPS, _AT[self.work])


def read_progress(batch: RosterImport) -> Progress:
    """Raises LookupError where nothing was ever given to a worker."""
    job = batch.job
    if job is None:
        raise LookupError("this import has no job")
    done, rows = told(job)
    return Progress(ImportWork(job.parameters["work"]), job.state, job.error, done, rows)
