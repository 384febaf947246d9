"""The tags and filters of every page, and the layout of forms."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory

from guanai.cells import Cell, CellState
from guanai.forms import PageForm, RevealForm
from guanai.templatetags import page


def render(source: str, **context: Any) -> str:
    return Template("{% load page %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1038, "1,038"),
        (0, "0"),
        (Decimal("98.60"), "98.6"),
        (Decimal(100), "100"),
        (-5210, "-5,210"),
        (None, "—"),
        ("", "—"),
        ("几", "—"),
    ],
)
def test_figure_has_thousands_separators(value: Any, shown: str) -> None:
    assert page.figure(value) == shown


@pytest.mark.parametrize(("value", "shown"), [("1234.5", "1,234.50"), ("0.005", "0.01"), (0, "0.00"), (None, "—")])
def test_yuan_has_two_decimals(value: Any, shown: str) -> None:
    assert page.yuan(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(7263500, "726.35"), ("49.99", "0.00"), ("50", "0.01"), (None, "—")])
def test_wan_counts_in_ten_thousands(value: Any, shown: str) -> None:
    assert page.wan(value) == shown


def test_dates_are_written_without_spaces() -> None:
    monday = date(2026, 11, 23)
    assert page.day(monday) == "11月23日"
    assert page.full_day(monday) == "2026年11月23日"
    assert page.iso_day(monday) == "2026-11-23"
    assert page.weekday(monday) == "星期一"
    assert {shown(None) for shown in (page.day, page.full_day, page.iso_day, page.day_time, page.weekday)} == {"—"}


def test_times_are_those_of_the_county_not_of_the_server() -> None:
    late = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    assert page.day_time(late) == "11月23日 04:30"
    assert page.iso_day(late) == "2026-11-23"


def test_icon_points_into_the_sprite_and_escapes_its_name() -> None:
    assert 'guanai/sprite.svg#i-plus"' in page.icon("plus")
    assert "<b>" not in page.icon('"><b>')


def test_state_is_icon_and_word() -> None:
    assert "#i-check" in page.state("done", "在册")
    assert "在册" in page.state("done", "在册")
    assert "<svg" not in page.state("neutral", "草稿")
    assert "#i-alert" in page.state("back", "失败", "alert")


def test_unknown_state_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateSyntaxError, match="finished"):
        page.state("finished", "在册")


def test_crumb_links_all_but_the_last_step_and_escapes_labels() -> None:
    html = page.crumb("活动", "/activities/", "<b>")
    assert html == '<p class="crumb"><a href="/activities/">活动</a><span>&lt;b&gt;</span></p>'


def test_crumb_without_address_is_plain_text() -> None:
    assert page.crumb("苍溪县", "", "总览") == '<p class="crumb"><span>苍溪县</span><span>总览</span></p>'


def test_masked_value_links_only_where_there_is_something_to_see() -> None:
    html = page.masked("138****5521", "/children/7/reveal/phone/", "监护人电话")
    assert 'href="/children/7/reveal/phone/"' in html
    assert 'aria-label="查看监护人电话"' in html
    assert "<a" not in page.masked("138****5521")
    assert "—" in page.masked("", "/children/7/reveal/phone/")
    assert "<a" not in page.masked("", "/children/7/reveal/phone/")


CELLS = [
    Cell("计划", CellState.DONE, "/plan/"),
    Cell("记录", CellState.DONE, note="21 场"),
    Cell("评估", CellState.MISSING),
]


def test_compact_cell_has_letter_and_meaning() -> None:
    html = render("{% five cells %}", cells=CELLS)
    assert '<a href="/plan/" class="done" title="计划：已归档">计</a>' in html
    assert '<span title="评估：还没有">评</span>' in html


def test_wide_cell_shows_word_and_note() -> None:
    html = render("{% five cells wide=True %}", cells=CELLS)
    assert "记录<small>21 场</small>" in html
    assert "计划<small>已归档</small>" in html


def test_ledger_cell_underlines_only_what_opens() -> None:
    linked = render('{% ledger_cell "活动" "1,038" "场" "/activities/" "去年 987" %}')
    assert '<a href="/activities/">' in linked
    assert "<u>1,038</u><small>场</small>" in linked
    assert "<u>" not in render('{% ledger_cell "活动" "1,038" "场" %}')


def rendered_pager(number: int, total: int) -> str:
    request = RequestFactory().get("/people/", {"unit": "7", "page": str(number)})
    rows = Paginator(range(total), 50).get_page(number)
    return Template("{% load page %}{% pager page '人' %}").render(RequestContext(request, {"page": rows}))


def test_pager_says_which_rows_and_keeps_the_filter() -> None:
    html = rendered_pager(2, 64)
    assert "第 51–64 人，共 64 人" in html
    assert 'href="?unit=7&amp;page=1"' in html
    assert '<b aria-current="page">2</b>' in html
    assert "下一页" not in html


def test_pager_of_one_page_has_no_links() -> None:
    html = rendered_pager(1, 3)
    assert "第 1–3 人，共 3 人" in html
    assert "<nav" not in html


def test_pager_of_many_pages_leaves_some_out() -> None:
    html = rendered_pager(50, 5000)
    assert html.count("<a ") == 6
    assert "…" in html


class VisitForm(PageForm, forms.Form):
    held_on = forms.DateField(label="日期", help_text="走访当天。")
    way = forms.ChoiceField(label="方式", choices=[("home", "入户"), ("phone", "电话")], widget=forms.RadioSelect)
    young = forms.IntegerField(label="青少年", min_value=0, max_value=9999)
    cost = forms.DecimalField(label="经费", decimal_places=2, required=False)
    note = forms.CharField(label="内容", max_length=500, widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="监护人知情", required=False)
    token = forms.CharField(widget=forms.HiddenInput)
    kept = frozenset({"way"})


def test_field_has_label_hint_and_description() -> None:
    html = str(VisitForm()["held_on"].as_field_group())
    assert '<label for="id_held_on">日期</label>' in html
    assert 'id="id_held_on_helptext">走访当天。' in html
    assert 'aria-describedby="id_held_on_helptext"' in html
    assert 'type="date"' in html
    assert "可不填" not in html


def test_date_keeps_the_form_that_browsers_read() -> None:
    assert 'value="2026-11-21"' in str(VisitForm(initial={"held_on": date(2026, 11, 21)})["held_on"])


def test_missing_field_is_named_in_its_error() -> None:
    form = VisitForm({})
    assert form.errors["young"] == ["请填写青少年"]
    assert form.errors["way"] == ["请选择方式"]
    html = str(form["young"].as_field_group())
    assert "错误：请填写青少年" in html
    assert 'id="id_young_error"' in html
    assert 'aria-describedby="id_young_error"' in html
    assert 'aria-invalid="true"' in html


def test_counts_are_typed_as_text_with_a_numeric_keyboard() -> None:
    html = str(VisitForm()["young"])
    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html
    assert "max=" not in html
    assert 'inputmode="decimal"' in str(VisitForm()["cost"])


def test_full_width_digits_are_read_and_too_large_counts_still_refused() -> None:
    assert "young" not in VisitForm({"young": "３８"}).errors
    assert "young" in VisitForm({"young": "10000"}).errors


def test_choices_are_a_fieldset_with_one_label_each() -> None:
    html = str(VisitForm()["way"].as_field_group())
    assert html.count("<fieldset") == 1
    assert html.count('class="form-check-input"') == 2
    assert '<label for="id_way_0">入户</label>' in html
    assert 'class="kept">沿用' in html


def test_optional_field_says_so_and_text_counts_its_characters() -> None:
    html = str(VisitForm()["note"].as_field_group())
    assert "可不填" in html
    assert 'data-counts="id_note">最多 500 字' in html


def test_checkbox_stands_before_its_label() -> None:
    html = str(VisitForm()["agreed"].as_field_group())
    assert html.index("<input") < html.index("监护人知情")


def test_whole_form_draws_every_field_once() -> None:
    html = str(VisitForm())
    assert [html.count(f'name="{name}"') for name in VisitForm.base_fields] == [1, 2, 1, 1, 1, 1, 1]


def test_field_added_after_construction_is_dressed_too() -> None:
    form = VisitForm()
    form.fields["late"] = forms.CharField(label="补充")
    assert 'class="form-control"' in str(form["late"])


def test_error_summary_links_to_fields_but_not_to_hidden_ones() -> None:
    html = render("{% error_summary form %}", form=VisitForm({"held_on": "2026-11-21", "way": "home"}))
    assert 'role="alert" tabindex="-1"' in html
    assert "有 2 处要改" in html
    assert '<a href="#id_young">请填写青少年</a>' in html
    assert "#id_token" not in html
    wrong = VisitForm({"held_on": "2026-11-21", "way": "home"})
    assert "还不能上报，有 2 处要改" in render('{% error_summary form verb="上报" %}', form=wrong)


def test_error_summary_of_a_sound_form_is_nothing() -> None:
    assert render("{% error_summary form %}", form=VisitForm()).strip() == ""


def test_error_summary_escapes_what_was_typed() -> None:
    form = VisitForm({"held_on": "2026-11-21", "way": "<script>"})
    html = render("{% error_summary form %}", form=form)
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_counts_put_all_errors_under_the_rows() -> None:
    form = VisitForm({"young": "-1", "cost": "多"})
    html = render('{% counts form "young cost" legend="参加人数" %}', form=form)
    assert '<legend class="label">参加人数</legend>' in html
    assert html.count('class="field-error"') == 2
    assert html.index('id="id_young_error"') > html.index('name="cost"')


def test_reveal_needs_a_note_for_other_reasons() -> None:
    assert not RevealForm({"reason": "其他", "note": ""}, reasons=["联系走访"]).is_valid()
    assert not RevealForm({"reason": "好奇", "note": "看看"}, reasons=["联系走访"]).is_valid()
    form = RevealForm({"reason": "其他", "note": "核对邮寄地址"}, reasons=["联系走访"])
    assert form.is_valid()
    assert form.reason_line == "其他：核对邮寄地址"


def test_reveal_with_a_listed_reason_needs_no_note() -> None:
    form = RevealForm({"reason": "联系走访"}, reasons=["联系走访"])
    assert form.is_valid()
    assert form.reason_line == "联系走访"
