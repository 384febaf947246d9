"""Which columns a list file of the roster has: a box for each."""

from collections.abc import Collection
from typing import Any

from django import forms

from guanai.forms import PageForm
from volunteers.exporters import ALWAYS, ROSTER_COLUMNS

CHOICES = [(column.key, column.label) for column in ROSTER_COLUMNS if column.key not in ALWAYS]


class ListColumnsForm(PageForm, forms.Form):
    """The boxes, group by group; none ticked leaves the two columns that stand in every list."""

    columns = forms.MultipleChoiceField(
        label="列", required=False, choices=CHOICES, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, chosen: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"columns": list(chosen)}, **kwargs})

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The boxes under the name of their group, in the order of the file."""
        boxes = {str(box.data["value"]): box for box in self["columns"]}
        names = dict.fromkeys(column.group for column in ROSTER_COLUMNS)
        return [
            (name, [boxes[column.key] for column in ROSTER_COLUMNS if column.group == name and column.key in boxes])
            for name in names
        ]
