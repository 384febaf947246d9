"""The auditor's list: row history, looks at personal fields and everything else of the trail, as one list by time."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import Http404
from django.utils import timezone

from guanai.batches import batched
from guanai.enums import Change, Verb
from guanai.history import TRACKED
from guanai.keys import is_key
from guanai.models import RowEvent, Sealed, TrailEntry, ViewLog
from orgs.models import Membership, Unit, User
from orgs.querysets import in_branch_q
from orgs.trail_scope import ACCOUNT, happened_in, scope_of
from orgs.trail_words import AT_THE_ACCOUNT, labels_of, words_of_entry, words_of_event, words_of_look

STREAMS: dict[str, type[Sealed]] = {model.stream: model for model in (RowEvent, TrailEntry, ViewLog)}
LOOK = "look"
_BY_THE_KEEPER = [Verb.UNLOCKED, Verb.PASSWORD_RESET, Verb.FACTOR_RESET]
_AT_THE_DOOR = [Verb.SIGN_IN, Verb.CODE_PASSED, Verb.CODE_REFUSED, *AT_THE_ACCOUNT, Verb.SIGN_OUT]
ROLES, ACCOUNTS = "roles", "accounts"
SIGN_INS = "sign_ins"
# What the filter calls an action: the rows of each stream that are meant; a stream without a condition has none.
ACTIONS: dict[str, tuple[str, dict[str, Q]]] = {
    **{change.value: (change.label, {"row": Q(change=change)}) for change in Change},
    LOOK: ("查看个人信息", {"look": Q()}),
    SIGN_INS: (
        "登录和退出",
        {"entry": Q(verb__in=_AT_THE_DOOR)},
    ),
    Verb.SIGN_IN_FAILED.value: ("登录失败和锁定", {"entry": Q(verb__in=[*AT_THE_ACCOUNT, Verb.CODE_REFUSED])}),
    ROLES: ("角色授予和终止", {"row": Q(record=Membership._meta.label_lower)}),
    ACCOUNTS: ("账号变动", {"row": Q(record=User._meta.label_lower), "entry": Q(verb__in=_BY_THE_KEEPER)}),
    Verb.EXPORTED.value: ("导出和下载", {"entry": Q(verb__in=[Verb.EXPORTED, Verb.DOWNLOADED])}),
    Verb.DENIED.value: ("越权和拒收", {"entry": Q(verb__in=[Verb.DENIED, Verb.UPLOAD_REFUSED])}),
    Verb.EXPIRED.value: ("到期删除", {"entry": Q(verb=Verb.EXPIRED)}),
    Verb.WITHDRAWN.value: ("撤下登记", {"entry": Q(verb=Verb.WITHDRAWN)}),
    Verb.HANDED_OVER.value: ("移交", {"entry": Q(verb=Verb.HANDED_OVER)}),
    Verb.KEYS_ROTATED.value: ("更换密钥", {"entry": Q(verb=Verb.KEYS_ROTATED)}),
    Verb.MERGED.value: ("合并登记", {"entry": Q(verb=Verb.MERGED)}),
}
# Fields by which people name a record.
_NUMBERS = ("number", "code", "username")
_NAMES = ("name", "number", "code", "username", "headline")
_BATCH = 500
# So many changes of the same operation before and after one are shown beside it.
BESIDE = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filter asks for; empty values ask for everything. `unit` is a code and takes in what lies under it."""

    unit: str = ""
    words: str = ""
    person: str = ""
    record: str = ""
    number: str = ""
    action: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None


@dataclass(slots=True)
class Line:
    """One line of the list. `facts` are short words, `row` the row of the trail behind it."""

    stream: str
    row: Any
    actor: str
    act: str
    object: str
    facts: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        return "；".join(self.facts)


def trail_for_user(user: User, wanted: Wanted) -> "QuerySet[Any, Any]":
    """(stream, pk, at) of what the filter asks for, newest first, within the branches where the user reads the trail.

    Three index scans merged by the database, so that the first page costs the same whatever the number of rows.
    """
    parts = [
        STREAMS[name]
        ._default_manager.filter(condition)
        .order_by()
        .annotate(stream_name=Cast(Value(name), CharField()))
        .values_list("stream_name", "pk", "at")
        for name, condition in _conditions(user, wanted).items()
    ]
    if not parts:
        return RowEvent.objects.none().annotate(stream_name=Value("")).values_list("stream_name", "pk", "at")
    first, *rest = parts
    return first.union(*rest, all=True).order_by("-at", "-pk") if rest else first.order_by("-at", "-pk")


def entry_for_user_or_404(user: User, stream: str, pk: int) -> Any:
    """One row of the trail, of a branch where the user reads it."""
    condition = _conditions(user, Wanted()).get(stream)
    row = STREAMS[stream]._default_manager.filter(condition, pk=pk).first() if condition is not None else None
    if row is None:
        raise Http404("no such entry")
    return row


def counts_for_user(user: User, actions: Iterable[str], *days: datetime.date) -> dict[str, list[int]]:
    """{action: how many since each of the days}, as `trail_for_user` finds them: a query for each stream. The first day
    is the earliest."""
    wanted, scope = list(actions), scope_of(user)
    counted = {action: [0] * len(days) for action in wanted}
    for name, model in STREAMS.items():
        acts = {action: ACTIONS[action][1][name] for action in wanted if name in ACTIONS[action][1]}
        if not acts:
            continue
        counts = {
            f"{action}-{place}": Count("pk", filter=condition & Q(at__gte=_midnight(day)))
            for action, condition in acts.items()
            for place, day in enumerate(days)
        }
        own = happened_in(name, scope) if scope else Q()
        rows = model._default_manager.filter(own & Q(at__gte=_midnight(days[0]))).order_by()
        for key, number in rows.aggregate(**counts).items():
            action, place = key.rsplit("-", 1)
            counted[action][int(place)] += number
    return counted


def beside_for_user(user: User, event: RowEvent) -> list[Line]:
    """What the same operation did to other rows, as far as the user reads it.

    The same operation wrote in the same transaction, as a rule; by its number they are found at once.
    """
    if event.context is None:
        return []
    condition = _conditions(user, Wanted())[RowEvent.stream]
    near = RowEvent.objects.filter(
        condition, xact=event.xact, pk__range=(event.pk - BESIDE, event.pk + BESIDE), context=event.context
    )
    others = near.exclude(pk=event.pk).order_by("pk").values_list("pk", flat=True)
    return lines_of((RowEvent.stream, other, None) for other in others)


def _conditions(user: User, wanted: Wanted) -> dict[str, Q]:
    """The condition on each stream; a stream of which nothing is asked for is not in it."""
    scope = scope_of(user)
    conditions = {name: happened_in(name, scope) if scope else Q() for name in STREAMS}
    if wanted.action:
        acts = ACTIONS[wanted.action][1]
        conditions = {name: condition & acts[name] for name, condition in conditions.items() if name in acts}
    if wanted.unit:
        unit = Unit.objects.filter(code=wanted.unit).first()
        if unit is None:
            return {}
        branch = partial(in_branch_q, unit)
        conditions = {name: condition & happened_in(name, branch) for name, condition in conditions.items()}
    if wanted.words:
        conditions = {name: condition & _holds(name, wanted.words) for name, condition in conditions.items()}
    common = _of_record_and_day(wanted)
    if common is None:
        return {}
    people = _people_called(wanted.person) if wanted.person else None
    return {
        name: condition & common & (_by(name, people) if people is not None else Q())
        for name, condition in conditions.items()
    }


def _of_record_and_day(wanted: Wanted) -> Q | None:
    """What is asked of every stream in the same words; None where no record is called so."""
    condition = Q()
    if wanted.record:
        condition &= Q(record=wanted.record)
    if wanted.number:
        found = records_called(wanted.record, wanted.number)
        if not found:
            return None
        condition &= Q(*(Q(record=record, record_id=pk) for record, pk in found), _connector=Q.OR)
    if wanted.since:
        condition &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        condition &= Q(at__lt=_midnight(wanted.until + datetime.timedelta(days=1)))
    return condition


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _people_called(person: str) -> list[int]:
    people = User.objects.filter(Q(username=person) | Q(name=person))
    return list(people.values_list("pk", flat=True))


def _by(stream: str, people: list[int]) -> Q:
    """Done by one of these people, or tried at their account by somebody who was not signed in."""
    if stream == LOOK:
        return Q(user__in=people)
    condition = Q(actor__in=people)
    if stream == TrailEntry.stream:
        condition |= Q(verb__in=AT_THE_ACCOUNT, record=ACCOUNT, record_id__in=people)
    return condition


def _holds(stream: str, words: str) -> Q:
    """The words stand in what a row tells, or in the name or number of its record as that is called now."""
    told = {
        RowEvent.stream: Q(changes__icontains=words),
        TrailEntry.stream: Q(detail__icontains=words),
        LOOK: Q(reason__icontains=words) | Q(field__icontains=words),
    }
    condition = told[stream]
    for model in TRACKED:
        names = [each.name for each in model._meta.concrete_fields if each.name in _NAMES]
        if names and not TRACKED[model].personal.intersection(names):
            called = Q(*((f"{name}__icontains", words) for name in names), _connector=Q.OR)
            found = model._base_manager.filter(called).values("pk")
            condition |= Q(record=model._meta.label_lower, record_id__in=found)
    return condition


def records_called(record: str, number: str) -> list[tuple[str, int]]:
    """(kind, pk) of the records with this number, code or user name; a plain number is also the pk of a given kind."""
    found = []
    for model in TRACKED:
        label = model._meta.label_lower
        if record and label != record:
            continue
        names = [each.name for each in model._meta.concrete_fields if each.name in _NUMBERS and each.unique]
        condition = Q(*((name, number) for name in names), _connector=Q.OR) if names else None
        if record and is_key(number):
            condition = Q(pk=int(number)) | condition if condition else Q(pk=int(number))
        if condition is not None:
            found += [(label, pk) for pk in model._default_manager.filter(condition).values_list("pk", flat=True)]
    return found


def record_choices() -> list[tuple[str, str]]:
    """Kinds of records that have a history, by name."""
    kinds = ((model._meta.label_lower, str(model._meta.verbose_name)) for model in TRACKED)
    return sorted(kinds, key=lambda kind: kind[1])


def lines_of(keys: Iterable[Sequence[Any]]) -> list[Line]:
    """The lines behind (stream, pk, at), in their order: a query per stream, and one per kind of record."""
    wanted = [(str(key[0]), int(key[1])) for key in keys]
    rows = {
        name: model._default_manager.select_related("user" if name == LOOK else "actor").in_bulk(
            [pk for stream, pk in wanted if stream == name]
        )
        for name, model in STREAMS.items()
    }
    found: list[tuple[str, Any]] = [(stream, rows[stream][pk]) for stream, pk in wanted if pk in rows[stream]]
    names = labels_of((row.record, row.record_id) for _, row in found if row.record)
    return [_line(stream, row, names) for stream, row in found]


def _line(stream: str, row: Any, names: dict[tuple[str, int], str]) -> Line:
    actor: User | None
    if isinstance(row, ViewLog):
        actor, (act, facts) = row.user, words_of_look(row)
    else:
        actor = row.actor
        act, facts = words_of_event(row) if isinstance(row, RowEvent) else words_of_entry(row)
    called = names.get((row.record, row.record_id), "")
    # Rows that nobody signed in changed: a command, a task, somebody at the database.
    nobody = "系统" if isinstance(row, RowEvent) else ""
    return Line(stream, row, actor.name if actor else nobody, act, called, facts)


def all_lines(keys: "QuerySet[Any, Any]") -> Iterator[Line]:
    """Every line, in batches: memory stays flat."""
    for batch in batched(keys.iterator(chunk_size=_BATCH), _BATCH):
        yield from lines_of(batch)
