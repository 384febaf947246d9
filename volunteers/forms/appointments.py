"""Forms of posts: filters, the appointment, the dismissal, a county's rules."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils import timezone

from guanai.attachments import ScanField
from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm
from guanai.forms import FilterForm, PageForm
from orgs.enums import Action
from orgs.forms import BranchFilterForm
from orgs.models import Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import may
from volunteers.enums import EndReason, Post
from volunteers.models import Appointment, PostRule, Volunteer
from volunteers.posts import appointments_for_user, over_age, people_to_appoint, terms_ending
from volunteers.querysets import AppointmentQuerySet
from volunteers.services import Dismissal, Entry
from volunteers.vacancies import VacancyFilter

if TYPE_CHECKING:
    from django.http import QueryDict

POSTS = [("", "全部"), *Post.choices]
ENDING = {"ending30": 30, "ending90": 90, "ending180": 180}
OVER_AGE = "over_age"
STATES = [
    ("", "在任"),
    *((key, f"任期 {days} 天内到期") for key, days in ENDING.items()),
    ("all", "含已离任"),
]
# No answer to the question of the predecessor is no "不免去": it is asked again.
KEEP = "keep"
NOT_ON_ROSTER = "这个人不在您能看到的五老名册里，请重新选"


class AppointmentFilterForm(BranchFilterForm):
    """Who holds which post: today, on another day, or ever. Ages are for who reads the roster."""

    post = forms.ChoiceField(label="职务", required=False, choices=POSTS)
    document = forms.CharField(label="文号", required=False, max_length=60)
    day = forms.DateField(label="在任日期", required=False)
    state = forms.ChoiceField(label="范围", required=False, choices=STATES)

    field_order = ["unit", "post", "state", "day", "document"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if may(user, Action.VIEW_ROSTER):
            choices = [*STATES, (OVER_AGE, "超过年龄上限")]
            self.fields["state"] = forms.ChoiceField(label="范围", required=False, choices=choices)

    def narrow(self, user: User, action: str = Action.VIEW_NETWORK) -> AppointmentQuerySet:
        """The appointments that fit, of the branches where the user may do `action`; none where the filter is wrong."""
        rows = appointments_for_user(user, action)
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["unit"]:
            rows = rows.in_branch(unit_for_user_or_404(user, chosen["unit"]))
        if chosen["post"]:
            rows = rows.filter(post=chosen["post"])
        if chosen["document"]:
            words = "".join(chosen["document"].split()).replace("\0", "")
            rows = rows.filter(document__contains=words) | rows.filter(dismissal_document__contains=words)
        state = chosen["state"]
        if state in ENDING:
            rows = terms_ending(rows, ENDING[state])
        elif state == OVER_AGE:
            rows = over_age(rows, user)
        if chosen["day"] or not state:
            rows = rows.running(chosen["day"] or timezone.localdate())
        return rows


class VacancyFilterForm(BranchFilterForm):
    post = forms.ChoiceField(label="职务", required=False, choices=POSTS)
    overdue = forms.ChoiceField(
        label="期限", required=False, choices=[("", "全部"), ("1", "已超期"), ("0", "没有超期")]
    )

    field_order = ["unit", "post", "overdue"]

    def chosen(self, user: User) -> VacancyFilter | None:
        """What is asked for; None where the filter is wrong."""
        if not self.is_valid():
            return None
        cleaned = self.cleaned_data
        branch = unit_for_user_or_404(user, cleaned["unit"]) if cleaned["unit"] else None
        return VacancyFilter(branch, cleaned["post"], {"1": True, "0": False}.get(cleaned["overdue"]))


class UnitSearchForm(FilterForm):
    find = forms.CharField(label="单位名称", required=False, max_length=40)


class DismissalFields(PageForm, forms.Form):
    """The end of a time in a post, by its document."""

    ends_on = forms.DateField(label="在任至", help_text="在任的最后一天，一般就是免职文件的日期。")
    end_reason = forms.ChoiceField(label="离任原因", choices=[("", "请选择"), *EndReason.choices])
    dismissal_document = forms.CharField(label="免职文号", max_length=60)
    dismissal_issued_by = forms.CharField(label="免职发文单位", max_length=60)
    dismissal_issued_on = forms.DateField(label="免职发文日期")
    dismissal_scan = ScanField(label="免职文件扫描件", required=False)

    def dismissal(self) -> Dismissal | None:
        """What was filled in; None where nothing was."""
        cleaned = self.cleaned_data
        if not cleaned["ends_on"]:
            return None
        return Dismissal(
            ends_on=cleaned["ends_on"],
            reason=cleaned["end_reason"],
            document=cleaned["dismissal_document"],
            issued_by=cleaned["dismissal_issued_by"],
            issued_on=cleaned["dismissal_issued_on"],
            scan=cleaned["dismissal_scan"],
        )


class DismissalForm(DismissalFields, SeenForm):
    """登记离任, on its own page."""


END_NAMES = ("ends_on", "end_reason", "dismissal_document", "dismissal_issued_by", "dismissal_issued_on")


class AppointmentForm(DismissalFields, SeenForm, KeyedForm):
    """One appointment of one unit; `record` is the one to be put right.

    `replaces` offers to end `holder`'s time by the same document, and that is chosen unless something else is said.
    `despite_age` is shown where somebody is above the age limit. The fields of the dismissal are for a time in a post
    that is over already: all of them or none.
    """

    post = forms.ChoiceField(label="职务", choices=[("", "请选择"), *Post.choices])
    replaces = forms.ChoiceField(label="前任", required=False, widget=forms.RadioSelect)
    volunteer = forms.ModelChoiceField(label="五老", queryset=Volunteer.objects.none(), required=False)
    despite_age = forms.BooleanField(label="年龄超过上限，仍照文件登记", required=False)
    official = forms.CharField(label="姓名", max_length=40, required=False)
    official_office = forms.CharField(
        label="现任党政职务", max_length=60, required=False, help_text="如 亭子镇党委副书记。"
    )
    document = forms.CharField(label="任职文号", max_length=60, help_text="照文件填，如 苍委发〔2025〕12号。")
    issued_by = forms.CharField(label="发文单位", max_length=60, help_text="同级党组织，如 中共亭子镇委员会。")
    issued_on = forms.DateField(label="发文日期")
    starts_on = forms.DateField(label="任职日期")
    term_ends_on = forms.DateField(label="任期至", required=False)
    scan = ScanField(label="任职文件扫描件", required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        unit: Unit,
        holder: Appointment | None = None,
        record: Appointment | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.unit, self.record = unit, record
        self.fields["volunteer"] = forms.ModelChoiceField(
            label="五老",
            queryset=people_to_appoint(user, unit, record),
            required=False,
            error_messages={"invalid_choice": NOT_ON_ROSTER},
        )
        for name in END_NAMES:
            self.fields[name].required = False
        # Another post may have another holder to be replaced, other people to choose from, and another age limit.
        swap = {"hx-target": "#predecessor", "hx-select": "#predecessor", "hx-swap": "outerHTML"}
        self.fields["post"].widget.attrs |= {"hx-post": "", "hx-select-oob": "#found", **swap}
        self.holder = holder
        if holder is None:
            del self.fields["replaces"]
            return
        since = f"{holder.starts_on:%Y-%m-%d} 起任职"
        same = f"由这份文件免去{holder.holder}（{since}），在任至新任任职日期的前一天"
        choices = [(str(holder.pk), same), (KEEP, "不免去（补记更早的任期，或先登记前任离任）")]
        if self.initial.get("replaces") not in dict(choices):
            self.initial["replaces"] = str(holder.pk)
        self.fields["replaces"] = forms.ChoiceField(
            label="前任",
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={
                "required": f"{holder.get_post_display()}现由{holder.holder}担任（{since}），请核对这份文件免不免去",
                "invalid_choice": "这个职务的任职情况刚刚有变，请重新核对",
            },
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = [name for name in END_NAMES if cleaned.get(name)]
        if given:
            for name in END_NAMES:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, f"补记离任要填{self.fields[name].label}")
        if self.holder and not cleaned.get("replaces"):
            # The page that asks has the usual answer chosen; what was sent stays without one.
            data = cast("QueryDict", self.data).copy()
            data[self.add_prefix("replaces")] = str(self.holder.pk)
            self.data = data
        return cleaned

    @property
    def replaced(self) -> int | None:
        value = self.cleaned_data.get("replaces")
        return int(value) if value and value != KEEP else None

    def entry(self) -> Entry:
        """What was filled in; only after `is_valid()`."""
        names = ("post", "volunteer", "official", "official_office", "document", "issued_by", "issued_on", "starts_on")
        chosen = {name: self.cleaned_data[name] for name in (*names, "term_ends_on", "scan", "despite_age")}
        return Entry(unit=self.unit, dismissal=self.dismissal(), **chosen)


class PostRulesForm(SeenForm):
    """The version of a county's rules, above the lines."""


class PostRuleForm(PageForm, forms.ModelForm[PostRule]):
    """One line of a county's rules."""

    class Meta:
        model = PostRule
        fields = ("age_limit", "vacancy_months", "at_county", "at_township", "at_village")

    age_limit = forms.IntegerField(label="年龄上限", min_value=50, max_value=100, required=False)
    vacancy_months = forms.IntegerField(label="补齐期限（月）", min_value=1, max_value=24)
