"""How a year-end report stands, for the page that watches it: three queries, whatever the number of units."""

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from guanai.enums import JobState, PartState
from guanai.jobs import UNFINISHED_JOBS
from guanai.models import Job, JobFile, JobPart
from guanai.steps import step_state
from orgs.enums import Action, UnitKind
from orgs.models import Unit, User
from orgs.queries import top_units
from orgs.scope import allows
from reports.services import YEAR_REPORT
from reports.year_report import ACTIVITIES, EVERYTHING, FUND, ROSTER, STATISTICS, SUMMARY

HEADINGS = {
    JobState.QUEUED: "正在排队",
    JobState.RUNNING: "正在生成各单位材料",
    JobState.ASSEMBLING: "正在汇编全县文件",
    JobState.DONE: "已全部生成",
    JobState.FAILED: "没有全部生成",
    JobState.CANCELLED: "已停止",
}
STATE_KINDS = {
    JobState.QUEUED: "neutral",
    JobState.RUNNING: "due",
    JobState.ASSEMBLING: "due",
    JobState.DONE: "done",
    JobState.FAILED: "back",
    JobState.CANCELLED: "neutral",
}
# The county's files in the order of the page, which shows them before they are made.
COUNTY_FILES = (STATISTICS, SUMMARY, ACTIVITIES, ROSTER, FUND, EVERYTHING)
KIND_OF_FILE = {"docx": "Word", "xlsx": "Excel"}
# So many failures are explained one by one; more than these have one cause as a rule.
EXPLAINED = 5
# Before this part of the units is made, in per cent, their pace says nothing about the rest.
PACE_FROM = 10


def reporting_county(user: User) -> Unit | None:
    """The county whose reports the user may build."""
    tops = top_units(user, Action.BUILD_REPORTS)
    return next((unit for unit in tops if unit.kind == UnitKind.COUNTY), None)


def builds_of(user: User) -> QuerySet[Job]:
    """The user's own builds, the latest first, with `made` and `wanted` parts."""
    builds = Job.objects.filter(kind=YEAR_REPORT, owner=user).annotate(
        made=Count("parts", filter=Q(parts__state=PartState.DONE)), wanted=Count("parts")
    )
    return builds.order_by("-created_at", "-pk")


def build_for_owner_or_404(user: User, pk: int) -> Job:
    """A build that the user started, as long as the user may still build for its county."""
    job = Job.objects.filter(kind=YEAR_REPORT, owner=user, pk=pk).select_related("owner").first()
    if job is None or not _still_may(user, job):
        raise Http404("no such build of this user")
    return job


def file_for_owner_or_404(user: User, pk: int) -> JobFile:
    """A file of a build that the user started; files are bound to who asked for them."""
    stored = JobFile.objects.filter(pk=pk, job__owner=user, job__kind=YEAR_REPORT).select_related("job").first()
    if stored is None or not _still_may(user, stored.job):
        raise Http404("no such file of this user")
    return stored


def _still_may(user: User, job: Job) -> bool:
    county = Unit.objects.filter(code=job.parameters["unit"]).first()
    return county is not None and allows(user, Action.BUILD_REPORTS, county)


@dataclass(frozen=True, slots=True)
class Step:
    word: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class Place:
    """One township or department of a build, with its files."""

    part: JobPart
    files: list[JobFile]

    @property
    def links(self) -> list[tuple[str, JobFile]]:
        return [(KIND_OF_FILE.get(file.suffix, file.suffix), file) for file in self.files]


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    places: list[Place]

    @property
    def words(self) -> str:
        """12 个，全部完成; 34 个，完成 17 个."""
        done = sum(place.part.state == PartState.DONE for place in self.places)
        count = len(self.places)
        return f"{count} 个，全部完成" if done == count else f"{count} 个，完成 {done} 个"


@dataclass(frozen=True, slots=True)
class CountyFile:
    """A file of the whole county; `file` is None until it is made."""

    name: str
    file: JobFile | None

    @property
    def label(self) -> str:
        return self.file.label if self.file else self.name.rpartition(".")[0]

    @property
    def suffix(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Build:
    """A job with everything that its page shows."""

    job: Job
    groups: list[Group]
    county: list[CountyFile]
    failed: list[Place]
    done: int
    all: int
    running: int
    file_count: int
    lost: int

    @property
    def year(self) -> int:
        return int(self.job.parameters["year"])

    @property
    def is_unfinished(self) -> bool:
        return self.job.state in UNFINISHED_JOBS

    @property
    def heading(self) -> str:
        if self.job.state == JobState.RUNNING and self.job.figures_at is None:
            return "正在汇总数字"
        return HEADINGS[JobState(self.job.state)]

    @property
    def percent(self) -> int:
        return self.done * 100 // self.all if self.all else 0

    @property
    def mark(self) -> str:
        """Changes when the page would: who polls with it gets nothing new as long as it stays."""
        return f"{self.job.state}-{self.done}-{len(self.failed)}-{self.running}-{self.file_count}"

    @property
    def explained(self) -> list[Place]:
        return self.failed[:EXPLAINED]

    @property
    def words(self) -> str:
        """What the progress means, in one or two sentences."""
        if self.job.state == JobState.DONE:
            return f"{self.all} 个单位、{self.file_count} 个文件，用时 {spell(self._took)}。"
        made = f"已完成 {self.done} 个单位，共 {self.all} 个"
        if self.job.state == JobState.CANCELLED:
            return f"{made}。做好的文件还可以下载。"
        if self.job.state == JobState.FAILED:
            return f"{made}。{self.job.error}做好的文件可以先下载。"
        return f"{made}{self._left}。可以离开本页，文件会留在这里。"

    @property
    def _took(self) -> float:
        begun, ended = self.job.created_at, self.job.finished_at or timezone.now()
        return (ended - begun).total_seconds()

    @property
    def _left(self) -> str:
        """How long it may still take, from the pace so far."""
        if self.job.figures_at is None or self.job.state != JobState.RUNNING or self.percent < PACE_FROM:
            return ""
        elapsed = (timezone.now() - self.job.figures_at).total_seconds()
        seconds = elapsed / self.done * (self.all - self.done - len(self.failed))
        minutes = round(seconds / 60)
        return f"，大约还要 {minutes} 分钟" if minutes else "，不到 1 分钟"

    @property
    def steps(self) -> list[Step]:
        """汇总数字, 各单位材料, 全县汇编, 核对: past, now or to come."""
        at = self._step
        past = [self._summed, f"{self.done} / {self.all}", f"{self._county_made} 个文件", self._checked]
        now = ["正在汇总", f"{self.done} / {self.all}", f"{self._county_made} / {len(self.county)}", self._checked]
        names = ("汇总数字", "各单位材料", "全县汇编", "核对")
        return [
            Step(
                name,
                past[place] if place < at else now[place] if place == at else "未开始",
                step_state(place, at),
            )
            for place, name in enumerate(names)
        ]

    @property
    def _step(self) -> int:
        """Which step the job is at, counted from 0; 4 when all are over."""
        if self.job.state == JobState.DONE:
            return 3 if self.lost else 4
        if self.job.figures_at is None:
            return 0
        return 2 if self.done == self.all else 1

    @property
    def _county_made(self) -> int:
        return sum(file.file is not None for file in self.county)

    @property
    def _summed(self) -> str:
        begun, ended = self.job.started_at, self.job.figures_at
        return f"截至 {timezone.localtime(ended):%H:%M}" if begun and ended else ""

    @property
    def _checked(self) -> str:
        return f"缺 {self.lost} 个文件" if self.lost else f"{self.file_count} 个文件齐全"


def spell(seconds: float) -> str:
    """A duration in words: 8 秒, 2 分 5 秒."""
    whole = datetime.timedelta(seconds=max(round(seconds), 1))
    minutes, rest = divmod(int(whole.total_seconds()), 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


def read_build(job: Job) -> Build:
    """The job's parts and files as its page shows them; two queries."""
    files = list(job.files.all())
    by_part: dict[int | None, list[JobFile]] = {}
    for file in files:
        by_part.setdefault(file.part_id, []).append(file)
    places = [Place(part, by_part.get(part.pk, [])) for part in job.parts.all()]
    states = [place.part.state for place in places]
    county = {file.name: file for file in by_part.get(None, [])}
    return Build(
        job=job,
        groups=[Group(name, list(members)) for name, members in groupby(places, key=lambda place: place.part.group)],
        county=[CountyFile(name, county.get(name)) for name in COUNTY_FILES],
        failed=[place for place in places if place.part.state == PartState.FAILED],
        done=states.count(PartState.DONE),
        all=len(places),
        running=states.count(PartState.RUNNING),
        file_count=len(files),
        lost=sum(not _is_whole(file) for file in files) if job.state == JobState.DONE else 0,
    )


def _is_whole(file: JobFile) -> bool:
    """Whether the file lies where its row says, as long as it was written."""
    return file.path.is_file() and file.path.stat().st_size == file.size
