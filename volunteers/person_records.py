"""What of this app hangs on a person, for hand-over and merging: posts, memberships of teams, service times …"""

import datetime
from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from guanai.dependents import Heir, OpenRecord, OpenWork, PersonRecords, Terms, register_person_records
from orgs.enums import Action
from orgs.models import User
from volunteers.enums import TeamKind
from volunteers.models import Appointment, Honour, TeamMember, Volunteer
from volunteers.services.appointments import dismiss
from volunteers.services.teams import pass_on_membership, unite_memberships

POSTS, TEAMS = "posts", "teams"


def _all_of(model: type[Appointment] | type[Honour]) -> Callable[[Volunteer, Volunteer, User], int]:
    """Moves every record as it is; who has the form of one open is told."""

    def repoint(source: Volunteer, target: Volunteer, by: User) -> int:
        rows = model.objects.filter(volunteer=source)
        return rows.update(volunteer=target, updated_by=by, updated_at=timezone.now())

    return repoint


# Posts


def _post_lines(rows: QuerySet[Appointment]) -> Sequence[OpenRecord]:
    return [
        OpenRecord(
            pk=post.pk,
            title=f"{post.unit.committee_name}{post.get_post_display()}",
            note=f"{post.starts_on:%Y-%m-%d} 起，{post.document}",
            url=reverse("volunteers:appointment_detail", args=[post.pk]),
            heir=Heir.NEVER,
        )
        for post in rows.select_related("unit").in_order()  # type: ignore[attr-defined]  # its own query set
    ]


def _settle_post(pk: int, heir: Volunteer | None, terms: Terms) -> None:
    """A post is filled and ended by a document of the Party organisation alone: nobody inherits it."""
    if terms.dismissal is None:
        raise ValidationError("离任要有免职文件；文件还没有到的，请选“以后登记”。", code="no_document")
    post = Appointment.objects.select_related("unit").get(pk=pk)
    dismiss(appointment=post, dismissal=terms.dismissal, by=terms.by, seen=post.updated_at)


# Teams


def _open_memberships(day: datetime.date) -> QuerySet[TeamMember]:
    return TeamMember.objects.filter(ends_on=None, starts_on__lte=day, team__dissolved_on=None)


def _team_lines(rows: QuerySet[TeamMember]) -> Sequence[OpenRecord]:
    leads = Q(team__members__leads=True, team__members__ends_on=None, team__members__volunteer__left_on=None)
    others = Count("team__members", filter=leads & ~Q(team__members=F("pk")))
    members = rows.select_related("team__unit").annotate(other_leaders=others)
    return [
        OpenRecord(
            pk=member.pk,
            title=member.team.name,
            note=f"{member.team.unit.short_name} · {member.team.get_kind_display()} · "
            f"{'领衔人' if member.leads else '成员'}，{member.starts_on:%Y-%m-%d} 起",
            url=reverse("volunteers:team_detail", args=[member.team_id]),
            heir=Heir.MUST if _is_last_leader(member, member.other_leaders) else Heir.MAY,
        )
        for member in members.order_by("team__unit__tree_id", "team__unit__lft", "team", "pk")
    ]


def _is_last_leader(member: TeamMember, other_leaders: int) -> bool:
    """五老工作室 has one or two 领衔人 (domain.md §1): the last one needs a successor."""
    return member.leads and member.team.kind == TeamKind.STUDIO and not other_leaders


def _settle_membership(pk: int, heir: Volunteer | None, terms: Terms) -> None:
    pass_on_membership(pk=pk, heir=heir, on=terms.on, by=terms.by)


def _repoint_memberships(source: Volunteer, target: Volunteer, by: User) -> int:
    return unite_memberships(source=source, target=target, by=by)


def _repoint_merged(source: Volunteer, target: Volunteer, by: User) -> int:
    """What was merged into a row that goes leads on to the one that stays."""
    return Volunteer.objects.filter(merged_into=source).update(merged_into=target)


_POSTS = PersonRecords(
    key=POSTS,
    label="任职",
    measure="个",
    relations=("volunteers.Appointment.volunteer",),
    # Also where both rows held one post at once: each stands on a document of its own.
    repoint=_all_of(Appointment),
    open_work=OpenWork(
        action=Action.EDIT_POSTS,
        unit_path="unit",
        rows=lambda day: Appointment.objects.running(day).filter(ends_on=None),
        lines=_post_lines,
        settle=_settle_post,
    ),
    order=10,
)
_TEAMS = PersonRecords(
    key=TEAMS,
    label="团队",
    measure="个",
    relations=("volunteers.TeamMember.volunteer",),
    repoint=_repoint_memberships,
    open_work=OpenWork(
        action=Action.EDIT_ROSTER,
        unit_path="team__unit",
        rows=_open_memberships,
        lines=_team_lines,
        settle=_settle_membership,
    ),
    order=20,
)
_OTHERS = (
    PersonRecords(
        key="honours",
        label="荣誉",
        measure="项",
        relations=("volunteers.Honour.volunteer",),
        # What both rows recorded stays twice, to be taken down by hand: which of the two is right, nobody here knows.
        repoint=_all_of(Honour),
        order=30,
    ),
    PersonRecords(
        key="times",
        label="服务时间",
        measure="个",
        relations=("volunteers.Availability.volunteer",),
        stays="chosen field by field when two rows are merged (services.duplicates)",
    ),
    PersonRecords(
        key="merged",
        label="并入的登记",
        measure="条",
        relations=("volunteers.Volunteer.merged_into",),
        repoint=_repoint_merged,
    ),
    PersonRecords(
        key="rulings",
        label="查重结论",
        measure="条",
        relations=("volunteers.DuplicateRuling.first", "volunteers.DuplicateRuling.second"),
        stays="says what was ruled about this very pair of rows",
    ),
    PersonRecords(
        key="imports",
        label="名册导入的行",
        measure="行",
        relations=("volunteers.RosterImportRow.volunteer",),
        stays="says which row of the roster a file wrote",
    ),
)


def register() -> None:
    register_person_records(_POSTS, _TEAMS, *_OTHERS)
