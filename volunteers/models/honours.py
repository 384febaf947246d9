from django.db import models
from django.db.models import Q

from guanai.history import tracked
from guanai.models import Attachment, Edited
from orgs.models import Unit
from volunteers.enums import HonourLevel
from volunteers.models.teams import Team
from volunteers.models.volunteers import Volunteer
from volunteers.querysets import HonourQuerySet


@tracked(named_by=("volunteer", "team__unit"))
class Honour(Edited):
    """荣誉 of one person or of one team. It stays with the unit where it was recorded, as every record does.

    What was recorded wrongly is taken down with a reason and stays in the table: `removed_reason` says so.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="honours", verbose_name="单位")
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, null=True, blank=True, related_name="honours", verbose_name="个人"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="honours", verbose_name="团队"
    )
    name = models.CharField("荣誉名称", max_length=80)
    level = models.CharField("级别", max_length=10, choices=HonourLevel.choices)
    awarded_by = models.CharField("授予单位", max_length=60)
    document = models.CharField("文号", max_length=60, blank=True)
    awarded_on = models.DateField("授予日期")
    scan = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="证书或文件扫描件"
    )
    removed_on = models.DateField("撤下日期", null=True, blank=True)
    removed_reason = models.CharField("撤下原因", max_length=60, blank=True)

    objects = HonourQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉"
        ordering = ["-awarded_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(volunteer=None) ^ Q(team=None), name="honour_of_one"),
            models.CheckConstraint(
                condition=Q(removed_on=None, removed_reason="") | (~Q(removed_on=None) & ~Q(removed_reason="")),
                name="honour_removed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        whose = self.volunteer.number if self.volunteer else self.team.label if self.team else ""
        return f"{whose} {self.name}（{self.get_level_display()}）"

    @property
    def holder(self) -> str:
        """The person's or the team's name, for who reads the roster; both are joined where there are many."""
        return self.volunteer.name if self.volunteer else self.team.name if self.team else ""
