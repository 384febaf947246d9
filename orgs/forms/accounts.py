"""Forms of who keeps the accounts of a branch."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from guanai.forms import PageForm
from orgs.accounts import accounts_for_user, in_state
from orgs.enums import AccountState, Action, Role
from orgs.forms.network import BranchFilterForm
from orgs.models import Membership, Unit, User
from orgs.querysets import UnitQuerySet, in_branch_q
from orgs.scope import units_for
from orgs.validators import USERNAME_RULE, check_username

# So many units are offered at a time.
HITS = 10


class AccountFilterForm(BranchFilterForm):
    """单位, 职责, 状态 of the accounts. 没有双因素 are those whose role asks for it."""

    action = Action.MANAGE_ACCOUNTS
    role = forms.ChoiceField(label="职责", required=False, choices=[("", "全部"), *Role.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *AccountState.choices])
    name = forms.CharField(label="姓名或用户名", required=False, max_length=40)

    field_order = ["unit", "role", "state", "name"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.user = user

    def narrow(self, accounts: QuerySet[User]) -> QuerySet[User]:
        """The accounts that fit; none where the filter is wrong."""
        if not self.is_valid():
            return accounts.none()
        chosen = self.cleaned_data
        held = Membership.objects.running(timezone.localdate())
        if chosen["unit"]:
            held = held.filter(in_branch_q(Unit.objects.get(code=chosen["unit"])))
        if chosen["role"]:
            held = held.filter(role=chosen["role"])
        if chosen["unit"] or chosen["role"]:
            accounts = accounts.filter(pk__in=held.values("user"))
        if chosen["name"]:
            words = chosen["name"].replace("\0", "")
            accounts = accounts.filter(name__icontains=words) | accounts.filter(username__icontains=words)
        return in_state(self.user, accounts, chosen["state"])


def unit_label(unit: Unit) -> str:
    """清河村（亭子镇）: the village of one name that is meant."""
    above = unit.parent
    return f"{unit.short_name}（{above.short_name}）" if above and above.parent_id else unit.short_name


def asks_for_units(request: HttpRequest) -> bool:
    """Was the form sent to find a unit, and not to be kept? By the button, by typing (htmx), or by Enter in the box."""
    typed = request.headers.get("HX-Trigger-Name") == "find"
    step = request.POST.get("step")
    by_enter = step == "enter" and bool(request.POST.get("find", "").strip()) and not request.POST.get("unit")
    return typed or step == "find" or by_enter


class RoleFields(PageForm, forms.Form):
    """On which unit, as what, from when to when. A county has 500 units: some are offered, the rest is found by name.

    What is typed for it (`find`) is no field: it is in the data of the request, or in `initial` while units are found.
    """

    unit = forms.ModelChoiceField(
        label="单位",
        queryset=Unit.objects.none(),
        to_field_name="code",
        widget=forms.RadioSelect,
        template_name="orgs/unit_field.html",
        help_text="职责管这个单位和它的下级。",
    )
    role = forms.ChoiceField(label="职责", choices=[("", "请选择"), *Role.choices])
    starts_on = forms.DateField(label="开始日期", initial=timezone.localdate)
    ends_on = forms.DateField(label="结束日期", required=False, help_text="当日仍有效；空着表示没有期限。")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        units = units_for(user, Action.MANAGE_ACCOUNTS).open().select_related("parent")
        field = self.fields["unit"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = units
        typed = self.data if self.is_bound else self.initial
        self.find = str(typed.get("find", "")).replace("\0", "").strip()[:40]
        self.offered = offered_units(units, self.find, str(typed.get("unit", "")))
        self.fields["unit"].widget.choices = [(unit.code, unit_label(unit)) for unit in self.offered]


def offered_units(units: UnitQuerySet, words: str, chosen: str) -> list[Unit]:
    """The chosen unit, then at most `HITS` by a part of the name; higher ones first."""
    kept = list(units.filter(code=chosen)) if chosen.isascii() and chosen.isalnum() else []
    hits = units.filter(name__icontains=words) if words else units
    return [*kept, *hits.exclude(pk__in=[unit.pk for unit in kept]).order_by("level", "lft")[:HITS]]


class AccountForm(RoleFields):
    """A new account with its first role; the password is made by chance."""

    username = forms.CharField(
        label="用户名",
        validators=[check_username],
        help_text=f"{USERNAME_RULE}。姓名的拼音即可，如 luoxiuqiong。定了不改。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    field_order = ["username", "name", "unit", "role", "starts_on", "ends_on"]


class NameForm(PageForm, forms.Form):
    """The name of an account's owner, put right."""

    name = forms.CharField(
        label="姓名",
        max_length=40,
        help_text="只改写错的字。换了人，请停用这个账号，另开一个。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(RoleFields):
    """One more role for an account, also one in somebody's place."""

    deputy_for = forms.CharField(
        label="代谁履职",
        max_length=150,
        required=False,
        help_text="被代的人的用户名。代他人履职要有结束日期。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def clean_deputy_for(self) -> User | None:
        username = self.cleaned_data["deputy_for"].strip()
        if not username:
            return None
        found = accounts_for_user(self.user).filter(username=username).first()
        if found is None:
            raise forms.ValidationError("您管理的账号里没有这个用户名。")
        return found


class EndRoleForm(PageForm, forms.Form):
    """The last day of a role."""

    ends_on = forms.DateField(
        label="结束日期", required=False, help_text="当日仍有效；立即停止填昨天；空着表示没有期限。"
    )
