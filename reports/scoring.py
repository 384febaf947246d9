"""The kinds of rule (domain.md §2): from figures to points. Thresholds are data, never constants here.

`parameters` of a `SchemeItem`, by kind of rule; numbers are strings, so that nothing is lost on the way:

    all_or_nothing      {"at_least": {indicator: number, …}}            all reached: the maximum, else nothing
    threshold_count     {"at_least": {indicator: number}}               short of it: in proportion
    ratio_threshold     {"at_least": {ratio: part of 1}}                reached: the maximum, else nothing
    deduct_per_missing  {"wanted": {indicator: {"count", "each"}, …}}   each missing one costs `each`, down to nothing
    bonus, penalty      {"each": {indicator: points, …}}                up to the maximum; a penalty is below nought
    veto                {"at_least": {indicator: number}}               reached: the unit fails, whatever its points
    judged              {}                                              no suggestion, a reviewer decides
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from reports.enums import RuleKind
from reports.indicators import Figure
from reports.models import SchemeItem

_STEP = Decimal("0.1")
Figures = Mapping[str, Figure]


def suggest(item: SchemeItem, figures: Figures) -> Decimal | None:
    """The points that the records suggest; None where a person decides.

    A veto suggests nought where it does not hold, and −1 where it does. Raises KeyError for a figure that is not
    among the item's evidence.
    """
    if item.rule == RuleKind.JUDGED:
        return None
    return _RULES[item.rule](item, figures).quantize(_STEP, ROUND_HALF_UP)


def _reaches(item: SchemeItem, figures: Figures) -> bool:
    return all(figures[code] >= Decimal(number) for code, number in item.parameters["at_least"].items())


def _all_or_nothing(item: SchemeItem, figures: Figures) -> Decimal:
    return item.maximum if _reaches(item, figures) else Decimal(0)


def _threshold_count(item: SchemeItem, figures: Figures) -> Decimal:
    shares = [
        min(Decimal(1), max(Decimal(figures[code]), Decimal(0)) / Decimal(number))
        for code, number in item.parameters["at_least"].items()
    ]
    return item.maximum * sum(shares) / len(shares)


def _deduct_per_missing(item: SchemeItem, figures: Figures) -> Decimal:
    lost = sum(
        (
            max(Decimal(wanted["count"]) - figures[code], Decimal(0)) * Decimal(wanted["each"])
            for code, wanted in item.parameters["wanted"].items()
        ),
        Decimal(0),
    )
    return max(item.maximum - lost, Decimal(0))


def _bonus(item: SchemeItem, figures: Figures) -> Decimal:
    earned = (Decimal(each) * figures[code] for code, each in item.parameters["each"].items())
    return min(item.maximum, sum(earned, Decimal(0)))


def _penalty(item: SchemeItem, figures: Figures) -> Decimal:
    return -_bonus(item, figures)


def _veto(item: SchemeItem, figures: Figures) -> Decimal:
    return Decimal(-1) if _reaches(item, figures) else Decimal(0)


_RULES: dict[str, Callable[[SchemeItem, Figures], Decimal]] = {
    RuleKind.ALL_OR_NOTHING: _all_or_nothing,
    RuleKind.DEDUCT_PER_MISSING: _deduct_per_missing,
    RuleKind.THRESHOLD_COUNT: _threshold_count,
    RuleKind.RATIO_THRESHOLD: _all_or_nothing,
    RuleKind.BONUS: _bonus,
    RuleKind.PENALTY: _penalty,
    RuleKind.VETO: _veto,
}
