"""The lists of 特长 and 爱好: added to, renamed, put in order, two terms merged into one."""

import datetime
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from guanai.edits import check_seen
from orgs.models import User
from volunteers.models import Term, Volunteer, words_of
from volunteers.rules import may_keep_terms

SomeTerm = TypeVar("SomeTerm", bound=Term)


def add_term(*, model: type[SomeTerm], name: str, by: User) -> SomeTerm:
    """A new term at the end of its list.

    Raises:
        PermissionDenied: `by` does not keep the lists.
        ValidationError: at `name`: empty, or known already.
    """
    _check_keeper(by)
    with transaction.atomic():
        _lock(model)
        name = _checked_name(model, name)
        last = model._default_manager.aggregate(last=Max("position"))["last"] or 0
        term: SomeTerm = model._default_manager.create(name=name, position=last + 1, updated_by=by)
        return term


def ensure_terms(*, model: type[Term], names: Iterable[str]) -> dict[str, int]:
    """The keys of terms by these words, old names included; those that no list knows are put at its end."""
    _lock(model)
    known = words_of(model)  # type: ignore[arg-type]  # one of the two lists
    last = model._default_manager.aggregate(last=Max("position"))["last"] or 0
    for name in names:
        if name not in known:
            last += 1
            known[name] = model._default_manager.create(name=name, position=last).pk
    return {name: known[name] for name in names}


def rename_term(*, term: SomeTerm, name: str, by: User, seen: datetime.datetime) -> SomeTerm:
    """Another name for a term; rosters that still use the old one are understood.

    Raises:
        ChangedError: somebody else changed it since it was opened.
        PermissionDenied, ValidationError: as `add_term`.
    """
    _check_keeper(by)
    with transaction.atomic():
        terms = _lock(type(term))
        kept = _still_there(terms, term)
        check_seen(kept, seen)
        name = _checked_name(type(term), name, but=kept)
        if name != kept.name:
            kept.also = [word for word in dict.fromkeys([*kept.also, kept.name]) if word != name]
            kept.name = name
        kept.updated_by = by
        kept.save()
        return kept


def move_term(*, term: SomeTerm, up: bool, by: User) -> None:
    """One place up or down in its list; at its end it stays."""
    _check_keeper(by)
    with transaction.atomic():
        order = [each.pk for each in sorted(_lock(type(term)).values(), key=lambda each: (each.position, each.pk))]
        place = order.index(term.pk) if term.pk in order else -1
        other = place + (-1 if up else 1)
        if place < 0 or not 0 <= other < len(order):
            return
        order[place], order[other] = order[other], order[place]
        for position, pk in enumerate(order, 1):
            type(term)._default_manager.filter(pk=pk).exclude(position=position).update(position=position)


def merge_terms(*, source: SomeTerm, target: SomeTerm, by: User, seen: datetime.datetime) -> int:
    """Make two terms one: who had `source` has `target`, once, and the word is remembered; returns how many people had
    it. It cannot be taken back, since nobody knows any more who had which.

    Raises:
        ChangedError: `source` was changed since the preview.
        PermissionDenied: `by` does not keep the lists.
        ValidationError: at `into`: the same term, or one that is gone.
    """
    _check_keeper(by)
    model = type(source)
    with transaction.atomic():
        terms = _lock(model)
        if source.pk == target.pk or target.pk not in terms:
            raise ValidationError({"into": "请选择另一项。"}, code="into")
        gone, kept = _still_there(terms, source), terms[target.pk]
        check_seen(gone, seen)
        through, column = _links_of(model)
        has_both = through.filter(**{column: kept}).values("volunteer")
        links = through.filter(**{column: gone})
        people: int = links.count()
        through.bulk_create(
            through.model(volunteer_id=pk, **{column: kept})
            for pk in links.exclude(volunteer__in=has_both).values_list("volunteer", flat=True)
        )
        links.delete()
        kept.also = list(dict.fromkeys([*kept.also, gone.name, *gone.also]))
        kept.updated_by = by
        kept.save()
        gone.delete()
        return people


def remove_term(*, term: SomeTerm, by: User, seen: datetime.datetime) -> SomeTerm:
    """Take a term that nobody has off its list; returns it.

    Raises:
        ChangedError, PermissionDenied: as `rename_term`.
        ValidationError: somebody has it: then it can only be merged into another.
    """
    _check_keeper(by)
    with transaction.atomic():
        gone = _still_there(_lock(type(term)), term)
        check_seen(gone, seen)
        if gone.volunteers.exists():  # type: ignore[attr-defined]  # the name of the relation from Volunteer
            raise ValidationError("还有人登记着这一项，请并入另一项。", code="in_use")
        gone.delete()
        return gone


def _links_of(model: type[Term]) -> tuple[Any, str]:
    """The rows that tie volunteers to the terms of a list, and their column for the term."""
    field: Any = next(field for field in Volunteer._meta.many_to_many if field.related_model is model)
    return field.remote_field.through._default_manager, field.m2m_reverse_field_name()


def _check_keeper(by: User) -> None:
    if not may_keep_terms(by):
        raise PermissionDenied("does not keep the lists of terms")


def _lock(model: type[SomeTerm]) -> dict[int, SomeTerm]:
    """Every term of a list, locked in the order of their keys: the lists are short, and their words hang together."""
    return {term.pk: term for term in model._default_manager.select_for_update().order_by("pk")}


def _still_there(terms: dict[int, SomeTerm], term: SomeTerm) -> SomeTerm:
    if term.pk not in terms:
        raise ValidationError("这一项刚刚被并入另一项，或已删除。", code="gone")
    return terms[term.pk]


def _checked_name(model: type[SomeTerm], name: str, *, but: SomeTerm | None = None) -> str:
    name = "".join(name.split())
    if not name:
        raise ValidationError({"name": "请填写名称。"}, code="required")
    known = words_of(model)  # type: ignore[arg-type]  # one of the two lists
    if name in known and (but is None or known[name] != but.pk):
        other = model._default_manager.get(pk=known[name]).name
        words = f"目录里已有“{name}”。" if other == name else f"“{name}”已并入“{other}”，导入时按“{other}”登记。"
        raise ValidationError({"name": words}, code="known")
    return name
