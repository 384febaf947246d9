"""Lists: chips, pages, and the part that htmx asks for."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django_filters.fields import DateRangeField

from guanai.forms import FilterForm
from guanai.listing import Listing, chips_of, make_listing, render_list
from orgs.models import User


class RosterFilter(FilterForm):
    q = forms.CharField(label="姓名", required=False)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), ("soldier", "老战士")])
    days = forms.MultipleChoiceField(
        label="时间", required=False, choices=[("周末", [("6", "周六"), ("7", "周日")]), ("1", "周一")]
    )
    since = forms.DateField(label="入库", required=False)
    left = forms.NullBooleanField(label="已退出", required=False)
    born = DateRangeField(label="出生", required=False)


def chips(query: str) -> list[tuple[str, str, str]]:
    parameters = QueryDict(query)
    return [(chip.label, chip.value, chip.url) for chip in chips_of(RosterFilter(parameters), parameters)]


def test_no_condition_no_chip() -> None:
    assert chips("") == []
    assert chips("q=&kind=&page=3") == []


def test_chip_shows_the_word_and_drops_only_its_condition_and_the_page() -> None:
    assert chips("q=杜&kind=soldier&page=3") == [
        ("姓名", "杜", "?kind=soldier"),
        ("类别", "老战士", "?q=%E6%9D%9C"),
    ]


def test_chip_of_several_values_names_them_all_and_drops_them_all() -> None:
    assert chips("days=6&days=1&q=a") == [("姓名", "a", "?days=6&days=1"), ("时间", "周六、周一", "?q=a")]


def test_chip_of_dates_and_yes_or_no() -> None:
    assert chips("since=2026-03-05") == [("入库", "2026-03-05", "?")]
    assert chips("left=false") == [("已退出", "否", "?")]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("born_after=1950-01-01&born_before=1955-12-31", "1950-01-01 至 1955-12-31"),
        ("born_after=1950-01-01", "1950-01-01 起"),
        ("born_before=1955-12-31", "1955-12-31 止"),
    ],
)
def test_chip_of_a_range_drops_both_ends(query: str, value: str) -> None:
    assert [(chip_value, url) for _, chip_value, url in chips(query)] == [(value, "?")]


def test_filter_with_an_error_gives_no_chip() -> None:
    assert chips("kind=nonsense&q=杜") == []


def users(number: int) -> None:
    User.objects.bulk_create(User(username=f"u{at:03}") for at in range(number))


def listing_of(query: dict[str, str]) -> tuple[HttpRequest, Listing]:
    request = RequestFactory().get("/people/", query)
    rows = User.objects.order_by("username")
    return request, make_listing(
        request, rows, measure="人", form=RosterFilter(request.GET), export_url="/people/xlsx/"
    )


@pytest.mark.django_db
def test_list_is_cut_to_fifty_rows_and_export_keeps_the_filter() -> None:
    users(64)
    _, listing = listing_of({"page": "2", "kind": "soldier"})
    assert len(listing.page.object_list) == 14
    assert listing.total == 64
    assert listing.export_url == "/people/xlsx/?kind=soldier"


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "given"), [("0", 2), ("99", 2), ("one", 1), ("", 1)])
def test_page_out_of_range_gives_the_nearest(asked: str, given: int) -> None:
    users(64)
    _, listing = listing_of({"page": asked})
    assert listing.page.number == given


def rendered(headers: dict[str, str], query: dict[str, str] | None = None) -> Any:
    request, listing = listing_of(query or {})
    for name, value in headers.items():
        request.META[name] = value
    return render_list(request, "list.html", listing)


@pytest.mark.django_db
def test_htmx_gets_the_results_alone_and_caches_are_told() -> None:
    users(3)
    whole, part = rendered({}), rendered({"HTTP_HX_REQUEST": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert "第 1–3 人，共 3 人" in whole.content.decode()
    assert "第 1–3 人，共 3 人" in part.content.decode()
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


@pytest.mark.django_db
def test_going_back_in_the_history_gets_the_whole_page() -> None:
    response = rendered({"HTTP_HX_REQUEST": "true", "HTTP_HX_HISTORY_RESTORE_REQUEST": "true"})
    assert "<html" in response.content.decode()


@pytest.mark.django_db
def test_empty_list_says_why() -> None:
    assert "还没有记录" in rendered({}).content.decode()
    assert "没有符合条件的记录" in rendered({}, {"kind": "soldier"}).content.decode()


@pytest.mark.django_db
def test_a_wrong_filter_is_no_empty_list_and_enters_no_history() -> None:
    part = rendered({"HTTP_HX_REQUEST": "true"}, {"since": "昨天"})
    assert "入库：" in part.content.decode()
    assert "条件有误，请改一下" in part.content.decode()
    assert "还没有记录" not in part.content.decode()
    assert part["HX-Push-Url"] == "false"
    assert "HX-Push-Url" not in rendered({"HTTP_HX_REQUEST": "true"})
    assert '<details class="fold" open>' in rendered({}, {"since": "昨天"}).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_row_and_for_three(number: int, django_assert_num_queries: Any) -> None:
    users(number)
    # The count and the page itself.
    with django_assert_num_queries(2):
        _, listing = listing_of({"kind": "soldier"})
        assert len(list(listing.page)) == number
    with django_assert_num_queries(0):
        render_to_string("includes/chips.html", {"listing": listing})


def test_date_range_is_shown_in_the_order_of_time() -> None:
    form = RosterFilter({"born_after": "1950-01-01", "born_before": "1955-12-31"})
    assert form.is_valid()
    assert form.cleaned_data["born"].start.date() == date(1950, 1, 1)
