"""What of this app hangs on a person, for hand-over and merging: posts, memberships of teams, service times …"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from guanai.dependents import Heir, OpenRecord, OpenWork, PersonRecords, Terms, register_person_records
from orgs.enums import Action
from orgs.models import User
from volunteers.enums import TeamKind
from volunteers.models import (
    Appointment,
    Availability,
    DuplicateRuling,
    Honour,
    RosterImportRow,
    TeamMember,
    Volunteer,
)
from volunteers.services.appointments import dismiss
from volunteers.services.teams import check_leaders

POSTS, TEAMS = "posts", "teams"
# First day, first day out or None, leading.
Span = tuple[datetime.date, datetime.date | None, bool]
# Who has the form of such a row open is told.
_EDITED = ("updated_by", "updated_at")


def register() -> None:
    register_person_records(
        PersonRecords(
            key=POSTS,
            label="任职",
            measure="个",
            relations=("volunteers.Appointment.volunteer",),
            of=lambda person: Appointment.objects.filter(volunteer=person),
            repoint=_repoint_posts,
            open_work=OpenWork(
                action=Action.EDIT_POSTS,
                unit_path="unit",
                rows=lambda day: Appointment.objects.running(day).filter(ends_on=None),
                lines=_post_lines,
                settle=_settle_post,
            ),
            order=10,
        ),
        PersonRecords(
            key=TEAMS,
            label="团队",
            measure="个",
            relations=("volunteers.TeamMember.volunteer",),
            of=lambda person: TeamMember.objects.filter(volunteer=person),
            repoint=_repoint_memberships,
            open_work=OpenWork(
                action=Action.EDIT_ROSTER,
                unit_path="team__unit",
                rows=_open_memberships,
                lines=_team_lines,
                settle=_settle_membership,
            ),
            order=20,
        ),
        PersonRecords(
            key="honours",
            label="荣誉",
            measure="项",
            relations=("volunteers.Honour.volunteer",),
            of=lambda person: Honour.objects.filter(volunteer=person),
            repoint=_repoint_honours,
            order=30,
        ),
        PersonRecords(
            key="times",
            label="服务时间",
            measure="个",
            relations=("volunteers.Availability.volunteer",),
            of=lambda person: Availability.objects.filter(volunteer=person),
            stays="chosen field by field when two rows are merged (services.duplicates)",
        ),
        PersonRecords(
            key="merged",
            label="并入的登记",
            measure="条",
            relations=("volunteers.Volunteer.merged_into",),
            of=lambda person: Volunteer.objects.filter(merged_into=person),
            repoint=_repoint_merged,
        ),
        PersonRecords(
            key="rulings",
            label="查重结论",
            measure="条",
            relations=("volunteers.DuplicateRuling.first", "volunteers.DuplicateRuling.second"),
            of=lambda person: DuplicateRuling.objects.filter(Q(first=person) | Q(second=person)),
            stays="says what was ruled about this very pair of rows",
        ),
        PersonRecords(
            key="imports",
            label="名册导入的行",
            measure="行",
            relations=("volunteers.RosterImportRow.volunteer",),
            of=lambda person: RosterImportRow.objects.filter(volunteer=person),
            stays="says which row of the roster a file wrote",
        ),
    )


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


def _repoint_posts(source: Volunteer, target: Volunteer, by: User) -> int:
    """All of them, also where both rows held one post at once: each stands on a document of its own."""
    rows = Appointment.objects.filter(volunteer=source)
    return rows.update(volunteer=target, updated_by=by, updated_at=timezone.now())


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
    """End the membership on the day; the heir takes the place, and the lead where it had one."""
    # The team first: two who leave a studio at once find out who of them is the last leader.
    member = TeamMember.objects.select_related("team").get(pk=pk)
    type(member.team).objects.select_for_update(of=("self",)).get(pk=member.team_id)
    member = TeamMember.objects.select_for_update(of=("self",)).select_related("team").get(pk=pk)
    if member.ends_on:
        raise ValidationError("这项刚刚已经办过。", code="ended")
    if terms.on < member.starts_on:
        raise ValidationError(f"移交日期不能早于加入日期 {member.starts_on:%Y-%m-%d}。", code="order")
    others = TeamMember.objects.filter(team=member.team, ends_on=None).exclude(pk=pk)
    member.ends_on, member.updated_by = terms.on, terms.by
    member.save(update_fields=["ends_on", *_EDITED])
    if heir is None:
        check_leaders(member.team, "heir", asked=member.leads)
        return
    was_there = TeamMember.objects.filter(team=member.team, volunteer=heir, ends_on__gt=terms.on).first()
    if was_there is not None:
        words = f"{heir.name}在这个团队到 {was_there.ends_on:%Y-%m-%d} 才退出，移交日期不能早于这一天。"
        raise ValidationError(words, code="overlap")
    held = others.select_for_update(of=("self",)).filter(volunteer=heir).first()
    if held is None or (member.leads and not held.leads):
        _take_over(member, held, heir, terms)
    check_leaders(member.team, "heir", asked=member.leads)


def _take_over(member: TeamMember, held: TeamMember | None, heir: Volunteer, terms: Terms) -> None:
    """The heir is in the team from the day on; who was a plain member until then leads from the day on, not before."""
    if held is not None and held.starts_on >= terms.on:
        held.leads, held.updated_by = True, terms.by
        held.save(update_fields=["leads", *_EDITED])
        return
    if held is not None:
        held.ends_on, held.updated_by = terms.on, terms.by
        held.save(update_fields=["ends_on", *_EDITED])
    TeamMember.objects.create(
        team=member.team, volunteer=heir, leads=member.leads, starts_on=terms.on, updated_by=terms.by
    )


def _repoint_memberships(source: Volunteer, target: Volunteer, by: User) -> int:
    """Both people's times in a team become one person's: overlapping ones are told once, leading where either led."""
    moved = TeamMember.objects.filter(volunteer=source).count()
    rows = TeamMember.objects.select_for_update(of=("self",)).filter(volunteer__in=[source, target])
    of_team: dict[int, list[TeamMember]] = defaultdict(list)
    for member in rows.order_by("team", "starts_on", "pk"):
        of_team[member.team_id].append(member)
    for team, members in of_team.items():
        spans = united_times([(one.starts_on, one.ends_on, one.leads) for one in members])
        if spans != [(one.starts_on, one.ends_on, one.leads) for one in members]:
            # No row is one of the new ones: the database lets no two of a person overlap, not even for a moment.
            rows.filter(team=team).delete()
            TeamMember.objects.bulk_create(
                TeamMember(team_id=team, volunteer=target, starts_on=start, ends_on=end, leads=leads, updated_by=by)
                for start, end, leads in spans
            )
    TeamMember.objects.filter(volunteer=source).update(volunteer=target, updated_by=by, updated_at=timezone.now())
    return moved


def united_times(times: Sequence[Span]) -> list[Span]:
    """Times in a team (first day, first day out or None, leading) without overlaps, in order.

    Where two overlap, the person was in the team once, and led where either says so. What merely touches stays apart.
    """
    if not any(_overlap(one, other) for place, one in enumerate(times) for other in times[:place]):
        return list(times)
    days = sorted({day for start, end, _ in times for day in (start, end or datetime.date.max)})
    spans: list[Span] = []
    for start, end in pairwise(days):
        covering = [time for time in times if time[0] <= start and (time[1] or datetime.date.max) >= end]
        if not covering:
            continue
        leads, ends = any(time[2] for time in covering), None if end == datetime.date.max else end
        if spans and spans[-1][1] == start and spans[-1][2] == leads:
            spans[-1] = (spans[-1][0], ends, leads)
        else:
            spans.append((start, ends, leads))
    return spans


def _overlap(one: Span, other: Span) -> bool:
    last = datetime.date.max
    return max(one[0], other[0]) < min(one[1] or last, other[1] or last)


def _repoint_honours(source: Volunteer, target: Volunteer, by: User) -> int:
    """An honour that both rows recorded stays twice, to be taken down by hand: which of the two is right, nobody here
    knows."""
    honours = Honour.objects.filter(volunteer=source)
    return honours.update(volunteer=target, updated_by=by, updated_at=timezone.now())


def _repoint_merged(source: Volunteer, target: Volunteer, by: User) -> int:
    """What was merged into a row that goes leads on to the one that stays."""
    return Volunteer.objects.filter(merged_into=source).update(merged_into=target)
