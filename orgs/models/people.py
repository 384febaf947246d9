import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from guanai.history import tracked
from orgs.enums import Role
from orgs.models.units import Unit
from orgs.querysets import MembershipQuerySet


@tracked(exclude=("last_login", "large_type", "entered_at"), personal=("password", "email"))
class User(AbstractUser):
    """One person, one account. Names are those of staff, who are public in their office."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=40)
    large_type = models.BooleanField("大字版", default=False)
    # Somebody else chose the password: it opens nothing but the page on which it is changed.
    must_change_password = models.BooleanField("须改密码", default=False)
    # Kept beside the row of the second factor, so that the door of every page needs no query for it.
    has_second_factor = models.BooleanField("已启用双因素验证", default=False)
    # When a sign-in last came past its last step: what happened to the account since is told the next time.
    entered_at = models.DateTimeField("上次进入", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


@tracked(named_by=("unit", "user"))
class Membership(models.Model):
    """A role on a branch of the tree, for a time. Without one, an account sees nothing."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name="账号")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    starts_on = models.DateField("开始日期", default=timezone.localdate)
    ends_on = models.DateField("结束日期", null=True, blank=True, help_text="当日仍有效；空着表示没有期限。")
    deputy_for = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="deputised_by", verbose_name="代谁履职"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职角色"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"], condition=models.Q(ends_on=None), name="membership_once"
            ),
            models.CheckConstraint(
                # A role that was stopped on its first day ends the day before it and runs on none.
                condition=models.Q(ends_on=None)
                | models.Q(
                    ends_on__gte=models.ExpressionWrapper(
                        models.F("starts_on") - datetime.timedelta(days=1), output_field=models.DateField()
                    )
                ),
                name="membership_ends_after_start",
            ),
            # Who stands in for somebody does so for a time.
            models.CheckConstraint(
                condition=models.Q(deputy_for=None) | ~models.Q(ends_on=None), name="membership_deputy_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}{self.get_role_display()} {self.user.name}"

    def runs_on(self, day: datetime.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
