import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from activities.enums import ActivityForm, ActivityState
from activities.models.taxonomies import Partner, Programme, Theme
from activities.models.venues import Venue
from activities.querysets import ActivityQuerySet
from guanai.history import track_links, tracked, untracked
from guanai.models import Edited
from orgs.models import Unit
from volunteers.models import Volunteer


@tracked(exclude=("entry_key",))
class Activity(Edited):
    """One thing that happened. It belongs to its 主办 `unit`; co-hosts list it, totals count it once."""

    number = models.CharField("编号", max_length=32, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="activities", verbose_name="主办单位")
    co_hosts = models.ManyToManyField(Unit, blank=True, related_name="joint_activities", verbose_name="协办单位")
    partners = models.ManyToManyField(Partner, blank=True, related_name="activities", verbose_name="联动部门")
    name = models.CharField("活动名称", max_length=80)
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="activities", verbose_name="主题")
    programmes = models.ManyToManyField(Programme, blank=True, related_name="activities", verbose_name="项目")
    form = models.CharField("形式", max_length=12, choices=ActivityForm.choices, default=ActivityForm.TALK)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="阵地"
    )
    place = models.CharField("地点", max_length=80, blank=True)
    host_person = models.CharField("主持人", max_length=40, blank=True)
    speakers = models.ManyToManyField(Volunteer, blank=True, related_name="talks", verbose_name="主讲五老")
    participants = models.ManyToManyField(Volunteer, blank=True, related_name="activities", verbose_name="参加五老")
    sessions = models.PositiveSmallIntegerField("场次", default=1, help_text="同一天连讲几场，就填几场。")
    young_people = models.PositiveIntegerField("青少年", default=0)
    in_need = models.PositiveIntegerField("其中留守、困境", default=0)
    others = models.PositiveIntegerField("家长及其他", default=0)
    summary = models.CharField("活动摘要和成效", max_length=500, blank=True)
    cost = models.DecimalField("经费（元）", max_digits=12, decimal_places=2, default=0)
    media_link = models.URLField("报道链接", blank=True)
    state = models.CharField("状态", max_length=10, choices=ActivityState.choices, default=ActivityState.SUBMITTED)
    return_note = models.CharField("退回原因", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="填报人"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审核人",
    )
    # Made by the form: the same entry sent twice is one activity.
    entry_key = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("填报时间", auto_now_add=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(in_need__lte=F("young_people")), name="activity_in_need_within_young"),
            models.CheckConstraint(condition=Q(sessions__gte=1), name="activity_has_a_session"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="activity_cost_not_negative"),
            models.UniqueConstraint(fields=["recorded_by", "entry_key"], name="activity_entry_once"),
        ]
        indexes = [
            models.Index(fields=["unit", "-held_on"], name="activity_unit_date"),
            models.Index(fields=["-held_on", "-id"], name="activity_date"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def where(self) -> str:
        return self.venue.name if self.venue else self.place


track_links(Activity, "co_hosts", "partners", "programmes", "speakers", "participants")


@untracked("typed and not yet reported: its writer's own")
class ActivityDraft(models.Model):
    """What somebody has typed into the activity form so far, just as typed: it may be incomplete or wrong.

    It is its writer's own and no figure reads it. `fields` maps field names of the form to lists of texts; volunteers
    and units stand in it by id. The form asks for no child, so there is none in it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="activity_drafts", verbose_name="填报人"
    )
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts", verbose_name="修改的活动"
    )
    fields = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("开始时间", auto_now_add=True)
    updated_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "活动草稿"
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="activity_draft_once"),
            models.UniqueConstraint(fields=["user", "activity"], name="activity_draft_one_per_activity"),
        ]

    def __str__(self) -> str:
        return f"草稿 {self.pk}"

    @property
    def name(self) -> str:
        """What the list of drafts calls it."""
        typed = self.fields.get("name", [])
        return str(typed[0]).strip() if typed and str(typed[0]).strip() else "（还没有写名称）"
