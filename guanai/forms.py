"""How forms look: `PageForm` dresses any Django form, `PageRenderer` lays out its fields.

A page author writes `class ActivityForm(PageForm, forms.ModelForm)` and `{{ form.name.as_field_group }}`.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.forms.widgets import DateTimeBaseInput
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from guanai.markup import filled


class PageRenderer(TemplatesSetting):
    """Django's form renderer with the project's field layout (`FORM_RENDERER` in the settings)."""

    field_template_name = "includes/field.html"
    form_template_name = "includes/form.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == forms.Select.template_name:
            return select_html(context["widget"])
        return super().render(template_name, context, request)


OPTION = '\n  <option value="{value}"{attrs}>{label}</option>'


def select_html(widget: dict[str, Any]) -> SafeString:
    """A `<select>` as Django's own templates write it, which take two inclusions for each option.

    A filter bar has a hundred options: its selects were a fifth of the time of a list page.
    """
    parts = []
    for group, options, _ in widget["optgroups"]:
        inner = SafeString("".join(option_html(option) for option in options))
        parts.append(format_html('\n  <optgroup label="{}">{}\n  </optgroup>', group, inner) if group else inner)
    return format_html(
        '<select name="{}"{}>{}\n</select>', widget["name"], flatatt(widget["attrs"]), SafeString("".join(parts))
    )


def option_html(option: dict[str, Any]) -> SafeString:
    attrs = flatatt(option["attrs"]) if option["attrs"] else ""
    return filled(OPTION, value=str(option["value"]), attrs=attrs, label=str(option["label"]))


# Widgets that are not one box to type in: their parts are laid out by includes/field.html.
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)

DATE_INPUTS: dict[type[DateTimeBaseInput], tuple[str, str]] = {
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.DateInput: ("date", "%Y-%m-%d"),
    forms.TimeInput: ("time", "%H:%M"),
}


def css_class(widget: forms.Widget) -> str:
    if isinstance(widget, (*CHOICES, forms.CheckboxInput)):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


def dress(widget: forms.Widget) -> None:
    """Give a widget the class, the keyboard and the date format of this project. Doing it twice changes nothing."""
    if isinstance(widget, forms.MultiWidget):
        for part in widget.widgets:
            dress(part)
        return
    names = str(widget.attrs.get("class", "")).split()
    if (name := css_class(widget)) not in names:
        widget.attrs["class"] = " ".join([*names, name])
    for kind, (input_type, date_format) in DATE_INPUTS.items():
        if isinstance(widget, kind):
            widget.input_type, widget.format = input_type, date_format
    if isinstance(widget, forms.NumberInput):
        # A text box with the numeric keyboard: type="number" changes figures by wheel and arrow keys, and drops
        # what was typed wrongly before the server can say what is wrong with it.
        decimal = str(widget.attrs.pop("step", "1")) != "1"
        widget.input_type = "text"
        widget.attrs.setdefault("inputmode", "decimal" if decimal else "numeric")
        widget.attrs.setdefault("autocomplete", "off")
        widget.attrs.pop("min", None)
        widget.attrs.pop("max", None)
    if isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = 4 if widget.attrs.get("rows") == "10" else widget.attrs.get("rows", 4)
        widget.attrs.pop("cols", None)


def missing_message(field: forms.Field, label: str) -> str:
    """What is said when a required field is empty, with the field's own name in it."""
    chosen = isinstance(field, forms.ChoiceField | forms.FileField) or hasattr(field, "queryset")
    verb = "选择" if chosen else "填写"
    return f"请{verb}{label}"


_DATE_DEFAULT = forms.DateField.default_error_messages["invalid"]
DATE_ERROR = "请填成 2026-11-21 这样的日期"


class PageBoundField(BoundField):
    """A field of a `PageForm`. Fields that a form adds after its construction are dressed as well."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        dress(field.widget)
        if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = missing_message(field, str(self.label))
        if isinstance(field, forms.DateField) and field.error_messages["invalid"] == _DATE_DEFAULT:
            field.error_messages["invalid"] = DATE_ERROR

    @property
    def is_choices(self) -> bool:
        """Radio buttons or boxes: one row per choice."""
        return isinstance(self.field.widget, CHOICES)

    @property
    def is_kept(self) -> bool:
        """Carried over from an earlier record and not edited since (沿用)."""
        return self.name in getattr(self.form, "kept", ())

    @property
    def is_optional(self) -> bool:
        """Said beside the label, unless the page says of several fields at once when they are to be filled."""
        return not self.field.required and self.name not in getattr(self.form, "unmarked", ())

    @property
    def is_text(self) -> bool:
        return isinstance(self.field.widget, forms.Textarea)


class PageForm(forms.BaseForm):
    """Mixed in before `forms.Form` or `forms.ModelForm`.

    `kept` holds the names of the fields that were carried over from an earlier record; they are marked 沿用;
    `unmarked` those of which the page says on its own when they may be left empty.
    """

    bound_field_class = PageBoundField
    kept: Iterable[str] = ()
    unmarked: Iterable[str] = ()


class MoneyField(forms.DecimalField):
    """Yuan. Commas between thousands, full-width digits and a 元 behind the number are taken as people type them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, **options})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "").removesuffix("元")
        return super().to_python(value)


class FilterForm(PageForm, forms.Form):
    """The form of a filter bar: nothing is required, nothing marked. `Meta.form` of a django-filter FilterSet."""

    use_required_attribute = False


class SignInForm(PageForm, AuthenticationForm):
    """用户名 and 密码. The error never tells which of the two was wrong, nor that an account is closed."""

    error_messages = {
        "invalid_login": "用户名或密码不对。请核对后再试，密码区分大小写。",
        "inactive": "用户名或密码不对。请核对后再试，密码区分大小写。",
    }


class PasswordForm(PageForm, PasswordChangeForm):
    """Change one's own password. Wrong old ones count as wrong passwords of the sign-in page do, and lock alike."""

    def __init__(self, user: Any, data: Any = None, *, request: HttpRequest) -> None:
        super().__init__(user, data)
        self.request = request
        help_with_new_password(self)

    def clean_old_password(self) -> str:
        """Through the same door as a sign-in, so that somebody at an unlocked desk cannot try for ever."""
        old: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=old) is None:
            raise forms.ValidationError("现在的密码不对。", code="password_incorrect")
        return old


class FirstPasswordForm(PageForm, SetPasswordForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The first password of one's own, in the place of the one that somebody else made and that was just typed."""

    def __init__(self, user: Any, data: Any = None) -> None:
        super().__init__(user, data)
        help_with_new_password(self)


def help_with_new_password(form: forms.BaseForm) -> None:
    """Labels and rules of a new password in one short line each."""
    rules = filter(None, password_validators_help_texts())
    form.fields["new_password1"].label = "新密码"
    form.fields["new_password1"].help_text = "；".join(str(rule).rstrip("。") for rule in rules) + "。"
    form.fields["new_password2"].label = "再输一次新密码"
    form.fields["new_password2"].help_text = ""


class RevealForm(PageForm, forms.Form):
    """Why somebody looks at a masked value. `reasons` come from the app that owns the value; 其他 is added."""

    OTHER = "其他"
    # What is done for the reason.
    verb = "查看"
    unmarked = ("note",)

    reason = forms.ChoiceField(label="查看理由", widget=forms.RadioSelect)
    note = forms.CharField(label="补充说明", required=False, max_length=100, help_text="选“其他”的要填。")

    def __init__(self, *args: Any, reasons: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(reason, reason) for reason in (*reasons, self.OTHER)]
        self.fields["reason"] = forms.ChoiceField(label=f"{self.verb}理由", widget=forms.RadioSelect, choices=choices)
        self.order_fields(["reason", "note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == self.OTHER and not cleaned.get("note"):
            self.add_error("note", f"选了“其他”，请写明为什么{self.verb}")
        return cleaned

    @property
    def reason_line(self) -> str:
        """Reason and note as one line for the view log."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['reason']}：{note}" if note else str(self.cleaned_data["reason"])


class ClearExportForm(RevealForm):
    """Why a file with personal data in clear leaves (`guanai.clear_files`)."""

    verb = "导出"
