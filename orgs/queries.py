"""What of the network somebody may see: one unit, the branches to choose from, the units behind coverage."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from orgs.enums import Action, UnitKind
from orgs.models import Restructuring, Unit, UnitYear, User, short_name_of
from orgs.querysets import UnitQuerySet
from orgs.scope import allows, branch_q, grants_of, units_for

Anyone = User | AnonymousUser


def unit_for_user_or_404(user: Anyone, code: str, action: str = Action.VIEW_NETWORK) -> Unit:
    """The unit of a code; 404 for who may not even see it, 403 for a reader who may not do `action`."""
    # A zero byte, which the database does not take, is in no code.
    named = Unit.objects.none() if "\0" in code else Unit.objects.filter(code=code)
    unit = named.select_related("parent", "successor").first()
    if unit is None or not (allows(user, Action.VIEW_NETWORK, unit) or allows(user, action, unit)):
        raise Http404("no such unit in this user's branches")
    if not allows(user, action, unit):
        raise PermissionDenied(f"no {action} on this unit")
    return unit


def top_units(user: Anyone, action: str = Action.VIEW_NETWORK) -> list[Unit]:
    """The roots of the branches on which the user may do `action`, none inside another, in tree order."""
    ids = {grant.unit_id for grant in grants_of(user) if grant.holds(action)}
    tops: list[Unit] = []
    for unit in Unit.objects.filter(pk__in=ids).order_by("tree_id", "lft"):
        inside = tops and tops[-1].tree_id == unit.tree_id and unit.rght < tops[-1].rght
        if not inside:
            tops.append(unit)
    return tops


def branch_choices(user: Anyone, action: str, selected: str = "") -> list[tuple[str, str]]:
    """(code, label) of the branches that a filter offers: the user's own units and what stands directly under them.

    That is 49 for a county and 43 for its largest township, so a page stays small. A unit further down (`selected`,
    from a link) is added while it is selected. One query; nothing outside the user's branches.
    """
    ids = {grant.unit_id for grant in grants_of(user) if grant.holds(action)}
    if not ids:
        return []
    near = Q(pk__in=ids) | Q(parent__in=ids)
    if selected.isascii() and selected.isalnum():
        near |= Q(code=selected)
    units = Unit.objects.filter(branch_q(user, action, path="")).filter(near).order_by("tree_id", "lft")
    return [(code, branch_label(name, kind)) for code, name, kind in units.values_list("code", "name", "kind")]


def branch_label(name: str, kind: str) -> str:
    """亭子镇（含村）: says what a branch takes in."""
    below: dict[str, str] = {UnitKind.COUNTY: "（全县）", UnitKind.TOWNSHIP: "（含村）"}
    return short_name_of(name) + below.get(kind, "")


def required_units(user: Anyone, *, established: bool | None = None) -> UnitQuerySet:
    """Places that should have a committee: those that have one, those that have none, or (None) all."""
    units = units_for(user, Action.VIEW_NETWORK).required().select_related("parent")
    if established is None:
        return units
    return units.established() if established else units.filter(committee_established_on=None)


def committees_of_year(units: UnitQuerySet, year: int, *, confirmed: bool | None = None) -> UnitQuerySet:
    """Open units with a committee in that year, in tree order: all, or those whose 保障 of the year is confirmed, or
    those where it still waits."""
    rows = units.open().filter(committee_established_on__year__lte=year).select_related("parent")
    if confirmed is None:
        return rows
    done = Exists(UnitYear.objects.filter(unit=OuterRef("pk"), year=year).exclude(confirmed_on=None))
    return rows.filter(done if confirmed else ~done)


def with_two_years(units: UnitQuerySet, year: int) -> UnitQuerySet:
    """The units with their 保障 of the year and of the one before, for `two_years_of`."""
    rows = UnitYear.objects.filter(year__in=(year, year - 1))
    return units.prefetch_related(Prefetch("years", rows, to_attr="two_years"))


def two_years_of(unit: Any) -> dict[int, UnitYear]:
    """The rows of a unit of `with_two_years`, by year."""
    return {row.year: row for row in unit.two_years}


def means_by_unit(branch: Unit) -> dict[int, int]:
    """The committees of a branch whose 保障 of the running year is confirmed, each as {unit id: 1}."""
    confirmed = committees_of_year(Unit.objects.in_branch(branch), timezone.localdate().year, confirmed=True)
    return dict.fromkeys(confirmed.values_list("pk", flat=True), 1)


def changes_for_user(user: Anyone) -> QuerySet[Restructuring]:
    """The changes of the network in the branches that the user manages, the latest first."""
    managed = Restructuring.objects.filter(branch_q(user, Action.MANAGE_NETWORK, "anchor"))
    return managed.select_related("anchor", "by").order_by("-effective_on", "-pk")


def change_for_user_or_404(user: Anyone, pk: int) -> Restructuring:
    """One change; 404 for who does not manage the branch in which it lies."""
    row = changes_for_user(user).select_related("takes_back", "cancelled_by").filter(pk=pk).first()
    if row is None:
        raise Http404("no such change in this user's branches")
    return row
