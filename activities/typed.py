"""What stands in the activity form, just as typed: lists of texts by field name.

The same shape comes from a request, from a draft, from an earlier activity, and goes into the form's initial values.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import QueryDict

from activities.models import Activity

Typed = dict[str, list[str]]

SINGLE = (
    "unit",
    "name",
    "theme",
    "held_on",
    "place",
    "young_people",
    "in_need",
    "others",
    "summary",
    "sessions",
    "form",
    "starts_at",
    "ends_at",
    "host_person",
    "cost",
    "media_link",
    "like",
    "seen",
)
MANY = ("speakers", "co_hosts", "programmes", "partners")
# What repeats from time to time. Dates and counts are never carried over.
CARRIED = ("name", "theme", "place", "speakers", "co_hosts", "form", "programmes", "partners")


def typed_in(post: QueryDict) -> Typed:
    """The fields of a request, empty ones left out."""
    typed = {name: post.getlist(name)[-1:] for name in SINGLE} | {name: post.getlist(name) for name in MANY}
    return {name: [clean(text) for text in texts] for name, texts in typed.items() if any(map(clean, texts))}


def clean(text: str) -> str:
    """Without the zero byte, which no keyboard types and the database does not take."""
    return "" if text.isspace() else text.replace("\0", "")


def known(fields: Mapping[str, Any]) -> Typed:
    """The fields of a draft that the form still has."""
    return {name: [str(text) for text in fields[name]] for name in (*SINGLE, *MANY) if name in fields}


def initial_of(typed: Typed) -> dict[str, str | list[str]]:
    return {name: texts if name in MANY else texts[-1] for name, texts in typed.items() if texts}


def first(typed: Typed, name: str) -> str:
    texts = typed.get(name, [])
    return texts[-1].strip() if texts else ""


def typed_from(activity: Activity) -> Typed:
    """An activity as its writer would have typed it."""
    texts = {
        "name": activity.name,
        "theme": str(activity.theme_id),
        "held_on": activity.held_on.isoformat(),
        "place": activity.where,
        "young_people": str(activity.young_people),
        "in_need": str(activity.in_need),
        "others": str(activity.others),
        "summary": activity.summary,
        "sessions": str(activity.sessions),
        "form": activity.form,
        "starts_at": f"{activity.starts_at:%H:%M}" if activity.starts_at else "",
        "ends_at": f"{activity.ends_at:%H:%M}" if activity.ends_at else "",
        "host_person": activity.host_person,
        "cost": str(activity.cost) if activity.cost else "",
        "media_link": activity.media_link,
        "seen": activity.updated_at.isoformat(),
    }
    many = {name: [str(row.pk) for row in getattr(activity, name).all()] for name in MANY}
    return {name: [text] for name, text in texts.items() if text} | {name: ids for name, ids in many.items() if ids}


def carried_from(activity: Activity) -> Typed:
    """What a new record takes over from an earlier one."""
    typed = typed_from(activity)
    return {name: typed[name] for name in CARRIED if name in typed} | {"like": [str(activity.pk)]}


def kept_names(typed: Typed, carried: Typed) -> set[str]:
    """The fields that still hold what was carried over (沿用)."""
    return {name for name in CARRIED if name in carried and same(typed.get(name, []), carried[name])}


def same(texts: Sequence[str], others: Iterable[str]) -> bool:
    return sorted(texts) == sorted(others)


def without(typed: Typed, names: Iterable[str]) -> Typed:
    dropped = set(names)
    return {name: texts for name, texts in typed.items() if name not in dropped}


def with_value(typed: Typed, name: str, value: str) -> Typed:
    texts = typed.get(name, [])
    return typed if value in texts else {**typed, name: [*texts, value]}


def without_value(typed: Typed, name: str, value: str) -> Typed:
    return {**typed, name: [text for text in typed.get(name, []) if text != value]}
