"""Forms of the yearly papers and of a review."""

from typing import Any

from django import forms

from guanai.edits import SeenForm


class PaperForm(SeenForm):
    """A draft may be empty, what is filed may not."""

    text = forms.CharField(
        label="正文",
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=20_000,
        help_text="可以从原来的文件里粘贴进来。",
        error_messages={"required": "正文是空的，不能归档"},
    )

    def __init__(self, *args: Any, file_it: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = file_it


class ReturnForm(SeenForm):
    """Why an entry is sent back; `seen` is the version that the reviewer read."""

    note = forms.CharField(
        label="退回原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪里要改，填报人按它修改。",
        error_messages={"required": "请写明退回原因，填报人按它修改"},
    )
