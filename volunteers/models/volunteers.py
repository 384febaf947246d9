from collections.abc import Iterable
from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from guanai import identity
from guanai.fields import BlindIndexField, EncryptedDateField, EncryptedTextField, set_blind_indexes
from guanai.history import track_links, tracked
from guanai.models import Edited
from guanai.pinyin import pinyin_key
from orgs.models import Unit
from volunteers.enums import (
    Daypart,
    Education,
    Health,
    Politics,
    Retirement,
    Sex,
    VeteranKind,
    VolunteerStatus,
    Weekday,
)
from volunteers.models.terms import Interest, Speciality
from volunteers.querysets import VolunteerQuerySet

if TYPE_CHECKING:
    from volunteers.models.appointments import Appointment
    from volunteers.models.teams import TeamMember


_COUNTY = pgtrigger.Trigger(
    name="county",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("unit_id"),  # type: ignore[no-untyped-call]  # untyped library
    func="""
        NEW.county_id := (SELECT root.id FROM orgs_unit own JOIN orgs_unit root
            ON root.tree_id = own.tree_id AND root.parent_id IS NULL WHERE own.id = NEW.unit_id);
        RETURN NEW;
    """,
)


@tracked(exclude=("name_key", "county"), personal=("birth_year", "former_name", "native_place", "politics", "health"))
class Volunteer(Edited):
    """A 五老 or another helper on a unit's roster.

    The name is clear for who may see the roster; identity number, phone, address and birth date rest encrypted.
    `__str__` is the number, so that no log line holds a name.
    """

    number = models.CharField("编号", max_length=24, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="volunteers", verbose_name="单位")
    # The root of the unit's tree, kept by the database: the list of a county reads its own fifty names and not those
    # of all counties. Units never leave their county. An instance that was not read back does not know it.
    county = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False, verbose_name="县"
    )
    name = models.CharField("姓名", max_length=40)
    name_key = models.CharField(max_length=200, editable=False, db_collation="C")
    sex = models.CharField("性别", max_length=6, choices=Sex.choices)
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    birth_date = EncryptedDateField("出生日期")
    id_number = EncryptedTextField("身份证号")
    id_index = BlindIndexField(of="id_number", normalise=identity.normalise_id)
    phone = EncryptedTextField("电话")
    phone_index = BlindIndexField(of="phone", normalise=identity.normalise_phone)
    address = EncryptedTextField("住址")
    kind = models.CharField("五老类别", max_length=12, choices=VeteranKind.choices)
    is_core = models.BooleanField("骨干", default=False)
    specialities = models.ManyToManyField(Speciality, blank=True, related_name="volunteers", verbose_name="特长")
    interests = models.ManyToManyField(Interest, blank=True, related_name="volunteers", verbose_name="爱好")
    former_post = models.CharField("原单位和职务", max_length=60, blank=True)
    rank = models.CharField("职级", max_length=20, blank=True)
    former_name = models.CharField("曾用名", max_length=40, blank=True)
    native_place = models.CharField("籍贯", max_length=40, blank=True)
    politics = models.CharField("政治面貌", max_length=12, choices=Politics.choices, blank=True)
    education = models.CharField("文化程度", max_length=10, choices=Education.choices, blank=True)
    retirement = models.CharField("离退休类型", max_length=14, choices=Retirement.choices, blank=True)
    health = models.CharField("健康状况", max_length=6, choices=Health.choices, blank=True)
    # Rosters know these to the year, the month or the day: 1968, 1968-07, 1968-07-01 (guanai.partial_dates).
    party_joined = models.CharField("入党时间", max_length=10, blank=True)
    work_began = models.CharField("参加工作时间", max_length=10, blank=True)
    no_id_reason = models.CharField("无证件的原因", max_length=40, blank=True)
    status = models.CharField("状态", max_length=8, choices=VolunteerStatus.choices, default=VolunteerStatus.ACTIVE)
    joined_on = models.DateField("入库日期")
    left_on = models.DateField("退出或离世日期", null=True, blank=True)
    left_reason = models.CharField("退出或离世原因", max_length=60, blank=True)
    resting_since = models.DateField("暂停日期", null=True, blank=True)
    resting_reason = models.CharField("暂停原因", max_length=60, blank=True)
    checked_on = models.DateField("核对日期", null=True, blank=True)
    # One person registered twice: this row stands for nobody any more, its number leads to the other one.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "五老"
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id_index"], name="volunteer_id_once"),
            models.CheckConstraint(
                condition=Q(left_on=None, status__in=[VolunteerStatus.ACTIVE, VolunteerStatus.RESTING])
                | (~Q(left_on=None) & Q(status__in=[VolunteerStatus.LEFT, VolunteerStatus.DECEASED])),
                name="volunteer_left_with_date",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="volunteer_left_after_joined"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None)
                | Q(status=VolunteerStatus.LEFT, id_index=None, phone_index=None) & ~Q(merged_into=F("id")),
                name="volunteer_merged_is_gone",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "status"], name="volunteer_unit_status"),
            models.Index(fields=["phone_index"], name="volunteer_phone"),
            # The order of the list: its first page reads fifty rows, not the whole roster.
            models.Index(fields=["county", "name_key", "id"], include=["status"], name="volunteer_county_name"),
        ]
        triggers = [_COUNTY]

    def __str__(self) -> str:
        return self.number

    def derive(self) -> None:
        """Set what follows from the clear values: pinyin key, blind indexes, birth year."""
        self.name_key = pinyin_key(self.name)
        set_blind_indexes(self)
        if self.birth_date:
            self.birth_year = self.birth_date.year

    def age_in(self, year: int) -> int | None:
        return year - self.birth_year if self.birth_year else None

    @property
    def age(self) -> int | None:
        """Age by year of birth, which is all that the roster's readers see."""
        return self.age_in(timezone.localdate().year)

    @property
    def service_times(self) -> str:
        """周六、周日上午；周三全天, from the availabilities (prefetched where there are many people)."""
        return service_words((time.weekday, time.daypart) for time in self.availabilities.all())

    @property
    def speciality_line(self) -> str:
        """法治、健康, from the specialities (prefetched where there are many people)."""
        return "、".join(speciality.name for speciality in self.specialities.all())

    @property
    def interest_line(self) -> str:
        """书法、太极, from the interests."""
        return "、".join(interest.name for interest in self.interests.all())

    @property
    def post_line(self) -> str:
        """亭子镇关工委 委员, from `posts` (`queries.running_posts`)."""
        posts: list[Appointment] = getattr(self, "posts", [])
        return "、".join(f"{post.unit.committee_name} {post.get_post_display()}" for post in posts)

    @property
    def team_line(self) -> str:
        """亭子镇宣讲团（领衔人）、科技服务团, from `running_teams` (`queries.running_teams`)."""
        members: list[TeamMember] = getattr(self, "running_teams", [])
        return "、".join(f"{one.team.name}{'（领衔人）' if one.leads else ''}" for one in members)

    @property
    def masked_id(self) -> str:
        return identity.mask_id(self.id_number)

    @property
    def masked_phone(self) -> str:
        return identity.mask_phone(self.phone)

    @property
    def masked_address(self) -> str:
        return identity.mask_text(self.address)


track_links(Volunteer, "specialities")
track_links(Volunteer, "interests")


@tracked(named_by=("volunteer",), unit="volunteer__unit")
class Availability(models.Model):
    """A weekday and part of the day on which somebody is willing to serve."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField("星期", choices=Weekday.choices)
    daypart = models.CharField("时段", max_length=10, choices=Daypart.choices)

    class Meta:
        verbose_name = verbose_name_plural = "服务时间"
        ordering = ["weekday", "daypart"]
        constraints = [models.UniqueConstraint(fields=["volunteer", "weekday", "daypart"], name="availability_once")]

    def __str__(self) -> str:
        return f"{self.volunteer.number} {self.get_weekday_display()}{self.get_daypart_display()}"


def service_words(times: Iterable[tuple[int, str]]) -> str:
    """周六、周日上午；周三全天, from pairs of weekday and part of the day."""
    parts: dict[int, list[str]] = {}
    for weekday, daypart in times:
        parts.setdefault(weekday, []).append(daypart)
    days: dict[str, list[int]] = {}
    for weekday in sorted(parts):
        days.setdefault(_dayparts(parts[weekday]), []).append(weekday)
    return "；".join(f"{_weekdays(weekdays)}{when}" for when, weekdays in days.items())


def _dayparts(parts: list[str]) -> str:
    if Daypart.MORNING in parts and Daypart.AFTERNOON in parts:
        return "全天和晚上" if Daypart.EVENING in parts else "全天"
    return "、".join(daypart.label for daypart in Daypart if daypart in parts)


def _weekdays(days: list[int]) -> str:
    if len(days) == len(Weekday):
        return "每天"
    if days == [day for day in Weekday if day < Weekday.SATURDAY]:
        return "工作日"
    return "、".join(Weekday(day).label for day in days)
