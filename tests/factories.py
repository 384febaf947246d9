"""Makers of records for tests: `make_<noun>(...)`, each with defaults that pass every constraint.

They go through the services where one exists, and call `derive()` where a model has it. Keyword arguments are the
model's fields. Nothing is random: numbers come from one running sequence, so a failing test fails again.
"""

import datetime
import itertools
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from activities.enums import ActivityState, ThemeGroup, ThemeNature, VenueKind
from activities.models import Activity, Programme, Theme, Venue
from aid.enums import ChildCategory, DonorKind, FundPurpose, GrantState, HelperKind, SchoolStage
from aid.models import Certification, Child, Consent, Donation, FundAccount, Grant, Pairing, Visit
from aid.services import pay_grant, receive_donation
from guanai.identity import check_digit, sex_of
from guanai.models import Edited
from orgs.enums import Role, UnitKind
from orgs.models import Membership, Unit, User
from orgs.services import NETWORK_BEGAN, create_unit, grant_role
from volunteers.enums import HonourLevel, Post, StudioKind, TeamKind, VeteranKind
from volunteers.models import Appointment, Honour, Speciality, Team, TeamMember, Volunteer

PASSWORD = "wheat-lantern-river-29"
_running = itertools.count(1)


def codes_of(refused: ValidationError) -> set[str]:
    """The codes of a refusal, whether it names a field or not."""
    errors = refused.error_dict.values() if hasattr(refused, "error_dict") else [refused.error_list]
    return {str(error.code) for of_field in errors for error in of_field}


def make_county(code: str = "", name: str = "") -> Unit:
    """A county, the root of its tree; 苍溪县 under 510824 unless another code is given."""
    return create_unit(
        parent=None, name=name or "苍溪县", kind=UnitKind.COUNTY, code=code or "510824", starts_on=NETWORK_BEGAN
    )


def make_unit(parent: Unit, kind: str = "", name: str = "", code: str = "", **fields: Any) -> Unit:
    """A unit under `parent`; the kind follows from the parent's (county → township → village) unless given.

    It stands there from the network's beginning unless `starts_on` is given; `fields` (committee_established_on,
    has_veterans …) are written straight into the row.
    """
    if not kind:
        kind = UnitKind.TOWNSHIP if parent.kind == UnitKind.COUNTY else UnitKind.VILLAGE
    number = next(_running)
    endings = {UnitKind.TOWNSHIP: "镇", UnitKind.DEPARTMENT: "局", UnitKind.COMMUNITY: "社区居民委员会"}
    ending = endings.get(UnitKind(kind), "村村民委员会")
    starts_on = fields.pop("starts_on", NETWORK_BEGAN)
    unit = create_unit(parent=parent, name=name or f"第{number}{ending}", kind=kind, code=code, starts_on=starts_on)
    if fields:
        Unit.objects.filter(pk=unit.pk).update(**fields)
        unit.refresh_from_db()
    return unit


def make_user(username: str = "", name: str = "", **fields: Any) -> User:
    """An account without any role; its password is `PASSWORD`."""
    number = next(_running)
    return User.objects.create_user(
        username or f"user{number}", password=PASSWORD, name=name or f"账号{number}", **fields
    )


def grant(user: User, unit: Unit, role: str = Role.SECRETARY, **dates: Any) -> Membership:
    """Give an account a role on a branch, from the network's beginning unless `starts_on` is given."""
    return grant_role(user=user, unit=unit, role=role, **{"starts_on": NETWORK_BEGAN, **dates})


def make_member(unit: Unit, role: str = Role.SECRETARY, **fields: Any) -> User:
    """An account with a role on a branch."""
    user = make_user(**fields)
    grant(user, unit, role)
    return user


def make_id_number(birth_date: datetime.date = datetime.date(1950, 1, 15), order: int | None = None) -> str:
    """A well-formed identity number of 苍溪; an odd `order` is a man's, an even one a woman's."""
    number = next(_running) * 2 + 1 if order is None else order
    stem = f"510824{birth_date:%Y%m%d}{number % 1000:03d}"
    return stem + check_digit(stem)


def make_speciality(name: str = "", **fields: Any) -> Speciality:
    return Speciality.objects.create(name=name or f"特长{next(_running)}", **fields)


def make_volunteer(unit: Unit, *specialities: Speciality, id_number: str | None = None, **fields: Any) -> Volunteer:
    """Somebody on a unit's roster, with a valid identity number, phone and address; `id_number=""` for none.

    The birth date, when not given, follows from the running number, so that every number is another one.
    """
    running = next(_running)
    born = fields.pop("birth_date", datetime.date(1945, 1, 1) + datetime.timedelta(days=running % 5000))
    number = make_id_number(born, running * 2 + 1) if id_number is None else id_number
    defaults = {
        "number": f"{unit.code}-W{running:05d}",
        "name": f"李志{'一二三四五六七八九十'[running % 10]}",
        "sex": sex_of(number) if number else "male",
        "phone": f"138{running:08d}",
        "address": f"文昌路 {running} 号",
        "kind": VeteranKind.TEACHER,
        "joined_on": datetime.date(2020, 1, 1),
    }
    volunteer = Volunteer(unit=unit, birth_date=born, id_number=number, **{**defaults, **fields})
    volunteer.derive()
    volunteer.save()
    volunteer.specialities.set(specialities)
    return volunteer


def make_team(unit: Unit, **fields: Any) -> Team:
    """A team without members; a studio serves, and one with `dissolved_on` has its reason, unless said otherwise."""
    defaults = {"kind": TeamKind.LECTURERS, "name": f"宣讲团{next(_running)}", "founded_on": datetime.date(2021, 3, 1)}
    if fields.get("kind") == TeamKind.STUDIO:
        defaults["studio_kind"] = StudioKind.SERVICE
    if fields.get("dissolved_on"):
        defaults["dissolved_reason"] = "成员年事已高"
    return Team.objects.create(unit=unit, **{**defaults, **fields})


def make_team_member(team: Team, volunteer: Volunteer | None = None, **fields: Any) -> TeamMember:
    """Somebody in the team since it was founded; one of the unit's own unless `volunteer` is given."""
    person = volunteer or make_volunteer(team.unit)
    return TeamMember.objects.create(team=team, volunteer=person, **{"starts_on": team.founded_on, **fields})


def make_honour(holder: Volunteer | Team, **fields: Any) -> Honour:
    """An honour of a person or of a team, at their unit."""
    whose = {"team": holder} if isinstance(holder, Team) else {"volunteer": holder}
    defaults: dict[str, Any] = {
        "name": f"关心下一代工作先进{next(_running)}",
        "level": HonourLevel.COUNTY,
        "awarded_by": "苍溪县关工委",
        "awarded_on": datetime.date(2024, 9, 10),
    }
    return Honour.objects.create(unit=holder.unit, **whose, **{**defaults, **fields})


def make_appointment(unit: Unit, volunteer: Volunteer | None = None, **fields: Any) -> Appointment:
    """A post; held by `volunteer`, else by a serving official of the name 何永兵."""
    defaults = {
        "post": Post.DIRECTOR,
        "official": "" if volunteer else "何永兵",
        "document": f"苍委〔2023〕{next(_running)}号",
        "issued_by": "中共苍溪县委",
        "issued_on": datetime.date(2023, 3, 1),
        "starts_on": datetime.date(2023, 3, 1),
    }
    return Appointment.objects.create(unit=unit, volunteer=volunteer, **{**defaults, **fields})


def make_theme(name: str = "", **fields: Any) -> Theme:
    defaults = {"group": ThemeGroup.VIRTUE, "nature": ThemeNature.VIRTUE}
    return Theme.objects.create(name=name or f"主题{next(_running)}", **{**defaults, **fields})


def make_programme(name: str = "", **fields: Any) -> Programme:
    return Programme.objects.create(name=name or f"项目{next(_running)}", **fields)


def make_venue(unit: Unit, **fields: Any) -> Venue:
    defaults = {
        "kind": VenueKind.RED_BASE,
        "name": f"红军渡教育基地{next(_running)}",
        "opened_on": datetime.date(2021, 7, 1),
    }
    return Venue.objects.create(unit=unit, **{**defaults, **fields})


def make_activity(
    unit: Unit, *, recorded_by: User | None = None, theme: Theme | None = None, **fields: Any
) -> Activity:
    """A submitted activity of 2025; `speakers`, `participants`, `co_hosts`, `partners`, `programmes` take lists."""
    many = {
        name: fields.pop(name)
        for name in ("speakers", "participants", "co_hosts", "partners", "programmes")
        if name in fields
    }
    running = next(_running)
    defaults = {
        "number": f"{unit.code}-2025-{running:05d}",
        "name": f"红军故事宣讲{running}",
        "held_on": datetime.date(2025, 5, 20),
        "place": "镇中心小学",
        "young_people": 60,
        "state": ActivityState.SUBMITTED,
    }
    activity = Activity.objects.create(
        unit=unit, recorded_by=recorded_by or make_user(), theme=theme or make_theme(), **{**defaults, **fields}
    )
    for name, rows in many.items():
        getattr(activity, name).set(rows)
    return activity


def make_child(
    unit: Unit, *, categories: tuple[str, ...] = (ChildCategory.LEFT_BEHIND,), consent: bool = True, **fields: Any
) -> Child:
    """A child of twelve with certified categories and, unless refused, the guardian's consent."""
    running = next(_running)
    born = fields.pop("birth_date", datetime.date(2014, 1, 1) + datetime.timedelta(days=running % 300))
    id_number = fields.pop("id_number", make_id_number(born, running * 2 + 1))
    defaults = {
        "number": f"{unit.code}-E{running:05d}",
        "name": f"张小{'明芳军丽强敏杰燕涛静'[running % 10]}",
        "sex": sex_of(id_number) if id_number else "male",
        "school": "云峰镇中心小学",
        "stage": SchoolStage.PRIMARY,
        "address": f"二组 {running} 号",
        "guardian": "张国富",
        "guardian_relation": "祖父",
        "guardian_phone": f"139{running:08d}",
        "needs": "学业辅导",
        "registered_on": datetime.date(2024, 3, 1),
    }
    child = Child(unit=unit, birth_date=born, id_number=id_number, **{**defaults, **fields})
    child.derive()
    child.save()
    for category in categories:
        Certification.objects.create(
            child=child, category=category, source="苍溪县民政局", certified_on=datetime.date(2024, 2, 1)
        )
    if consent:
        Consent.objects.create(child=child, given_by="张国富", relation="祖父", signed_on=datetime.date(2024, 3, 1))
    return child


def make_pairing(child: Child, volunteer: Volunteer | None = None, **fields: Any) -> Pairing:
    """A running pairing with `volunteer`, else with a new one of the child's own unit.

    For a unit as helper give `kind=HelperKind.UNIT, helper_unit=…`.
    """
    if volunteer is None and "helper_unit" not in fields:
        volunteer = make_volunteer(child.unit)
    defaults = {"kind": HelperKind.VETERAN, "starts_on": datetime.date(2025, 1, 10), "plan": "每月走访一次"}
    return Pairing.objects.create(child=child, volunteer=volunteer, **{**defaults, **fields})


def make_visit(pairing: Pairing, **fields: Any) -> Visit:
    defaults = {"held_on": datetime.date(2025, 6, 1), "content": "辅导作业"}
    return Visit.objects.create(pairing=pairing, **{**defaults, **fields})


def make_fund_account(unit: Unit, **fields: Any) -> FundAccount:
    defaults = {
        "name": f"助学金{next(_running)}",
        "purpose": FundPurpose.EDUCATION,
        "opened_on": datetime.date(2020, 1, 1),
    }
    return FundAccount.objects.create(unit=unit, **{**defaults, **fields})


def make_donation(account: FundAccount, amount: Decimal | int = 10_000, **fields: Any) -> Donation:
    """A donation received by the service, with its receipt number and ledger entry."""
    defaults: dict[str, Any] = {
        "donor_kind": DonorKind.ENTERPRISE,
        "donor": "梨乡实业公司",
        "received_on": datetime.date(2025, 4, 1),
        "by": None,
    }
    return receive_donation(account=account, amount=Decimal(amount), **{**defaults, **fields})


def make_grant(child: Child, account: FundAccount, **fields: Any) -> Grant:
    """An approved grant of 1,000 yuan by an account of its own; another `state` as a field."""
    defaults = {
        "number": f"{child.unit.code}-Z{next(_running):05d}",
        "item": "金秋助学",
        "amount": Decimal(1000),
        "state": GrantState.APPROVED,
        "applied_on": datetime.date(2025, 8, 1),
        "approved_on": datetime.date(2025, 8, 20),
    }
    values = {**defaults, **fields}
    values.setdefault("approved_by", make_user())
    return Grant.objects.create(unit=values.pop("unit", child.unit), child=child, account=account, **values)


def make_paid_grant(
    child: Child, account: FundAccount, *, paid_on: datetime.date = datetime.date(2025, 9, 1), **fields: Any
) -> Grant:
    """A grant paid by the service, with its ledger entry; the account gets what the payment needs by a donation."""
    approved = make_grant(child, account, **fields)
    make_donation(account, approved.amount)
    return pay_grant(grant=approved, paid_on=paid_on, by=make_user())


def seen(record: Edited | None) -> dict[str, str]:
    """What the form of a record carries of the version that its writer has before them; nothing for a new one."""
    return {"seen": record.updated_at.isoformat()} if record else {}
