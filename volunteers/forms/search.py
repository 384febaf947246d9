"""What somebody looks for: the form of the search for people. Its state stands in the address."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from guanai.forms import FilterForm
from orgs.enums import Action
from orgs.forms import unit_choices
from orgs.models import User
from orgs.queries import unit_for_user_or_404
from orgs.scope import home_unit, units_for
from volunteers.enums import Daypart, VeteranKind, Weekday
from volunteers.forms.roster import DAYS, weekdays_of
from volunteers.models import Interest, Speciality
from volunteers.search import IDLE, Wishes
from volunteers.search_words import RELAXED_WORDS
from volunteers.validators import validate_no_number

RECENT = [
    ("", "不限"),
    ("3", "近 3 个月有活动或走访"),
    ("6", "近半年有活动或走访"),
    ("12", "近一年有活动或走访"),
    (f"{IDLE}3", "近 3 个月没有活动和走访"),
    (f"{IDLE}6", "近半年没有活动和走访"),
    (IDLE, "近一年没有活动和走访"),
]


class SearchForm(FilterForm):
    """`unit` is where somebody is wanted; unless it is said, the user's own. `relax` names what is not insisted on."""

    speciality = forms.MultipleChoiceField(label="特长", required=False, widget=forms.CheckboxSelectMultiple)
    on = forms.DateField(label="日期", required=False)
    part = forms.ChoiceField(label="时段", required=False, choices=[("", "不限"), *Daypart.choices])
    unit = forms.ChoiceField(label="地点")
    recent = forms.ChoiceField(label="最近活动和走访", required=False, choices=RECENT)
    name = forms.CharField(label="姓名或拼音", required=False, max_length=20)
    interest = forms.MultipleChoiceField(label="爱好", required=False, widget=forms.CheckboxSelectMultiple)
    day = forms.ChoiceField(label="星期", required=False, choices=DAYS)
    kind = forms.ChoiceField(label="五老类别", required=False, choices=[("", "全部"), *VeteranKind.choices])
    core = forms.BooleanField(label="只找骨干", required=False)
    resting = forms.BooleanField(label="连暂停的也找", required=False)
    relax = forms.MultipleChoiceField(
        required=False, choices=list(RELAXED_WORDS.items()), widget=forms.MultipleHiddenInput
    )

    def __init__(self, query: QueryDict, *, user: User) -> None:
        places = units_for(user, Action.VIEW_ROSTER).open().values_list("level", "code", "name", named=True)
        choices = unit_choices(places)
        self.user = user
        self.own_place = _own_place(user, [place.code for place in places])
        filled = query.copy()
        if not filled.get("unit"):
            filled["unit"] = self.own_place
        super().__init__(filled)
        no_such = {"invalid_choice": "您可以看的单位里没有这个地点，请重新选"}
        self.fields["unit"] = forms.ChoiceField(label="地点", choices=choices, error_messages=no_such)
        # Plain choices: those of a model field open a cursor on the server to read nine rows.
        for name, model in (("speciality", Speciality), ("interest", Interest)):
            rows = model.objects.values_list("pk", "name")
            self.fields[name].choices = [(str(pk), word) for pk, word in rows]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = "".join(str(self.cleaned_data["name"]).split())
        validate_no_number(name)
        return name

    def clean_day(self) -> str:
        """The weekday follows from the date; another one beside it is a slip."""
        chosen, on = str(self.cleaned_data["day"]), self.cleaned_data.get("on")
        if chosen and isinstance(on, datetime.date) and on.isoweekday() not in weekdays_of(chosen):
            raise ValidationError(f"{on:%Y-%m-%d} 是{Weekday(on.isoweekday()).label}，请去掉星期或改日期。")
        return chosen

    def clean_core(self) -> bool | None:
        """A box that is not ticked is no condition, and no chip."""
        return self.cleaned_data["core"] or None

    def clean_resting(self) -> bool | None:
        return self.cleaned_data["resting"] or None

    def wishes(self) -> Wishes:
        """Only after `is_valid()`."""
        chosen = self.cleaned_data
        on = chosen["on"]
        return Wishes(
            place=unit_for_user_or_404(self.user, chosen["unit"], Action.VIEW_ROSTER),
            specialities=self._named("speciality"),
            interests=self._named("interest"),
            day=on,
            weekdays=(on.isoweekday(),) if on else tuple(weekdays_of(chosen["day"])) if chosen["day"] else (),
            part=chosen["part"],
            kind=chosen["kind"],
            core=bool(chosen["core"]),
            recent=chosen["recent"],
            resting=bool(chosen["resting"]),
            name=chosen["name"],
            relaxed=frozenset(chosen["relax"]),
        )

    def _named(self, name: str) -> dict[int, str]:
        words: dict[str, str] = dict(self.fields[name].choices)  # type: ignore[attr-defined]
        return {int(pk): words[pk] for pk in self.cleaned_data[name]}

    @property
    def first_row(self) -> list[forms.BoundField]:
        return [self[name] for name in ("on", "part", "unit", "recent", "name")]

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in ("day", "kind", "core", "resting")]

    @property
    def folded_open(self) -> bool:
        return any(self[name].value() or self[name].errors for name in ("interest", "day", "kind", "core", "resting"))


def _own_place(user: User, codes: list[str]) -> str:
    """The user's own unit, if its roster is theirs to see."""
    home = home_unit(user)
    if home is not None and home.code in codes:
        return home.code
    return codes[0] if codes else ""
