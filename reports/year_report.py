"""The files of a year-end report, from frozen figures alone: the same figures give the same bytes.

The foreground command and the Celery build call the same functions; they differ in where the files go.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from guanai.sealing import pack
from guanai.sheets import write_workbook
from reports.frozen import Frozen, Place
from reports.registers import write_activities, write_fund, write_roster
from reports.score_papers import overview_paper, score_paper
from reports.statistics_form import statistics_workbook
from reports.summary import summary_paper

STATISTICS, ROSTER, SUMMARY, EVERYTHING = (
    "年度统计表.xlsx",
    "五老名册（遮盖）.xlsx",
    "年度工作总结.docx",
    "全部材料.zip",
)
ACTIVITIES, FUND = "活动台账.xlsx", "关爱基金收支.xlsx"


@dataclass(frozen=True, slots=True)
class Made:
    """One finished file: its name, what the page calls it, a note (how many), and its content or where it lies.

    `folder` is the group of a unit's file; the county's own lie on top.
    """

    name: str
    label: str
    note: str
    content: bytes | Path
    position: int
    folder: str = ""


def unit_files(frozen: Frozen, place: Place) -> Iterator[Made]:
    """The files of one township or department: a paper to be stamped and the statistics form with its places."""
    scores = frozen.scores_of(place.code)
    if scores:
        name, paper = "考评计分表", score_paper(frozen, scores)
    else:
        name, paper = "年度工作情况表", overview_paper(frozen, place.code)
    yield Made(f"{place.name}{name}.docx", name, "", paper, 1, place.group)
    workbook = write_workbook(statistics_workbook(frozen, place.code))
    yield Made(f"{place.name}{STATISTICS}", "年度统计表", "", workbook, 2, place.group)


def county_files(frozen: Frozen) -> Iterator[Made]:
    """The county's files, each as soon as it is made; a streamed one lies at its path until the next is asked for."""
    book = statistics_workbook(frozen, frozen.county)
    yield Made(STATISTICS, "年度统计表", f"{len(book.sheets)} 张表", write_workbook(book), 1)
    registers: tuple[tuple[str, Callable[[Frozen, Path], str]], ...] = (
        (ACTIVITIES, write_activities),
        (ROSTER, write_roster),
        (FUND, write_fund),
    )
    with tempfile.TemporaryDirectory(prefix="guanai-report-") as folder:
        for position, (name, write) in enumerate(registers, start=2):
            path = Path(folder) / name
            note = write(frozen, path)
            yield Made(name, name.removesuffix(".xlsx"), note, path, position)
    yield Made(SUMMARY, "年度工作总结", "", summary_paper(frozen), 5)


def everything(stored: Iterable[tuple[str, str, Path]], path: Path) -> Made:
    """Pack all other files (folder, name, where it lies) into a zip at `path`."""
    files = [(f"{folder}/{name}" if folder else name, where) for folder, name, where in stored]
    pack(path, files)
    return Made(EVERYTHING, "全部材料打包", f"{len(files)} 个文件", path, 6)
