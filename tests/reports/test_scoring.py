"""Each kind of rule: reached, short of it, empty, and its floor or cap."""

from decimal import Decimal
from typing import Any

import pytest

from reports.enums import RuleKind
from reports.models import SchemeItem
from reports.scoring import suggest

R = RuleKind
MISSING = {"wanted": {"a": {"count": "4", "each": "1"}, "b": {"count": "2", "each": "0.5"}}}


@pytest.mark.parametrize(
    ("rule", "maximum", "parameters", "figures", "points"),
    [
        (R.ALL_OR_NOTHING, "8", {"at_least": {"a": "5000", "b": "1"}}, {"a": Decimal(5000), "b": 1}, "8"),
        (R.ALL_OR_NOTHING, "8", {"at_least": {"a": "5000", "b": "1"}}, {"a": Decimal("4999.99"), "b": 1}, "0"),
        (R.ALL_OR_NOTHING, "8", {"at_least": {"a": "5000", "b": "1"}}, {"a": Decimal(9000), "b": 0}, "0"),
        (R.DEDUCT_PER_MISSING, "5", MISSING, {"a": 4, "b": 2}, "5"),
        (R.DEDUCT_PER_MISSING, "5", MISSING, {"a": 9, "b": 1}, "4.5"),
        (R.DEDUCT_PER_MISSING, "5", MISSING, {"a": 3, "b": 0}, "3"),
        (R.DEDUCT_PER_MISSING, "2", MISSING, {"a": 0, "b": 0}, "0"),
        (R.THRESHOLD_COUNT, "15", {"at_least": {"a": "20"}}, {"a": 23}, "15"),
        (R.THRESHOLD_COUNT, "15", {"at_least": {"a": "20"}}, {"a": 13}, "9.8"),
        (R.THRESHOLD_COUNT, "15", {"at_least": {"a": "20"}}, {"a": 0}, "0"),
        (R.RATIO_THRESHOLD, "5", {"at_least": {"a": "0.9"}}, {"a": Decimal("0.9000")}, "5"),
        (R.RATIO_THRESHOLD, "5", {"at_least": {"a": "0.9"}}, {"a": Decimal("0.8999")}, "0"),
        (R.BONUS, "5", {"each": {"a": "2"}}, {"a": 1}, "2"),
        (R.BONUS, "5", {"each": {"a": "2"}}, {"a": 7}, "5"),
        (R.PENALTY, "3", {"each": {"a": "2"}}, {"a": 1}, "-2"),
        (R.PENALTY, "3", {"each": {"a": "2"}}, {"a": 4}, "-3"),
        (R.VETO, "0", {"at_least": {"a": "1"}}, {"a": 0}, "0"),
        (R.VETO, "0", {"at_least": {"a": "1"}}, {"a": 1}, "-1"),
    ],
)
def test_rule_gives_points(
    rule: RuleKind, maximum: str, parameters: dict[str, Any], figures: dict[str, int | Decimal], points: str
) -> None:
    item = SchemeItem(rule=rule, maximum=Decimal(maximum), parameters=parameters)
    assert suggest(item, figures) == Decimal(points)


def test_judged_item_gets_no_suggestion() -> None:
    assert suggest(SchemeItem(rule=R.JUDGED, maximum=Decimal(20)), {}) is None
