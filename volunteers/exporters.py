"""The roster as a list file: every field of the register form as a column to choose, masked as on the page.

编号 and 姓名 stand in every list, so that one edited in Excel comes back through the import and finds its people.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guanai.partial_dates import shown_partial_date
from guanai.sheets import Column, Kind, Value
from volunteers.enums import VolunteerStatus
from volunteers.models import Volunteer
from volunteers.queries import running_posts, running_teams

if TYPE_CHECKING:
    from volunteers.querysets import VolunteerQuerySet

CHUNK = 500
ALWAYS = ("number", "name")
USUAL = (
    *(*ALWAYS, "sex", "birth_year", "kind", "is_core", "specialities", "times", "unit", "posts"),
    *("id_number", "phone", "status", "joined_on"),
)
# What is read for a column that shows it, and for no other: each is decrypted, or one more query for each chunk.
_SECRET = ("id_number", "phone", "address")
_NEVER = ("birth_date", "id_index", "phone_index")
_JOINED: Mapping[str, Callable[[], Any]] = {
    "specialities": lambda: "specialities",
    "interests": lambda: "interests",
    "times": lambda: "availabilities",
    "posts": running_posts,
    "teams": running_teams,
}


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """A column that somebody may choose; `group` is where its box stands, `of` gives its value."""

    key: str
    group: str
    column: Column
    of: Callable[[Volunteer], Value]

    @property
    def label(self) -> str:
        return self.column.heading


BASIC, LIFE, SERVICE, STATE = "身份", "履历", "服务", "在册情况"
ROSTER_COLUMNS: Sequence[RosterColumn] = (
    RosterColumn("number", BASIC, Column("编号", Kind.CODE, width=24), lambda one: one.number),
    RosterColumn("name", BASIC, Column("姓名"), lambda one: one.name),
    RosterColumn("former_name", BASIC, Column("曾用名", width=10), lambda one: one.former_name),
    RosterColumn("sex", BASIC, Column("性别", width=8), lambda one: one.get_sex_display()),
    RosterColumn("birth_year", BASIC, Column("出生年份", Kind.CODE, width=12), lambda one: str(one.birth_year or "")),
    RosterColumn("native_place", LIFE, Column("籍贯"), lambda one: one.native_place),
    RosterColumn("politics", LIFE, Column("政治面貌", width=12), lambda one: one.get_politics_display()),
    RosterColumn("party_joined", LIFE, Column("入党时间"), lambda one: shown_partial_date(one.party_joined)),
    RosterColumn("education", LIFE, Column("文化程度", width=14), lambda one: one.get_education_display()),
    RosterColumn("work_began", LIFE, Column("参加工作时间"), lambda one: shown_partial_date(one.work_began)),
    RosterColumn("retirement", LIFE, Column("离退休类型", width=12), lambda one: one.get_retirement_display()),
    RosterColumn("former_post", LIFE, Column("原单位和职务", width=28), lambda one: one.former_post),
    RosterColumn("rank", LIFE, Column("职级", width=12), lambda one: one.rank),
    RosterColumn("health", LIFE, Column("健康状况", width=10), lambda one: one.get_health_display()),
    RosterColumn("kind", SERVICE, Column("五老类别"), lambda one: one.get_kind_display()),
    RosterColumn("is_core", SERVICE, Column("骨干", width=8), lambda one: one.is_core),
    RosterColumn("specialities", SERVICE, Column("特长", width=24), lambda one: one.speciality_line),
    RosterColumn("interests", SERVICE, Column("爱好", width=20), lambda one: one.interest_line),
    RosterColumn("times", SERVICE, Column("服务时间", width=24), lambda one: one.service_times),
    RosterColumn("unit", SERVICE, Column("单位", width=22), lambda one: one.unit.short_name),
    RosterColumn("posts", SERVICE, Column("职务", width=24), lambda one: one.post_line),
    RosterColumn("teams", SERVICE, Column("团队", width=24), lambda one: one.team_line),
    RosterColumn("id_number", BASIC, Column("证件号（遮盖）", Kind.CODE, width=22), lambda one: one.masked_id),
    RosterColumn("phone", BASIC, Column("电话（遮盖）", Kind.CODE, width=16), lambda one: one.masked_phone),
    RosterColumn("address", BASIC, Column("住址（遮盖）", width=14), lambda one: one.masked_address),
    RosterColumn("no_id_reason", BASIC, Column("无证件的原因", width=18), lambda one: one.no_id_reason),
    RosterColumn("status", STATE, Column("状态", width=8), lambda one: one.get_status_display()),
    RosterColumn("deceased", STATE, Column("是否离世"), lambda one: one.status == VolunteerStatus.DECEASED),
    RosterColumn("joined_on", STATE, Column("入库日期", Kind.DATE), lambda one: one.joined_on),
    RosterColumn("resting_since", STATE, Column("暂停日期", Kind.DATE), lambda one: one.resting_since),
    RosterColumn("resting_reason", STATE, Column("暂停原因", width=20), lambda one: one.resting_reason),
    RosterColumn("left_on", STATE, Column("退出日期", Kind.DATE), lambda one: one.left_on),
    RosterColumn("left_reason", STATE, Column("退出原因", width=20), lambda one: one.left_reason),
    RosterColumn("checked_on", STATE, Column("核对日期", Kind.DATE), lambda one: one.checked_on),
)
KEYS = tuple(column.key for column in ROSTER_COLUMNS)


def chosen_columns(keys: Collection[str]) -> list[RosterColumn]:
    """The columns of these keys in their fixed order, with those that stand in every list."""
    return [column for column in ROSTER_COLUMNS if column.key in keys or column.key in ALWAYS]


def roster_rows(people: "VolunteerQuerySet", columns: Sequence[RosterColumn]) -> Iterator[list[Value]]:
    """One row per person, read in chunks so that memory stays flat."""
    values = [column.of for column in columns]
    for person in _with_columns(people, {column.key for column in columns}).iterator(CHUNK):
        yield [of(person) for of in values]


def _with_columns(people: "VolunteerQuerySet", keys: Collection[str]) -> "VolunteerQuerySet":
    """The people with what these columns show; of what they do not show nothing is read."""
    hidden = [name for name in _SECRET if name not in keys]
    joined = [joined() for name, joined in _JOINED.items() if name in keys]
    rows = people.select_related("unit") if "unit" in keys else people
    return rows.defer(*_NEVER, *hidden).prefetch_related(*joined)
