from django.db import models


class RuleKind(models.TextChoices):
    """How an item is scored (domain.md §2)."""

    ALL_OR_NOTHING = "all_or_nothing", "达到得满分"
    DEDUCT_PER_MISSING = "deduct_per_missing", "缺一样扣分"
    THRESHOLD_COUNT = "threshold_count", "按次数"
    RATIO_THRESHOLD = "ratio_threshold", "按比率"
    JUDGED = "judged", "考评员评定"
    BONUS = "bonus", "加分"
    PENALTY = "penalty", "扣分"
    VETO = "veto", "一票否决"


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    PASS = "pass", "合格"
    FAIL = "fail", "不合格"
