"""What happened to somebody's entry on the roster, for whoever reads the roster: the row history in plain words."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from guanai.enums import Change, Verb
from guanai.history import TRACKED
from guanai.models import RowEvent, TrailEntry
from orgs.trail_words import NOTHING, FieldChange, changes_of_all, kind_words, labels_of, words_of_entry
from volunteers.models import Availability, Volunteer
from volunteers.models.volunteers import service_words

EVENTS = 200
PERSON, TIME = Volunteer._meta.label_lower, Availability._meta.label_lower
LISTS = {"specialities", "interests"}
CHECKED = "核对日期"
ACTS = (Verb.MERGED, Verb.HANDED_OVER)
# What an import of a roster is recorded by: a page, the worker's task, the command.
IMPORTS = ("/volunteers/import/", "volunteers.tasks.run_roster_import", "import_roster")


@dataclass(slots=True)
class Step:
    """One operation: when, who, what it was in a word or two, and what it changed, each as a short sentence."""

    at: datetime.datetime
    actor: str
    heading: str
    facts: list[str] = field(default_factory=list)
    # The transactions that it ran in.
    xacts: frozenset[int] = frozenset()


@dataclass(slots=True)
class History:
    """The steps, latest first; `older` is where the earlier ones begin, or None where these are all."""

    steps: list[Step]
    older: int | None = None


def history_of_person(person: Volunteer, *, before: int | None = None) -> History:
    """The latest steps, or those before an event: of the person, the service times, teams, posts and honours. As many
    queries as there are kinds of records in them."""
    rows = _events(person).select_related("actor").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    events = list(rows[: EVENTS + 1])
    older = None
    if len(events) > EVENTS:
        # Whole operations only: the last one may go on in what was not read.
        last = _operation(events[-1])
        events = [event for event in events if _operation(event) != last] or events[:-1]
        older = events[-1].pk
    # Service times are told by their own values, the person is who the page is about.
    changes = changes_of_all(event for event in events if event.record != TIME)
    names = labels_of((event.record, event.record_id) for event in events if event.record not in (PERSON, TIME))
    groups = [list(group) for _, group in groupby(events, key=_operation)]
    steps = [_step(group, changes, names) for group in groups]
    steps = [step for step in steps if step.facts or step.heading]
    steps = _with_acts(person, steps, is_first=before is None, older=older)
    return History(steps, older)


def _with_acts(person: Volunteer, steps: list[Step], *, is_first: bool, older: int | None) -> list[Step]:
    """Also what was done to the person as a whole, where it falls between the steps: merged, handed over."""
    acts = TrailEntry.objects.filter(record=PERSON, record_id=person.pk, verb__in=ACTS).select_related("actor")
    by_xact = {xact: step for step in reversed(steps) for xact in step.xacts}
    for act in acts:
        heading, facts = words_of_entry(act)
        if (step := by_xact.get(act.xact)) is not None:
            step.heading, step.facts = heading, [*facts, *step.facts]
        elif (is_first or (steps and act.at < steps[0].at)) and (older is None or act.at > steps[-1].at):
            actor = act.actor.name if act.actor else "系统"
            steps = sorted([*steps, Step(act.at, actor, heading, facts)], key=lambda each: each.at, reverse=True)
    return steps


def _events(person: Volunteer) -> "QuerySet[RowEvent]":
    """Rows of the person, rows that still belong to them, and rows that came or went with their key in them."""
    added = RowEvent.objects.filter(changes__has_key="volunteer").annotate(of=KeyTextTransform("volunteer", "changes"))
    labels = [model._meta.label_lower for model in _own_models()]
    condition = Q(record=PERSON, record_id=person.pk)
    condition |= Q(pk__in=added.filter(of=str(person.pk), record__in=labels).order_by().values("pk"))
    for model in _own_models():
        mine = model._default_manager.filter(volunteer=person).order_by().values("pk")
        condition |= Q(record=model._meta.label_lower, record_id__in=mine)
    return RowEvent.objects.filter(condition)


def _own_models() -> list[Any]:
    """The models of this app whose rows belong to a person; what other apps keep has permissions of its own."""
    return [
        model
        for model in TRACKED
        if model._meta.app_label == Volunteer._meta.app_label
        and any(each.name == "volunteer" for each in model._meta.concrete_fields)
    ]


def _operation(event: RowEvent) -> Any:
    return event.context or event.xact


def _step(events: Sequence[RowEvent], changes: dict[int, list[FieldChange]], names: dict[Any, str]) -> Step:
    latest = events[0]
    facts: list[str] = []
    heading = ""
    for event in reversed(events):
        if event.record != PERSON:
            continue
        if event.change == Change.INSERT:
            heading = "登记入库"
        else:
            facts += _of_person(event, changes[event.pk])
    is_new = bool(heading)
    own = [fact for fact in facts if not fact.startswith(CHECKED)]
    if facts and not own:
        heading = heading or "核对无误"
    facts = [*([] if is_new else own), *_of_times(events), *_of_others(events, changes, names)]
    actor = latest.actor.name if latest.actor else "系统"
    actor += "（导入名册）" if latest.via.startswith(IMPORTS) else ""
    xacts = frozenset(event.xact for event in events)
    return Step(latest.at, actor, heading or ("修改" if facts else ""), facts, xacts)


def _of_person(event: RowEvent, changes: Iterable[FieldChange]) -> list[str]:
    """类别 老教师 → 老专家; 特长增加法治; 电话已修改."""
    facts = []
    for name, change in zip((*event.changes, *event.personal), changes, strict=True):
        if change.is_personal:
            facts.append(f"{change.label}已修改")
        elif name in LISTS:
            is_more = change.new != NOTHING
            facts.append(f"{change.label}增加{change.new}" if is_more else f"{change.label}去掉{change.old}")
        elif change.old == NOTHING:
            facts.append(f"{change.label}填为 {change.new}")
        else:
            facts.append(f"{change.label} {change.old} → {change.new}")
    return facts


def _of_times(events: Iterable[RowEvent]) -> list[str]:
    """服务时间增加周六上午, from the rows that came and went."""
    facts = []
    for change, word in ((Change.INSERT, "增加"), (Change.DELETE, "去掉")):
        rows = [event.changes for event in events if event.record == TIME and event.change == change]
        if rows:
            facts.append(f"服务时间{word}{service_words((row['weekday'], row['daypart']) for row in rows)}")
    return facts


def _of_others(events: Iterable[RowEvent], changes: dict[int, list[FieldChange]], names: dict[Any, str]) -> list[str]:
    """增加 任职 …; 修改 团队成员 …：退出日期填为 2026-03-01."""
    facts = []
    for event in reversed(list(events)):
        if event.record in (PERSON, TIME):
            continue
        called = names.get((event.record, event.record_id), kind_words(event.record))
        said = ""
        if event.change == Change.UPDATE:
            said = f"：{'、'.join(_of_person(event, changes[event.pk]))}"
        facts.append(f"{event.get_change_display()}{called}{said}")
    return facts
