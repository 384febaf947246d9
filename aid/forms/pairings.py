from typing import Any

from django import forms
from django.utils import timezone

from aid.enums import HelperKind, VisitWay
from aid.forms.fields import UnitField, VolunteerField
from aid.models import Child, Pairing, Visit
from aid.queries import helper_units, volunteers_near
from guanai.entry_keys import KeyedForm
from guanai.forms import PageForm
from orgs.models import User


class PairingForm(KeyedForm):
    """Put a helper beside a child: somebody of the roster, or a unit."""

    kind = forms.ChoiceField(
        label="帮扶人类别", choices=HelperKind.choices, widget=forms.RadioSelect, initial=HelperKind.VETERAN
    )
    volunteer = VolunteerField(required=False, help_text="本乡镇（部门）名册上的人。")
    helper_unit = UnitField(label="帮扶单位", required=False, help_text="类别选“单位”时填。")
    starts_on = forms.DateField(label="开始日期", initial=timezone.localdate)
    plan = forms.CharField(label="帮扶计划", max_length=300, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, child: Child, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.child = child
        volunteer, unit = self.fields["volunteer"], self.fields["helper_unit"]
        if isinstance(volunteer, VolunteerField) and isinstance(unit, UnitField):
            volunteer.queryset = volunteers_near(user, child)
            unit.queryset = helper_units(child).select_related("parent")
        # One of the two is needed; which one, the kind says.
        volunteer.required = self.data.get("kind") != HelperKind.UNIT

    def to_pairing(self) -> Pairing:
        return Pairing(child=self.child, **self.values_to_write())


class PairingEndForm(PageForm, forms.Form):
    ends_on = forms.DateField(label="结束日期", initial=timezone.localdate)
    reason = forms.CharField(label="结束原因", max_length=60, help_text="如帮扶人身体原因、孩子随父母迁出。")


class VisitForm(KeyedForm):
    """记走访: the day and the way are there already; on a phone one writes the content and saves."""

    held_on = forms.DateField(label="走访日期", initial=timezone.localdate)
    way = forms.ChoiceField(label="方式", choices=VisitWay.choices, widget=forms.RadioSelect, initial=VisitWay.HOME)
    content = forms.CharField(
        label="内容", max_length=500, widget=forms.Textarea, help_text="做了什么，孩子怎么样。不写姓名、证号和电话。"
    )
    problem = forms.CharField(
        label="发现的问题", max_length=200, required=False, help_text="要请谁帮着解决，也写在这里。"
    )
    next_on = forms.DateField(label="下次走访日期", required=False)

    def to_visit(self, pairing: Pairing) -> Visit:
        return Visit(pairing=pairing, **self.values_to_write())
