"""Forms of 区划调整: one for each verb, the filter of the list, taking back and cancelling."""

from typing import Any

from django import forms
from django.utils import timezone

from guanai.forms import FilterForm, PageForm
from orgs.enums import INTERCHANGEABLE, PARENT_KINDS, Action, ChangeState, ChangeVerb, UnitKind
from orgs.models import Restructuring, Unit, User
from orgs.querysets import UnitQuerySet
from orgs.scope import units_for
from orgs.services import TYPING_ERROR_DAYS, Change, Order, may_be_mistyped

PARENTS = sorted({kind for kinds in PARENT_KINDS.values() for kind in kinds})
KINDS = [(kind.value, kind.label) for kind in INTERCHANGEABLE]
SOURCES_HELP = "合并后撤销，下级单位直接归承接单位。甲村并入乙村的，勾甲村，“并入”选乙村；乙村一起勾了也保留。"


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """One unit, by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Unit) -> str:
        return obj.short_name


class UnitChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # as above
    """Several units, by their codes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Unit) -> str:
        return obj.short_name


class ChangeForm(PageForm, forms.Form):
    """What every change needs. `under` is the branch whose units are offered; the user manages it."""

    verb = ""
    effective_on = forms.DateField(
        label="生效日期",
        help_text="文件写明的日期。以后的日期先登记，到那天自动生效；补记只能在今年和去年。",
    )
    document = forms.CharField(label="文号", max_length=60, help_text="如 苍府发〔2025〕8号。")

    def __init__(self, *args: Any, user: User, under: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.under = user, under
        self.below = Unit.objects.open().filter(parent=under).order_by("lft")
        for name, units in self.offered().items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = units
        self.order_fields([name for name in self.fields if name not in ("effective_on", "document")])

    def offered(self) -> dict[str, UnitQuerySet]:
        """The units that each field offers; all of them lie where the user manages the network."""
        return {"unit": self.below}

    @property
    def with_branch(self) -> UnitQuerySet:
        """The units below, and the branch itself."""
        return Unit.objects.filter(pk__in=[self.under.pk, *self.below.values_list("pk", flat=True)]).order_by("lft")

    def change(self) -> Change:
        """What was asked for; only after `is_valid()`."""
        cleaned = self.cleaned_data
        return Change(
            verb=self.verb,
            units=(cleaned["unit"],),
            target=cleaned.get("target"),
            name=cleaned.get("name", ""),
            kind=cleaned.get("kind", ""),
        )

    def order(self) -> Order:
        cleaned = self.cleaned_data
        return Order(effective_on=cleaned["effective_on"], document=cleaned["document"], by=self.user)


class RenameForm(ChangeForm):
    verb = ChangeVerb.RENAME
    unit = UnitChoice(label="哪个单位", empty_label="请选择")
    name = forms.CharField(label="新名称", max_length=60, help_text="全称，如 歧坪镇、金穗社区居民委员会。")

    def offered(self) -> dict[str, UnitQuerySet]:
        return {"unit": self.with_branch}


class KindForm(ChangeForm):
    verb = ChangeVerb.CHANGE_KIND
    unit = UnitChoice(label="哪个村（社区）", empty_label="请选择")
    kind = forms.ChoiceField(label="改为", choices=KINDS, widget=forms.RadioSelect)
    name = forms.CharField(label="新名称", max_length=60, help_text="全称，如 金穗社区居民委员会。")

    def offered(self) -> dict[str, UnitQuerySet]:
        return {"unit": self.below.filter(kind__in=INTERCHANGEABLE)}


class MoveForm(ChangeForm):
    verb = ChangeVerb.MOVE
    unit = UnitChoice(label="哪个单位", empty_label="请选择", help_text="下级单位和记录随同划转。")
    target = UnitChoice(label="划转到", empty_label="请选择")

    def offered(self) -> dict[str, UnitQuerySet]:
        managed = units_for(self.user, Action.MANAGE_NETWORK).open()
        parents = managed.filter(tree_id=self.under.tree_id, kind__in=PARENTS).exclude(pk=self.under.pk)
        return {"unit": self.below, "target": parents}


class MergeForm(ChangeForm):
    verb = ChangeVerb.MERGE
    sources = UnitChoices(label="合并哪些单位", help_text=SOURCES_HELP)
    target = UnitChoice(label="并入", required=False, empty_label="新设一个单位")
    name = forms.CharField(label="新设单位的名称", required=False, max_length=60, help_text="并入已有单位的不填。")
    code = forms.CharField(
        label="新设单位的统计用区划代码",
        required=False,
        max_length=24,
        help_text="乡镇（街道）9 位，村（社区）12 位。还没有公布的不填，以后在单位页“更正代码”。",
    )
    kind = forms.ChoiceField(label="新设单位的类别", required=False, choices=[("", "与原单位相同"), *KINDS])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.under.kind != UnitKind.TOWNSHIP:
            del self.fields["kind"]

    def offered(self) -> dict[str, UnitQuerySet]:
        return {"sources": self.below, "target": self.below}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("target") and cleaned.get("name"):
            self.add_error("name", "已选并入的单位，名称请留空；要改名的另办更名")
        if cleaned.get("target") and cleaned.get("code"):
            self.add_error("code", "已选并入的单位，代码请留空；有误的在单位页“更正代码”")
        return cleaned

    def change(self) -> Change:
        cleaned = self.cleaned_data
        founded = cleaned["target"] is None
        return Change(
            verb=self.verb,
            units=tuple(cleaned["sources"].order_by("lft")),
            target=cleaned["target"],
            name=cleaned["name"] if founded else "",
            kind=cleaned.get("kind", "") if founded else "",
            code=cleaned["code"] if founded else "",
        )


class DissolveForm(ChangeForm):
    verb = ChangeVerb.DISSOLVE
    unit = UnitChoice(label="撤销哪个单位", empty_label="请选择")
    target = UnitChoice(
        label="承接单位",
        required=False,
        empty_label="没有承接单位",
        help_text="下级单位和账号归承接单位。没有承接单位的，不能还有下级单位。",
    )

    def offered(self) -> dict[str, UnitQuerySet]:
        return {"unit": self.below, "target": self.with_branch}


FORMS: dict[str, type[ChangeForm]] = {
    form.verb: form for form in (MergeForm, KindForm, RenameForm, MoveForm, DissolveForm)
}


class TakeBackForm(PageForm, forms.Form):
    """By a document; or, in the first days, because the change was entered wrongly: then nothing else is asked for."""

    why = forms.ChoiceField(
        label="为什么撤回",
        choices=[("decided", "有文件决定撤回"), ("mistyped", "录入有误，当作没有办过")],
        initial="decided",
        widget=forms.RadioSelect,
    )
    effective_on = forms.DateField(label="撤回从哪天起", initial=timezone.localdate)
    document = forms.CharField(label="文号", max_length=60, help_text="决定撤回的文件，如 苍府发〔2025〕12号。")
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea)

    def __init__(self, *args: Any, change: Restructuring, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.change = change
        self.mistyped = self.data.get("why") == "mistyped" and may_be_mistyped(change)
        for name in ("effective_on", "document", "reason"):
            self.fields[name].required = not self.mistyped
        if not may_be_mistyped(change):
            del self.fields["why"]
            return
        self.fields["why"].help_text = (
            f"办理后 {TYPING_ERROR_DAYS} 天内可以选“录入有误”：下面几项不用填，"
            f"从 {change.effective_on:%Y-%m-%d} 起当作没有办过，文号记原来的 {change.document}。"
        )

    def order(self, by: User) -> Order:
        cleaned = self.cleaned_data
        return Order(
            effective_on=cleaned["effective_on"] or self.change.effective_on,
            document=cleaned["document"],
            reason=cleaned["reason"],
            by=by,
            mistyped=self.mistyped,
        )


class CodeForm(PageForm, forms.Form):
    code = forms.CharField(
        label="统计用区划代码",
        max_length=24,
        help_text="统计部门公布的：乡镇（街道）9 位，村（社区）12 位。已有记录的编号不变。",
    )


class CancelForm(PageForm, forms.Form):
    reason = forms.CharField(label="为什么取消", max_length=200, widget=forms.Textarea)


class ChangeFilterForm(FilterForm):
    """The list of changes: by state, verb and year."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ChangeState.choices])
    verb = forms.ChoiceField(label="事项", required=False, choices=[("", "全部"), *ChangeVerb.choices])
    year = forms.IntegerField(label="生效年度", required=False, min_value=1990, max_value=2100)

    def narrow(self, rows: Any) -> Any:
        """The rows that fit; none where the filter is wrong."""
        if not self.is_valid():
            return Restructuring.objects.none()
        chosen = self.cleaned_data
        if chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        if chosen["verb"]:
            rows = rows.filter(verb=chosen["verb"])
        if chosen["year"]:
            rows = rows.filter(effective_on__year=chosen["year"])
        return rows
