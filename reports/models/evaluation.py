from django.db import models
from django.db.models import Q

from guanai.history import tracked
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.enums import RuleKind


@tracked(unit="county")
class Scheme(models.Model):
    """A county's evaluation scheme for one year and the kinds of unit it judges."""

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="schemes", verbose_name="县")
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("名称", max_length=60)
    unit_kind = models.CharField("适用", max_length=12, choices=UnitKind.choices)
    bonus_cap = models.DecimalField("加分上限", max_digits=5, decimal_places=1, default=10)
    excellent_from = models.DecimalField("优秀线", max_digits=5, decimal_places=1, default=90)
    good_from = models.DecimalField("良好线", max_digits=5, decimal_places=1, default=80)
    pass_from = models.DecimalField("合格线", max_digits=5, decimal_places=1, default=60)

    class Meta:
        verbose_name = verbose_name_plural = "考评办法"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "unit_kind"], name="scheme_once_a_year"),
            models.CheckConstraint(
                condition=Q(excellent_from__gt=models.F("good_from")) & Q(good_from__gt=models.F("pass_from")),
                name="scheme_grades_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.year}）"


@tracked(unit="scheme__county")
class SchemeItem(models.Model):
    """One line of a score sheet: what is wanted, how much it is worth, and the records that show it."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="items", verbose_name="办法")
    position = models.PositiveSmallIntegerField("序号")
    heading = models.CharField("大项", max_length=20)
    name = models.CharField("项目", max_length=60)
    rule_text = models.CharField("规则", max_length=80)
    maximum = models.DecimalField("满分", max_digits=5, decimal_places=1)
    rule = models.CharField("规则种类", max_length=20, choices=RuleKind.choices)
    parameters = models.JSONField("参数", default=dict)
    evidence = models.CharField("依据", max_length=40, blank=True, help_text="an evidence code; empty where judged")

    class Meta:
        verbose_name = verbose_name_plural = "考评项目"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "position"], name="scheme_item_position")]

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"


@tracked(exclude=("scored_at",), named_by=("scheme", "unit"))
class Evaluation(models.Model):
    """One unit under one scheme."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="evaluations", verbose_name="办法")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="evaluations", verbose_name="单位")
    scored_at = models.DateTimeField("计算时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考评"
        ordering = ["unit__tree_id", "unit__lft"]
        constraints = [models.UniqueConstraint(fields=["scheme", "unit"], name="evaluation_once")]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.scheme.year} 年"


# What the records suggest is computed again and again; people give the other two.
@tracked(exclude=("suggested", "evidence_text"), named_by=("evaluation__unit", "item"), unit="evaluation__unit")
class ItemScore(models.Model):
    """What the records suggest for one item of one unit, and what a reviewer gave where an item is judged."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="scores")
    item = models.ForeignKey(SchemeItem, on_delete=models.PROTECT, related_name="scores")
    suggested = models.DecimalField("建议", max_digits=5, decimal_places=1, null=True, blank=True)
    reviewed = models.DecimalField("考评", max_digits=5, decimal_places=1, null=True, blank=True)
    evidence_text = models.CharField("依据", max_length=120, blank=True)
    reason = models.CharField("扣分理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目得分"
        ordering = ["item__position"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "item"], name="item_score_once")]

    def __str__(self) -> str:
        return f"{self.evaluation.unit.short_name} {self.item.name}"
