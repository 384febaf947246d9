import calendar
import datetime

from django.db import models
from django.db.models import Q

from activities.enums import PaperKind, PaperState, PublicationKind
from guanai.history import tracked
from guanai.models import Edited
from orgs.models import Unit


# That it was rewritten, not each version of pages of text.
@tracked(personal=("text",), named_by=("unit",))
class Paper(Edited):
    """A unit's yearly paper: plan, check, summary, assessment, statistics form."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="papers", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("种类", max_length=10, choices=PaperKind.choices)
    state = models.CharField("状态", max_length=10, choices=PaperState.choices, default=PaperState.DRAFT)
    text = models.TextField("正文", blank=True)
    filed_on = models.DateField("归档日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度材料"
        ordering = ["-year", "unit", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "kind"], name="paper_once"),
            models.CheckConstraint(
                condition=Q(state=PaperState.FILED, filed_on__isnull=False)
                | (~Q(state=PaperState.FILED) & Q(filed_on=None)),
                name="paper_filed_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.year} 年{self.get_kind_display()}"


@tracked()
class PaperDeadline(models.Model):
    """By which day of the year a kind of paper is due; the county edits it."""

    kind = models.CharField("种类", max_length=10, choices=PaperKind.choices, unique=True)
    month = models.PositiveSmallIntegerField("月")
    day = models.PositiveSmallIntegerField("日")

    class Meta:
        verbose_name = verbose_name_plural = "材料期限"
        ordering = ["month", "day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12, day__gte=1, day__lte=31), name="paper_deadline_in_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.month}月{self.day}日"

    def in_year(self, year: int) -> datetime.date:
        """The day in one year; a day that its month has not (31 April) is the month's last."""
        last = calendar.monthrange(year, self.month)[1]
        return datetime.date(year, self.month, min(self.day, last))


@tracked()
class Publication(models.Model):
    """调研 and 信息 that a unit wrote, and where one was adopted."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="publications", verbose_name="单位")
    kind = models.CharField("种类", max_length=10, choices=PublicationKind.choices)
    name = models.CharField("题目", max_length=80)
    published_on = models.DateField("报送日期")
    adopted_by = models.CharField("采用单位", max_length=60, blank=True)
    adopted_on = models.DateField("采用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "调研和信息"
        ordering = ["-published_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"
