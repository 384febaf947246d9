import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from guanai.fields import EncryptedTextField
from guanai.history import untracked

# How long a file with personal data in clear rests here (design.md, Personal data).
KEPT = datetime.timedelta(hours=24)


class ClearFileQuerySet(models.QuerySet["ClearFile"]):
    def kept(self) -> "ClearFileQuerySet":
        """What may still be fetched, whether or not the last clean-up was late."""
        return self.filter(expires_at__gt=Now())


@untracked("gone within a day; ViewLog says who was given what of whom, and why")
class ClearFile(models.Model):
    """A file that holds personal data in clear: encrypted at rest, for whoever asked for it alone, gone after a day.

    It lies in the database and not beside it, so that it is written in one transaction with the looks that it gives
    and a rotation of keys finds it like every other encrypted value. `content` is the file as base85 text.
    """

    kind = models.CharField("种类", max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="导出人"
    )
    label = models.CharField("名称", max_length=80, help_text="words of the kind, never of a person")
    suffix = models.CharField("类型", max_length=8)
    # Whom it is about, so that whoever fetches it is asked again whether they may.
    record = models.CharField("对象种类", max_length=40)
    record_ids = ArrayField(models.BigIntegerField(), verbose_name="对象编号")
    content = EncryptedTextField("文件")
    size = models.PositiveIntegerField("字节")
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    expires_at = models.DateTimeField("清除时间", db_index=True)

    objects = ClearFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "含个人信息的文件"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def name(self) -> str:
        """The name under which it is saved: words and its number, never a person's name."""
        return f"{self.label}-{self.pk}.{self.suffix}"
