"""Filter bars of the lists."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from activities.enums import ActivityForm, ActivityState, MeetingKind, VenueKind
from activities.forms.entry import theme_choices
from activities.models import Meeting, Venue
from activities.querysets import ActivityQuerySet, FollowUpQuerySet
from guanai.keys import is_key
from orgs.enums import Action
from orgs.forms import BranchFilterForm
from orgs.models import Unit, User
from orgs.querysets import in_branch_q
from orgs.scope import branch_q
from volunteers.models import Team

EARLIEST = 2020
ALL = [("", "全部")]


def year_choices() -> list[tuple[str, str]]:
    """The running year first."""
    this_year = timezone.localdate().year
    return [*ALL, *((str(year), f"{year} 年") for year in range(this_year, EARLIEST - 1, -1))]


class RecordFilterForm(BranchFilterForm):
    """Unit, year and a part of the name: what every list of this app can be narrowed by."""

    action = Action.VIEW_ACTIVITIES
    year = forms.ChoiceField(label="年度", required=False)
    text = forms.CharField(label="名称", required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "year" in self.fields:
            self.fields["year"] = forms.ChoiceField(label="年度", required=False, choices=year_choices())

    def branch(self) -> Unit | None:
        """The unit whose branch was chosen; the form allows only codes that the user may see."""
        code = self.cleaned_data.get("unit")
        return Unit.objects.filter(code=code).first() if code else None

    def branch_q(self) -> Q:
        """The condition "within the branch that was chosen"; without one, everything."""
        unit = self.branch()
        return in_branch_q(unit) if unit else Q()


class ActivityFilterForm(RecordFilterForm):
    month = forms.ChoiceField(
        label="月份", required=False, choices=[*ALL, *((str(month), f"{month} 月") for month in range(1, 13))]
    )
    theme = forms.ChoiceField(label="主题", required=False)
    form = forms.ChoiceField(label="形式", required=False, choices=[*ALL, *ActivityForm.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[*ALL, *ActivityState.choices])
    # Asked for by the page of a team; it stands in the bar while it is in force.
    team = forms.ChoiceField(label="团队", required=False, widget=forms.HiddenInput)

    field_order = ["text", "unit", "year", "month", "theme", "form", "state", "team"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.of_team = self._asked_team(user)
        if self.of_team is not None:
            named = (str(self.of_team.pk), self.of_team.name)
            self.fields["team"] = forms.ChoiceField(label="团队", required=False, choices=[*ALL, named])
        choices = [*ALL, *theme_choices()[1:]]
        self.fields["theme"] = forms.ChoiceField(label="主题", required=False, choices=choices)
        self.order_fields(self.field_order)

    def _asked_team(self, user: User) -> Team | None:
        """The team of the address, where the user may read its name; any other key is no choice of this form."""
        key = str(self.data.get("team", ""))
        if not is_key(key):
            return None
        return Team.objects.filter(branch_q(user, Action.VIEW_ROSTER), pk=int(key)).first()

    def applied(self, rows: ActivityQuerySet) -> ActivityQuerySet:
        """The rows that fit; an invalid filter fits none, so that a mistyped address never shows too much."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        conditions = {
            "held_on__year": chosen["year"],
            "held_on__month": chosen["month"],
            "theme": chosen["theme"],
            "form": chosen["form"],
            "state": chosen["state"],
            "name__icontains": chosen["text"].strip(),
        }
        rows = rows.filter(**{path: value for path, value in conditions.items() if value})
        if chosen["team"] and self.of_team:
            rows = rows.of_team(self.of_team)
        unit = self.branch()
        return rows.joined_by(unit) if unit else rows


class MeetingFilterForm(RecordFilterForm):
    kind = forms.ChoiceField(label="类别", required=False, choices=[*ALL, *MeetingKind.choices])

    field_order = ["text", "unit", "year", "kind"]

    def applied(self, rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        conditions = {
            "held_on__year": chosen["year"],
            "kind": chosen["kind"],
            "name__icontains": chosen["text"].strip(),
        }
        rows = rows.filter(**{path: value for path, value in conditions.items() if value})
        return rows.filter(self.branch_q())


OPEN, LATE, DONE = "open", "late", "done"


class FollowUpFilterForm(RecordFilterForm):
    """What meetings asked for; without a state, what is still open."""

    year = None  # type: ignore[assignment]
    state = forms.ChoiceField(
        label="状态", required=False, choices=[(OPEN, "未办结"), (LATE, "过了期限"), (DONE, "已办结")]
    )

    field_order = ["text", "unit", "state"]

    def applied(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        rows = rows.filter(done_on__isnull=False) if chosen["state"] == DONE else rows.open()
        if chosen["state"] == LATE:
            rows = rows.filter(due_on__lt=timezone.localdate())
        if chosen["text"].strip():
            rows = rows.filter(text__icontains=chosen["text"].strip())
        unit = self.branch()
        return rows.filter(in_branch_q(unit, "meeting__unit")) if unit else rows


class VenueFilterForm(RecordFilterForm):
    kind = forms.ChoiceField(label="类别", required=False, choices=[*ALL, *VenueKind.choices])
    use = forms.ChoiceField(label="使用", required=False, choices=[*ALL, ("open", "在用"), ("closed", "已停用")])
    year = None  # type: ignore[assignment]

    field_order = ["text", "unit", "kind", "use"]

    def applied(self, rows: QuerySet[Venue]) -> QuerySet[Venue]:
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        conditions = {"kind": chosen["kind"], "name__icontains": chosen["text"].strip()}
        rows = rows.filter(**{path: value for path, value in conditions.items() if value})
        if chosen["use"]:
            rows = rows.filter(closed_on__isnull=chosen["use"] == "open")
        return rows.filter(self.branch_q())


class PaperFilterForm(RecordFilterForm):
    """One year at a time: without one, the running year."""

    text = None  # type: ignore[assignment]

    field_order = ["unit", "year"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = forms.ChoiceField(label="年度", required=False, choices=year_choices()[1:])
