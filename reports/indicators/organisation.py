"""组织: committees and what they reached."""

from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from orgs.enums import TIER_OF_KIND, Tier, UnitKind
from orgs.models import Unit, UnitPlacement, UnitYear
from reports.indicators.declaration import FormPart, Indicator, Kind, Measure, Period, choices
from reports.indicators.subjects import APPOINTMENT, UNIT, UNIT_YEAR
from volunteers.enums import KEY_POSTS
from volunteers.models import Appointment

_KINDS = choices("kind", "类别", "kind", UnitKind.choices)


def open_units(period: Period) -> QuerySet[Any]:
    """Places that were open on the day: founded by then, and not yet closed."""
    founded = Exists(UnitPlacement.objects.filter(unit=OuterRef("pk"), starts_on__lte=period.day))
    return Unit.objects.filter(founded, Q(closed_on=None) | Q(closed_on__gt=period.day)).order_by("tree_id", "lft")


def required_units(period: Period) -> QuerySet[Any]:
    return open_units(period).filter(has_party_organisation=True, has_veterans=True, has_young_people=True)


def established_units(period: Period) -> QuerySet[Any]:
    return open_units(period).filter(committee_established_on__lte=period.day)


def unit_years(period: Period) -> QuerySet[Any]:
    """The year of every committee, closed since or not; one whose founding was withdrawn as a mistake has none."""
    rows = UnitYear.objects.filter(year=period.year, unit__committee_established_on__year__lte=period.year)
    return rows.order_by("unit__tree_id", "unit__lft")


def confirmed_years(period: Period) -> QuerySet[Any]:
    """What somebody has looked at and confirmed: a year that still waits says nothing yet."""
    return unit_years(period).exclude(confirmed_on=None)


def standing_years(period: Period) -> QuerySet[Any]:
    """The same of committees that stand on the day: what counts committees must not count more than there are."""
    return unit_years(period).filter(Q(unit__closed_on=None) | Q(unit__closed_on__gt=period.day))


def confirmed_standing_years(period: Period) -> QuerySet[Any]:
    """Of those that stand, the confirmed ones."""
    return standing_years(period).exclude(confirmed_on=None)


def key_posts(period: Period) -> QuerySet[Any]:
    running = Appointment.objects.running(period.day).filter(post__in=KEY_POSTS)
    return running.exclude(document="").order_by("unit__tree_id", "unit__lft", "post", "pk")


COMMITTEES = Indicator(
    code="committees",
    label="已建关工委",
    definition="到统计日已发文成立、没有撤销的关工委。",
    measure=Measure.UNITS,
    kind=Kind.STOCK,
    part=FormPart.ORGANISATION,
    subject=UNIT,
    records=established_units,
    unit_path="",
    dimensions=(_KINDS,),
)
REQUIRED = COMMITTEES.narrowed(
    "committees_required",
    "应建关工委",
    "同时有党组织、有五老、有青少年的地方，都应当建立关工委。",
    records=required_units,
)
COVERED = COMMITTEES.narrowed(
    "committees_covered",
    "应建已建",
    "应建关工委的地方中，到统计日已经建立的。",
    records=lambda period: required_units(period).filter(committee_established_on__lte=period.day),
)
COVERAGE = Indicator(
    code="coverage",
    label="覆盖率",
    definition="应建已建除以应建关工委。",
    measure=Measure.PER_CENT,
    kind=Kind.RATIO,
    part=FormPart.ORGANISATION,
    subject=UNIT,
    records=required_units,
    unit_path="",
    parts=("committees_covered", "committees_required"),
)
BY_TIER = tuple(
    COMMITTEES.narrowed(
        f"committees_tier_{tier}",
        tier.label,
        f"已建关工委中{tier.label}的。",
        narrow={"kind__in": [kind for kind, of in TIER_OF_KIND.items() if of == tier]},
        group="按层级",
    )
    for tier in Tier
)
_HOSTS = (
    UnitKind.TOWNSHIP,
    UnitKind.DEPARTMENT,
    UnitKind.VILLAGE,
    UnitKind.COMMUNITY,
    UnitKind.SCHOOL,
    UnitKind.ENTERPRISE,
)
BY_HOST = tuple(
    COMMITTEES.narrowed(
        f"committees_{kind}", kind.label, f"已建关工委中建在{kind.label}的。", narrow={"kind": kind}, group="按所在单位"
    )
    for kind in _HOSTS
)
FIVE_GOODS = Indicator(
    code="five_goods",
    label="五好达标",
    definition="本年度认定为五好、到统计日没有撤销的关工委。",
    measure=Measure.UNITS,
    kind=Kind.FLOW,
    part=FormPart.ORGANISATION,
    subject=UNIT_YEAR,
    records=standing_years,
    narrow={"five_goods": True},
)
FIVE_GOODS_RATE = Indicator(
    code="five_goods_rate",
    label="五好达标率",
    definition="五好达标除以已建关工委。",
    measure=Measure.PER_CENT,
    kind=Kind.RATIO,
    part=FormPart.ORGANISATION,
    subject=UNIT,
    records=established_units,
    unit_path="",
    parts=("five_goods", "committees"),
)
POSTS = Indicator(
    code="key_posts",
    label="主要岗位到位",
    definition="主任、常务副主任、办公室主任、工作人员四个岗位，到统计日有任职文件、在任的；同一单位同一岗位只算一个。",
    measure=Measure.UNITS,
    kind=Kind.DISTINCT,
    part=FormPart.ORGANISATION,
    subject=APPOINTMENT,
    records=key_posts,
    distinct=Concat(Cast("unit_id", CharField()), Value("-"), "post", output_field=CharField()),
)

INDICATORS = (
    REQUIRED,
    COMMITTEES,
    COVERED,
    COVERAGE,
    *BY_TIER,
    *BY_HOST,
    FIVE_GOODS,
    FIVE_GOODS_RATE,
    POSTS,
)
