from django.conf import settings
from django.db import models


class Edited(models.Model):
    """A record that people change by forms: who changed it last, and when. `guanai.edits` compares the two."""

    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="修改人",
    )
    updated_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        abstract = True
