"""Which figures and records somebody may see, and for which years there are any."""

import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from activities.models import Activity
from guanai.fields import EncryptedDateField, EncryptedTextField
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.queries import top_units, unit_for_user_or_404
from reports.indicators import Indicator

EARLIEST = 2000


def figures_unit_or_404(user: User, code: str, action: str = Action.VIEW_FIGURES) -> Unit:
    """The unit of a code, or without one the highest that the user's roles name; 404 where figures may not be seen."""
    if code:
        return unit_for_user_or_404(user, code, action)
    tops = top_units(user, action)
    if not tops:
        raise Http404("this user sees no figures")
    return tops[0]


def year_or_404(text: str) -> int:
    """The year of an address, the running one where none is given; 404 for what is no year or has not begun."""
    this_year = timezone.localdate().year
    if not text:
        return this_year
    if not text.isdecimal() or not EARLIEST <= int(text) <= this_year:
        raise Http404("no such year")
    return int(text)


def years_with_records(unit: Unit, *, also: int) -> list[int]:
    """The years in which the branch recorded activities, with the running one and `also`; the latest first."""
    held = Activity.objects.in_branch(unit).order_by().dates("held_on", "year")
    this_year = timezone.localdate().year
    years = {day.year for day in held if EARLIEST <= day.year <= this_year}
    return sorted(years | {also, this_year}, reverse=True)


def same_day(day: datetime.date, year: int) -> datetime.date:
    """The same day in another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def in_group(records: QuerySet[Any], indicator: Indicator, unit: Unit, kind: str) -> QuerySet[Any]:
    """The records of the branches of one kind of unit directly under `unit` (县直部门)."""
    stem = f"{indicator.unit_path}__" if indicator.unit_path else ""
    heads = Unit.objects.filter(parent=unit, kind=kind, closed_on=None).values_list("lft", "rght")
    branches = [Q(**{f"{stem}lft__gte": lft, f"{stem}rght__lte": rght}) for lft, rght in heads]
    return records.filter(reduce(or_, branches)) if branches else records.none()


def without_personal_fields(records: QuerySet[Any], related: tuple[str, ...]) -> QuerySet[Any]:
    """The same records without reading anything that rests encrypted: a list of figures shows none of it."""
    names = _encrypted(records.model)
    for path in related:
        model, walked = records.model, ""
        for step in path.split("__"):
            model, walked = _related_model(model, step), f"{walked}{step}__"
            names += [f"{walked}{name}" for name in _encrypted(model)]
    return records.defer(*names)


def _encrypted(model: type[Model]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.name for field in fields if isinstance(field, EncryptedTextField | EncryptedDateField)]


def _related_model(model: type[Model], name: str) -> type[Model]:
    related = model._meta.get_field(name).related_model
    if not isinstance(related, type):
        raise FieldDoesNotExist(name)
    return related
