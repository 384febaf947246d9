"""Scores of all units under a scheme, from one table of figures: no query per unit. Judged items wait for a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from orgs.models import Unit
from reports.enums import Grade, RuleKind
from reports.evidence import EVIDENCE, codes_of
from reports.models import Evaluation, ItemScore, Scheme, SchemeItem
from reports.rollup import FigureTable, figures_table
from reports.scoring import suggest

NO_RECORD = "没有记录"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One item of one unit: what the records suggest, what a reviewer gave, and what counts."""

    item: SchemeItem
    suggested: Decimal | None
    reviewed: Decimal | None
    evidence: str
    reason: str

    @property
    def final(self) -> Decimal | None:
        return self.suggested if self.reviewed is None else self.reviewed


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """One unit's sheet. Total and grade are None until every item is scored: the sheet then says 待评."""

    scheme: Scheme
    unit: Unit
    lines: tuple[ScoreLine, ...]

    def points(self, *rules: str) -> Decimal:
        """What is scored so far on items of these rules, those that wait for a person left out."""
        return sum((line.final or Decimal(0) for line in self.lines if line.item.rule in rules), Decimal(0))

    @property
    def base(self) -> Decimal:
        ordinary = [rule for rule in RuleKind if rule not in (RuleKind.BONUS, RuleKind.VETO)]
        return max(self.points(*ordinary), Decimal(0))

    @property
    def bonus(self) -> Decimal:
        return min(self.points(RuleKind.BONUS), self.scheme.bonus_cap)

    @property
    def waiting(self) -> int:
        """How many items nobody has scored yet."""
        return sum(line.final is None for line in self.lines)

    @property
    def is_vetoed(self) -> bool:
        return self.points(RuleKind.VETO) < 0

    @property
    def total(self) -> Decimal | None:
        return None if self.waiting else self.base + self.bonus

    @property
    def grade(self) -> Grade | None:
        total = self.total
        if total is None:
            return None
        scheme = self.scheme
        lines = (
            (scheme.excellent_from, Grade.EXCELLENT),
            (scheme.good_from, Grade.GOOD),
            (scheme.pass_from, Grade.PASS),
        )
        if self.is_vetoed:
            return Grade.FAIL
        return next((grade for line, grade in lines if total >= line), Grade.FAIL)


def maximum(items: Iterable[SchemeItem]) -> Decimal:
    """What a unit can reach without bonus; penalties and vetoes only take away."""
    never = (RuleKind.BONUS, RuleKind.PENALTY, RuleKind.VETO)
    return sum((item.maximum for item in items if item.rule not in never), Decimal(0))


def judged_units(scheme: Scheme) -> list[Unit]:
    """The units that the scheme applies to, in tree order."""
    units = Unit.objects.open().filter(tree_id=scheme.county.tree_id, kind=scheme.unit_kind)
    return list(units.order_by("lft"))


def score_scheme(*, scheme: Scheme, table: FigureTable | None = None) -> list[ScoreSheet]:
    """Score every unit of a scheme from its records and store it; what reviewers gave stays.

    `table` must hold the figures of the scheme's evidence; without it they are taken now. The number of queries does
    not depend on the number of units.
    """
    items = list(scheme.items.all())
    codes = codes_of(item.evidence for item in items if item.evidence)
    table = table or figures_table(scheme.year, scheme.county, codes)
    units = judged_units(scheme)
    with transaction.atomic():
        Evaluation.objects.bulk_create(
            (Evaluation(scheme=scheme, unit=unit, scored_at=timezone.now()) for unit in units),
            update_conflicts=True,
            unique_fields=["scheme", "unit"],
            update_fields=["scored_at"],
        )
        evaluations = dict(Evaluation.objects.filter(scheme=scheme).values_list("unit_id", "pk"))
        ItemScore.objects.bulk_create(
            (_item_score(evaluations[unit.pk], item, table, unit.pk) for unit in units for item in items),
            update_conflicts=True,
            unique_fields=["evaluation", "item"],
            update_fields=["suggested", "evidence_text"],
        )
    return score_sheets(scheme)


def _item_score(evaluation_id: int, item: SchemeItem, table: FigureTable, unit_id: int) -> ItemScore:
    sources = EVIDENCE[item.evidence] if item.evidence else ()
    figures = {source.indicator: source.figure(table, unit_id) for source in sources}
    said = [source.said(figures[source.indicator]) for source in sources if figures[source.indicator]]
    return ItemScore(
        evaluation_id=evaluation_id,
        item=item,
        suggested=suggest(item, figures),
        evidence_text="，".join(said) or NO_RECORD,
    )


def score_sheets(scheme: Scheme, unit: Unit | None = None) -> list[ScoreSheet]:
    """The stored sheets of a scheme in tree order, or that of one unit; three queries."""
    items = {item.pk: item for item in scheme.items.all()}
    evaluations = Evaluation.objects.filter(scheme=scheme).select_related("unit").order_by("unit__lft")
    if unit is not None:
        evaluations = evaluations.filter(unit=unit)
    scores: dict[int, list[ItemScore]] = {}
    for score in ItemScore.objects.filter(evaluation__in=evaluations).order_by("item__position"):
        scores.setdefault(score.evaluation_id, []).append(score)
    return [
        ScoreSheet(scheme, evaluation.unit, tuple(_line(score, items) for score in scores.get(evaluation.pk, ())))
        for evaluation in evaluations
    ]


def _line(score: ItemScore, items: Mapping[int, SchemeItem]) -> ScoreLine:
    return ScoreLine(items[score.item_id], score.suggested, score.reviewed, score.evidence_text, score.reason)
