"""Which appointments somebody may see, and who may be appointed."""

import datetime
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from orgs.enums import Action
from orgs.models import Unit, User
from orgs.querysets import UnitQuerySet, counts_by_unit
from orgs.scope import allows, branch_q, covering, units_for
from volunteers.enums import CURRENT, SINGLE_POSTS, VETERAN_POSTS
from volunteers.models import Appointment, Volunteer
from volunteers.post_rules import rules_in
from volunteers.querysets import AppointmentQuerySet, VolunteerQuerySet
from volunteers.vacancies import counties_of

Anyone = User | AnonymousUser
# How many people a search shows at most; who wants another one types more of the name.
HITS = 8


def appointments_for_user(user: Anyone, action: str = Action.VIEW_NETWORK) -> AppointmentQuerySet:
    """The appointments of the user's branches in tree order, then in the order of posts, the latest first."""
    rows: AppointmentQuerySet = Appointment.objects.filter(branch_q(user, action))
    return rows.select_related("unit", "unit__parent", "volunteer", "volunteer__unit").in_order()


def appointment_for_user_or_404(user: Anyone, pk: int, action: str = Action.VIEW_NETWORK) -> Appointment:
    """404 for a stranger to the unit, 403 for a reader who may not do `action` there."""
    related = ("unit", "unit__parent", "volunteer", "volunteer__unit", "scan", "dismissal_scan", "updated_by")
    appointment = Appointment.objects.select_related(*related).filter(pk=pk).first()
    if appointment is None or not allows(user, Action.VIEW_NETWORK, appointment.unit):
        raise Http404("no such appointment in this user's branches")
    if not allows(user, action, appointment.unit):
        raise PermissionDenied(f"no {action} on this appointment's unit")
    return appointment


def reads_holder(user: Anyone) -> Callable[[Appointment], bool]:
    """May the user read what the roster says of a holder: age, kind of 五老, former post?

    The post itself, with name, document and days, is for whoever sees the network. `volunteer__unit` is joined where
    there are many.
    """
    reads = covering(user, Action.VIEW_ROSTER)
    return lambda each: each.volunteer is not None and reads(each.volunteer.unit)


def posts_by_unit(branch: Unit) -> dict[int, int]:
    """How many posts are held in each committee of a branch today."""
    return counts_by_unit(Appointment.objects.running(timezone.localdate()), branch)


def terms_ending(rows: AppointmentQuerySet, within: int) -> AppointmentQuerySet:
    """Of these, the running ones whose term is over or ends within so many days."""
    today = timezone.localdate()
    return rows.running(today).filter(term_ends_on__lte=today + datetime.timedelta(days=within))


def over_age(rows: AppointmentQuerySet, user: Anyone) -> AppointmentQuerySet:
    """Of these, the running ones whose holder is above the county's limit, as far as the user reads the rosters."""
    today = timezone.localdate()
    trees_by_limit: dict[tuple[str, int], set[int]] = defaultdict(set)
    for (tree, post), rule in rules_in(counties_of(user, Action.VIEW_ROSTER)).items():
        if rule.age_limit is not None:
            trees_by_limit[post, rule.age_limit].add(tree)
    above = Q(pk__in=[])
    for (post, limit), trees in trees_by_limit.items():
        above |= Q(unit__tree_id__in=trees, post=post, volunteer__birth_year__lt=today.year - limit)
    return rows.running(today).filter(above, branch_q(user, Action.VIEW_ROSTER, "volunteer__unit"))


def people_to_appoint(user: Anyone, unit: Unit, appointment: Appointment | None = None) -> VolunteerQuerySet:
    """Those on the rosters of this county that the user may see, and whoever stands in the record already."""
    allowed = branch_q(user, Action.VIEW_ROSTER) & Q(unit__tree_id=unit.tree_id, merged_into=None)
    if appointment is not None and appointment.volunteer_id:
        allowed |= Q(pk=appointment.volunteer_id)
    people: VolunteerQuerySet = Volunteer.objects.filter(allowed).select_related("unit")
    return people


def find_people(
    user: Anyone, unit: Unit, words: str, post: str = "", without: QuerySet[Any, Any] | None = None
) -> list[Volunteer]:
    """At most `HITS` people of the roster by a part of the name or the start of its pinyin, the unit's own first.

    For a post that only 五老 hold, nobody else is offered; `without` are keys of people to leave out.
    """
    people = people_to_appoint(user, unit).filter(status__in=CURRENT).called(words)
    if post in VETERAN_POSTS:
        people = people.veterans()
    if without is not None:
        people = people.exclude(pk__in=without)
    return people.own_first(unit.pk, HITS)


def sole_holder(unit: Unit, post: str) -> Appointment | None:
    """Who holds a post of one holder now, by a time without an end."""
    if post not in SINGLE_POSTS:
        return None
    return Appointment.objects.select_related("volunteer").filter(unit=unit, post=post, ends_on=None).first()


def units_to_staff(user: Anyone, words: str = "") -> UnitQuerySet:
    """Open units with a committee for which the user records posts; without words those of the upper two tiers."""
    units = units_for(user, Action.EDIT_POSTS).open().established().select_related("parent")
    words = words.strip().replace("\0", "")
    return units.filter(name__icontains=words) if words else units
