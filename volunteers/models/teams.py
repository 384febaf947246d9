from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from guanai import identity
from guanai.history import tracked
from guanai.models import Edited
from orgs.models import Unit
from volunteers.enums import StudioKind, TeamKind
from volunteers.models.volunteers import Volunteer
from volunteers.querysets import TeamMemberQuerySet, TeamQuerySet

_BOTH = RangeBoundary(inclusive_lower=True, inclusive_upper=True)


def _one(field: str) -> Func:
    """A key as a range of itself alone: there is no btree_gist."""
    return Func(F(field), F(field), _BOTH, function="int8range", output_field=BigIntegerRangeField())


@tracked(named_by=("unit",))
class Team(Edited):
    """A team of 五老: lecturers, supervisors, a 五老工作室 with its kind. It ends by a date and a reason.

    Its name may hold that of a person (张建国工作室): `__str__` and whoever does not read the roster get unit and kind.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="teams", verbose_name="单位")
    kind = models.CharField("类别", max_length=12, choices=TeamKind.choices)
    studio_kind = models.CharField("工作室类型", max_length=12, choices=StudioKind.choices, blank=True)
    name = models.CharField("名称", max_length=60)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    dissolved_reason = models.CharField("撤销原因", max_length=60, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "团队"
        ordering = ["unit__tree_id", "unit__lft", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="team_name_once_in_unit"),
            models.CheckConstraint(
                condition=(Q(kind=TeamKind.STUDIO) & ~Q(studio_kind=""))
                | (~Q(kind=TeamKind.STUDIO) & Q(studio_kind="")),
                name="team_studio_has_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on=None, dissolved_reason="")
                | (Q(dissolved_on__gte=F("founded_on")) & ~Q(dissolved_reason="")),
                name="team_dissolved_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def kind_label(self) -> str:
        """报告团（宣讲团）, 五老工作室（服务型）."""
        studio = self.get_studio_kind_display()
        return f"{self.get_kind_display()}（{studio}）" if studio else str(self.get_kind_display())

    @property
    def label(self) -> str:
        """亭子镇 五老工作室（服务型）: what it is called without its name. `unit` is joined where there are many."""
        return f"{self.unit.short_name} {self.kind_label}"

    @property
    def is_running(self) -> bool:
        """Today, as `TeamQuerySet.running` says of a day."""
        today = timezone.localdate()
        return self.founded_on <= today and (self.dissolved_on is None or self.dissolved_on > today)


@tracked(named_by=("team__unit", "volunteer"), unit="team__unit")
class TeamMember(Edited):
    """Somebody's time in a team. `ends_on` is the first day out of it, as `Volunteer.left_on` and `Team.dissolved_on`
    are: who left the roster, or whose team was dissolved, is out by that day without a word here."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members", verbose_name="团队")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="teams", verbose_name="成员")
    leads = models.BooleanField("领衔人", default=False)
    starts_on = models.DateField("加入日期")
    ends_on = models.DateField("退出日期", null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "团队成员"
        ordering = ["-leads", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="team_member_ends_after_start"
            ),
            # Somebody may come back later, but is in a team once at a time.
            ExclusionConstraint(
                name="team_member_once_at_a_time",
                expressions=[
                    (_one("team"), RangeOperators.OVERLAPS),
                    (_one("volunteer"), RangeOperators.OVERLAPS),
                    (
                        Func(F("starts_on"), F("ends_on"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team.label} {identity.mask_name(self.volunteer.name)}"
