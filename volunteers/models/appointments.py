from django.db import models
from django.db.models import F, Q

from guanai.history import tracked
from orgs.models import Unit
from volunteers.enums import Post
from volunteers.models.volunteers import Volunteer
from volunteers.querysets import AppointmentQuerySet


@tracked()
class Appointment(models.Model):
    """Who holds which post in a committee, by which document of the Party organisation of the same tier.

    The holder is a person of the roster or a serving official, who stands here by name alone.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments", verbose_name="单位")
    post = models.CharField("职务", max_length=26, choices=Post.choices)
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name="五老"
    )
    official = models.CharField("在职领导姓名", max_length=40, blank=True)
    document = models.CharField("任职文号", max_length=60)
    issued_by = models.CharField("发文单位", max_length=60)
    issued_on = models.DateField("发文日期")
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("免职日期", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["unit", "post", "-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(volunteer=None) ^ Q(official=""), name="appointment_one_holder"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.post}"
