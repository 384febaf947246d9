"""The roster as a list file: every field of the register form as a column to choose, masked as on the page.

编号 and 姓名 stand in every list, so that one edited in Excel comes back through the import and finds its people.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices

from guanai import identity
from guanai.partial_dates import shown_partial_date
from guanai.sheets import Column, Kind, Value
from orgs.models import short_name_of
from volunteers import enums
from volunteers.enums import VolunteerStatus
from volunteers.models import service_words
from volunteers.queries import for_list
from volunteers.rows import posts_line

if TYPE_CHECKING:
    from volunteers.querysets import VolunteerQuerySet

CHUNK = 2000
ALWAYS = ("number", "name")
USUAL = (
    *(*ALWAYS, "sex", "birth_year", "kind", "is_core", "specialities", "times", "unit", "posts"),
    *("id_number", "phone", "status", "joined_on"),
)


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """A column that somebody may choose; `group` is where its box stands.

    `of` makes the value of the cell from that of one field of `queries.for_list`, which is `key` unless `reads` names
    another. Of what no chosen column reads, nothing leaves the database and nothing is decrypted.
    """

    key: str
    group: str
    column: Column
    of: Callable[[Any], Value] = lambda value: value
    reads: str = ""

    @property
    def label(self) -> str:
        return self.column.heading

    @property
    def field(self) -> str:
        return self.reads or self.key


def _one_of(choices: type[TextChoices]) -> Callable[[Any], Value]:
    words: Mapping[Any, str] = dict(choices.choices)
    return lambda value: words.get(value, "")


def _address(known: bool) -> str:  # noqa: FBT001  # the value of a cell
    return identity.mask_text("known" if known else "")


def _listed(names: Sequence[str]) -> str:
    return "、".join(names)


def _times(pairs: Sequence[tuple[str, str]]) -> str:
    return service_words((int(weekday), daypart) for weekday, daypart in pairs)


def _teams(pairs: Sequence[tuple[str, str]]) -> str:
    return "、".join(f"{name}{'（领衔人）' if leads == 'true' else ''}" for name, leads in pairs)


BASIC, LIFE, SERVICE, STATE = "身份", "履历", "服务", "在册情况"
ROSTER_COLUMNS: Sequence[RosterColumn] = (
    RosterColumn("number", BASIC, Column("编号", Kind.CODE, width=24)),
    RosterColumn("name", BASIC, Column("姓名")),
    RosterColumn("former_name", BASIC, Column("曾用名", width=10)),
    RosterColumn("sex", BASIC, Column("性别", width=8), _one_of(enums.Sex)),
    RosterColumn("birth_year", BASIC, Column("出生年份", Kind.CODE, width=12), lambda year: str(year or "")),
    RosterColumn("native_place", LIFE, Column("籍贯")),
    RosterColumn("politics", LIFE, Column("政治面貌", width=12), _one_of(enums.Politics)),
    RosterColumn("party_joined", LIFE, Column("入党时间"), shown_partial_date),
    RosterColumn("education", LIFE, Column("文化程度", width=14), _one_of(enums.Education)),
    RosterColumn("work_began", LIFE, Column("参加工作时间"), shown_partial_date),
    RosterColumn("retirement", LIFE, Column("离退休类型", width=12), _one_of(enums.Retirement)),
    RosterColumn("former_post", LIFE, Column("原单位和职务", width=28)),
    RosterColumn("rank", LIFE, Column("职级", width=12)),
    RosterColumn("health", LIFE, Column("健康状况", width=10), _one_of(enums.Health)),
    RosterColumn("kind", SERVICE, Column("五老类别"), _one_of(enums.VeteranKind)),
    RosterColumn("is_core", SERVICE, Column("骨干", width=8)),
    RosterColumn("specialities", SERVICE, Column("特长", width=24), _listed, "speciality_names"),
    RosterColumn("interests", SERVICE, Column("爱好", width=20), _listed, "interest_names"),
    RosterColumn("times", SERVICE, Column("服务时间", width=24), _times),
    RosterColumn("unit", SERVICE, Column("单位", width=22), short_name_of, "unit_name"),
    RosterColumn("posts", SERVICE, Column("职务", width=24), posts_line, "running_posts"),
    RosterColumn("teams", SERVICE, Column("团队", width=24), _teams, "team_names"),
    RosterColumn("id_number", BASIC, Column("证件号（遮盖）", Kind.CODE, width=22), identity.mask_id),
    RosterColumn("phone", BASIC, Column("电话（遮盖）", Kind.CODE, width=16), identity.mask_phone),
    RosterColumn("address", BASIC, Column("住址（遮盖）", width=14), _address, "has_address"),
    RosterColumn("no_id_reason", BASIC, Column("无证件的原因", width=18)),
    RosterColumn("status", STATE, Column("状态", width=8), _one_of(VolunteerStatus)),
    RosterColumn("deceased", STATE, Column("是否离世"), lambda status: status == VolunteerStatus.DECEASED, "status"),
    RosterColumn("joined_on", STATE, Column("入库日期", Kind.DATE)),
    RosterColumn("resting_since", STATE, Column("暂停日期", Kind.DATE)),
    RosterColumn("resting_reason", STATE, Column("暂停原因", width=20)),
    RosterColumn("left_on", STATE, Column("退出日期", Kind.DATE)),
    RosterColumn("left_reason", STATE, Column("退出原因", width=20)),
    RosterColumn("checked_on", STATE, Column("核对日期", Kind.DATE)),
)
KEYS = tuple(column.key for column in ROSTER_COLUMNS)


def chosen_columns(keys: Collection[str]) -> list[RosterColumn]:
    """The columns of these keys in their fixed order, with those that stand in every list."""
    return [column for column in ROSTER_COLUMNS if column.key in keys or column.key in ALWAYS]


def roster_rows(people: "VolunteerQuerySet", columns: Sequence[RosterColumn]) -> Iterator[list[Value]]:
    """One row per person, read in chunks by a cursor at the server so that memory stays flat."""
    fields = list(dict.fromkeys(column.field for column in columns))
    cells = [(fields.index(column.field), column.of) for column in columns]
    for row in for_list(people, fields).iterator(CHUNK):
        yield [of(row[place]) for place, of in cells]
