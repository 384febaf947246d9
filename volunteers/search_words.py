"""Why somebody is listed by the search, in words; and what they do not have, where a condition was relaxed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone

from guanai.dependents import person_activities
from guanai.identity import mask_phone
from orgs.enums import UnitKind
from orgs.models import Unit, short_name_of
from volunteers.enums import Daypart, Sex, VeteranKind, VolunteerStatus, Weekday
from volunteers.models import service_words
from volunteers.rows import posts_line
from volunteers.search import FAR, HERE, NEAR, Wishes, last_field

HERE_WORDS: dict[str, str] = {
    UnitKind.COUNTY: "全县",
    UnitKind.DEPARTMENT: "本部门",
    UnitKind.VILLAGE: "本村",
    UnitKind.COMMUNITY: "本社区",
    UnitKind.SCHOOL: "本校",
    UnitKind.ENTERPRISE: "本企业",
}
TOWN_ENDINGS = ("街道", "镇", "乡")
RELAXED_WORDS = {
    "speciality": "特长",
    "interest": "爱好",
    "part": "时段",
    "time": "时间",
    "kind": "五老类别",
    "core": "骨干",
    "recent": "最近活动和走访",
}
# What giving up a condition means, as the link says it.
OFFERS = {
    **{key: f"不限{word}" for key, word in RELAXED_WORDS.items()},
    "core": "不限于骨干",
    "resting": "连暂停的也找",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the results. `fits`, `last` and `lacks` are ready sentences; the phone is masked.

    `reveals` says that there is a phone which the user may ask for in clear.
    """

    pk: int
    name: str
    about: str
    unit: str
    posts: str
    fits: str
    last: str
    lacks: str
    phone: str
    reveals: bool
    resting: bool
    taken: bool


@dataclass(frozen=True, slots=True)
class Ring:
    """The people of one nearness on this page; `total` counts all pages."""

    heading: str
    total: int
    lines: list[Line]


def ring_words(place: Unit, *, whole_county: bool) -> dict[int, str]:
    """本村, 本镇其他, 全县其他, for a village; what there is of it for other places.

    Who does not see the whole county is not told so.
    """
    words = {HERE: _here(place)}
    if place.parent is not None:
        words[NEAR] = f"{_here(place.parent)}其他"
    words[FAR] = "全县其他" if whole_county else "您能看到的其他单位"
    return words


def _here(place: Unit) -> str:
    """本镇 for 亭子镇, 本乡 for 石灶乡: as its own name ends."""
    if place.kind == UnitKind.TOWNSHIP:
        return f"本{next((end for end in TOWN_ENDINGS if place.short_name.endswith(end)), '乡镇')}"
    return HERE_WORDS[place.kind]


def rings_of(rows: Iterable[Any], counts: dict[int, int], words: dict[int, str], wishes: Wishes) -> list[Ring]:
    """The rows of one page (`search.Found.people`) under the headings of their nearness."""
    # Far is as good as nowhere: the line names the unit anyhow.
    where = {
        HERE: "" if wishes.place.kind == UnitKind.COUNTY else words[HERE],
        NEAR: words.get(NEAR, "").removesuffix("其他"),
        FAR: "",
    }
    return [
        Ring(words[near], counts[near], [line_of(row, where[near], wishes) for row in rows])
        for near, rows in groupby(rows, key=lambda row: int(row.near))
    ]


def line_of(row: Any, where: str, wishes: Wishes) -> Line:
    fits, lacks = reasons(row, wishes)
    age = f"{timezone.localdate().year - row.birth_year} 岁" if row.birth_year else ""
    about = [Sex(row.sex).label if row.sex else "", age, VeteranKind(row.kind).label, "骨干" if row.is_core else ""]
    return Line(
        pk=row.pk,
        name=row.name,
        about=" ".join(filter(None, about)),
        unit=_unit(row, wishes.place),
        posts=posts_line(row.running_posts),
        fits="；".join(filter(None, [*fits, where])),
        last=last_words(row),
        lacks="；".join(lacks),
        phone=mask_phone(row.phone) or "没有电话",
        reveals=bool(row.revealing and row.phone),
        resting=row.status == VolunteerStatus.RESTING,
        taken=bool(row.taken),
    )


def _unit(row: Any, place: Unit) -> str:
    """白观村; with its township before it, where it may be any of the county."""
    name = short_name_of(row.unit_name)
    of_county = row.near == FAR or place.parent_id is None
    return f"{short_name_of(row.township)} {name}" if of_county and row.level > 1 else name


def reasons(row: Any, wishes: Wishes) -> tuple[list[str], list[str]]:
    """What of the wishes somebody meets, and what not."""
    fits: list[str] = []
    lacks: list[str] = []
    for key, wished, has in (
        ("speciality", wishes.specialities.values(), row.speciality_names),
        ("interest", wishes.interests.values(), row.interest_names),
    ):
        word = RELAXED_WORDS[key]
        if met := [name for name in wished if name in has]:
            fits.append(f"{word}：{'、'.join(met)}")
        # Where one of several is enough, what else they cannot do is no lack.
        missed = [name for name in wished if name not in has]
        if missed and key in wishes.relaxed:
            lacks.append(f"没有登记{word}：{'、'.join(missed)}")
    if wishes.weekdays or wishes.part:
        times = [(int(weekday), part) for weekday, part in row.times]
        met_times = [
            (weekday, part)
            for weekday, part in times
            if (not wishes.weekdays or weekday in wishes.weekdays) and wishes.part in ("", part)
        ]
        if met_times:
            fits.append(f"{service_words(met_times)}有空")
        else:
            own = service_words(times)
            lacks.append(f"{wished_time(wishes)}没有登记有空，登记的是{own}" if own else "没有登记服务时间")
    if wishes.kind and row.kind != wishes.kind:
        lacks.append(f"类别是{VeteranKind(row.kind).label}")
    if wishes.core and not row.is_core:
        lacks.append("不是骨干")
    return fits, lacks


def last_words(row: Any) -> str:
    """最近一次主讲 2026-09-12: the latest of all ways of being called on."""
    kinds = person_activities()
    days = [(day, -kind.order, kind.label) for kind in kinds if (day := getattr(row, last_field(kind.key)))]
    if not days:
        return "没有活动和走访记录"
    day, _, label = max(days)
    return f"最近一次{label} {day:%Y-%m-%d}"


def wished_time(wishes: Wishes) -> str:
    """周六上午, 工作日, 晚上."""
    part = Daypart(wishes.part).label if wishes.part else ""
    days = {tuple(Weekday.values[:5]): "工作日", tuple(Weekday.values[5:]): "周末"}
    return days.get(wishes.weekdays, "、".join(Weekday(weekday).label for weekday in wishes.weekdays)) + part
