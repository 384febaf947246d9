import datetime

from django.db import models
from django.db.models import F, Q

from aid.enums import HelperKind, VisitWay
from aid.models.children import Child
from aid.querysets import PairingQuerySet, VisitQuerySet
from guanai.fields import EncryptedTextField
from guanai.history import tracked
from guanai.identity import mask_name
from orgs.models import Unit
from volunteers.models import Volunteer


@tracked(personal=("end_reason",), named_by=("child",), unit="child__unit")
class Pairing(models.Model):
    """结对: one helper beside one child for a time; several rows for one child are 多对一."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="pairings", verbose_name="儿童")
    kind = models.CharField("帮扶人类别", max_length=14, choices=HelperKind.choices)
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="帮扶人"
    )
    helper_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="帮扶单位"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    end_reason = models.CharField("结束原因", max_length=60, blank=True)
    plan = EncryptedTextField("帮扶计划")

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=HelperKind.UNIT, helper_unit__isnull=False, volunteer=None)
                | (~Q(kind=HelperKind.UNIT) & Q(volunteer__isnull=False, helper_unit=None)),
                name="pairing_one_helper",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pairing_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["child", "volunteer"], condition=Q(ends_on=None), name="pairing_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child.number} {self.starts_on} 起"

    @property
    def helper(self) -> str:
        """The name of who helps: somebody of the roster or a unit."""
        return self.volunteer.name if self.volunteer else self.helper_unit.short_name if self.helper_unit else ""

    @property
    def masked_helper(self) -> str:
        """The same for whoever sees no roster: of a person the family name."""
        return mask_name(self.volunteer.name) if self.volunteer else self.helper

    def runs_on(self, day: datetime.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@tracked(named_by=("pairing__child",), unit="pairing__child__unit")
class Visit(models.Model):
    """走访: one contact with the child within a pairing."""

    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="visits", verbose_name="结对")
    held_on = models.DateField("日期")
    way = models.CharField("方式", max_length=8, choices=VisitWay.choices, default=VisitWay.HOME)
    content = EncryptedTextField("内容")
    problem = EncryptedTextField("发现的问题")
    next_on = models.DateField("下次日期", null=True, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["pairing", "-held_on"], name="visit_pairing_date")]

    def __str__(self) -> str:
        return f"{self.pairing.child.number} {self.held_on}"
