"""五格, the five cells: what is there and what is missing. Completeness, never a score; no list is sorted by it."""

from dataclasses import dataclass
from enum import Enum


class CellState(Enum):
    """State of one cell as (CSS class, word)."""

    DONE = ("done", "已归档")
    DRAFT = ("draft", "草稿")
    BACK = ("back", "退回")
    MISSING = ("", "还没有")

    @property
    def css(self) -> str:
        return self.value[0]

    @property
    def word(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Cell:
    """One of five papers. `word` is its name (计划); the compact form shows the first character of it.

    `note` replaces the word of the state in the wide form (21 场); `url` opens the paper.
    """

    word: str
    state: CellState
    url: str = ""
    note: str = ""

    @property
    def letter(self) -> str:
        return self.word[:1]

    @property
    def said(self) -> str:
        return self.note or self.state.word


PAPERS = ("计划", "检查", "记录", "总结", "评估")
LEGEND = tuple(Cell(PAPERS[0], state) for state in CellState)
