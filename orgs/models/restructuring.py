from django.db import models
from django.db.models import Q

from guanai.history import tracked
from orgs.enums import ChangeState, ChangeVerb, PartOfChange, UnitKind
from orgs.models.people import Membership, User
from orgs.models.units import Unit, UnitPlacement


@tracked(unit="anchor")
class Restructuring(models.Model):
    """One change of the network by a document: done, planned for a later day, or given up.

    Its units hold what stood before and after, so that it can be shown and taken back. Written only by `orgs.services`.
    """

    verb = models.CharField("事项", max_length=12, choices=ChangeVerb.choices)
    state = models.CharField("状态", max_length=12, choices=ChangeState.choices)
    # The smallest branch in which everything named lies: who manages it may see, cancel and take back the change.
    anchor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="范围")
    # In the names of that time, which later changes do not touch.
    headline = models.CharField("内容", max_length=400)
    name = models.CharField("新名称", max_length=60, blank=True)
    kind = models.CharField("新类别", max_length=12, choices=UnitKind.choices, blank=True)
    code = models.CharField("新设单位的代码", max_length=24, blank=True)
    effective_on = models.DateField("生效日期")
    document = models.CharField("文号", max_length=60)
    reason = models.CharField("原因", max_length=200, blank=True)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    applied_at = models.DateTimeField("办理时间", null=True, blank=True)
    problem = models.CharField("未能生效的原因", max_length=300, blank=True)
    takes_back = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="taken_back_by", verbose_name="撤回的事项"
    )
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="取消人"
    )
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "区划调整"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verb=ChangeVerb.TAKE_BACK, takes_back__isnull=False)
                | (~Q(verb=ChangeVerb.TAKE_BACK) & Q(takes_back=None)),
                name="restructuring_takes_back_something",
            ),
        ]
        indexes = [models.Index(fields=["state", "effective_on"], name="restructuring_due")]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.effective_on}"

    @property
    def is_open(self) -> bool:
        """Not carried out and not given up."""
        return self.state in (ChangeState.PLANNED, ChangeState.STUCK)

    @property
    def may_be_taken_back(self) -> bool:
        """By its state alone; whether the network still allows it, `take_back` says."""
        return self.state == ChangeState.DONE and self.verb != ChangeVerb.TAKE_BACK


@tracked(named_by=("restructuring", "unit"))
class RestructuredUnit(models.Model):
    """A unit in a change, with its placement before and after; a target has none, unless it was founded (`after`)."""

    restructuring = models.ForeignKey(
        Restructuring, on_delete=models.PROTECT, related_name="parts", verbose_name="区划调整"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="restructurings", verbose_name="单位")
    part = models.CharField("角色", max_length=8, choices=PartOfChange.choices)
    before = models.ForeignKey(
        UnitPlacement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="变更前"
    )
    after = models.ForeignKey(
        UnitPlacement, on_delete=models.PROTECT, null=True, blank=True, related_name="made_by", verbose_name="变更后"
    )

    class Meta:
        verbose_name = verbose_name_plural = "区划调整的单位"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["restructuring", "unit"], name="restructured_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.restructuring} {self.unit.short_name}（{self.get_part_display()}）"


@tracked(named_by=("ended__unit", "ended__user"), unit="ended__unit")
class MovedMembership(models.Model):
    """A role that ended with its unit, the one that began on the successor, and the end that it had before.

    Nothing began where there is no successor, where the account held the role there already, or where it would have
    stood beside a role that must be another person's.
    """

    restructuring = models.ForeignKey(
        Restructuring, on_delete=models.PROTECT, related_name="memberships", verbose_name="区划调整"
    )
    ended = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name="结束的角色")
    started = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="开始的角色"
    )
    ends_on = models.DateField("原结束日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "随同划转的角色"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.ended)
