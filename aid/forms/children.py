"""Forms about a child. What is stored encrypted is never put back into a field: an empty field leaves it as it is."""

from typing import Any

from django import forms
from django.utils import timezone

from aid.enums import ChildCategory, ConsentWay, SchoolStage
from aid.forms.fields import UnitField
from aid.models import Certification, Child, Consent
from aid.validators import validate_person
from guanai import identity
from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm
from guanai.forms import PageForm
from orgs.enums import Action
from orgs.models import User
from orgs.scope import units_for
from volunteers.enums import Sex

PERSONAL = ("name", "id_number", "school", "address", "guardian", "guardian_phone")


class ChildFields(SeenForm):
    """The facts of a child, without the consent."""

    unit = UnitField(label="所在单位")
    name = forms.CharField(label="姓名", max_length=40)
    id_number = forms.CharField(label="身份证号", max_length=20, help_text="性别和出生日期从证号中读出，不用再填。")
    no_id_reason = forms.CharField(label="没有身份证号的原因", max_length=40, required=False)
    birth_date = forms.DateField(label="出生日期", required=False)
    sex = forms.ChoiceField(label="性别", required=False, choices=[("", "请选择"), *Sex.choices])
    stage = forms.ChoiceField(label="学段", choices=[("", "请选择"), *SchoolStage.choices])
    school = forms.CharField(label="就读学校", max_length=60, required=False)
    address = forms.CharField(label="住址", max_length=100, required=False)
    guardian = forms.CharField(label="监护人姓名", max_length=40)
    guardian_relation = forms.CharField(label="与儿童关系", max_length=10, help_text="如祖母、父亲。")
    guardian_phone = forms.CharField(label="监护人电话", max_length=20, required=False)
    needs = forms.CharField(label="需要", max_length=300, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        if isinstance(unit, UnitField):
            unit.queryset = units_for(user, Action.EDIT_CHILDREN).open().select_related("parent")
        # "No document" is allowed, with a reason (domain.md §6).
        self.fields["id_number"].required = not str(self.data.get("no_id_reason", "")).strip()

    def clean_id_number(self) -> str:
        return identity.normalise_id(self.cleaned_data["id_number"])

    def clean_guardian_phone(self) -> str:
        phone = "".join(str(self.cleaned_data["guardian_phone"]).split())
        if phone:
            identity.validate_phone(phone)
        return phone

    def values(self) -> dict[str, Any]:
        """By field of the child; a personal one that was left empty is left out, so that what is stored stays."""
        stored = {field.name for field in Child._meta.get_fields()}
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in stored and (value or name not in (*PERSONAL, "birth_date", "sex"))
        }


class ChildForm(ChildFields, KeyedForm):
    """Register a child: the guardian's consent comes first (个人信息保护法 31); the guardian is who consents."""

    consent_way = forms.ChoiceField(
        label="同意方式", choices=ConsentWay.choices, widget=forms.RadioSelect, initial=ConsentWay.PAPER
    )
    signed_on = forms.DateField(label="签署日期", help_text="先取得同意再登记。")
    registered_on = forms.DateField(label="登记日期", initial=timezone.localdate)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "id_number" in self.errors:
            return cleaned
        if cleaned.get("id_number"):
            validate_person(
                id_number=cleaned["id_number"],
                no_id_reason="",
                birth_date=cleaned.get("birth_date"),
                sex=cleaned.get("sex", ""),
            )
            return cleaned
        for name in ("birth_date", "sex"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, f"没有身份证号时，请填写{self[name].label}")
        return cleaned

    def to_child(self) -> Child:
        return Child(**self.values())

    def to_consent(self) -> Consent:
        cleaned = self.cleaned_data
        return Consent(
            given_by=cleaned["guardian"],
            relation=cleaned["guardian_relation"],
            way=cleaned["consent_way"],
            signed_on=cleaned["signed_on"],
        )


class ChildEditForm(ChildFields):
    """Change a child's facts. Masked values stand in the hints; nothing here shows a stored value in clear."""

    def __init__(self, *args: Any, child: Child, user: User, **kwargs: Any) -> None:
        clear = {name: getattr(child, name) for name in ("unit", "stage", "guardian_relation", "needs", "no_id_reason")}
        super().__init__(*args, user=user, record=child, initial=clear, **kwargs)
        masks = {
            "name": child.masked_name,
            "id_number": child.masked_id,
            "school": child.masked_school,
            "address": child.masked_address,
            "guardian": child.masked_guardian,
            "guardian_phone": child.masked_guardian_phone,
        }
        for name, mask in masks.items():
            field = self.fields[name]
            field.required = False
            field.help_text = f"已登记 {mask}，不改就空着。" if mask else "还没有登记。"
        # A certified number fixes both; without one they may still be corrected.
        for name in ("birth_date", "sex", "no_id_reason"):
            if child.id_number:
                del self.fields[name]
        if "birth_date" in self.fields:
            self.fields["birth_date"].help_text = f"已登记，{child.age} 岁，不改就空着。"
            self.fields["sex"].help_text = f"已登记 {child.get_sex_display()}，不改就空着。"

    def clean_id_number(self) -> str:
        number = super().clean_id_number()
        if number:
            identity.validate_id_number(number)
        return number


class ConsentForm(PageForm, forms.Form):
    """A further version of the guardian's consent."""

    given_by = forms.CharField(label="同意人", max_length=40)
    relation = forms.CharField(label="与儿童关系", max_length=10)
    way = forms.ChoiceField(
        label="方式", choices=ConsentWay.choices, widget=forms.RadioSelect, initial=ConsentWay.PAPER
    )
    signed_on = forms.DateField(label="签署日期")

    def to_consent(self) -> Consent:
        return Consent(**self.cleaned_data)


class WithdrawalForm(PageForm, forms.Form):
    withdrawn_on = forms.DateField(label="撤回日期", initial=timezone.localdate)


class CertificationForm(PageForm, forms.Form):
    """Who certified the child as what. The committee itself never certifies."""

    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), *ChildCategory.choices])
    source = forms.CharField(label="认定单位", max_length=60, help_text="如县民政局。关工委不作认定。")
    document = forms.CharField(label="认定文号", max_length=60, required=False)
    certified_on = forms.DateField(label="认定日期")

    def to_certification(self, child: Child) -> Certification:
        return Certification(child=child, **self.cleaned_data)


class EndCareForm(PageForm, forms.Form):
    closed_on = forms.DateField(label="结束日期", initial=timezone.localdate)
    reason = forms.CharField(label="结束原因", max_length=60, help_text="如家庭困难已缓解、随父母迁出。")
