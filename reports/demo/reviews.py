"""The yearly evaluation: the scheme of every year, and what the reviewers gave where an item is judged."""

import random
from decimal import Decimal

from orgs.models import UnitYear
from reports.demo.world import World
from reports.enums import RuleKind
from reports.evaluation import ScoreLine, ScoreSheet, score_scheme
from reports.models import ItemScore, Scheme
from reports.schemes import create_town_scheme

_REASONS = {
    "刊物征订": ("征订份数少于单位数。", "个别村没有征订。"),
    "五好创建": ("“活动经常”一项有欠缺。", "创建资料不齐。", "个别村（社区）没有开展自评。"),
    "其他活动": ("部分活动没有写成效。", "活动集中在少数几个村。", "寒暑假活动偏少。"),
}
_OTHER_REASON = "材料不够具体。"


def review(world: World) -> int:
    """Make the schemes and score them; judge the closed years, while the running one waits for its reviewers.

    Returns the judged items.
    """
    judged = 0
    for year in world.plan.years:
        scheme = create_town_scheme(world.county, year)
        sheets = score_scheme(scheme=scheme)
        if year <= world.plan.year:
            judged += _judge(world, scheme, sheets)
    return judged


def _judge(world: World, scheme: Scheme, sheets: list[ScoreSheet]) -> int:
    good = set(UnitYear.objects.filter(year=scheme.year, five_goods=True).values_list("unit_id", flat=True))
    points = {}
    for sheet in sheets:
        dice = world.plan.stream("review", scheme.year, sheet.unit.code)
        character = world.character(sheet.unit)
        strength = 0.97 if character.get("strong") else 0.72 if character.get("poor") else 0.9
        strength -= 0.0 if sheet.unit.pk in good else 0.12
        for line in sheet.lines:
            if line.item.rule == RuleKind.JUDGED:
                points[sheet.unit.pk, line.item.pk] = _points(dice, line, strength)
    scores = list(ItemScore.objects.filter(evaluation__scheme=scheme).select_related("evaluation"))
    reviewed = [score for score in scores if (score.evaluation.unit_id, score.item_id) in points]
    for score in reviewed:
        score.reviewed, score.reason = points[score.evaluation.unit_id, score.item_id]
    return ItemScore.objects.bulk_update(reviewed, ["reviewed", "reason"], batch_size=500)


def _points(dice: random.Random, line: ScoreLine, strength: float) -> tuple[Decimal, str]:
    """To half a point, with a reason where points are taken off."""
    share = min(1.0, strength + dice.uniform(-0.06, 0.08))
    given = (line.item.maximum * 2 * Decimal(str(round(share, 3)))).quantize(Decimal(1)) / 2
    if given >= line.item.maximum:
        return line.item.maximum, ""
    return given, dice.choice(_REASONS.get(line.item.name, (_OTHER_REASON,)))
