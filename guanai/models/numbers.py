from django.db import models

from guanai.history import untracked


@untracked("a counter")
class NumberSeries(models.Model):
    """The last number given out in a series, e.g. activities of one unit in one year."""

    kind = models.CharField("种类", max_length=20)
    scope = models.CharField("范围", max_length=24, help_text="a unit's code")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        constraints = [models.UniqueConstraint(fields=["kind", "scope", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.scope} {self.year}"
