"""The records behind a figure: the list adds up to exactly the number that led here."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from guanai.access import needs
from guanai.listing import make_listing, render_list
from guanai.templatetags.page import figure as shown_figure
from guanai.templatetags.page import iso_day, yuan
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows, user_of
from reports.forms import RecordsFilterForm
from reports.indicators import INDICATORS, Column, Indicator, Subject
from reports.links import dashboard_url
from reports.queries import figures_unit_or_404, without_personal_fields, year_or_404, years_with_records
from reports.records import NONE, Slice, counted

NUMBER = "num"


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell of the list; `css` sets numbers right and keeps dates in one line, `note` is its quiet second line."""

    text: str
    css: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its cells, and its page for who may open it."""

    cells: list[Shown]
    url: str


@needs(Action.VIEW_FIGURES)
@require_safe
def records(request: HttpRequest, code: str) -> HttpResponse:
    """The list behind one figure. Names and links are for who may open the records themselves."""
    user = user_of(request)
    if code not in INDICATORS:
        raise Http404("no such indicator")
    unit = figures_unit_or_404(user, request.GET.get("unit", ""))
    form, asked = _asked(request, user, INDICATORS[code], unit)
    subject = asked.listed.subject
    found = without_personal_fields(asked.records(asked.listed), subject.related)
    listing = make_listing(request, found, measure="条", form=form)
    may_open = allows(user, subject.action, unit)
    columns = [column for column in subject.columns if _may_read(user, unit, column, may_open=may_open)]
    rows = [_row(subject, columns, record, may_open=may_open) for record in listing.page]
    context: dict[str, Any] = {
        "indicator": asked.indicator,
        "title": f"{asked.indicator.label} · {asked.place} {asked.year} 年",
        "is_part": bool(HtmxDetails(request)),
        "counted": counted(asked),
        "columns": _headings(columns, rows),
        "rows": rows,
        "board_url": dashboard_url(unit.code, asked.year),
        "figures_alone": not may_open and len(columns) < len(subject.columns),
        "hidden": [column.heading for column in subject.columns if may_open and column not in columns],
    }
    return render_list(request, "reports/records.html", listing, context)


def _asked(request: HttpRequest, user: User, indicator: Indicator, unit: Unit) -> tuple[RecordsFilterForm, Slice]:
    """The filter of the address and what it means; 404 for a year, month or member that there is not."""
    year = year_or_404(request.GET.get("year", ""))
    years = years_with_records(unit, also=year)
    form = RecordsFilterForm(request.GET, user=user, indicator=indicator, unit=unit, years=years)
    if not form.is_valid():
        raise Http404("no such part of this figure")
    wanted = form.cleaned_data
    asked = Slice(indicator, unit, year, wanted["own"] == "1", wanted.get("group", ""), form.chosen())
    return form, asked


def _may_read(user: User, unit: Unit, column: Column, *, may_open: bool) -> bool:
    return not column.personal or (may_open and (not column.action or allows(user, column.action, unit)))


def _row(subject: Subject, columns: list[Column], record: Any, *, may_open: bool) -> Row:
    cells = [_cell(column, record) for column in columns]
    url = ""
    if may_open and subject.detail:
        url = reverse(subject.detail, args=[attrgetter(subject.detail_key)(record)])
    return Row(cells, url)


def _cell(column: Column, record: Any) -> Shown:
    cell = shown(column.value(record))
    return replace(cell, note=column.note(record)) if column.note else cell


def _headings(columns: list[Column], rows: list[Row]) -> list[tuple[str, bool]]:
    """Heading of each column, and whether numbers stand in it."""
    return [(column.heading, any(row.cells[at].css == NUMBER for row in rows)) for at, column in enumerate(columns)]


def shown(value: object) -> Shown:
    """A value in the words of the screen: dates in full, money with its cents."""
    if isinstance(value, bool):
        return Shown("是" if value else "否")
    if isinstance(value, Decimal):
        return Shown(yuan(value), css=NUMBER)
    if isinstance(value, int):
        return Shown(shown_figure(value), css=NUMBER)
    if isinstance(value, datetime.date):
        return Shown(iso_day(value), css="nowrap")
    return Shown(str(value) if value else NONE)
