from django.conf import settings
from django.db import models

from guanai.history import untracked


@untracked("a convenience: what somebody ticked the last time")
class RosterColumns(models.Model):
    """The columns that somebody chose for the list file of the roster; without a row it has the usual ones."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True)
    columns = models.JSONField("列", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "名册导出的列"

    def __str__(self) -> str:
        return f"名册导出的列 {self.pk}"
