"""A long job is a row; its parts are rows; its files are rows. The broker only says "look again"."""

from pathlib import Path

from django.conf import settings
from django.db import models

from guanai.enums import JobState, PartState
from guanai.history import untracked


@untracked("work of the machine")
class Job(models.Model):
    """Something longer than two seconds that somebody asked for, and its state."""

    kind = models.CharField("种类", max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name="发起人")
    parameters = models.JSONField("参数", default=dict, help_text="record numbers and years only, never personal data")
    state = models.CharField("状态", max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    error = models.TextField("失败原因", blank=True)
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    figures_at = models.DateTimeField("数字截至", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近活动", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("汇编次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["kind", "state"], name="job_kind_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


@untracked("work of the machine")
class JobPart(models.Model):
    """One idempotent piece of a job, for one unit as a rule."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    key = models.CharField("键", max_length=40)
    label = models.CharField("名称", max_length=80)
    group = models.CharField("分组", max_length=20, blank=True)
    position = models.PositiveIntegerField("次序")
    state = models.CharField("状态", max_length=12, choices=PartState.choices, default=PartState.QUEUED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    error = models.TextField("失败原因", blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近活动", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务分项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="job_part_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.key}"


@untracked("work of the machine")
class JobFile(models.Model):
    """A result. It is bound to the job's owner; who may build may download, nobody else."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    part = models.ForeignKey(JobPart, on_delete=models.CASCADE, null=True, blank=True, related_name="files")
    name = models.CharField("文件名", max_length=120)
    label = models.CharField("名称", max_length=80)
    note = models.CharField("说明", max_length=80, blank=True)
    position = models.PositiveIntegerField("次序", default=0)
    size = models.PositiveIntegerField("字节")
    digest = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务文件"
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="job_file_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.name}"

    @property
    def path(self) -> Path:
        """Where the bytes lie: private to the server, reached only through the download view."""
        return Path(settings.MEDIA_ROOT) / "jobs" / str(self.job_id) / self.name

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.removeprefix(".")
