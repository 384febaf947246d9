import pgtrigger
from django.conf import settings
from django.db import models

from guanai.history import untracked
from guanai.models.append_only import Sealed


@untracked("part of the trail")
class ViewLog(Sealed):
    """One look at one personal field: who, whose, which, why, from where. Append-only."""

    stream = "look"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name="查看人")
    at = models.DateTimeField("时间", auto_now_add=True)
    record = models.CharField("对象种类", max_length=40)
    record_id = models.BigIntegerField("对象编号")
    field = models.CharField("查看项目", max_length=40)
    reason = models.CharField("理由", max_length=200)
    address = models.GenericIPAddressField("地址", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查看留痕"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["record", "record_id", "-at"], name="view_log_record"),
            models.Index(fields=["-at", "-id"], name="view_log_at"),
            models.Index(fields=["user", "-at"], name="view_log_user"),
            models.Index(fields=["xact", "id"], name="view_log_xact"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id} {self.field}"
