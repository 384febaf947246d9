from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guanai.history import tracked
from volunteers.enums import Ruling
from volunteers.models.volunteers import Volunteer


@tracked(personal=("reason",), named_by=("first", "second"), unit="first__unit")
class DuplicateRuling(models.Model):
    """What somebody ruled about two rows of the roster that look like one person; `first` has the lower key.

    It holds for the grounds that stood then: who were told apart by the same name are asked about once more when they
    come to share a phone number as well.
    """

    first = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+", verbose_name="一人")
    second = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+", verbose_name="另一人")
    ruling = models.CharField("结论", max_length=12, choices=Ruling.choices)
    reason = models.CharField("依据", max_length=60, blank=True)
    on_name = models.BooleanField("同名", default=False)
    on_phone = models.BooleanField("同电话", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="核定人")
    at = models.DateTimeField("核定时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "查重结论"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_ruling_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_ruling_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} {self.second} {self.get_ruling_display()}"
