"""Row history: one line above a model, `@tracked()`, and the database writes down each change of its rows.

A trigger per statement (not per row) compares the rows before and after and adds one `RowEvent` for each row that
really changed, whoever wrote it: service, admin, bulk update, COPY or SQL by hand. Who, from where and by what stands
in pghistory's context, which requests (`guanai.trail.HistoryContext`), commands (`manage.py`) and tasks
(`guanai/celery.py`) open. All rows go into one table, so that the auditor's list reads one index, the sealer seals one
stream, and a new model needs no table of history of its own.

Measured: an update that changes all of 100,000 rows takes 1.4 s, 0.55 s of it the update itself; one that changes none
0.55 s; 100,000 rows added in batches of a thousand 3.3 s.

Not kept: the ends of the tree (lft, rght, level, tree_id: one insert moves thousands), when a row was last saved, blind
indexes. Of personal fields only the fact: every encrypted field, and the clear ones that the model names in
`personal`, are compared in the database and leave their names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import pgtrigger
from django.db import models

from guanai.enums import Change
from guanai.fields import Encrypted

_Model = TypeVar("_Model", bound=type[models.Model])

TREE = frozenset({"lft", "rght", "level", "tree_id"})
# Who saved a row last, and when, is what an event says itself.
LAST_SAVED = frozenset({"updated_at", "updated_by"})
# PostgreSQL takes 100 arguments, that is, 50 pairs.
_PAIRS = 50
EVENTS = "guanai_rowevent"
_COLUMNS = "change, record, record_id, unit_id, actor_id, address, via, context, changes, personal"
# Materialized, or the text of the context would be parsed once a row.
_CONTEXT = """
WITH said AS (SELECT NULLIF(current_setting('pghistory.context_metadata', TRUE), '')::jsonb AS words,
    NULLIF(current_setting('pghistory.context_id', TRUE), '')::uuid AS context),
by AS MATERIALIZED (SELECT (words->>'user')::bigint AS actor_id, (words->>'address')::inet AS address, context,
    LEFT(COALESCE(words->>'url', words->>'task', words->>'command', ''), 200) AS via FROM said)
"""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What of a model is history: names of fields left out, and of those that are personal.

    `named_by` are the relations that `__str__` reads, joined where many records are named; `unit` is the lookup from a
    record to the unit it belongs to, empty where it belongs to none.
    """

    left_out: frozenset[str]
    personal: frozenset[str]
    named_by: tuple[str, ...] = ()
    unit: str = ""

    def of_values(self, model: type[models.Model]) -> list[Any]:
        """The fields whose old and new values are kept."""
        return [field for field in _fields(model) if not self._is_personal(field) and not self._is_left_out(field)]

    def of_persons(self, model: type[models.Model]) -> list[Any]:
        """The fields of which only the change is kept."""
        return [field for field in _fields(model) if self._is_personal(field)]

    def _is_personal(self, field: Any) -> bool:
        return isinstance(field, Encrypted) or field.name in self.personal

    def _is_left_out(self, field: Any) -> bool:
        is_stamp = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        return is_stamp or isinstance(field, models.BinaryField) or field.name in self.left_out


TRACKED: dict[type[models.Model], Tracking] = {}
# Models of ours without a history, and why.
UNTRACKED: dict[type[models.Model], str] = {}


def tracked(
    *,
    exclude: Iterable[str] = (),
    personal: Iterable[str] = (),
    named_by: Iterable[str] = (),
    unit: str = "",
) -> Callable[[_Model], _Model]:
    """Keep the history of a model's rows. The next `makemigrations` writes the three triggers.

    `exclude`: derived fields that say nothing new; `personal`: clear fields whose values must not be in the trail;
    `named_by`: the relations that `__str__` reads; `unit`: the lookup to the unit, where no field of that name is.
    """

    def track(model: _Model) -> _Model:
        tracking = Tracking(
            left_out=TREE | LAST_SAVED | frozenset(exclude),
            personal=frozenset(personal),
            named_by=tuple(named_by),
            unit=unit or ("unit" if _has_unit(model) else ""),
        )
        TRACKED[model] = tracking
        for change in Change:
            _HistoryTrigger(change, tracking).register(model)  # type: ignore[arg-type]  # the stub wants an instance
        return model

    return track


def untracked(reason: str) -> Callable[[_Model], _Model]:
    """Say why the rows of a model have no history; a test wants one or the other of every model."""

    def leave(model: _Model) -> _Model:
        UNTRACKED[model] = reason
        return model

    return leave


def track_links(model: Any, *names: str) -> None:
    """Keep the history of many-to-many fields: what a statement links is one event of the record that holds the field.

    The table between has no model of its own to hang a trigger on; a proxy (`ActivitySpeakersLinks`) stands for it.
    """
    for name in names:
        through = getattr(model, name).through
        triggers = [_LinkTrigger(change, model, name) for change in (Change.INSERT, Change.DELETE)]
        meta = type("Meta", (), {"proxy": True, "app_label": model._meta.app_label, "triggers": triggers})
        title = f"{model.__name__}{name.title().replace('_', '')}Links"
        type(title, (through,), {"__module__": model.__module__, "Meta": meta})


class _HistoryTrigger(pgtrigger.Trigger):
    """After a statement: one event for each row that it added, changed or removed."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(self, change: Change, tracking: Tracking) -> None:
        self.change, self.tracking = change, tracking
        old = "old_values" if change != Change.INSERT else None
        new = "new_values" if change != Change.DELETE else None
        super().__init__(
            name=f"history_{change}",
            operation=_OPERATIONS[change],
            referencing=_referencing(old=old, new=new),
        )

    def get_func(self, model: Any) -> str:
        row = "o" if self.change == Change.DELETE else "n"
        pk = _quoted(model._meta.pk)
        rows = {
            Change.INSERT: "new_values n",
            Change.UPDATE: f"old_values o JOIN new_values n ON n.{pk} = o.{pk}",
            Change.DELETE: "old_values o",
        }[self.change]
        values = self.tracking.of_values(model), self.tracking.of_persons(model)
        differ = f" WHERE {_differ([*values[0], *values[1]])}" if self.change == Change.UPDATE else ""
        statement = f"""{_CONTEXT}
            INSERT INTO {EVENTS} ({_COLUMNS})
            SELECT '{self.change}', '{model._meta.label_lower}', {row}.{pk}, {_unit(model, row)},
            by.actor_id, by.address, by.via, by.context,
            {_changes(values[0], self.change, row)}, {_personal(values[1], self.change, row)}
            FROM {rows} CROSS JOIN by{differ}; RETURN NULL;"""  # noqa: S608 - names of our own tables and columns
        return " ".join(statement.split())


class _LinkTrigger(pgtrigger.Trigger):
    """After a statement: one event for each record that got or lost links, with the ids at the other end."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(self, change: Change, model: Any, name: str) -> None:
        self.change = change
        field = model._meta.get_field(name)
        self.holder, self.link, self.field = model._meta.label_lower, name, field
        self.table, self.has_unit = model._meta.db_table, _has_unit(model)
        ends = {"new": "links"} if change == Change.INSERT else {"old": "links"}
        super().__init__(
            name=f"history_{change}",
            operation=_OPERATIONS[change],
            referencing=_referencing(**ends),
        )

    def get_func(self, model: Any) -> str:
        near, far = self.field.m2m_column_name(), self.field.m2m_reverse_name()
        ids = f'jsonb_agg(l."{far}" ORDER BY l."{far}")'
        pair = f"'[]'::jsonb, {ids}" if self.change == Change.INSERT else f"{ids}, '[]'::jsonb"
        holder = f'SELECT h.unit_id FROM "{self.table}" h WHERE h.id = l."{near}"'  # noqa: S608 - as below
        unit = f"({holder})" if self.has_unit else "NULL::bigint"
        statement = f"""{_CONTEXT}
            INSERT INTO {EVENTS} ({_COLUMNS})
            SELECT '{Change.UPDATE}', '{self.holder}', l."{near}", {unit},
            by.actor_id, by.address, by.via, by.context,
            jsonb_build_object('{self.link}', jsonb_build_array({pair})), '[]'::jsonb
            FROM links l CROSS JOIN by
            GROUP BY l."{near}", by.actor_id, by.address, by.via, by.context; RETURN NULL;"""  # noqa: S608 - names of our own tables and columns
        return " ".join(statement.split())


_OPERATIONS = {Change.INSERT: pgtrigger.Insert, Change.UPDATE: pgtrigger.Update, Change.DELETE: pgtrigger.Delete}


def _referencing(**names: str | None) -> pgtrigger.Referencing:
    return pgtrigger.Referencing(**names)  # type: ignore[no-untyped-call]  # the library's gap


def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _quoted(field: Any) -> str:
    return f'"{field.column}"'


def _unit(model: Any, row: str) -> str:
    """The unit that a row belongs to, where the row itself says it."""
    if model._meta.label_lower == "orgs.unit":
        return f"{row}.{_quoted(model._meta.pk)}"
    return f"{row}.unit_id" if _has_unit(model) else "NULL::bigint"


def _has_unit(model: type[models.Model]) -> bool:
    return any(field.attname == "unit_id" for field in _fields(model))


def _differ(fields: list[Any]) -> str:
    old, new = (", ".join(f"{row}.{_quoted(field)}" for field in fields) for row in "on")
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


def _changes(fields: list[Any], change: Change, row: str) -> str:
    """A JSON object of what is told; fields without a value, and those that stayed, are not in it."""

    def value(field: Any) -> str:
        name = _quoted(field)
        if change != Change.UPDATE:
            return f"{row}.{name}"
        return f"CASE WHEN o.{name} IS DISTINCT FROM n.{name} THEN jsonb_build_array(o.{name}, n.{name}) END"

    pairs = [f"'{field.name}', {value(field)}" for field in fields]
    parts = [pairs[start : start + _PAIRS] for start in range(0, len(pairs), _PAIRS)]
    told = " || ".join(f"jsonb_strip_nulls(jsonb_build_object({', '.join(part)}))" for part in parts)
    return told or "'{}'::jsonb"


def _personal(fields: list[Any], change: Change, row: str) -> str:
    """A JSON list of the names of personal fields that were set or changed."""

    def fact(field: Any) -> str:
        name = _quoted(field)
        if change == Change.UPDATE:
            return f"o.{name} IS DISTINCT FROM n.{name}"
        empty = f" AND {row}.{name} <> ''" if isinstance(field, models.CharField | models.TextField) else ""
        return f"{row}.{name} IS NOT NULL{empty}"

    if not fields:
        return "'[]'::jsonb"
    names = ", ".join(f"CASE WHEN {fact(field)} THEN '{field.name}' END" for field in fields)
    return f"to_jsonb(array_remove(ARRAY[{names}]::text[], NULL))"
