"""The lines of the roster as HTML, fifty at a time.

A template would look every value up by name and enclose every state anew; on the busiest page of all that was a
third of the time. `filled` escapes each value.
"""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from guanai.identity import mask_id, mask_phone
from guanai.markup import filled
from guanai.templatetags.page import NONE, state
from orgs.models import short_name_of
from volunteers.enums import Post, Sex, VeteranKind, VolunteerStatus
from volunteers.models import service_words

LINE = (
    '\n<tr><th scope="row" class="name"><a href="{url}">{name}</a></th><td class="nowrap">{sex}{age}</td>'
    '<td class="nowrap">{kind}</td><td data-label="特长">{specialities}</td><td data-label="时间">{times}</td>'
    '<td class="basis where">{unit}<br><span class="quiet">{posts}</span></td>'
    '<td class="nowrap" data-label="证件和电话">{id_number}<br><span class="quiet">{phone}</span></td>'
    '<td>{state}</td><td class="ops"><a href="{url}">查看</a>{edit}</td></tr>'
)
EDIT = '<a href="{url}edit/">修改</a>'
SEXES: dict[str, str] = dict(Sex.choices)
KINDS: dict[str, str] = dict(VeteranKind.choices)
POSTS: dict[str, str] = dict(Post.choices)


def status_state(status: str) -> SafeString:
    """在册 with a tick, 暂停 with a clock; who has gone stands as a plain word."""
    label = VolunteerStatus(status).label
    if status == VolunteerStatus.ACTIVE:
        return state("done", label)
    return state("neutral", label, "clock" if status == VolunteerStatus.RESTING else "")


def roster_lines(people: Iterable[Any], *, may_edit: bool) -> SafeString:
    """One `<tr>` for each row of `queries.for_list`."""
    this_year = timezone.localdate().year
    pages = reverse("volunteers:volunteer_list")
    states = {status: status_state(status) for status in VolunteerStatus.values}
    lines = []
    for person in people:
        url = f"{pages}{person.pk}/"
        lines.append(
            filled(
                LINE,
                url=url,
                name=person.name,
                sex=SEXES.get(person.sex, ""),
                age=f" {this_year - person.birth_year} 岁" if person.birth_year else "",
                kind=KINDS[person.kind],
                specialities="、".join(person.speciality_names) or NONE,
                times=service_words((int(weekday), daypart) for weekday, daypart in person.times) or NONE,
                unit=short_name_of(person.unit_name),
                posts=posts_line(person.running_posts) or "无职务",
                id_number=mask_id(person.id_number) or "无证件",
                phone=mask_phone(person.phone) or "没有电话",
                state=states[person.status],
                edit=filled(EDIT, url=url) if may_edit else "",
            )
        )
    return SafeString("".join(lines))


def posts_line(posts: Iterable[tuple[str, str]]) -> str:
    """亭子镇关工委 委员, from names of units and posts."""
    return "、".join(f"{short_name_of(unit)}关工委 {POSTS[post]}" for unit, post in posts)
