from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from guanai import identity
from guanai.edits import SeenForm
from guanai.entry_keys import KeyedForm, made_before
from guanai.forms import PageForm
from guanai.partial_dates import shown_partial_date
from orgs.enums import Action
from orgs.forms import BranchFilterForm
from orgs.models import Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import units_for
from volunteers.duplicates import alike_for_user
from volunteers.enums import (
    CURRENT,
    KINDS_OF_GROUP,
    Daypart,
    Education,
    Health,
    PlaceGroup,
    Politics,
    Retirement,
    Sex,
    VeteranKind,
    VolunteerStatus,
    Weekday,
)
from volunteers.models import Availability, Interest, Speciality, Volunteer
from volunteers.querysets import VolunteerQuerySet
from volunteers.services.roster import NO_REASON, NO_SEX
from volunteers.validators import validate_no_number

WORKDAYS, WEEKEND = "workdays", "weekend"
DAYS = [("", "不限"), *((str(day.value), day.label) for day in Weekday), (WORKDAYS, "工作日"), (WEEKEND, "周末")]
STATUSES = [("", "未退出"), *VolunteerStatus.choices, ("all", "全部")]
ID_LENGTH = 18


class VolunteerFilterForm(BranchFilterForm):
    """The filter of the roster; its state stands in the address, so identity numbers are refused here."""

    action = Action.VIEW_ROSTER
    name = forms.CharField(label="姓名或拼音", required=False, max_length=20)
    kind = forms.ChoiceField(label="五老类别", required=False, choices=[("", "全部"), *VeteranKind.choices])
    speciality = forms.ChoiceField(label="特长", required=False)
    day = forms.ChoiceField(label="服务时间", required=False, choices=DAYS)
    # The bar has room for five; the state is chosen by links beside the hit count and travels along.
    status = forms.ChoiceField(required=False, choices=STATUSES, widget=forms.HiddenInput())
    # Asked for by the links of the coverage of specialities; it stands in the bar while it is in force.
    place = forms.ChoiceField(label="单位类别", required=False, choices=[("", "全部"), *PlaceGroup.choices])

    field_order = ["name", "unit", "kind", "speciality", "day", "place", "status"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Plain choices: those of a model field open a cursor on the server to read nine rows.
        choices = [("", "全部"), *((str(pk), name) for pk, name in Speciality.objects.values_list("pk", "name"))]
        self.fields["speciality"] = forms.ChoiceField(label="特长", required=False, choices=choices)
        if not self.data.get("place"):
            self.fields["place"].widget = forms.HiddenInput()

    def clean_name(self) -> str:
        name = "".join(str(self.cleaned_data["name"]).split())
        validate_no_number(name)
        return name

    def narrow(self, people: VolunteerQuerySet, user: User) -> VolunteerQuerySet:
        """The people that fit; nobody where the filter is wrong."""
        if not self.is_valid():
            return people.none()
        chosen = self.cleaned_data
        if chosen["unit"]:
            people = people.in_branch(unit_for_user_or_404(user, chosen["unit"], Action.VIEW_ROSTER))
        people = people.called(chosen["name"])
        if chosen["kind"]:
            people = people.filter(kind=chosen["kind"])
        if chosen["speciality"]:
            people = people.filter(specialities=chosen["speciality"])
        if chosen["place"]:
            people = people.filter(unit__kind__in=KINDS_OF_GROUP[chosen["place"]])
        if chosen["day"]:
            times = Availability.objects.filter(volunteer=OuterRef("pk"), weekday__in=weekdays_of(chosen["day"]))
            people = people.filter(Exists(times))
        if chosen["status"] != "all":
            people = people.filter(status__in=[chosen["status"]] if chosen["status"] else CURRENT)
        return people


class CheckFilterForm(BranchFilterForm):
    """Whose yearly check is looked at: a branch, a kind."""

    action = Action.EDIT_ROSTER
    kind = forms.ChoiceField(label="五老类别", required=False, choices=[("", "全部"), *VeteranKind.choices])

    def narrow(self, people: VolunteerQuerySet, user: User) -> VolunteerQuerySet:
        """The people that fit, unit by unit; nobody where the filter is wrong."""
        if not self.is_valid():
            return people.none()
        if self.cleaned_data["unit"]:
            people = people.in_branch(unit_for_user_or_404(user, self.cleaned_data["unit"], Action.EDIT_ROSTER))
        if self.cleaned_data["kind"]:
            people = people.filter(kind=self.cleaned_data["kind"])
        return people.order_by("unit__tree_id", "unit__lft", "name_key", "pk")


def weekdays_of(choice: str) -> list[int]:
    if choice == WEEKEND:
        return [Weekday.SATURDAY, Weekday.SUNDAY]
    return [day for day in Weekday if day < Weekday.SATURDAY] if choice == WORKDAYS else [int(choice)]


class FindForm(PageForm, forms.Form):
    """Look somebody up by a whole identity or telephone number; always posted, so that it stays out of addresses and
    logs. `field` and `what` say which of the two was typed."""

    use_required_attribute = False
    number = forms.CharField(label="证件号或电话", max_length=24)
    field, what = "id_number", "证件号"

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if identity.PHONE_FORM.fullmatch(identity.normalise_phone(number)):
            self.field, self.what = "phone", "电话"
            return number
        number = identity.normalise_id(number)
        if len(number) != ID_LENGTH:
            raise ValidationError("请输全：身份证号 18 位，手机号 11 位，座机带区号。", code="form")
        identity.validate_id_number(number)
        return number


TIMES = [(f"{day.value}-{part.value}", f"{day.label}{part.label}") for day in Weekday for part in Daypart]
NO_NUMBER = "请填写身份证号；没有证件的，勾选“无证件”"
PARTIAL = "如 1968年7月；只知道年份的填 1968。"
# What stands in the fold of the form: the rest of the 登记表.
REGISTER = (
    *("former_name", "native_place", "politics", "party_joined", "education", "work_began", "retirement", "rank"),
    *("health", "interests"),
)
STATE = ("status", "resting_since", "resting_reason", "left_on", "left_reason")
# So many of the people on the rosters that look alike are told of.
ALIKE_SHOWN = 8
KEPT_HINT = "已登记 {masked}；不改就空着。"


class UnitField(forms.ModelChoiceField[Unit]):
    """Units as their tree has them: 亭子镇, then its villages, indented."""

    def label_from_instance(self, obj: Unit) -> str:
        return f"{'　' * obj.level}{obj.short_name}"


class VolunteerForm(SeenForm, KeyedForm):
    """Register somebody, or correct a record. What is registered already and secret is never put back into the form:
    an empty field then leaves it as it is.
    """

    # Their fold says once who fills them; the labels do not repeat it.
    unmarked = ("no_id_reason", "sex", "birth_date")
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), to_field_name="code")
    name = forms.CharField(label="姓名", max_length=40)
    kind = forms.ChoiceField(label="五老类别", choices=[("", "请选择"), *VeteranKind.choices])
    id_number = forms.CharField(label="身份证号", required=False, max_length=24)
    no_id = forms.BooleanField(
        label="无证件", required=False, widget=forms.CheckboxInput(attrs={"data-opens": "without-id"})
    )
    no_id_reason = forms.CharField(
        label="无证件的原因", required=False, max_length=40, help_text="如 证件遗失正在补办、本人不愿提供。"
    )
    sex = forms.ChoiceField(label="性别", required=False, choices=[("", "按身份证号"), *Sex.choices])
    birth_date = forms.DateField(label="出生日期", required=False, widget=forms.DateInput())
    phone = forms.CharField(label="电话", required=False, max_length=20)
    address = forms.CharField(label="住址", required=False, max_length=80)
    former_post = forms.CharField(label="原单位和职务", required=False, max_length=60)
    rank = forms.CharField(label="职级", required=False, max_length=20, help_text="如 正科级、中学高级教师。")
    former_name = forms.CharField(label="曾用名", required=False, max_length=40)
    native_place = forms.CharField(label="籍贯", required=False, max_length=40)
    politics = forms.ChoiceField(label="政治面貌", required=False, choices=[("", "没有填"), *Politics.choices])
    party_joined = forms.CharField(label="入党时间", required=False, max_length=20, help_text=PARTIAL)
    education = forms.ChoiceField(label="文化程度", required=False, choices=[("", "没有填"), *Education.choices])
    work_began = forms.CharField(label="参加工作时间", required=False, max_length=20, help_text=PARTIAL)
    retirement = forms.ChoiceField(label="离退休类型", required=False, choices=[("", "没有填"), *Retirement.choices])
    health = forms.ChoiceField(
        label="健康状况",
        required=False,
        choices=[("", "没有填"), *Health.choices],
        help_text="只看能不能参加活动，不记病情。",
    )
    specialities = forms.ModelMultipleChoiceField(
        label="特长", required=False, queryset=Speciality.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    interests = forms.ModelMultipleChoiceField(
        label="爱好", required=False, queryset=Interest.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    times = forms.MultipleChoiceField(
        label="服务时间", required=False, choices=TIMES, widget=forms.CheckboxSelectMultiple
    )
    is_core = forms.BooleanField(label="骨干", required=False)
    another = forms.BooleanField(label="核对过，是另一个人", required=False)
    joined_on = forms.DateField(label="入库日期", widget=forms.DateInput())
    status = forms.ChoiceField(label="状态", choices=VolunteerStatus.choices)
    resting_since = forms.DateField(label="暂停日期", required=False, widget=forms.DateInput())
    resting_reason = forms.CharField(label="暂停原因", required=False, max_length=60)
    left_on = forms.DateField(label="退出或离世日期", required=False, widget=forms.DateInput())
    left_reason = forms.CharField(label="退出原因", required=False, max_length=60)

    def __init__(self, *args: Any, user: User, volunteer: Volunteer | None = None, **kwargs: Any) -> None:
        self.user, self.volunteer = user, volunteer
        # On whose rosters somebody stands who may be the one that is registered here.
        self.alike: list[Volunteer] = []
        if volunteer:
            kwargs.setdefault("initial", _initial(volunteer))
        super().__init__(*args, record=volunteer, **kwargs)
        # Whoever stands in a closed unit may stay there; nobody new comes in.
        open_or_own = Q(closed_on=None) | Q(pk=volunteer.unit_id) if volunteer else Q(closed_on=None)
        units = units_for(user, Action.EDIT_ROSTER).filter(open_or_own)
        self.fields["unit"] = UnitField(label="单位", queryset=units, to_field_name="code", empty_label="请选择")
        if volunteer:
            self._hint(volunteer)
            del self.fields["another"]
            return
        for name in STATE:
            del self.fields[name]
        self.fields["joined_on"].initial = timezone.localdate()
        self.fields["id_number"].required = not self.data.get("no_id")
        self.fields["id_number"].error_messages["required"] = NO_NUMBER
        for name, words in (("no_id_reason", NO_REASON), ("sex", NO_SEX)):
            self.fields[name].required = bool(self.data.get("no_id"))
            self.fields[name].error_messages["required"] = words

    def _hint(self, volunteer: Volunteer) -> None:
        masked = {
            "id_number": volunteer.masked_id,
            "phone": volunteer.masked_phone,
            "address": volunteer.masked_address,
        }
        for name, value in masked.items():
            if value:
                self.fields[name].help_text = KEPT_HINT.format(masked=value)
        if volunteer.birth_date:
            self.fields["birth_date"].help_text = KEPT_HINT.format(masked=f"{volunteer.birth_year} 年")

    def clean_id_number(self) -> str:
        """Checked here too, so that all that is wrong is said at once."""
        number = identity.normalise_id(self.cleaned_data["id_number"])
        if number and not any(character.isdigit() for character in number):
            raise ValidationError(NO_NUMBER, code="required")
        if number:
            identity.validate_id_number(number)
        return number

    def clean_phone(self) -> str:
        phone = "".join(str(self.cleaned_data["phone"]).split())
        if phone:
            identity.validate_phone(phone)
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        has_id = bool(cleaned.get("id_number")) or bool(self.volunteer and self.volunteer.id_number)
        if cleaned.get("no_id") and cleaned.get("id_number"):
            self.add_error("no_id", "填了身份证号，就不要勾“无证件”")
        elif not cleaned.get("no_id") and not has_id and "id_number" not in self.errors:
            self.add_error("id_number", NO_NUMBER)
        if self.volunteer is None:
            self._see_alike(cleaned)
        return cleaned

    def _see_alike(self, cleaned: dict[str, Any]) -> None:
        """Whoever looks like somebody on these rosters is registered only when it is said that they are another."""
        if "id_number" in self.errors:
            return
        number = cleaned.get("id_number") or ""
        born = identity.birth_date_of(number) if number else cleaned.get("birth_date")
        self.alike = list(
            alike_for_user(
                self.user,
                name=cleaned.get("name") or "",
                birth_year=born.year if born else None,
                phone=cleaned.get("phone") or "",
                has_id=bool(number),
            )[:ALIKE_SHOWN]
        )
        if self.alike:
            # Sent twice by a double tap, the form would find whom it has just registered.
            own = made_before(self, by=self.user)
            self.alike = [person for person in self.alike if person.pk != own]
        if self.alike and not cleaned.get("another"):
            self.add_error("another", "名册里已有相近的登记，请先核对；确实是另一个人的，请勾选。")

    def fields_to_write(self) -> dict[str, Any]:
        """What the service gets: in a correction, secret fields that were left empty are left out."""
        values = {
            name: value for name, value in self.cleaned_data.items() if name not in ("seen", "entry_key", "another")
        }
        if values.pop("no_id"):
            values["id_number"] = ""
        elif self.volunteer and not values["id_number"]:
            del values["id_number"]
        if self.volunteer:
            for name in ("phone", "address", "birth_date", "sex"):
                if not values[name]:
                    del values[name]
        values["times"] = [(int(day), part) for day, _, part in (time.partition("-") for time in values["times"])]
        return values

    @property
    def register_fields(self) -> list[forms.BoundField]:
        """The rest of the 登记表, which stands behind a fold."""
        return [self[name] for name in REGISTER]

    @property
    def register_open(self) -> bool:
        return any(self[name].errors for name in REGISTER)

    @property
    def state_open(self) -> bool:
        """Are there days and reasons of who rests or has gone, or is something wrong with them?"""
        return any(self[name].value() or self[name].errors for name in STATE[1:])

    @property
    def time_rows(self) -> list[dict[str, Any]]:
        """The boxes of the grid: a row for each weekday, a box for each part of the day."""
        boxes, parts = list(self["times"]), len(Daypart)
        return [
            {"label": day.label, "boxes": boxes[place * parts : (place + 1) * parts]}
            for place, day in enumerate(Weekday)
        ]

    @property
    def dayparts(self) -> list[str]:
        return [part.label for part in Daypart]


def _initial(volunteer: Volunteer) -> dict[str, Any]:
    register = [name for name in REGISTER if name not in ("interests", "party_joined", "work_began")]
    plain = ("name", "kind", "former_post", "is_core", "joined_on", "sex", "no_id_reason", *STATE, *register)
    return {
        **{name: getattr(volunteer, name) for name in plain},
        "unit": volunteer.unit.code,
        "no_id": not volunteer.id_number,
        "party_joined": shown_partial_date(volunteer.party_joined),
        "work_began": shown_partial_date(volunteer.work_began),
        "specialities": [speciality.pk for speciality in volunteer.specialities.all()],
        "interests": [interest.pk for interest in volunteer.interests.all()],
        "times": [f"{time.weekday}-{time.daypart}" for time in volunteer.availabilities.all()],
    }
