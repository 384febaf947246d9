"""阵地 and 保障: places, money, rooms, papers."""

from typing import Any

from django.db.models import Q, QuerySet

from activities.enums import InclusionKind, PaperKind, PaperState, PublicationKind, VenueKind
from activities.models import Inclusion, Paper, Publication, Venue
from reports.indicators.declaration import FormPart, Indicator, Kind, Measure, Period, choices, months
from reports.indicators.organisation import confirmed_standing_years, confirmed_years
from reports.indicators.subjects import INCLUSION, PAPER, PUBLICATION, UNIT_YEAR, VENUE


def venues(period: Period) -> QuerySet[Any]:
    running = Q(closed_on=None) | Q(closed_on__gt=period.day)
    return Venue.objects.filter(running, opened_on__lte=period.day).order_by("unit__tree_id", "unit__lft", "kind", "pk")


def filed_papers(period: Period) -> QuerySet[Any]:
    filed = Paper.objects.filter(year=period.year, state=PaperState.FILED)
    return filed.order_by("unit__tree_id", "unit__lft", "kind")


def inclusions(period: Period) -> QuerySet[Any]:
    return Inclusion.objects.filter(year=period.year).order_by("unit__tree_id", "unit__lft", "kind")


def publications(period: Period) -> QuerySet[Any]:
    return Publication.objects.filter(published_on__year=period.year).order_by("-published_on", "-pk")


def adopted(period: Period) -> QuerySet[Any]:
    return Publication.objects.filter(adopted_on__year=period.year).order_by("-adopted_on", "-pk")


VENUES = Indicator(
    code="venues",
    label="阵地",
    definition="到统计日已启用、没有停用的阵地。",
    measure=Measure.UNITS,
    kind=Kind.STOCK,
    part=FormPart.PLACES,
    subject=VENUE,
    records=venues,
    dimensions=(choices("kind", "类别", "kind", VenueKind.choices),),
)
BY_VENUE_KIND = tuple(
    VENUES.narrowed(
        f"venues_{kind}", kind.label, f"阵地中类别为{kind.label}的。", narrow={"kind": kind}, group="按类别"
    )
    for kind in VenueKind
)
MODEL_STATIONS = VENUES.narrowed(
    "model_stations",
    "示范辅导站",
    "校外辅导站中标明为示范站的。",
    narrow={"kind": VenueKind.TUTORING_STATION, "is_model": True},
)
BUDGET = Indicator(
    code="budget",
    label="工作经费",
    definition="本年度已确认的各级关工委工作经费之和。",
    measure=Measure.YUAN,
    kind=Kind.FLOW,
    part=FormPart.GUARANTEES,
    subject=UNIT_YEAR,
    records=confirmed_years,
    value="budget",
)
ALLOWANCE = BUDGET.narrowed(
    "allowance_paid",
    "补贴到位",
    "本年度已确认补贴到位、到统计日没有撤销的关工委。",
    measure=Measure.UNITS,
    value=None,
    records=confirmed_standing_years,
    narrow={"allowance_paid": True},
)
_ROOMS = (
    ("offices", "有办公室", "has_office"),
    ("activity_rooms", "有活动室", "has_activity_room"),
    ("name_plates", "有牌子", "has_name_plate"),
    ("rules_on_wall", "制度上墙", "has_rules_on_wall"),
)
ROOMS = tuple(
    BUDGET.narrowed(
        code,
        label,
        f"本年度{label}、到统计日没有撤销的关工委。",
        measure=Measure.UNITS,
        value=None,
        records=confirmed_standing_years,
        narrow={field: True},
        group="办公条件",
    )
    for code, label, field in _ROOMS
)
STAFF = BUDGET.narrowed(
    "staff",
    "工作人员",
    "本年度各级关工委工作人员之和，到统计日已撤销的不算。",
    measure=Measure.PERSONS,
    value="staff",
    records=confirmed_standing_years,
)
PERIODICALS = BUDGET.narrowed(
    "periodicals", "刊物征订", "本年度征订关心下一代刊物的份数之和。", measure=Measure.PAPERS, value="periodicals"
)
PAPERS = tuple(
    Indicator(
        code=f"paper_{kind}",
        label=kind.label,
        definition=f"本年度已归档的{kind.label}，草稿和退回的不算。",
        measure=Measure.PAPERS,
        kind=Kind.FLOW,
        part=FormPart.GUARANTEES,
        subject=PAPER,
        records=filed_papers,
        narrow={"kind": kind},
        group="已归档的年度材料",
    )
    for kind in PaperKind
)
INCLUSIONS = Indicator(
    code="inclusions",
    label="五纳入五统一",
    definition="本年度已有文件或会议作依据的纳入事项，每个关工委最多五项。",
    measure=Measure.POINTS,
    kind=Kind.FLOW,
    part=FormPart.GUARANTEES,
    subject=INCLUSION,
    records=inclusions,
    dimensions=(choices("kind", "纳入", "kind", InclusionKind.choices),),
    on_form=False,
)
RESEARCH = Indicator(
    code="research",
    label="调研",
    definition="本年度报送的调研文章。",
    measure=Measure.ARTICLES,
    kind=Kind.FLOW,
    part=FormPart.GUARANTEES,
    subject=PUBLICATION,
    records=publications,
    date_path="published_on",
    dimensions=(months("published_on"),),
    narrow={"kind": PublicationKind.RESEARCH},
    group="调研和信息",
)
NEWS = RESEARCH.narrowed("news", "信息", "本年度报送的工作信息。", narrow={"kind": PublicationKind.NEWS})
ADOPTED = RESEARCH.narrowed(
    "adopted",
    "被上级采用",
    "本年度被上级采用的调研和信息，按采用日期计。",
    records=adopted,
    date_path="adopted_on",
    dimensions=(months("adopted_on"),),
    narrow={},
)

INDICATORS = (
    VENUES,
    *BY_VENUE_KIND,
    MODEL_STATIONS,
    BUDGET,
    ALLOWANCE,
    *ROOMS,
    STAFF,
    PERIODICALS,
    *PAPERS,
    INCLUSIONS,
    RESEARCH,
    NEWS,
    ADOPTED,
)
