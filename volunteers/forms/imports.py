"""Forms of the import of a roster: the file, what its columns mean, what is to become of unknown terms."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q

from guanai.forms import PageForm
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import units_for
from volunteers.forms.roster import UnitField
from volunteers.imports.checking import CREATE, LEAVE_OUT, UNREAD, Ruling
from volunteers.imports.columns import LABELS
from volunteers.imports.preview import Question
from volunteers.imports.tables import LARGEST
from volunteers.models import TERMS

MEANINGS = [("", "不导入"), *LABELS.items()]


class RosterFileForm(PageForm, forms.Form):
    """A spreadsheet, and the unit in whose branch its people stand."""

    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), to_field_name="code")
    file = forms.FileField(
        label="名册文件",
        max_length=200,
        help_text="Excel、WPS 表格（.xlsx、.xls、.ods）或 .csv，不超过 20 MB。列名和顺序随意。",
        error_messages={"empty": "这个文件是空的，请重新选择", "max_length": "文件名太长，请改短再传"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.et"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_for(user, Action.EDIT_ROSTER).filter(Q(closed_on=None))
        help_text = "没有“单位”一列的，都登记在这个单位。"
        self.fields["unit"] = UnitField(
            label="单位", queryset=units, to_field_name="code", empty_label="请选择", help_text=help_text
        )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("文件超过 20 MB，请分成几个文件。", code="too_large")
        return file


class ColumnsForm(PageForm, forms.Form):
    """What each column means; a select for each heading."""

    def __init__(self, *args: Any, headings: Sequence[str], fields: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = len(headings)
        for place, (heading, field) in enumerate(zip(headings, fields, strict=False)):
            label = heading or f"第 {place + 1} 列（没有列名）"
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=label, choices=MEANINGS, required=False, initial=field
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, str] = {}
        for name, field in list(cleaned.items()):
            if field and field in seen:
                self.add_error(name, f"和“{self.fields[seen[field]].label}”一列相同，请改一列")
            elif field:
                seen[field] = name
        if "name" not in seen:
            self.add_error(None, "请指明哪一列是姓名")
        return cleaned

    @property
    def left_out(self) -> list[str]:
        """The columns of which nothing is taken, as the form stands."""
        return [str(field.label) for field in self.visible_fields() if not field.value()]

    @property
    def meanings(self) -> list[str]:
        return [self.cleaned_data[f"column{place}"] for place in range(self.count)]


SOMEBODY_NEW = "new"


def where(rows: str) -> str:
    """In which rows something stands, where that is known."""
    return f"第 {rows} 行" if rows else ""


class RulingForm(PageForm, forms.Form):
    """A select for each unknown term (`unknown`: by field, with the rows that it stands in): leave it out, add it to
    the list, or take it for a known one; for each cell that cannot be read: leave it out; and for each row in question:
    one of those of the same name, or somebody new."""

    def __init__(
        self,
        *args: Any,
        unknown: Mapping[str, Mapping[str, str]],
        questions: Sequence[Question],
        may_create: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {f"person-{one.row}": one.row for one in questions}
        for one in questions:
            known = [(number, f"就是 {number}（{unit}）") for number, unit in one.alike]
            new = [] if one.lacks else [(SOMEBODY_NEW, "是另一个人，新登记")]
            self.fields[f"person-{one.row}"] = forms.ChoiceField(
                label=f"第 {one.row} 行 {one.name}：名册里有{one.likeness}的人",
                choices=[("", "先不导入这一行"), *known, *new],
                required=False,
                help_text=f"是另一个人的，先在文件里改好{'、'.join(one.lacks)}，再上传" if one.lacks else "",
            )
        self.terms = {f"{name}-{place}": (name, term) for name in unknown for place, term in enumerate(unknown[name])}
        lists = {name: list(TERMS[name].objects.values_list("name", flat=True)) for name in TERMS if unknown.get(name)}
        for key, (name, term) in self.terms.items():
            if name in UNREAD:
                cell = [("", "先不导入这些行"), (LEAVE_OUT, "这一格不要，先导入")]
                label = f"看不懂的{LABELS[name]}：{term}"
                self.fields[key] = forms.ChoiceField(
                    label=label, choices=cell, required=False, help_text=where(unknown[name][term])
                )
                continue
            known = [(word, f"算作“{word}”") for word in lists[name]]
            new = [(CREATE, f"加进{LABELS[name]}目录")] if may_create else []
            choices = [("", "先不导入这些行"), (LEAVE_OUT, "不要这个词"), *new, *known]
            self.fields[key] = forms.ChoiceField(
                label=f"{LABELS[name]}：{term}", choices=choices, required=False, help_text=where(unknown[name][term])
            )
        # Whatever is left as it is, is a decision too.
        self.unmarked = list(self.fields)

    def ruling(self, before: Ruling) -> Ruling:
        """What was decided now, beside what was decided before."""
        terms = {name: dict(before.terms.get(name, {})) for name in (*TERMS, *UNREAD)}
        for key, (name, term) in self.terms.items():
            if self.cleaned_data[key]:
                terms[name][term] = self.cleaned_data[key]
        people = dict(before.people)
        for key, row in self.rows.items():
            if self.cleaned_data[key]:
                people[row] = "" if self.cleaned_data[key] == SOMEBODY_NEW else self.cleaned_data[key]
        return Ruling(terms=terms, people=people)
