"""Checked rows into the roster, in one transaction, and back out again."""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model, ProtectedError, QuerySet
from django.utils import timezone

from guanai import bulk, identity
from guanai.batches import batched
from guanai.numbers import take_numbers
from orgs.models import Unit, User
from volunteers.enums import ImportState, RowState
from volunteers.imports.checking import CHUNK, PLAIN, Checked
from volunteers.models import TERMS, Availability, RosterImport, RosterImportRow, Volunteer
from volunteers.services.roster import volunteer_number
from volunteers.services.terms import ensure_terms

# Two imports into one county come one after the other: "gi" and the tree.
_LOCK_CLASS = 0x6769


def lock_imports(unit: Unit) -> None:
    """Wait until no other import writes into the county's roster."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, unit.tree_id])


@dataclass(frozen=True, slots=True)
class Written:
    """Whom a row wrote, and as JSON what was there before; "" for somebody new."""

    person_id: int
    before: str = ""


def write_rows(results: Sequence[Checked], *, by: User | None, now: datetime.datetime) -> dict[int, Written]:
    """Write what is new and what has changed; returns what was written by row. What is the same is left alone."""
    _make_terms(results)
    new = [result for result in results if result.state == RowState.NEW]
    changed = [result for result in results if result.state == RowState.CHANGED]
    _insert(new, by, now)
    before = [json.dumps(_before(result), ensure_ascii=False) for result in changed]
    _update(changed, by, now)
    written = {result.row: Written(_person(result).pk) for result in new}
    return written | {result.row: Written(_person(result).pk, was) for result, was in zip(changed, before, strict=True)}


def _person(result: Checked) -> Volunteer:
    if result.person is None:
        raise LookupError(f"row {result.row} has nobody")
    return result.person


def _make_terms(results: Sequence[Checked]) -> None:
    """Terms that somebody ruled to create get their place at the end of their list, unless they are known by now."""
    written = [result for result in results if result.state in (RowState.NEW, RowState.CHANGED)]
    for name, model in TERMS.items():
        wanted = dict.fromkeys(t for one in written for t in one.values.get(name, ()) if isinstance(t, str))
        made = ensure_terms(model=model, names=wanted) if wanted else {}
        for result in written if made else ():
            if name in result.values:
                result.values[name] = [made.get(term, term) for term in result.values[name]]
            if name in result.changes:
                result.changes[name] = (result.changes[name][0], result.values[name])


def _insert(results: Sequence[Checked], by: User | None, now: datetime.datetime) -> None:
    of_unit: dict[Unit, list[Checked]] = defaultdict(list)
    for result in results:
        if result.unit is not None:
            of_unit[result.unit].append(result)
    usual = {"joined_on": timezone.localdate(now), "updated_by": by, "updated_at": now}
    people = []
    for unit, rows in sorted(of_unit.items(), key=lambda pair: pair[0].pk):
        numbers = take_numbers(kind="volunteer", scope=unit.code, year=0, count=len(rows))
        for result, number in zip(rows, numbers, strict=True):
            result.person = _new_person(result, unit, volunteer_number(unit.code, number), usual)
            people.append(result.person)
    bulk.insert(people, by="number")
    for name in TERMS:
        through = getattr(Volunteer, name).through
        column = TERMS[name]._meta.model_name or ""
        pairs = ((_person(row).pk, key) for row in results for key in row.values.get(name, ()))
        bulk.link(through, "volunteer", column, pairs)
    times = ((_person(row).pk, day, str(part)) for row in results for day, part in row.values.get("times", ()))
    bulk.copy(Availability, ("volunteer_id", "weekday", "daypart"), times)


def _new_person(result: Checked, unit: Unit, number: str, usual: Mapping[str, Any]) -> Volunteer:
    values = result.values
    said = {name: values[name] for name in (*PLAIN, "status", "id_number") if name in values}
    person = Volunteer(**{**usual, **said}, number=number, unit=unit)
    _set_birth(person, values.get("birth_date", ""))
    person.derive()
    return person


def _set_birth(person: Volunteer, said: str) -> None:
    """The ID decides; without one a whole date is kept, and of a month or year only the year."""
    if person.id_number:
        person.no_id_reason = ""
        person.birth_date = identity.birth_date_of(person.id_number)
    elif len(said) == 10:
        person.birth_date = datetime.date.fromisoformat(said)
    elif said:
        person.birth_year = int(said[:4])


def _before(result: Checked) -> dict[str, Any]:
    """The values that a changed row replaces, as JSON can hold them."""
    before = {name: old for name, (old, _) in result.changes.items()}
    if "id_number" in before:
        # A number brings its own birth date and ends the reason for having none.
        person = _person(result)
        before |= {name: getattr(person, name) for name in ("birth_date", "birth_year", "no_id_reason")}
    return {name: _as_json(old) for name, old in before.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, datetime.date):
        return value.isoformat()
    return [list(one) if isinstance(one, tuple) else one for one in value] if isinstance(value, list) else value


def _update(results: Sequence[Checked], by: User | None, now: datetime.datetime) -> None:
    people = []
    for result in results:
        person = _person(result)
        for name, (_, value) in result.changes.items():
            if name in PLAIN or name in ("id_number", "birth_year", "status", "unit"):
                setattr(person, name, value)
        _set_birth(person, str(result.changes.get("birth_date", ("", ""))[1] or ""))
        person.updated_by, person.updated_at = by, now
        person.derive()
        people.append(person)
    bulk.update(people)
    for name in TERMS:
        _replace_links(name, {_person(row).pk: row.changes[name][1] for row in results if name in row.changes})
    _replace_times({_person(row).pk: row.changes["times"][1] for row in results if "times" in row.changes})


def _replace_links(name: str, wanted: dict[int, Iterable[int]]) -> None:
    through = getattr(Volunteer, name).through
    column = TERMS[name]._meta.model_name or ""
    pairs = {(pk, key) for pk, keys in wanted.items() for key in keys}
    held = _held(through.objects.filter(volunteer__in=wanted), "volunteer_id", f"{column}_id")
    through.objects.filter(pk__in=[held[pair] for pair in held.keys() - pairs]).delete()
    bulk.link(through, "volunteer", column, sorted(pairs - held.keys()))


def _replace_times(wanted: dict[int, Iterable[tuple[int, str]]]) -> None:
    times = {(pk, day, str(part)) for pk, said in wanted.items() for day, part in said}
    held = _held(Availability.objects.filter(volunteer__in=wanted), "volunteer_id", "weekday", "daypart")
    Availability.objects.filter(pk__in=[held[time] for time in held.keys() - times]).delete()
    bulk.copy(Availability, ("volunteer_id", "weekday", "daypart"), sorted(times - held.keys()))


def _held(rows: QuerySet[Any], *names: str) -> dict[tuple[Any, ...], int]:
    """Keys of rows by what they say: what stays is not written anew, or its history would say that it went and came."""
    return {tuple(said): pk for pk, *said in rows.values_list("pk", *names)}


def undo(batch: RosterImport, by: User) -> None:
    """Take an import back: who was new goes, what was replaced comes back. Call it inside a transaction.

    Raises:
        ValidationError: not committed, or somebody of it was changed or is needed elsewhere since.
    """
    if batch.state != ImportState.COMMITTED:
        raise ValidationError(f"这次导入{batch.get_state_display()}，不能撤销。", code="state")
    lines = list(batch.lines.filter(state__in=[RowState.NEW, RowState.CHANGED]))
    rows = Volunteer.objects.select_for_update().prefetch_related("unit").order_by("pk")
    keys = [line.volunteer_id for line in lines if line.volunteer_id]
    people = {person.pk: person for some in batched(sorted(keys), CHUNK) for person in rows.filter(pk__in=some)}
    moved = [line for line in lines if not _is_untouched(people.get(line.volunteer_id or 0), batch)]
    if moved:
        words = "、".join(f"第 {line.row} 行" for line in moved[:5])
        more = f"等 {len(moved)} 行" if len(moved) > 5 else ""
        raise ValidationError(f"{words}{more}的人导入后又改过，不能整批撤销。", code="changed")
    _delete([people[line.volunteer_id] for line in lines if line.state == RowState.NEW and line.volunteer_id])
    replaced = [line for line in lines if line.before and line.volunteer_id]
    _put_back([(people[line.volunteer_id], json.loads(line.before)) for line in replaced if line.volunteer_id], by)
    batch.state, batch.undone_at, batch.undone_by = ImportState.UNDONE, timezone.now(), by
    batch.save(update_fields=["state", "undone_at", "undone_by"])


def _is_untouched(person: Volunteer | None, batch: RosterImport) -> bool:
    return person is not None and person.updated_at == batch.committed_at


def _delete(people: Sequence[Volunteer]) -> None:
    try:
        Volunteer.objects.filter(pk__in=[person.pk for person in people]).delete()
    except ProtectedError as error:
        numbers = "、".join(sorted({_number_of(row) for row in error.protected_objects} - {""})[:5])
        words = f"{numbers or '导入的人'}已有任职、活动或结对，不能整批撤销。"
        raise ValidationError(words, code="needed") from error


def _number_of(row: Any) -> str:
    person = getattr(row, "volunteer", None)
    return person.number if isinstance(person, Volunteer) else ""


def _put_back(lines: Sequence[tuple[Volunteer, dict[str, Any]]], by: User) -> None:
    now = timezone.now()
    for person, values in lines:
        for name, value in values.items():
            if name == "unit":
                person.unit_id = value
            elif name in ("joined_on", "birth_date"):
                setattr(person, name, datetime.date.fromisoformat(value) if value else None)
            elif name not in (*TERMS, "times"):
                setattr(person, name, value)
        person.updated_by, person.updated_at = by, now
        person.derive()
    bulk.update([person for person, _ in lines])
    for name in TERMS:
        _replace_links(name, {person.pk: values[name] for person, values in lines if name in values})
    _replace_times({person.pk: values["times"] for person, values in lines if "times" in values})


def store_lines(batch: RosterImport, results: Sequence[Checked], written: Mapping[int, Written]) -> None:
    """What each row did, kept with the import."""
    before = RosterImportRow._meta.get_field("before")
    rows = (
        (
            batch.pk,
            result.row,
            str(result.state),
            written[result.row].person_id,
            before.get_db_prep_save(written[result.row].before, connection),
        )
        for result in results
        if result.row in written
    )
    bulk.copy(RosterImportRow, ("roster_import_id", "row", "state", "volunteer_id", "before"), rows)
