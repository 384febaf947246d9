"""登记表 of people of the roster, ready to be signed and stamped: every field of domain.md §1, in clear or masked."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from guanai.documents import Entry, Paper, paper_date
from orgs.enums import UnitKind
from orgs.models import Unit
from volunteers.enums import VeteranKind, VolunteerStatus
from volunteers.models import Honour, Volunteer
from volunteers.queries import running_posts, running_teams, standing_honours

if TYPE_CHECKING:
    from volunteers.querysets import VolunteerQuerySet

# What the form shows in clear or masked, by field: its name on the screen.
SECRETS = {"id_number": "身份证号", "phone": "电话", "address": "住址", "birth_date": "出生日期"}
# Who says something on the form for people of a unit of this kind; a unit's own words stand before those of its parent.
_OPINIONS = {
    UnitKind.VILLAGE: "村（社区）意见",
    UnitKind.COMMUNITY: "村（社区）意见",
    UnitKind.TOWNSHIP: "乡镇关工委意见",
    UnitKind.DEPARTMENT: "部门关工委意见",
}
_WIDTHS = (14, 22, 13, 19, 16, 16)
_WHOLE, _MOST = 5, 3
IN_CLEAR = "本表含个人信息，请妥善保管，用后及时销毁。"
MASKED = "身份证号、电话、住址和出生日期已遮盖。"


def for_register_form(people: "VolunteerQuerySet") -> "VolunteerQuerySet":
    """The people with everything that their forms show: seven queries whatever their number."""
    return people.select_related("unit", "unit__parent").prefetch_related(
        "specialities", "interests", "availabilities", running_posts(), running_teams(), standing_honours()
    )


def register_paper(people: Sequence[Volunteer], *, in_clear: bool, day: datetime.date) -> bytes:
    """One Word file with the form of each person on a page of its own; `people` are those of `for_register_form`.

    Raises ValueError for nobody.
    """
    if not people:
        raise ValueError("a paper of nobody's form")
    counties = _counties(people)
    titles = [f"{counties[person.unit.tree_id]}{_title(person)}" for person in people]
    paper = Paper(titles[0], dated=day, is_form=True)
    for place, (person, title) in enumerate(zip(people, titles, strict=True)):
        if place:
            paper.next_title(title)
        paper.line(f"单位：{_unit_words(person.unit)}　　编号：{person.number}")
        note = f"{IN_CLEAR if in_clear else MASKED}{paper_date(day)}打印。"
        paper.form(_rows(person, in_clear=in_clear), _boxes(person.unit), widths=_WIDTHS, note=note)
    return paper.to_bytes()


def secrets_given(person: Volunteer) -> list[str]:
    """Which secret fields the form in clear gives away: those that are known."""
    return [name for name in SECRETS if getattr(person, name)]


def honour_lines(person: Volunteer) -> list[str]:
    """What somebody was honoured with, a line each, from `standing_honours`; without any there is room to write."""
    honours: list[Honour] = getattr(person, "standing_honours", [])
    return [f"{one.awarded_on:%Y-%m-%d} {one.awarded_by}授予{one.name}" for one in honours]


def _counties(people: Sequence[Volunteer]) -> dict[int, str]:
    trees = {person.unit.tree_id for person in people}
    roots = Unit.objects.filter(kind=UnitKind.COUNTY, tree_id__in=trees)
    return {root.tree_id: root.committee_name for root in roots}


def _title(person: Volunteer) -> str:
    return "志愿者登记表" if person.kind == VeteranKind.OTHER else "五老登记表"


def _unit_words(unit: Unit) -> str:
    above = unit.parent.short_name if unit.parent and unit.parent.parent_id else ""
    # 亭子镇中心小学 says already where it is.
    return unit.committee_name if unit.short_name.startswith(above) else f"{above}{unit.committee_name}"


def _boxes(unit: Unit) -> list[tuple[str, str]]:
    own = _OPINIONS.get(UnitKind(unit.kind), "所在单位意见")
    above = _OPINIONS.get(UnitKind(unit.parent.kind), "县关工委意见") if unit.parent else "县关工委意见"
    return [("本人签名", "签名："), *((f"{opinion}（盖章）", "负责人签字：") for opinion in (own, above))]


def _secret(person: Volunteer, name: str, *, in_clear: bool) -> str:
    if name == "birth_date":
        return f"{person.birth_date}" if in_clear and person.birth_date else str(person.birth_year or "")
    masked = {"id_number": person.masked_id, "phone": person.masked_phone, "address": person.masked_address}[name]
    return str(getattr(person, name)) if in_clear else masked


def _rows(person: Volunteer, *, in_clear: bool) -> list[list[Entry]]:
    secret = {name: _secret(person, name, in_clear=in_clear) for name in SECRETS}
    id_number = secret["id_number"] or f"无证件{f'（{person.no_id_reason}）' if person.no_id_reason else ''}"
    return [
        [Entry("姓名", person.name), Entry("曾用名", person.former_name), Entry("性别", person.get_sex_display())],
        [
            Entry("出生日期", secret["birth_date"]),
            Entry("籍贯", person.native_place),
            Entry("政治面貌", person.get_politics_display()),
        ],
        [Entry("身份证号", id_number, _MOST), Entry("文化程度", person.get_education_display())],
        [
            Entry("电话", secret["phone"]),
            Entry("入党时间", person.party_joined),
            Entry("参加工作", person.work_began),
        ],
        [Entry("住址", secret["address"], _MOST), Entry("健康状况", person.get_health_display())],
        [
            Entry("五老类别", person.get_kind_display()),
            Entry("骨干", "是" if person.is_core else "否"),
            Entry("离退休类型", person.get_retirement_display()),
        ],
        [Entry("原单位和职务", person.former_post, _MOST), Entry("职级", person.rank)],
        [Entry("特长", person.speciality_line, _WHOLE)],
        [Entry("爱好", person.interest_line, _WHOLE)],
        [Entry("服务时间", person.service_times, _WHOLE)],
        [Entry("现任关工委职务", person.post_line, _WHOLE)],
        [Entry("团队", person.team_line, _WHOLE)],
        [Entry("荣誉", "\n".join(honour_lines(person)), _WHOLE, lines=2)],
        [
            Entry("入库日期", f"{person.joined_on:%Y-%m-%d}"),
            Entry("状态", person.get_status_display()),
            Entry("是否离世", "是" if person.status == VolunteerStatus.DECEASED else "否"),
        ],
        *_end_row(person),
    ]


def _end_row(person: Volunteer) -> list[list[Entry]]:
    """Since when somebody rests or is gone, and why; the form of who is there has no such row."""
    if person.left_on:
        return [[Entry("退出日期", f"{person.left_on:%Y-%m-%d}"), Entry("退出原因", person.left_reason, _MOST)]]
    if person.resting_since:
        since = f"{person.resting_since:%Y-%m-%d}"
        return [[Entry("暂停日期", since), Entry("暂停原因", person.resting_reason, _MOST)]]
    return []
