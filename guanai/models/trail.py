import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

from guanai.enums import Change, Verb
from guanai.history import untracked
from guanai.models.append_only import Sealed


@untracked("part of the trail")
class RowEvent(Sealed):
    """One row that was added, changed or removed: by whom, from where, by which request, command or task.

    Written by the triggers of `guanai/history.py` alone. `changes` maps field names to [old, new] of an update, to the
    value of a row added or removed. `personal` names the personal fields that were set or changed: their values are in
    no trail. Nothing points at the tables of records, so that a row of the trail never holds anything back.
    """

    stream = "row"

    at = models.DateTimeField("时间", db_default=Now())
    change = models.CharField("动作", max_length=6, choices=Change.choices)
    record = models.CharField("对象种类", max_length=40)
    record_id = models.BigIntegerField("对象编号")
    unit_id = models.BigIntegerField("单位", null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="操作人",
    )
    address = models.GenericIPAddressField("地址", null=True)
    via = models.CharField("经由", max_length=200, blank=True)
    context = models.UUIDField("同一次操作", null=True)
    changes = models.JSONField("内容", default=dict)
    personal = models.JSONField("个人信息字段", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "数据变更"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="row_event_at"),
            models.Index(fields=["record", "record_id", "-at"], name="row_event_record"),
            models.Index(fields=["actor", "-at"], name="row_event_actor"),
            models.Index(fields=["xact", "id"], name="row_event_xact"),
            # What was added to somebody, or taken away, and may be gone: service times, memberships of teams.
            models.Index(
                KeyTextTransform("volunteer", "changes"),
                name="row_event_volunteer",
                condition=models.Q(changes__has_key="volunteer"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id} {self.change}"


@untracked("part of the trail")
class TrailEntry(Sealed):
    """What happened and is no change of a row: sign-ins, files that left, refusals. `detail` holds no personal data.

    A failed sign-in names the account, if there is one of that name, as its record, and nobody as its actor; what else
    was typed is not kept: people type passwords into the field of the name.
    """

    stream = "entry"

    at = models.DateTimeField("时间", db_default=Now())
    verb = models.CharField("动作", max_length=20, choices=Verb.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="操作人",
    )
    record = models.CharField("对象种类", max_length=40, blank=True)
    record_id = models.BigIntegerField("对象编号", null=True)
    unit_id = models.BigIntegerField("单位", null=True)
    address = models.GenericIPAddressField("地址", null=True)
    detail = models.JSONField("说明", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "操作留痕"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="trail_entry_at"),
            models.Index(fields=["record", "record_id", "-at"], name="trail_entry_record"),
            models.Index(fields=["actor", "-at"], name="trail_entry_actor"),
            models.Index(fields=["xact", "id"], name="trail_entry_xact"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"
