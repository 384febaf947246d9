"""Lists: 50 rows a page, the filter as chips, one template for the whole page and for the part htmx asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

ROWS = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter in force and the address of the same list without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something else to do with what a list shows, beside its export: an icon, a word, an address."""

    icon: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What templates/list.html draws.

    `measure` is the measure word of a row: 人 场 对 笔; `unfiltered` says what is left out while no condition is set.
    """

    page: Page[Any]
    measure: str
    form: forms.BaseForm | None = None
    chips: list[Chip] = field(default_factory=list)
    export_url: str = ""
    unfiltered: str = ""
    acts: Sequence[Act] = ()

    @property
    def total(self) -> int:
        return self.page.paginator.count


def parameter_names(bound: forms.BoundField) -> list[str]:
    """The query parameters of one field; a range of django-filter has one for each end."""
    suffixes = getattr(bound.field.widget, "suffixes", None)
    if not suffixes:
        return [bound.html_name]
    return [f"{bound.html_name}_{suffix}" if suffix else bound.html_name for suffix in suffixes]


def shown(value: Any, choices: Mapping[str, str]) -> str:
    """A filter's value in the words of the screen."""
    if isinstance(value, (list, tuple, QuerySet)):
        return "、".join(shown(one, choices) for one in value)
    if isinstance(value, slice):
        start, stop = shown(value.start, choices), shown(value.stop, choices)
        if start and stop:
            return f"{start} 至 {stop}"
        return f"{start} 起" if start else f"{stop} 止"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return str(value) if isinstance(value, Model) else choices.get(str(value), str(value))


def flat_choices(form_field: forms.Field) -> dict[str, str]:
    """Value to word of a plain choice field. Model choices come as objects and need no look-up (nor its query)."""
    if hasattr(form_field, "queryset"):
        return {}
    words: dict[str, str] = {}
    for value, word in getattr(form_field, "choices", ()):
        for inner_value, inner_word in word if isinstance(word, (list, tuple)) else [(value, word)]:
            words[str(inner_value)] = str(inner_word)
    return words


def chips_of(form: forms.BaseForm, query: QueryDict) -> list[Chip]:
    """The conditions in force, in the order of the form. Dropping one goes back to the first page."""
    chips = []
    cleaned: dict[str, Any] = getattr(form, "cleaned_data", {}) if form.is_bound and form.is_valid() else {}
    for bound in form.visible_fields():
        value = cleaned.get(bound.name)
        if value is None or value == "" or (hasattr(value, "__len__") and not len(value)):
            continue
        rest = query.copy()
        for name in ["page", *parameter_names(bound)]:
            rest.pop(name, None)
        words = shown(value, flat_choices(bound.field))
        chips.append(Chip(label=str(bound.label), value=words, url=f"?{rest.urlencode()}"))
    return chips


def make_listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    measure: str,
    form: forms.BaseForm | None = None,
    export_url: str = "",
    per_page: int = ROWS,
    unfiltered: str = "",
    acts: Sequence[Act] = (),
) -> Listing:
    """Cut `rows` to the page that the request asks for; a page number out of range gives the nearest page.

    `export_url` and those of `acts` are addresses without a query; the filter in force is added to them.
    """
    page = Paginator(rows, per_page).get_page(request.GET.get("page"))
    chips = chips_of(form, request.GET) if form else []
    query = request.GET.copy()
    query.pop("page", None)
    return Listing(
        page=page,
        measure=measure,
        form=form,
        chips=chips,
        export_url=f"{export_url}?{query.urlencode()}" if export_url else "",
        unfiltered=unfiltered,
        acts=[replace(act, url=f"{act.url}?{query.urlencode()}") for act in acts],
    )


def filtered_again(request: HttpRequest, url: str, otherwise: str = "") -> str:
    """The list at `url` as it was filtered when something on it was sent: only the query comes from the page."""
    return f"{url}?{QueryDict(request.POST.get('query', '')).urlencode() or otherwise}"


def render_list(
    request: HttpRequest, template: str, listing: Listing, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Render a template that extends list.html: whole, or only the results where htmx asked for those."""
    htmx = HtmxDetails(request)
    # Going back in the browser history needs the whole page again.
    part = bool(htmx) and not htmx.history_restore_request
    extra = {"listing": listing, "list_base": "base_part.html" if part else "base.html"}
    response = render(request, template, {**(context or {}), **extra})
    if part and listing.form and listing.form.errors:
        # What is refused, such as an identity number among names, stands in no address and no history of the browser.
        response["HX-Push-Url"] = "false"
    patch_vary_headers(response, ["HX-Request"])
    return response
