"""教育: activities, talks, meetings, and who was reached."""

from typing import Any

from django.db.models import QuerySet

from activities.enums import ActivityForm, ActivityState, MeetingKind, ThemeNature
from activities.models import Activity, Meeting, Theme
from reports.indicators.declaration import Dimension, FormPart, Indicator, Kind, Measure, Period, choices, months
from reports.indicators.subjects import ACTIVITY, MEETING


def held(period: Period) -> QuerySet[Any]:
    return Activity.objects.counted().held_in(period.year).order_by("-held_on", "-pk")


def meetings(period: Period) -> QuerySet[Any]:
    return Meeting.objects.filter(held_on__year=period.year).order_by("-held_on", "-pk")


_DIMENSIONS = (
    months("held_on"),
    Dimension("theme", "主题", "theme", lambda: list(Theme.objects.values_list("pk", "name"))),
    choices("nature", "计入", "theme__nature", ThemeNature.choices),
    choices("form", "形式", "form", ActivityForm.choices),
)

ACTIVITIES = Indicator(
    code="activities",
    label="活动",
    definition="本年度举办、已上报或已归档的活动。联办活动只算主办一场，草稿和退回的不算。",
    measure=Measure.TIMES,
    kind=Kind.FLOW,
    part=FormPart.EDUCATION,
    subject=ACTIVITY,
    records=held,
    date_path="held_on",
    dimensions=_DIMENSIONS,
)
TALKS = ACTIVITIES.narrowed(
    "talks",
    "道德和法治教育",
    "主题计入思想道德教育、法治教育的活动场次之和；一次活动连讲几场，算几场。",
    value="sessions",
    narrow={"theme__nature__in": [ThemeNature.VIRTUE, ThemeNature.LAW]},
)
_NATURES = (
    ThemeNature.VIRTUE,
    ThemeNature.LAW,
    ThemeNature.SCIENCE,
    ThemeNature.MENTAL,
    ThemeNature.FAMILY,
    ThemeNature.LABOUR,
    ThemeNature.TUTORING,
)
BY_NATURE = tuple(
    ACTIVITIES.narrowed(
        f"{nature}_sessions",
        nature.label,
        f"主题计入{nature.label}的活动场次之和。",
        value="sessions",
        narrow={"theme__nature": nature},
        group="各类教育场次",
    )
    for nature in _NATURES
)
CONTESTS = ACTIVITIES.narrowed(
    "contests", "征文演讲比赛", "形式为征文演讲比赛的活动。", narrow={"form": ActivityForm.CONTEST}
)
BASE_VISITS = ACTIVITIES.narrowed(
    "base_visits", "参观基地", "形式为参观基地的活动。", narrow={"form": ActivityForm.BASE_VISIT}
)
YOUNG_PEOPLE = ACTIVITIES.narrowed(
    "young_people",
    "青少年",
    "各场活动参加的青少年人次之和。",
    measure=Measure.PERSON_TIMES,
    value="young_people",
    group="参加人次",
)
IN_NEED = ACTIVITIES.narrowed(
    "in_need",
    "其中留守、困境",
    "各场活动参加的留守、困境儿童人次之和，包含在青少年人次之内。",
    measure=Measure.PERSON_TIMES,
    value="in_need",
    group="参加人次",
)
OTHER_PEOPLE = ACTIVITIES.narrowed(
    "other_people",
    "家长及其他",
    "各场活动参加的家长及其他人员人次之和。",
    measure=Measure.PERSON_TIMES,
    value="others",
    group="参加人次",
)
WAITING = ACTIVITIES.narrowed(
    "activities_waiting",
    "待审活动",
    "本年度的活动中已上报、还没有审核的。",
    narrow={"state": ActivityState.SUBMITTED},
    on_form=False,
)
QUARTERS = ACTIVITIES.narrowed(
    "quarters_recorded",
    "有记录的季度",
    "本年度至少记录了一场活动的季度数。",
    measure=Measure.QUARTERS,
    kind=Kind.DISTINCT,
    distinct="held_on__quarter",
    on_form=False,
)
MEETINGS = Indicator(
    code="meetings",
    label="会议",
    definition="本年度召开的会议，不含培训和党委听取汇报。",
    measure=Measure.VISITS,
    kind=Kind.FLOW,
    part=FormPart.EDUCATION,
    subject=MEETING,
    records=meetings,
    date_path="held_on",
    dimensions=(months("held_on"),),
    narrow={"kind": MeetingKind.MEETING},
    group="会议和培训",
)
TRAININGS = MEETINGS.narrowed("trainings", "培训", "本年度举办的培训。", narrow={"kind": MeetingKind.TRAINING})
HEARINGS = MEETINGS.narrowed(
    "hearings", "党委听取汇报", "本年度党委听取关心下一代工作汇报。", narrow={"kind": MeetingKind.HEARING}
)

INDICATORS = (
    ACTIVITIES,
    TALKS,
    *BY_NATURE,
    CONTESTS,
    BASE_VISITS,
    YOUNG_PEOPLE,
    IN_NEED,
    OTHER_PEOPLE,
    WAITING,
    QUARTERS,
    MEETINGS,
    TRAININGS,
    HEARINGS,
)
