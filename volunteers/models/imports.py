from django.conf import settings
from django.db import models

from guanai.fields import EncryptedTextField
from guanai.history import tracked, untracked
from guanai.models import Job
from orgs.models import Unit
from volunteers.enums import ImportState, RowState


@tracked(exclude=("fields", "ruling", "outline", "job", "found", "wrong_rows"))
class RosterImport(models.Model):
    """One file that somebody takes into the roster of a unit.

    The file rests encrypted (`content`) until it was taken in or given up, a day at most; its name is not kept, since
    it may hold that of a person.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="导入人")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    state = models.CharField("状态", max_length=12, choices=ImportState.choices, default=ImportState.OPEN)
    content = EncryptedTextField("文件")
    sheet = models.PositiveSmallIntegerField("第几个表", default=0)
    heading_row = models.PositiveSmallIntegerField("标题行", default=1)
    fields = models.JSONField("各列的意思", default=list)
    ruling = models.JSONField("已作的决定", default=dict)
    # Of the file, so that a page need not open it again: its columns, and how many rows stand under them.
    outline = EncryptedTextField("列名")
    length = models.PositiveIntegerField("文件的行数", default=0)
    # What is done with it in the background (volunteers.services.import_jobs), and what the last check found.
    job = models.ForeignKey(
        Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="后台任务"
    )
    found = EncryptedTextField("检查结果")
    wrong_rows = EncryptedTextField("没有导入的行")
    # How many of its numbers were told to be registered elsewhere: each was a question (guanai.limits).
    told = models.PositiveSmallIntegerField(default=0, editable=False)
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("有变化", default=0)
    same = models.PositiveIntegerField("相同", default=0)
    wrong = models.PositiveIntegerField("没有导入", default=0)
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤销人",
    )

    class Meta:
        verbose_name = verbose_name_plural = "名册导入"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"名册导入 {self.pk}"

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.same + self.wrong


@untracked("says which rows of the roster an import wrote; their own history says what")
class RosterImportRow(models.Model):
    """What one row of the file did; `before` holds the values that it replaced, so that it can be taken back."""

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField("行")
    state = models.CharField("结果", max_length=10, choices=RowState.choices)
    volunteer = models.ForeignKey(
        "volunteers.Volunteer", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="五老"
    )
    before = EncryptedTextField("原来的值")

    class Meta:
        verbose_name = verbose_name_plural = "名册导入的行"
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["roster_import", "row"], name="roster_import_row_once")]

    def __str__(self) -> str:
        return f"第 {self.row} 行"


@untracked("a convenience: what a heading meant the last time")
class ColumnMemory(models.Model):
    """What somebody of a unit chose for a heading; "" for a column that is left out."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+", verbose_name="单位")
    heading = models.CharField("列名", max_length=40)
    field = models.CharField("意思", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "列名对照"
        constraints = [models.UniqueConstraint(fields=["unit", "heading"], name="column_memory_once")]

    def __str__(self) -> str:
        return f"{self.heading} {self.field}"
