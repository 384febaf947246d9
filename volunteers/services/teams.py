"""Teams: found, correct, dissolve; who joins, leads and leaves. Nothing is ever deleted."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guanai.edits import check_seen
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows, require
from volunteers.enums import MOST_LEADERS, StudioKind, TeamKind
from volunteers.models import Team, TeamMember, Volunteer

# First day, first day out or None, leading.
Span = tuple[datetime.date, datetime.date | None, bool]
# Who has the form of such a row open is told.
_EDITED = ("updated_by", "updated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEntry:
    """What is written of a team; `studio_kind` for a 五老工作室 alone, the last two where it was dissolved."""

    unit: Unit
    kind: str
    name: str
    founded_on: datetime.date
    studio_kind: str = ""
    dissolved_on: datetime.date | None = None
    dissolved_reason: str = ""


def found_team(*, entry: TeamEntry, leaders: Sequence[Volunteer] = (), by: User) -> Team:
    """Record a team with the people who lead it from its first day; a 五老工作室 has one or two.

    Raises:
        PermissionDenied: `by` may not keep the roster of the unit, or not read that of a leader.
        ValidationError: by field (`people` are the leaders), as `_check` and `_join`.
    """
    with transaction.atomic():
        _enter(entry.unit, by)
        team = Team(unit=entry.unit)
        _write(team, entry, by)
        _join(team, leaders, entry.founded_on, leads=True, by=by)
        check_leaders(team, "people")
    return team


def correct_team(*, team: Team, entry: TeamEntry, by: User, seen: datetime.datetime) -> Team:
    """Put a team right, hand it to another unit, or take back that it was dissolved.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied: `by` may not keep the roster of the unit that it is of, or of the one in the entry.
        ValidationError: as `found_team`; a day of founding after somebody joined.
    """
    with transaction.atomic():
        # The units before the team, as `found_team` does: two writers never wait for each other in a circle.
        _enter(entry.unit, by)
        locked = _locked(team, by)
        check_seen(locked, seen)
        _write(locked, entry, by)
        check_leaders(locked, "kind")
    return locked


def dissolve_team(*, team: Team, on: datetime.date, reason: str, by: User, seen: datetime.datetime) -> Team:
    """End a team; `on` is the first day without it. Its members are out of it by that day.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied: `by` may not keep the roster of the unit.
        ValidationError: by field: dissolved already, before somebody joined, in the future, no reason.
    """
    with transaction.atomic():
        locked = _locked(team, by)
        check_seen(locked, seen)
        if locked.dissolved_on:
            words = f"已登记撤销（{locked.dissolved_on:%Y-%m-%d}），不用再登记；有误请“修改”。"
            raise ValidationError(words, code="dissolved")
        locked.dissolved_on, locked.dissolved_reason, locked.updated_by = on, reason.strip(), by
        _check_dissolution(locked)
        locked.save()
    return locked


def add_members(
    *, team: Team, people: Sequence[Volunteer], starts_on: datetime.date, leads: bool = False, by: User
) -> list[TeamMember]:
    """Take people of the county's rosters into a team, all of them or none.

    Who is on the roster of another unit (a township's team and a teacher of the education bureau's roster) is taken
    in by somebody who reads both: no roster is opened to find members.

    Raises:
        PermissionDenied: `by` may not keep the roster of the team's unit, or not read that of one of the people.
        ValidationError: by field: a dissolved team or closed unit, nobody or somebody who is in it or has gone
            (`people`), days in the wrong order or in the future, more than two leaders of a studio.
    """
    with transaction.atomic():
        _enter(team.unit, by)
        locked = _locked(team, by)
        if locked.dissolved_on:
            words = f"团队已于 {locked.dissolved_on:%Y-%m-%d} 撤销，不能再加入成员"
            raise ValidationError({"people": words}, code="dissolved")
        if locked.unit.closed_on:
            words = f"{locked.unit.short_name}已撤销，请先在“修改”里把团队转到接续的单位"
            raise ValidationError({"people": words}, code="closed")
        if not people:
            raise ValidationError({"people": "请选择要加入的人"}, code="nobody")
        members = _join(locked, people, starts_on, leads=leads, by=by)
        check_leaders(locked, "leads")
    return members


def correct_member(
    *,
    member: TeamMember,
    starts_on: datetime.date,
    ends_on: datetime.date | None,
    leads: bool,
    by: User,
    seen: datetime.datetime,
) -> TeamMember:
    """Put somebody's time in a team right, or end it; `ends_on` is the first day out of it, None while they are in it.

    Raises:
        ChangedError: it was changed in the meantime; nothing was written.
        PermissionDenied: `by` may not keep the roster of the team's unit.
        ValidationError: by field: as `add_members`; the last leader of a running studio.
    """
    with transaction.atomic():
        # The team before the member: leaders of one team are counted by one writer at a time.
        team = _locked(member.team, by)
        locked = TeamMember.objects.select_for_update().get(pk=member.pk)
        check_seen(locked, seen)
        led = locked.leads and (locked.ends_on is None or locked.ends_on > timezone.localdate())
        locked.starts_on, locked.ends_on, locked.leads, locked.updated_by = starts_on, ends_on, leads, by
        _check_time(team, locked, "starts_on")
        locked.save()
        check_leaders(team, "leads" if ends_on is None else "ends_on", asked=led or leads)
    return locked


def pass_on_membership(*, pk: int, heir: Volunteer | None, on: datetime.date, by: User) -> None:
    """End a membership on the day; the heir takes the place, and the lead where it had one. Call it inside a
    transaction that holds the heir.

    Raises:
        ValidationError: ended already, a day before they joined or while the heir was still in it, a studio without a
            leader or with more than two.
    """
    # The team first: two who leave a studio at once find out who of them is the last leader.
    member = TeamMember.objects.select_related("team").get(pk=pk)
    Team.objects.select_for_update(of=("self",)).get(pk=member.team_id)
    member = TeamMember.objects.select_for_update(of=("self",)).select_related("team").get(pk=pk)
    if member.ends_on:
        raise ValidationError("这项刚刚已经办过。", code="ended")
    if on < member.starts_on:
        raise ValidationError(f"移交日期不能早于加入日期 {member.starts_on:%Y-%m-%d}。", code="order")
    others = TeamMember.objects.filter(team=member.team, ends_on=None).exclude(pk=pk)
    member.ends_on, member.updated_by = on, by
    member.save(update_fields=["ends_on", *_EDITED])
    if heir is None:
        check_leaders(member.team, "heir", asked=member.leads)
        return
    was_there = TeamMember.objects.filter(team=member.team, volunteer=heir, ends_on__gt=on).first()
    if was_there is not None:
        words = f"{heir.name}在这个团队到 {was_there.ends_on:%Y-%m-%d} 才退出，移交日期不能早于这一天。"
        raise ValidationError(words, code="overlap")
    held = others.select_for_update(of=("self",)).filter(volunteer=heir).first()
    if held is None or (member.leads and not held.leads):
        _take_over(member, held, heir, on=on, by=by)
    check_leaders(member.team, "heir", asked=member.leads)


def _take_over(member: TeamMember, held: TeamMember | None, heir: Volunteer, *, on: datetime.date, by: User) -> None:
    """The heir is in the team from the day on; who was a plain member until then leads from the day on, not before."""
    if held is not None and held.starts_on >= on:
        held.leads, held.updated_by = True, by
        held.save(update_fields=["leads", *_EDITED])
        return
    if held is not None:
        held.ends_on, held.updated_by = on, by
        held.save(update_fields=["ends_on", *_EDITED])
    TeamMember.objects.create(team=member.team, volunteer=heir, leads=member.leads, starts_on=on, updated_by=by)


def unite_memberships(*, source: Volunteer, target: Volunteer, by: User) -> int:
    """Both people's times in a team become one person's: overlapping ones are told once, leading where either led.

    Returns how many were the other's. Call it inside a transaction that holds both people.
    """
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


def _enter(unit: Unit, by: User) -> None:
    """Let the writers of a unit's teams pass one by one, so that a name is there once and the unit stays open."""
    locked = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    require(by, Action.EDIT_ROSTER, locked)


def _locked(team: Team, by: User) -> Team:
    """Two writers of one team wait for each other: members, leaders and the end of the team are looked at as one."""
    locked = Team.objects.select_for_update().get(pk=team.pk)
    require(by, Action.EDIT_ROSTER, locked.unit)
    return locked


def _write(team: Team, entry: TeamEntry, by: User) -> None:
    moved = team._state.adding or team.unit_id != entry.unit.pk
    team.unit = Unit.objects.get(pk=entry.unit.pk)
    for name in ("kind", "studio_kind", "founded_on", "dissolved_on"):
        setattr(team, name, getattr(entry, name))
    team.name, team.dissolved_reason = entry.name.strip(), entry.dissolved_reason.strip()
    team.updated_by = by
    # What stands at a unit that was closed since may still be put right.
    if moved and team.unit.closed_on:
        raise ValidationError({"unit": f"{team.unit.short_name}已撤销，不能再登记团队"}, code="closed")
    _check(team)
    team.save()


def _check(team: Team) -> None:
    """What a team's own fields may say.

    Raises:
        ValidationError: by field: a studio without its kind or another team with one, a name that is taken, a day in
            the future or after somebody joined.
    """
    is_studio = team.kind == TeamKind.STUDIO
    if is_studio and team.studio_kind not in StudioKind.values:
        raise ValidationError({"studio_kind": "请选择工作室类型（宣讲型、服务型、专业型）"}, code="studio_kind")
    if not is_studio and team.studio_kind:
        raise ValidationError({"studio_kind": "只有五老工作室分类型，其他团队请不要选"}, code="studio_kind")
    if not team.name:
        raise ValidationError({"name": "请填写名称"}, code="required")
    if Team.objects.filter(unit=team.unit, name=team.name).exclude(pk=team.pk).exists():
        words = f"{team.unit.short_name}已有叫这个名称的团队，请换一个名称；撤销过的可以在它的页面恢复"
        raise ValidationError({"name": words}, code="taken")
    if team.founded_on > timezone.localdate():
        raise ValidationError({"founded_on": "不能晚于今天，到了那天再登记"}, code="future")
    first = team.members.order_by("starts_on").first() if team.pk else None
    if first and first.starts_on < team.founded_on:
        words = f"{first.starts_on:%Y-%m-%d} 已有人加入，成立日期不能更晚"
        raise ValidationError({"founded_on": words}, code="order")
    if team.dissolved_on or team.dissolved_reason:
        _check_dissolution(team)


def _check_dissolution(team: Team) -> None:
    if team.dissolved_on is None:
        raise ValidationError({"dissolved_on": "请填写撤销日期；要恢复团队，请把撤销原因也清空"}, code="required")
    if not team.dissolved_reason:
        raise ValidationError({"dissolved_reason": "请填写撤销原因"}, code="required")
    if team.dissolved_on > timezone.localdate():
        raise ValidationError({"dissolved_on": "不能晚于今天，到了那天再登记"}, code="future")
    if team.dissolved_on < team.founded_on:
        words = f"不能早于成立日期 {team.founded_on:%Y-%m-%d}"
        raise ValidationError({"dissolved_on": words}, code="order")
    last = team.members.order_by("-starts_on").first() if team.pk else None
    if last and last.starts_on > team.dissolved_on:
        words = f"{last.starts_on:%Y-%m-%d} 还有人加入，撤销日期不能更早"
        raise ValidationError({"dissolved_on": words}, code="order")


def _join(
    team: Team, people: Sequence[Volunteer], starts_on: datetime.date, *, leads: bool, by: User
) -> list[TeamMember]:
    members = []
    keys = {person.pk for person in people}
    # What the rosters say now: the caller may have read them a while ago.
    for person in Volunteer.objects.filter(pk__in=keys).select_related("unit").order_by("name_key", "pk"):
        if person.unit.tree_id != team.unit.tree_id or not allows(by, Action.VIEW_ROSTER, person.unit):
            raise PermissionDenied("may not read the roster where this person stands")
        member = TeamMember(team=team, volunteer=person, starts_on=starts_on, leads=leads, updated_by=by)
        _check_time(team, member, "people")
        member.save()
        members.append(member)
    return members


def _check_time(team: Team, member: TeamMember, field: str) -> None:
    """When somebody may be in a team; what is wrong with the person is said at `field`."""
    today, starts_on, ends_on = timezone.localdate(), member.starts_on, member.ends_on
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day and day > today:
            raise ValidationError({name: "不能晚于今天，到了那天再登记"}, code="future")
    if starts_on < team.founded_on:
        raise ValidationError({"starts_on": f"不能早于团队成立日期 {team.founded_on:%Y-%m-%d}"}, code="order")
    if team.dissolved_on and starts_on > team.dissolved_on:
        raise ValidationError({"starts_on": f"不能晚于团队撤销日期 {team.dissolved_on:%Y-%m-%d}"}, code="order")
    if ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": f"不能早于加入日期 {starts_on:%Y-%m-%d}"}, code="order")
    person = member.volunteer
    if person.left_on and starts_on >= person.left_on:
        words = f"{person.name}已{person.get_status_display()}（{person.left_on:%Y-%m-%d}），不能在这以后加入"
        raise ValidationError({field: words}, code="gone")
    others = TeamMember.objects.filter(team=team, volunteer=person).exclude(pk=member.pk)
    others = others.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on))
    other = (others.filter(starts_on__lt=ends_on) if ends_on else others).order_by("starts_on").first()
    if other is None or starts_on == ends_on:
        return
    until = f"至 {other.ends_on:%Y-%m-%d} " if other.ends_on else "起"
    words = f"{person.name} {other.starts_on:%Y-%m-%d} {until}已在团队里，时间重叠"
    raise ValidationError({field: words}, code="overlaps")


def check_leaders(team: Team, field: str, *, asked: bool = True) -> None:
    """One or two people lead a studio: never more on any day, and somebody while it runs.

    `asked` is false where no leader was touched: a studio whose leader died goes on until somebody follows.
    """
    if team.kind != TeamKind.STUDIO or not asked:
        return
    times = [
        (member.starts_on, min(filter(None, (member.ends_on, member.volunteer.left_on)), default=datetime.date.max))
        for member in team.members.filter(leads=True).select_related("volunteer")
    ]
    if any(sum(begins <= day < ends for begins, ends in times) > MOST_LEADERS for day, _ in times):
        words = f"五老工作室同时最多有 {MOST_LEADERS} 位领衔人，请先改为成员或登记退出"
        raise ValidationError({field: words}, code="too_many")
    today = timezone.localdate()
    if team.is_running and not any(begins <= today < ends for begins, ends in times):
        words = f"五老工作室要有 1–{MOST_LEADERS} 位领衔人：请先在成员里另定一位领衔人，再改这一位；不再办的请登记撤销"
        raise ValidationError({field: words}, code="no_leader")
