"""Forms of teams: the filter, the team, its end, who joins and leaves."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm
from orgs.enums import Action
from orgs.forms import BranchFilterForm
from orgs.models import Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import units_for
from volunteers.enums import StudioKind, TeamKind
from volunteers.forms.roster import UnitField
from volunteers.models import Team, TeamMember, Volunteer
from volunteers.querysets import TeamQuerySet
from volunteers.services import TeamEntry
from volunteers.teams import people_to_join, teams_for_user
from volunteers.validators import NUMBERS

DISSOLVED, ALL = "dissolved", "all"
STATES = [("", "在办"), (DISSOLVED, "已撤销"), (ALL, "全部")]
NOT_ON_ROSTER = "选的人里有不在您能看到的五老名册里的，请重新选"


class TeamFilterForm(BranchFilterForm):
    """Teams that run, unless others are asked for. A part of the name finds only where the user may read names."""

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *TeamKind.choices])
    studio_kind = forms.ChoiceField(label="工作室类型", required=False, choices=[("", "全部"), *StudioKind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    name = forms.CharField(label="名称", required=False, max_length=20)

    field_order = ["name", "unit", "kind", "studio_kind", "state"]

    def clean_name(self) -> str:
        name = "".join(str(self.cleaned_data["name"]).split())
        if NUMBERS.search(name):
            raise ValidationError("这里只填团队名称。")
        return name

    def narrow(self, user: User, action: str = Action.VIEW_NETWORK) -> TeamQuerySet:
        """The teams that fit, of the branches where the user may do `action`; none where the filter is wrong."""
        rows = teams_for_user(user, action)
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["unit"]:
            rows = rows.in_branch(unit_for_user_or_404(user, chosen["unit"]))
        if chosen["kind"]:
            rows = rows.filter(kind=chosen["kind"])
        if chosen["studio_kind"]:
            rows = rows.filter(studio_kind=chosen["studio_kind"])
        if chosen["name"]:
            readable = teams_for_user(user, Action.VIEW_ROSTER).order_by().values("pk")
            rows = rows.filter(name__contains=chosen["name"], pk__in=readable)
        today = timezone.localdate()
        if chosen["state"] == DISSOLVED:
            return rows.filter(dissolved_on__lte=today)
        return rows if chosen["state"] == ALL else rows.running(today)


class PeopleField(forms.ModelMultipleChoiceField[Volunteer]):
    """People of the rosters that the user reads, chosen by a search beside it."""

    def __init__(self, *, people: Any, **kwargs: Any) -> None:
        messages = {"invalid_choice": NOT_ON_ROSTER, "invalid_pk_value": NOT_ON_ROSTER, "required": "请选择要加入的人"}
        super().__init__(queryset=people, error_messages=messages, **kwargs)


class TeamForm(SeenForm, KeyedForm):
    """A team; a new one with the people who lead it. What ended a team stands in the form of a dissolved one alone."""

    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), to_field_name="code")
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *TeamKind.choices])
    studio_kind = forms.ChoiceField(
        label="工作室类型",
        required=False,
        choices=[("", "不是五老工作室"), *StudioKind.choices],
        help_text="只有五老工作室要选。",
    )
    name = forms.CharField(label="名称", max_length=60, help_text="如 亭子镇五老宣讲团、杜承志工作室。")
    founded_on = forms.DateField(label="成立日期")
    dissolved_on = forms.DateField(label="撤销日期", required=False, help_text="恢复团队的，撤销日期和原因都清空。")
    dissolved_reason = forms.CharField(label="撤销原因", required=False, max_length=60)
    people = forms.ModelMultipleChoiceField(label="领衔人", queryset=Volunteer.objects.none(), required=False)

    def __init__(self, *args: Any, user: User, unit: Unit | None, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=team, **kwargs)
        # A team of a unit that was closed since may stay there or go to an open one.
        open_or_own = Q(closed_on=None) | Q(pk=team.unit_id) if team else Q(closed_on=None)
        units = units_for(user, Action.EDIT_ROSTER).filter(open_or_own)
        self.fields["unit"] = UnitField(label="单位", queryset=units, to_field_name="code", empty_label="请选择")
        if team is None or team.dissolved_on is None:
            del self.fields["dissolved_on"], self.fields["dissolved_reason"]
        if team is not None:
            del self.fields["people"]
        else:
            people = people_to_join(user, unit) if unit else Volunteer.objects.none()
            self.fields["people"] = PeopleField(label="领衔人", people=people, required=False)
        self.order_fields(list(type(self).base_fields))

    def clean(self) -> dict[str, Any]:
        """What a studio needs is said at once, type and leaders."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == TeamKind.STUDIO:
            if not cleaned.get("studio_kind"):
                self.add_error("studio_kind", "五老工作室要选类型。")
            if "people" in self.fields and not cleaned.get("people") and not self.has_error("people"):
                self.add_error("people", "五老工作室要有 1–2 位领衔人，请查找并勾选。")
        return cleaned

    def entry(self) -> TeamEntry:
        """What was filled in; only after `is_valid()`."""
        names = ("unit", "kind", "studio_kind", "name", "founded_on", "dissolved_on", "dissolved_reason")
        return TeamEntry(**{name: self.cleaned_data[name] for name in names if name in self.cleaned_data})


class DissolutionForm(SeenForm):
    """登记撤销: the first day without the team, and why."""

    dissolved_on = forms.DateField(label="撤销日期")
    dissolved_reason = forms.CharField(label="撤销原因", max_length=60, help_text="如 成员年事已高、并入县关爱工作团。")


class JoinForm(KeyedForm):
    """People who join a team on the same day."""

    people = forms.ModelMultipleChoiceField(label="成员", queryset=Volunteer.objects.none())
    starts_on = forms.DateField(label="加入日期")
    leads = forms.BooleanField(label="作为领衔人加入", required=False)

    def __init__(self, *args: Any, user: User, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"] = PeopleField(label="成员", people=people_to_join(user, team.unit))


class MemberForm(SeenForm):
    """Somebody's time in a team."""

    starts_on = forms.DateField(label="加入日期")
    ends_on = forms.DateField(
        label="退出日期", required=False, help_text="还在团队里的不填。退出后记录保留，可以再加入。"
    )
    leads = forms.BooleanField(label="领衔人", required=False)

    def __init__(self, *args: Any, record: TeamMember, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        for name in ("starts_on", "ends_on", "leads"):
            self.initial.setdefault(name, getattr(record, name))
