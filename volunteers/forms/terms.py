from typing import Any

from django import forms

from guanai.edits import SeenForm
from guanai.forms import PageForm
from volunteers.models import Term


class NewTermForm(PageForm, forms.Form):
    """One more word for a list."""

    use_required_attribute = False
    name = forms.CharField(label="名称", max_length=20)


class TermForm(SeenForm):
    """Another name for a term."""

    name = forms.CharField(label="名称", max_length=20, help_text="旧名会记住，名册里还写旧名的，导入时照样认得。")

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, record=term, initial={"name": term.name}, **kwargs)


class MergeTermForm(SeenForm):
    """Which term of the same list it becomes."""

    into: forms.ModelChoiceField[Term] = forms.ModelChoiceField(label="并入", queryset=None, empty_label="请选择")

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, record=term, **kwargs)
        others = type(term)._default_manager.exclude(pk=term.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]  # a field of choices from the database


class RemoveTermForm(SeenForm):
    """Nothing to fill in: the version, and whatever speaks against it."""
