"""What is only ever added to: the trail and the ledger. `guanai/database_role.py` keeps the privileges that follow."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Func
from django.db.models.functions import Now

from guanai.history import untracked


class AppendOnly(models.Model):
    """A table of which the application may SELECT and INSERT; no role but the owner could change or empty it."""

    class Meta:
        abstract = True


class Sealed(AppendOnly):
    """A stream of rows that the sealer covers (`guanai/seals.py`).

    `xact` is the number of the transaction that wrote the row, by the database's own default. Numbers of rows come
    from a sequence and commit out of order; of transactions the database knows below which number all have ended.
    """

    stream: ClassVar[str]
    # What of the stream may go after the time of keeping; the books of money never do.
    expires: ClassVar[bool] = True

    xact = models.BigIntegerField(db_default=Func(function="guanai_xact"), editable=False)

    class Meta:
        abstract = True


@untracked("part of the trail")
class AuditSeal(AppendOnly):
    """The rows of one stream that were written by the transactions from `starts` up to, not including, `ends`.

    The digest covers these figures, the rows' content and the digest before, so that none of them can be changed
    alone. `columns` names what of a row was sealed: a column that a later release adds does not break old seals.
    """

    stream = models.CharField("记录流", max_length=20)
    number = models.PositiveIntegerField("序号")
    starts = models.BigIntegerField("起")
    ends = models.BigIntegerField("止")
    columns = models.TextField("字段")
    rows = models.PositiveIntegerField("条数")
    content = models.CharField("内容 SM3", max_length=64)
    previous = models.CharField("上一封存", max_length=64)
    digest = models.CharField("HMAC-SM3", max_length=64)
    # Which of `settings.AUDIT_KEYS` the digest was made with.
    key = models.PositiveSmallIntegerField("密钥版本", default=1)
    made_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = verbose_name_plural = "审计封存"
        ordering = ["stream", "number"]
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="audit_seal_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.stream} {self.number}"


@untracked("part of the trail")
class SealRetirement(AppendOnly):
    """The rows up to and with seal `through` were old enough and deleted by the owner; the seals themselves stay."""

    stream = models.CharField("记录流", max_length=20)
    through = models.PositiveIntegerField("止于封存")
    rows = models.PositiveIntegerField("条数")
    made_at = models.DateTimeField("时间")
    digest = models.CharField("HMAC-SM3", max_length=64)
    key = models.PositiveSmallIntegerField("密钥版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "到期删除"
        ordering = ["stream", "through"]
        constraints = [models.UniqueConstraint(fields=["stream", "through"], name="seal_retirement_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.stream} {self.through}"


@untracked("part of the trail")
class SealCheck(models.Model):
    """When `verify_audit` last looked and what it found: told to the auditor, a proof of nothing."""

    made_at = models.DateTimeField("核对时间", db_default=Now())
    in_order = models.BooleanField("无误")
    finding = models.CharField("发现", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "封存核对"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"
