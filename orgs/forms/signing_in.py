"""Forms of the second factor and of tokens: what somebody does with their own account."""

import datetime

from django import forms
from django.utils import timezone

from guanai.forms import PageForm
from orgs.enums import TokenScope
from orgs.services.tokens import LONGEST

# One message for a code that is wrong, used already or comes too fast: it does not tell which.
WRONG_CODE = "验证码不对，或者已经用过。请等手机上换了新码再输；连续输错要多等一会儿。"


class CodeForm(PageForm, forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label="验证码",
        max_length=20,
        help_text="手机验证器应用上的 6 位数字。手机不在身边时，输一个备用码。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def refuse(self) -> None:
        self.add_error("code", WRONG_CODE)


class SetUpForm(CodeForm):
    """The first code of the app: it proves that the app has the key."""

    code = forms.CharField(
        label="验证码",
        max_length=20,
        help_text="应用里新出现的 6 位数字。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def a_quarter_ahead() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=90)


class TokenForm(PageForm, forms.Form):
    """A token for a program."""

    name = forms.CharField(label="用途", max_length=40, help_text="哪个程序用，如“县政务数据平台每月取数”。")
    scope = forms.ChoiceField(
        label="权限", choices=TokenScope.choices, widget=forms.RadioSelect, initial=TokenScope.READ
    )
    expires_on = forms.DateField(
        label="到期日期", initial=a_quarter_ahead, help_text=f"当日仍有效，最长 {LONGEST.days - 1} 天。"
    )
