from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test.html import parse_html

from guanai.forms import FilterForm, MoneyField, PageRenderer


def test_a_select_is_written_as_django_writes_it() -> None:
    choices = [("", "全部"), ("a&b", '老<b>"干部"'), (2, "二"), ("乡镇", [("t1", "亭子镇"), ("t2", "云峰镇")])]

    class Filter(FilterForm):
        kind = forms.ChoiceField(choices=choices, required=False, widget=forms.Select(attrs={"data-x": "<1>"}))
        many = forms.MultipleChoiceField(choices=choices, required=False, disabled=True)

    form = Filter({"kind": "2", "many": ["a&b", "t2"]})
    for name in form.fields:
        widget, value = form[name].field.widget, form[name].value()
        attrs = form[name].build_widget_attrs({"id": form[name].auto_id})
        ours, django = (str(widget.render(name, value, attrs, by)) for by in (PageRenderer(), TemplatesSetting()))
        assert parse_html(ours) == parse_html(django)
    assert str(form["kind"]).count("selected") == 1


@pytest.mark.parametrize("typed", ["7200.50", "7,200.50", "７，２００．５０", "7 200.50元"])
def test_money_is_taken_as_people_type_it(typed: str) -> None:
    assert MoneyField().clean(typed) == Decimal("7200.50")


def test_a_date_is_asked_for_in_one_format() -> None:
    class Visit(FilterForm):
        held_on = forms.DateField()
        own = forms.DateField(error_messages={"invalid": "请填年月日"})

    errors = Visit({"held_on": "去年", "own": "去年"}).errors
    assert errors == {"held_on": ["请填成 2026-11-21 这样的日期"], "own": ["请填年月日"]}
