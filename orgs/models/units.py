import datetime

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from mptt.models import MPTTModel, TreeForeignKey

from guanai.history import tracked
from guanai.models import Attachment, Edited
from guanai.pinyin import pinyin_key
from orgs.enums import ORDER_OF_KIND, TIER_OF_KIND, Tier, UnitKind
from orgs.querysets import UnitManager

# Endings of official names, longest first, and what people write instead.
SHORT_ENDINGS = (("社区居民委员会", "社区"), ("村民委员会", ""), ("居民委员会", ""), ("人民政府", ""))


def short_name_of(name: str) -> str:
    """金穗社区居民委员会 → 金穗社区; 白观村村民委员会 → 白观村."""
    for ending, instead in SHORT_ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return name


@tracked(exclude=("name_key", "position"), unit="pk")
class Unit(Edited, MPTTModel):
    """A place in the network: a county, township, department, village, community, school or enterprise.

    Written only by `orgs.services`, under the county's advisory lock. Nothing is ever deleted: a unit is closed.
    `updated_at` is the version of what the form of its committee shows; changes of the network have their own papers.
    """

    parent = TreeForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    code = models.CharField("代码", max_length=24, unique=True)
    name = models.CharField("名称", max_length=60)
    name_key = models.CharField(max_length=200, editable=False)
    kind = models.CharField("类别", max_length=12, choices=UnitKind.choices)
    position = models.CharField(max_length=28, editable=False, db_collation="C")
    has_party_organisation = models.BooleanField("有党组织", default=True)
    has_veterans = models.BooleanField("有五老", default=True)
    has_young_people = models.BooleanField("有青少年", default=True)
    committee_established_on = models.DateField("关工委成立日期", null=True, blank=True)
    committee_document = models.CharField("成立文号", max_length=60, blank=True)
    committee_issued_by = models.CharField("发文单位", max_length=60, blank=True)
    committee_scan = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="成立文件扫描件"
    )
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="承接单位"
    )

    objects = UnitManager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=UnitKind.COUNTY, parent=None) | (~Q(kind=UnitKind.COUNTY) & ~Q(parent=None)),
                name="unit_county_is_root",
            ),
            models.CheckConstraint(condition=Q(successor=None) | ~Q(closed_on=None), name="unit_successor_when_closed"),
        ]
        indexes = [models.Index(fields=["tree_id", "lft", "rght"], name="unit_tree")]

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        """Set what follows from name, kind and code: the pinyin key and the place among siblings."""
        self.name_key = pinyin_key(self.name)
        self.position = f"{ORDER_OF_KIND[self.kind]}{self.code}"

    @property
    def tier(self) -> Tier:
        return TIER_OF_KIND[self.kind]

    @property
    def short_name(self) -> str:
        return short_name_of(self.name)

    @property
    def committee_name(self) -> str:
        return f"{self.short_name}关工委"

    @property
    def has_committee(self) -> bool:
        return self.committee_established_on is not None


@tracked()
class UnitPlacement(models.Model):
    """Where a unit stood, under which name and kind, from a day to a day (both included).

    A change that was taken back on the day on which it began leaves a placement that ends the day before it began: it
    is kept as history and holds on no day.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="placements", verbose_name="单位")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上级")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=UnitKind.choices)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    is_closed = models.BooleanField("已撤销", default=False)
    document = models.CharField("文号", max_length=60, blank=True)
    by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, null=True, blank=True, verbose_name="经办人")

    class Meta:
        verbose_name = verbose_name_plural = "隶属沿革"
        ordering = ["unit", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(ends_on=None), name="placement_one_open"),
            models.CheckConstraint(
                condition=Q(ends_on=None)
                | Q(
                    ends_on__gte=ExpressionWrapper(
                        F("starts_on") - datetime.timedelta(days=1), output_field=models.DateField()
                    )
                ),
                name="placement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.short_name} {self.starts_on} 起"

    @property
    def short_name(self) -> str:
        return short_name_of(self.name)

    @property
    def held_on_no_day(self) -> bool:
        """Taken back on the day on which it began."""
        return self.ends_on is not None and self.ends_on < self.starts_on


@tracked(named_by=("unit",))
class UnitYear(Edited):
    """What a committee has to work with in one year (保障, domain.md mechanism 5a), confirmed once a year.

    A year begins with the values of the year before it, shown and not stored until somebody confirms them.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="years", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    has_office = models.BooleanField("有办公室", default=False)
    has_activity_room = models.BooleanField("有活动室", default=False)
    has_name_plate = models.BooleanField("有牌子", default=False)
    has_rules_on_wall = models.BooleanField("制度上墙", default=False)
    equipment = models.CharField("设备", max_length=200, blank=True)
    staff = models.PositiveSmallIntegerField("工作人员", default=0)
    budget = models.DecimalField("工作经费（元）", max_digits=12, decimal_places=2, default=0)
    allowance = models.DecimalField("五老补贴（元）", max_digits=12, decimal_places=2, default=0)
    allowance_paid = models.BooleanField("补贴到位", default=False)
    periodicals = models.PositiveSmallIntegerField("刊物征订（份）", default=0)
    five_goods = models.BooleanField("五好达标", default=False)
    five_goods_document = models.CharField("五好认定文号", max_length=60, blank=True)
    confirmed_on = models.DateField("确认日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度保障"
        ordering = ["-year", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="unit_year_once"),
            models.CheckConstraint(condition=Q(budget__gte=0), name="unit_year_budget_not_negative"),
            models.CheckConstraint(condition=Q(allowance__gte=0), name="unit_year_allowance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.year} 年"
