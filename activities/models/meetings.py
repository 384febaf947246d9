"""会议 and what comes of them, and the 五纳入五统一 that they or a document show."""

from django.db import models
from django.db.models import Q

from activities.enums import InclusionKind, MeetingKind
from activities.querysets import FollowUpQuerySet
from guanai.history import tracked
from guanai.models import Attachment, Edited
from orgs.models import Unit


@tracked()
class Meeting(Edited):
    """会议, 培训, 党委听取汇报: a record of its own, since scoring uses it.

    A hearing (党建带关建, mechanism 1) also has the body that heard the report, its agenda and what it asked for.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="meetings", verbose_name="单位")
    kind = models.CharField("类别", max_length=10, choices=MeetingKind.choices)
    name = models.CharField("名称", max_length=80)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)
    attendance = models.PositiveIntegerField("参加人数", default=0)
    body = models.CharField("听取的会议", max_length=60, blank=True, help_text="如镇党委会、县委常委会。")
    agenda = models.CharField("议题", max_length=300, blank=True)
    decisions = models.CharField("议定事项", max_length=500, blank=True)
    document = models.CharField("纪要文号", max_length=60, blank=True)
    scan = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="纪要扫描件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "会议与培训"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["unit", "-held_on"], name="meeting_unit_date")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on} {self.name}"


@tracked(named_by=("meeting",), unit="meeting__unit")
class FollowUp(models.Model):
    """What a meeting asked somebody to do, until when, and how it ended."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="follow_ups", verbose_name="会议")
    text = models.CharField("落实事项", max_length=200)
    owner = models.CharField("责任人", max_length=40)
    due_on = models.DateField("完成期限")
    done_on = models.DateField("办结日期", null=True, blank=True)
    result = models.CharField("办结情况", max_length=200, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "落实事项"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(done_on=None) | ~Q(result=""), name="follow_up_done_with_result")
        ]
        indexes = [models.Index(fields=["due_on"], name="follow_up_open", condition=Q(done_on=None))]

    def __str__(self) -> str:
        return f"{self.meeting.name} {self.due_on} 前"


@tracked(named_by=("unit",))
class Inclusion(Edited):
    """One of the 五纳入五统一 of a committee in one year, shown by a document or by the minutes of a meeting."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inclusions", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("纳入", max_length=10, choices=InclusionKind.choices)
    document = models.CharField("文号", max_length=60, blank=True)
    issued_by = models.CharField("发文单位", max_length=60, blank=True)
    dated_on = models.DateField("日期")
    scan = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="扫描件"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="inclusions", verbose_name="会议"
    )

    class Meta:
        verbose_name = verbose_name_plural = "五纳入五统一"
        ordering = ["-year", "unit", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "kind"], name="inclusion_once"),
            models.CheckConstraint(condition=~Q(document="") | ~Q(meeting=None), name="inclusion_has_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.year} 年{self.get_kind_display()}"

    @property
    def evidence(self) -> str:
        """The document number, or the name of the meeting."""
        return self.document or (self.meeting.name if self.meeting else "")
