"""Tags and filters that every page uses: `{% load page %}`. docs/pages.md shows each with its parameters."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from guanai.cells import LEGEND, Cell

register = template.Library()

NONE = "—"
WAN = Decimal(10_000)
WEEKDAYS = "一二三四五六日"


# Icons and states


@register.simple_tag
@lru_cache(maxsize=128)
def icon(name: str) -> SafeString:
    """One symbol of the sprite; it always stands beside a word, so it is hidden from screen readers."""
    return format_html(
        '<svg class="ico" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("guanai/sprite.svg"), name
    )


STATE_ICONS = {"done": "check", "due": "clock", "back": "back", "neutral": ""}


@register.simple_tag
def state(kind: str, word: str, icon_name: str | None = None) -> SafeString:
    """A state as icon and word. `kind`: neutral, done, due, back; anything else is an error of the template."""
    if kind not in STATE_ICONS:
        raise template.TemplateSyntaxError(f"unknown state {kind!r}, use one of {', '.join(STATE_ICONS)}")
    name = STATE_ICONS[kind] if icon_name is None else icon_name
    css = "state" if kind == "neutral" else f"state {kind}"
    return format_html('<span class="{}">{}{}</span>', css, icon(name) if name else "", word)


# Figures


def as_decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@register.filter
def figure(value: Any) -> str:
    """A number with thousands separators: 1038 → 1,038; a ratio keeps its decimals; nothing → —."""
    number = as_decimal(value)
    if number is None:
        return NONE
    if number == number.to_integral_value():
        return f"{number.to_integral_value():,f}"
    return f"{number.normalize():,f}"


@register.filter
def yuan(value: Any) -> str:
    """Money in yuan, always two decimals: 1234.5 → 1,234.50."""
    number = as_decimal(value)
    return NONE if number is None else f"{rounded(number, 2):,f}"


@register.filter
def wan(value: Any) -> str:
    """Money in 万元, two decimals: 7263500 → 726.35."""
    number = as_decimal(value)
    return NONE if number is None else f"{rounded(number / WAN, 2):,f}"


# Dates


def as_local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def day(value: date | datetime | None) -> str:
    """11月23日, for a date of this year in running text."""
    if not value:
        return NONE
    local = as_local(value)
    return f"{local.month}月{local.day}日"


@register.filter
def full_day(value: date | datetime | None) -> str:
    """2026年11月23日."""
    return f"{as_local(value).year}年{day(value)}" if value else NONE


@register.filter
def iso_day(value: date | datetime | None) -> str:
    """2026-11-23, for tables."""
    return f"{as_local(value):%Y-%m-%d}" if value else NONE


@register.filter
def day_time(value: datetime | None) -> str:
    """11月22日 16:10."""
    return f"{day(value)} {as_local(value):%H:%M}" if value else NONE


@register.filter
def weekday(value: date | datetime | None) -> str:
    """星期一."""
    return f"星期{WEEKDAYS[as_local(value).weekday()]}" if value else NONE


# Masked values


@register.simple_tag
def masked(value: str, url: str = "", what: str = "") -> SafeString:
    """A masked value with its 查看 link, which opens the dialog or, without JavaScript, a page of its own.

    `value` is masked already: this tag never sees the clear one. `what` names it (监护人电话).
    """
    shown = format_html('<span class="masked">{}</span>', value or NONE)
    if not (url and value):
        return shown
    return format_html(
        '{} <a href="{url}" hx-get="{url}" hx-target="#ask" hx-select="#ask-form" aria-label="查看{what}">查看</a>',
        shown,
        url=url,
        what=what,
    )


# Parts of a page


@register.simple_tag
def crumb(*steps: str) -> SafeString:
    """The path to this page: `{% crumb "活动" list_url "记一次活动" %}`, label and address in turn, the last a label.

    An empty address gives plain text.
    """
    pairs = [(steps[at], steps[at + 1] if at + 1 < len(steps) else "") for at in range(0, len(steps), 2)]
    inner = [
        format_html('<a href="{}">{}</a>', url, label) if url else format_html("<span>{}</span>", label)
        for label, url in pairs
    ]
    return format_html('<p class="crumb">{}</p>', format_html_join("", "{}", ((part,) for part in inner)))


@register.inclusion_tag("includes/five.html")
def five(cells: Iterable[Cell], *, wide: bool = False, name: str = "本年材料") -> dict[str, Any]:
    """Five cells: compact with one letter each, or wide with word and note."""
    return {"cells": cells, "wide": wide, "name": name}


@register.inclusion_tag("includes/five_legend.html")
def five_legend() -> dict[str, Any]:
    return {"cells": LEGEND}


@register.inclusion_tag("includes/ledger_cell.html")
def ledger_cell(label: str, value: str, unit: str, url: str = "", note: str = "") -> dict[str, str]:
    """One key figure: `value` as it is shown (use figure or wan), its measure word, one quiet line, its records."""
    return {"label": label, "value": value, "unit": unit, "url": url, "note": note}


@register.inclusion_tag("includes/pager.html")
def pager(page: Page[Any], measure: str) -> dict[str, Any]:
    """第 51–64 人，共 64 人, and the pages around this one. The filter stays in the address."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "measure": measure, "numbers": numbers}


# Forms


@register.inclusion_tag("includes/error_summary.html")
def error_summary(
    *form_list: forms.BaseForm | forms.BaseFormSet[Any], heading: str = "", verb: str = ""
) -> dict[str, Any]:
    """All errors of one or more forms, or sets of forms, with links to their fields; nothing where there are none.

    `verb` is what could not be done; a `heading` takes the place of that sentence.
    """
    lines: list[tuple[str, str]] = []
    single = [one for given in form_list for one in (given if isinstance(given, forms.BaseFormSet) else [given])]
    for form in single:
        for name, errors in form.errors.items():
            lines.extend((anchor(form, name), str(message)) for message in errors)
    return {"lines": lines, "heading": heading, "verb": verb}


def anchor(form: forms.BaseForm, name: str) -> str:
    """Where an error leads: the field's identifier, or nothing for the form as a whole and for hidden fields."""
    if name not in form.fields or form[name].is_hidden:
        return ""
    return form[name].auto_id


@register.inclusion_tag("includes/counts.html")
def counts(form: forms.BaseForm, names: str, legend: str, unit: str = "人次", hint: str = "") -> dict[str, Any]:
    """Counts as rows with the number at the right: `{% counts form "young_people parents" legend="参加人数" %}`."""
    fields = [form[name] for name in names.split()]
    return {"fields": fields, "legend": legend, "unit": unit, "hint": hint, "name": f"{fields[0].auto_id}_legend"}
