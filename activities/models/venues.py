from django.db import models

from activities.enums import VenueKind
from guanai.history import tracked
from orgs.models import Unit


@tracked()
class Venue(models.Model):
    """阵地: a place of the network with a name of its own."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="venues", verbose_name="单位")
    kind = models.CharField("类别", max_length=18, choices=VenueKind.choices)
    name = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField("容纳人数", null=True, blank=True)
    is_model = models.BooleanField("示范站", default=False)
    opened_on = models.DateField("启用日期")
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "阵地"
        ordering = ["unit__tree_id", "unit__lft", "kind", "pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="venue_name_once_in_unit")]

    def __str__(self) -> str:
        return self.name
