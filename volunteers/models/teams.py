from django.db import models

from guanai import identity
from guanai.history import tracked
from orgs.models import Unit
from volunteers.enums import TeamKind
from volunteers.models.volunteers import Volunteer


@tracked()
class Team(models.Model):
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="teams", verbose_name="单位")
    kind = models.CharField("类别", max_length=12, choices=TeamKind.choices)
    name = models.CharField("名称", max_length=60)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "团队"
        ordering = ["unit__tree_id", "unit__lft", "pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="team_name_once_in_unit")]

    def __str__(self) -> str:
        return self.name


@tracked(named_by=("team", "volunteer"), unit="team__unit")
class TeamMember(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members", verbose_name="团队")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="teams", verbose_name="成员")
    leads = models.BooleanField("领衔人", default=False)
    starts_on = models.DateField("加入日期")
    ends_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "团队成员"
        ordering = ["-leads", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "volunteer"], condition=models.Q(ends_on=None), name="team_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team.name} {identity.mask_name(self.volunteer.name)}"
