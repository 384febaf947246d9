"""The words of the trail: what a row of it says, in Chinese, without a value that is personal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, ManyToManyField, Model
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from guanai.enums import Change, Verb
from guanai.fields import encrypted_fields
from guanai.history import TRACKED
from guanai.models import RowEvent, TrailEntry, ViewLog

# On a list, so many fields are told with their values, as far as these are short.
FIELDS, LETTERS = 3, 24
NOTHING = "空"
# Tried by somebody who was not signed in, as a rule: the account stands as the object.
AT_THE_ACCOUNT = (Verb.SIGN_IN_FAILED, Verb.LOCKED_OUT)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an event: its label, and what it was and is. A personal one was changed, that is all."""

    label: str
    old: str = ""
    new: str = ""
    is_personal: bool = False


def model_of(record: str) -> type[Model] | None:
    """The model of a kind of record; None for one that a later release no longer has."""
    try:
        return apps.get_model(record)
    except (LookupError, ValueError):
        return None


def kind_words(record: str) -> str:
    model = model_of(record)
    return str(model._meta.verbose_name) if model else record


def labels_of(records: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """单位 亭子镇, 儿童 510824-0012: the kind and the record's own words, which never hold anything personal.

    A query per kind. A record that is gone is called by its key.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    for record, pk in records:
        ids[record].add(pk)
    words: dict[tuple[str, int], str] = {}
    for record, pks in ids.items():
        held = _held(model_of(record), pks)
        words |= {(record, pk): f"{kind_words(record)} {held.get(pk, f'#{pk}')}" for pk in pks}
    return words


def _held(model: type[Model] | None, pks: Iterable[int]) -> dict[int, str]:
    """The words of the records that are still there, by key; nothing of them is decrypted for it."""
    if model is None or not model._meta.managed:
        return {}
    tracking = TRACKED.get(model)
    named_by = tracking.named_by if tracking else ()
    rows = model._base_manager.select_related(*named_by) if named_by else model._base_manager.all()
    held = {row.pk: str(row) for row in rows.defer(*_sealed(model, named_by)).filter(pk__in=set(pks))}
    missing = set(pks) - set(held)
    return held | _gone(model, missing) if missing and tracking else held


def _gone(model: type[Model], pks: Iterable[int]) -> dict[int, str]:
    """What records that are gone were called last, as far as their removal says it: a term that was merged."""
    removals = RowEvent.objects.filter(record=model._meta.label_lower, record_id__in=pks, change=Change.DELETE)
    names = removals.filter(changes__has_key="name").values_list("record_id", "changes__name")
    return {pk: str(name) for pk, name in names}


def _sealed(model: type[Model], named_by: Iterable[str]) -> list[str]:
    """The encrypted fields of a model and of what is joined to it."""
    found = encrypted_fields(model)
    for path in named_by:
        joined, steps = model, path.split("__")
        for number, step in enumerate(steps, 1):
            joined = cast("type[Model]", joined._meta.get_field(step).related_model)
            stem = "__".join(steps[:number])
            found += [f"{stem}__{name}" for name in encrypted_fields(joined)]
    return found


def changes_of(event: RowEvent) -> list[FieldChange]:
    """Every field of an event with its values in words; one query per kind of record that a field points at."""
    return changes_of_all([event])[event.pk]


def changes_of_all(events: Iterable[RowEvent]) -> dict[int, list[FieldChange]]:
    """The same for many events, by key; still one query per kind of record that any field points at."""
    events = list(events)
    keys: dict[type[Model], set[int]] = defaultdict(set)
    for event in events:
        for field, sides in _told(event):
            if isinstance(field, ForeignKey | ManyToManyField):
                keys[field.related_model] |= {key for side in sides for key in _keys(side)}
    held = {model: _held(model, pks) for model, pks in keys.items()}
    return {event.pk: [*_with_values(event, held), *_without(event)] for event in events}


def _told(event: RowEvent) -> list[tuple[Any, tuple[Any, Any]]]:
    """(field, or its name where it is gone; what it was and is) of an event."""
    model = model_of(event.record)
    return [(_field(model, name) or name, _sides(event.change, value)) for name, value in event.changes.items()]


def _keys(side: Any) -> list[int]:
    return [key for key in (side if isinstance(side, list) else [side]) if key]


def _with_values(event: RowEvent, held: Mapping[type[Model], Mapping[int, str]]) -> Iterator[FieldChange]:
    for field, (old, new) in _told(event):
        if isinstance(field, ForeignKey | ManyToManyField):
            words = held[field.related_model]
            old, new = _pointed(old, words), _pointed(new, words)  # noqa: PLW2901 - the same in words
        label = str(getattr(field, "verbose_name", field))
        yield FieldChange(label, value_words(old, field), value_words(new, field))


def _without(event: RowEvent) -> Iterator[FieldChange]:
    model = model_of(event.record)
    for name in event.personal:
        yield FieldChange(str(getattr(_field(model, name), "verbose_name", name)), is_personal=True)


def _sides(change: str, value: Any) -> tuple[Any, Any]:
    if change == Change.UPDATE:
        return value[0], value[1]
    return (None, value) if change == Change.INSERT else (value, None)


def _field(model: type[Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _pointed(side: Any, held: Mapping[int, str]) -> Any:
    if isinstance(side, list):
        return [held.get(key, f"#{key}") for key in side]
    return None if side is None else held.get(side, f"#{side}")


def value_words(value: Any, field: Any = None) -> str:
    """A stored value in the words of the screen."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value_words(one) for one in value)
    if isinstance(value, dict):
        return "，".join(f"{name} {value_words(one)}" for name, one in value.items())
    choices = dict(getattr(field, "flatchoices", ()) or ())
    if value in choices:
        return str(choices[value])
    if isinstance(value, str) and "T" in value and (at := parse_datetime(value)):
        return f"{localtime(at) if at.tzinfo else at:%Y-%m-%d %H:%M}"
    return str(value)


def words_of_event(event: RowEvent) -> tuple[str, list[str]]:
    """(act, facts) of a row change, for a list: a few fields with their values, the rest by name."""
    model = model_of(event.record)
    facts = []
    told = list(event.changes.items())
    for name, value in told[:FIELDS] if event.change == Change.UPDATE else []:
        field = _field(model, name)
        label = str(getattr(field, "verbose_name", name))
        old, new = (value_words(side, field) for side in value)
        if isinstance(field, ForeignKey | ManyToManyField) or max(len(old), len(new)) > LETTERS:
            facts.append(f"{label}已修改")
        else:
            facts.append(f"{label} {old} → {new}")
    if event.change == Change.UPDATE and len(told) > FIELDS:
        facts.append(f"还有 {len(told) - FIELDS} 项")
    if event.personal and event.change == Change.UPDATE:
        labels = "、".join(str(getattr(_field(model, name), "verbose_name", name)) for name in event.personal)
        facts.append(f"{labels}已修改")
    return event.get_change_display(), facts


def words_of_entry(entry: TrailEntry) -> tuple[str, list[str]]:
    detail = entry.detail
    facts = []
    if detail.get("file"):
        facts.append(str(detail["file"]))
    if entry.verb == Verb.DENIED:
        facts.append(
            f"{detail.get('method', '')} /{detail.get('route', '')} {'、'.join(detail.get('numbers', {}).values())}"
        )
    if entry.verb in AT_THE_ACCOUNT and entry.actor_id is None:
        facts.append("（未登录）尝试登录" if entry.record else "（未登录）尝试登录，没有这个账号")
    if entry.verb == Verb.EXPIRED:
        facts.append(f"{detail.get('rows', 0)} 条")
    if entry.verb == Verb.KEYS_ROTATED:
        facts.append(f"{kind_words(detail.get('model', ''))} {detail.get('rows', 0)} 条")
    if entry.verb == Verb.UNLOCKED:
        facts.append(f"忘掉 {detail.get('attempts', 0)} 次输错")
    if entry.verb == Verb.MERGED:
        facts.append(f"{detail.get('merged', '')} 并入此条")
    if entry.verb == Verb.HANDED_OVER:
        facts.append(f"{sum(detail.get('settled', {}).values())} 项")
        facts += [f"接替 {number}" for number in detail.get("heirs", [])]
    if reason := detail.get("reason"):
        facts.append(str(reason))
    return entry.get_verb_display(), facts


def words_of_look(look: ViewLog) -> tuple[str, list[str]]:
    return "查看", [look.field, f"理由：{look.reason}"]
