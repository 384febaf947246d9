"""What a service refuses is said at the field that it names; the entry stays in the form.

if submitted(request, form) and (saved := attempt(form, lambda: update_child(child=child, …))) is not None:
"""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from guanai.attachments import refused_uploads
from guanai.edits import ChangedError, SeenForm
from guanai.enums import Verb
from guanai.trail import note

Result = TypeVar("Result")
# The codes by which Django refuses a choice.
NOT_OFFERED = {"invalid_choice", "invalid_pk_value", "invalid_list"}


def submitted(request: HttpRequest, form: forms.BaseForm) -> bool:
    """Was the form sent, and is what it holds well-formed?

    Refused files and choices that the page did not offer go into the trail, by the name of their field alone.
    """
    if request.method != "POST":
        return False
    if form.is_valid():
        return True
    for reason in refused_uploads(form):
        note(Verb.UPLOAD_REFUSED, request=request, reason=reason)
    for field in forged_choices(form):
        note(Verb.DENIED, request=request, route=request.path, field=field, reason="not offered")
    _ask_for_files_again(form)
    return False


def _ask_for_files_again(form: forms.BaseForm) -> None:
    """A page cannot carry a chosen file through an error elsewhere: without a word it would be missing in the end."""
    for name in form.files:
        if name in form.fields and not form.has_error(name):
            form.add_error(name, "其他地方有误，文件没有保存，请重新选择。")


def forged_choices(form: forms.BaseForm) -> list[str]:
    """Fields that were sent with something that the page does not offer: a record of another branch, or none at all."""
    found = form.errors.as_data().items()
    return [name for name, errors in found if any(error.code in NOT_OFFERED for error in errors)]


def attempt(form: forms.BaseForm, action: Callable[[], Result]) -> Result | None:
    """The result of `action`, or None with its refusal added to the form."""
    try:
        return action()
    except ChangedError as changed:
        if not isinstance(form, SeenForm):
            raise
        form.take_notice(changed)
    except ValidationError as refusal:
        by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        for name, messages in by_field.items():
            for message in messages:
                form.add_error(name if name in form.fields else None, message)
    _ask_for_files_again(form)
    return None
