"""队伍: the roster and its teams."""

from typing import Any

from django.db.models import ExpressionWrapper, F, IntegerField, QuerySet, Value
from django.db.models.expressions import Combinable

from reports.indicators.declaration import FormPart, Indicator, Kind, Measure, Period, choices
from reports.indicators.subjects import TEAM, TEAM_MEMBER, VOLUNTEER
from volunteers.enums import VETERAN_KINDS, Sex, TeamKind, VeteranKind
from volunteers.models import Team, TeamMember, Volunteer

_DIMENSIONS = (
    choices("kind", "类别", "kind", [choice for choice in VeteranKind.choices if choice[0] in VETERAN_KINDS]),
    choices("sex", "性别", "sex", Sex.choices),
)
# Lower and upper age of each band, by year of birth.
_BANDS = (
    ("under_60", "60岁以下", 0, 59),
    ("60", "60—69岁", 60, 69),
    ("70", "70—79岁", 70, 79),
    ("80", "80岁以上", 80, 199),
)


def roster(period: Period) -> QuerySet[Any]:
    return Volunteer.objects.on_roster(period.day).order_by("unit__tree_id", "unit__lft", "name_key", "pk")


def veterans(period: Period) -> QuerySet[Any]:
    return Volunteer.objects.on_roster(period.day).veterans().order_by("unit__tree_id", "unit__lft", "name_key", "pk")


def teams(period: Period) -> QuerySet[Any]:
    return Team.objects.running(period.day).order_by("unit__tree_id", "unit__lft", "pk")


def team_members(period: Period) -> QuerySet[Any]:
    members = TeamMember.objects.running(period.day)
    return members.order_by("team__unit__tree_id", "team__unit__lft", "team", "pk")


def _age(period: Period) -> Combinable:
    return ExpressionWrapper(Value(period.year) - F("birth_year"), output_field=IntegerField())


VETERANS = Indicator(
    code="veterans",
    label="五老",
    definition="到统计日在册的五老（在册和暂停），不含其他志愿者，退出和离世的不算。",
    measure=Measure.PERSONS,
    kind=Kind.STOCK,
    part=FormPart.PEOPLE,
    subject=VOLUNTEER,
    records=veterans,
    dimensions=_DIMENSIONS,
)
BY_KIND = tuple(
    VETERANS.narrowed(
        f"veterans_{kind}",
        VeteranKind(kind).label,
        f"五老中类别为{VeteranKind(kind).label}的。",
        narrow={"kind": kind},
        group="按类别",
    )
    for kind in VETERAN_KINDS
)
BY_SEX = tuple(
    VETERANS.narrowed(f"veterans_{sex}", sex.label, f"五老中性别为{sex.label}的。", narrow={"sex": sex}, group="按性别")
    for sex in Sex
)


def _in_band(low: int, high: int) -> Any:
    """The veterans whose year of birth puts them in an age band in the period's year."""

    def records(period: Period) -> QuerySet[Any]:
        return veterans(period).filter(birth_year__range=(period.year - high, period.year - low))

    return records


BY_AGE = (
    *(
        VETERANS.narrowed(
            f"veterans_age_{code}",
            label,
            f"五老中{label}的，按出生年份推算。",
            records=_in_band(low, high),
            group="按年龄",
        )
        for code, label, low, high in _BANDS
    ),
    VETERANS.narrowed(
        "veterans_age_unknown", "未登记", "五老中没有登记出生年份的。", narrow={"birth_year": None}, group="按年龄"
    ),
)
MEAN_AGE = VETERANS.narrowed(
    "mean_age",
    "平均年龄",
    "登记了出生年份的五老，统计年度减出生年份的平均数。",
    measure=Measure.YEARS,
    kind=Kind.RATIO,
    mean=_age,
    narrow={"birth_year__isnull": False},
)
CORE = VETERANS.narrowed("core", "骨干五老", "五老中标明为骨干的。", narrow={"is_core": True})
OTHERS = VETERANS.narrowed(
    "other_volunteers",
    "其他志愿者",
    "到统计日在册、不属于五老的志愿者。",
    records=roster,
    narrow={"kind": VeteranKind.OTHER},
    dimensions=(),
)
TEAMS = Indicator(
    code="teams",
    label="团队",
    definition="到统计日已成立、没有撤销的团队。",
    measure=Measure.UNITS,
    kind=Kind.STOCK,
    part=FormPart.PEOPLE,
    subject=TEAM,
    records=teams,
    dimensions=(choices("kind", "类别", "kind", TeamKind.choices),),
)
TEAM_MEMBERS = Indicator(
    code="team_members",
    label="团队成员",
    definition="到统计日在团队中的五老和志愿者，退出名册和离世的不算，一人参加几个团队只算一人。",
    measure=Measure.PERSONS,
    kind=Kind.DISTINCT,
    part=FormPart.PEOPLE,
    subject=TEAM_MEMBER,
    records=team_members,
    unit_path="team__unit",
    distinct="volunteer_id",
    dimensions=(choices("kind", "类别", "team__kind", TeamKind.choices),),
)

INDICATORS = (VETERANS, *BY_KIND, *BY_SEX, *BY_AGE, MEAN_AGE, CORE, OTHERS, TEAMS, TEAM_MEMBERS)
