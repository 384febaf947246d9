from django.db import models

from activities.enums import ThemeGroup, ThemeNature
from guanai.history import track_links, tracked
from orgs.models import Unit
from volunteers.models import Speciality


@tracked()
class Theme(models.Model):
    """主题: stands in a top group and feeds one count of the statistics form; the county edits the list.

    `specialities` are what somebody should be able to do who speaks on it: the search for speakers begins with them.
    """

    name = models.CharField("主题", max_length=30, unique=True)
    group = models.CharField("大类", max_length=10, choices=ThemeGroup.choices)
    nature = models.CharField("计入", max_length=10, choices=ThemeNature.choices)
    specialities = models.ManyToManyField(
        Speciality,
        blank=True,
        related_name="themes",
        verbose_name="主讲的特长",
        help_text="填活动时找主讲五老，先按这些特长找；不选就不限。",
    )
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "主题"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


track_links(Theme, "specialities")


@tracked()
class Programme(models.Model):
    """项目品牌, a tag: 护苗行动, 周末趣味课堂 …"""

    name = models.CharField("项目", max_length=30, unique=True)
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Partner(models.Model):
    """A department that works along: 民政, 残联, 工会, 团, 妇联, 公安, 司法, 学校, 文明实践站."""

    name = models.CharField("名称", max_length=60, unique=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="在本网络的单位"
    )
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "联动部门"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
