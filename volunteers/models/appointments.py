import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from guanai import identity
from guanai.history import tracked
from guanai.models import Attachment, Edited
from orgs.enums import Tier
from orgs.models import Unit
from volunteers.enums import SINGLE_POSTS, EndReason, Post
from volunteers.models.volunteers import Volunteer
from volunteers.querysets import AppointmentQuerySet

ONE_DAY = datetime.timedelta(days=1)


def _closed(function: str, first: str, last: str, field: models.Field[Any, Any]) -> Func:
    """A range with both ends in it; an end without a value is open."""
    both = RangeBoundary(inclusive_lower=True, inclusive_upper=True)
    return Func(F(first), F(last), both, function=function, output_field=field)


def _one_holder(post: Post) -> ExclusionConstraint:
    """No two appointments of a unit to this post share a day. There is no btree_gist: the unit stands as a range."""
    return ExclusionConstraint(
        name=f"appointment_one_{post}",
        expressions=[
            (_closed("int8range", "unit", "unit", BigIntegerRangeField()), RangeOperators.OVERLAPS),
            (_closed("daterange", "starts_on", "ends_on", DateRangeField()), RangeOperators.OVERLAPS),
        ],
        condition=Q(post=post),
    )


@tracked(named_by=("unit", "volunteer"))
class Appointment(Edited):
    """Who holds which post in a committee, by which document of the Party organisation of the same tier.

    The holder is a person of the roster or a serving official, who stands here by name and office alone. `ends_on` is
    the last day in the post; it comes with the document of the dismissal.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments", verbose_name="单位")
    post = models.CharField("职务", max_length=26, choices=Post.choices)
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name="五老"
    )
    official = models.CharField("在职领导姓名", max_length=40, blank=True)
    official_office = models.CharField("在职领导现任职务", max_length=60, blank=True)
    document = models.CharField("任职文号", max_length=60)
    issued_by = models.CharField("发文单位", max_length=60)
    issued_on = models.DateField("发文日期")
    starts_on = models.DateField("任职日期")
    term_ends_on = models.DateField("任期至", null=True, blank=True)
    scan = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="任职文件扫描件"
    )
    ends_on = models.DateField("在任至", null=True, blank=True)
    end_reason = models.CharField("离任原因", max_length=12, choices=EndReason.choices, blank=True)
    dismissal_document = models.CharField("免职文号", max_length=60, blank=True)
    dismissal_issued_by = models.CharField("免职发文单位", max_length=60, blank=True)
    dismissal_issued_on = models.DateField("免职发文日期", null=True, blank=True)
    dismissal_scan = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="免职文件扫描件"
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["unit", "post", "-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(volunteer=None) ^ Q(official=""), name="appointment_one_holder"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_start"
            ),
            *(_one_holder(post) for post in SINGLE_POSTS),
        ]
        indexes = [models.Index(fields=["unit", "post", "-ends_on"], name="appointment_post")]

    def __str__(self) -> str:
        # A serving official is named by a public document; somebody of the roster is not named outside it.
        name = identity.mask_name(self.volunteer.name) if self.volunteer else self.official
        return f"{self.unit.committee_name}{self.get_post_display()} {name}"

    @property
    def holder(self) -> str:
        """The name; `volunteer` is joined where there are many."""
        return self.volunteer.name if self.volunteer else self.official

    @property
    def ended_with_unit(self) -> bool:
        """Ended by the closing of the unit, by no document before; `unit` is joined where there are many."""
        closed_on = self.unit.closed_on
        return closed_on is not None and (self.ends_on is None or self.ends_on >= closed_on)

    @property
    def last_day(self) -> datetime.date | None:
        """The last day in the post, by document or because the unit was closed on the next; `ends_on` stays as it is,
        so that the post runs again when the closing is taken back."""
        closed_on = self.unit.closed_on
        return closed_on - ONE_DAY if closed_on and self.ended_with_unit else self.ends_on

    @property
    def end_label(self) -> str:
        """Why it ended; "" where it runs."""
        return "单位撤销" if self.ended_with_unit else self.get_end_reason_display()

    @property
    def is_running(self) -> bool:
        today = timezone.localdate()
        return self.starts_on <= today and (self.last_day is None or self.last_day >= today)

    def age_on(self, day: datetime.date) -> int | None:
        """The age by year of birth; nobody's who is an official."""
        return self.volunteer.age_in(day.year) if self.volunteer else None


@tracked(named_by=("unit",))
class PostRule(Edited):
    """What a county asks of one post; without a row the starting values of `volunteers.post_rules` hold."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="post_rules", verbose_name="县")
    post = models.CharField("职务", max_length=26, choices=Post.choices)
    age_limit = models.PositiveSmallIntegerField("年龄上限", null=True, blank=True)
    vacancy_months = models.PositiveSmallIntegerField("补齐期限（月）", default=3)
    at_county = models.BooleanField("县级必设", default=False)
    at_township = models.BooleanField("乡镇（部门）级必设", default=False)
    at_village = models.BooleanField("村（社区）级必设", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "职务规则"
        ordering = ["unit", "post"]
        constraints = [models.UniqueConstraint(fields=["unit", "post"], name="post_rule_once")]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.get_post_display()}"

    def is_exceeded_by(self, age: int | None) -> bool:
        """Is somebody of this age above the limit? Not where there is none, or no age is known."""
        return self.age_limit is not None and age is not None and age > self.age_limit

    @property
    def tiers(self) -> list[Tier]:
        """Where the post must be filled."""
        asked = {Tier.COUNTY: self.at_county, Tier.TOWNSHIP: self.at_township, Tier.VILLAGE: self.at_village}
        return [tier for tier, wanted in asked.items() if wanted]
