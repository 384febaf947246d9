"""What shows that an item of a score sheet was done: figures of the registry, each opening to its records."""

from collections.abc import Iterable
from dataclasses import dataclass

from reports.indicators import INDICATORS, Figure, Measure
from reports.rollup import FigureTable


@dataclass(frozen=True, slots=True)
class Source:
    """One figure of a unit: of its own level where the committee itself must have it, else of its branch."""

    indicator: str
    label: str
    own: bool = False

    def figure(self, table: FigureTable, unit_id: int) -> Figure:
        figures = table.own(unit_id) if self.own else table[unit_id]
        return figures[self.indicator]

    def said(self, figure: Figure) -> str:
        """经费 6,200 元; money without its empty cents."""
        measure = INDICATORS[self.indicator].measure
        if measure is Measure.PER_CENT:
            return f"{self.label} {figure:.1%}"
        whole = int(figure) if figure == int(figure) else figure
        return f"{self.label} {whole:,} {measure}"


EVIDENCE: dict[str, tuple[Source, ...]] = {
    "key_posts": (Source("key_posts", "任职到位", own=True),),
    "money": (Source("budget", "经费", own=True), Source("allowance_paid", "补贴到位", own=True)),
    "periodicals": (Source("periodicals", "刊物"),),
    "theme": (Source("virtue_sessions", "主题教育"),),
    "activities": (Source("activities", "活动"),),
    "law": (Source("law_sessions", "法治教育"),),
    "papers": (
        Source("paper_plan", "计划", own=True),
        Source("paper_check", "检查", own=True),
        Source("paper_summary", "总结", own=True),
    ),
    "record_book": (Source("quarters_recorded", "有记录"), Source("paper_statistics", "报表", own=True)),
    "writing": (Source("research", "调研"), Source("news", "信息")),
    "adopted": (Source("adopted", "被采用"),),
    "five_goods": (Source("five_goods", "五好达标"),),
    "tutoring": (Source("tutoring_sessions", "辅导"),),
    "model_stations": (Source("model_stations", "示范站"),),
    "coverage": (Source("coverage", "覆盖率"),),
}


def codes_of(evidence: Iterable[str]) -> tuple[str, ...]:
    """The indicators that these kinds of evidence read, each once."""
    return tuple(dict.fromkeys(source.indicator for code in evidence for source in EVIDENCE[code]))
