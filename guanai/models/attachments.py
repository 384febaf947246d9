import uuid
from pathlib import Path

from django.conf import settings
from django.db import models

from guanai.history import tracked


@tracked()
class Attachment(models.Model):
    """A scan that somebody uploaded: a document, minutes, a photo of a name plate.

    It says nothing about who may see it: the record that points to it does, and the view of that record serves it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    label = models.CharField("名称", max_length=80)
    content_type = models.CharField("类型", max_length=40)
    size = models.PositiveIntegerField("字节")
    digest = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "扫描件"

    def __str__(self) -> str:
        return self.label

    @property
    def path(self) -> Path:
        """Where the bytes lie, under a name that tells nothing; no address leads there."""
        folder = Path(settings.MEDIA_ROOT) / "attachments" / self.key.hex[:2]
        return folder / self.key.hex
