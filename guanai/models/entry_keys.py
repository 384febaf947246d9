from django.conf import settings
from django.db import models

from guanai.history import untracked


@untracked("which form made which record; the record has its history")
class EntryKey(models.Model):
    """What a form made: the same form sent twice, by a double tap or a poor connection, makes one record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    record = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "表单凭据"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="entry_key_once")]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id}"
