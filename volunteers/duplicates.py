"""Rows of the roster that look like one person, told by the database alone: no secret is read to compare.

Two rows are a pair to be looked at where they have the same name and no different year of birth, or the same phone
number. One person has one identity number: two rows that both have one are two persons, unless the name and the phone
agree as well (a number that was typed wrongly). A couple that shares a phone is asked about once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q
from django.http import Http404

from guanai.fields import found_by
from orgs.enums import Action
from orgs.models import User, short_name_of
from orgs.scope import allows, branch_q, grants_of
from volunteers.enums import VolunteerStatus
from volunteers.models import DuplicateRuling, Volunteer
from volunteers.queries import volunteer_for_user_or_404
from volunteers.querysets import VolunteerQuerySet

PAIRS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One row of a pair, as the list shows it."""

    pk: int
    number: str
    name: str
    unit_name: str
    birth_year: int | None
    status: str

    @property
    def short_name(self) -> str:
        return short_name_of(self.unit_name)

    @property
    def status_label(self) -> str:
        return VolunteerStatus(self.status).label


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows and why they look like one person."""

    first: Side
    second: Side
    same_name: bool
    same_phone: bool

    @property
    def grounds(self) -> str:
        """同名、同电话."""
        words = (("同名同出生年份" if self.same_year else "同名", self.same_name), ("同电话", self.same_phone))
        return "、".join(word for word, holds in words if holds)

    @property
    def same_year(self) -> bool:
        return self.first.birth_year is not None and self.first.birth_year == self.second.birth_year


# `here` reads each row once; the two ways of being alike are hash joins over it, so that the time grows with the roster
# and not with its square.
_PAIRS = """
WITH here AS (
    SELECT v.id, v.number, v.name, v.birth_year, v.status, v.id_index IS NOT NULL AS has_id, v.phone_index,
        u.name AS unit_name, u.tree_id
    FROM volunteers_volunteer v JOIN orgs_unit u ON u.id = v.unit_id
    WHERE v.merged_into_id IS NULL AND ({inside})
), alike AS (
    SELECT a.id AS first, b.id AS second FROM here a JOIN here b
        ON a.tree_id = b.tree_id AND a.name = b.name AND a.id < b.id
        AND (a.birth_year = b.birth_year OR a.birth_year IS NULL OR b.birth_year IS NULL)
    UNION
    SELECT a.id, b.id FROM here a JOIN here b
        ON a.tree_id = b.tree_id AND a.phone_index = b.phone_index AND a.id < b.id
), told AS (
    SELECT a.id AS first, b.id AS second, a.name = b.name AS same_name,
        COALESCE(a.phone_index = b.phone_index, FALSE) AS same_phone, a.has_id AND b.has_id AS both_have_id
    FROM alike JOIN here a ON a.id = alike.first JOIN here b ON b.id = alike.second
)
SELECT t.same_name, t.same_phone, count(*) OVER () AS pairs,
    a.id, a.number, a.name, a.unit_name, a.birth_year, a.status,
    b.id, b.number, b.name, b.unit_name, b.birth_year, b.status
FROM told t JOIN here a ON a.id = t.first JOIN here b ON b.id = t.second
WHERE (NOT t.both_have_id OR (t.same_name AND t.same_phone))
    AND NOT EXISTS (SELECT 1 FROM volunteers_duplicateruling r WHERE r.first_id = t.first AND r.second_id = t.second
        AND (r.on_name OR NOT t.same_name) AND (r.on_phone OR NOT t.same_phone))
ORDER BY t.same_name AND t.same_phone DESC, t.same_name DESC, a.tree_id, a.number, b.number
LIMIT %s OFFSET %s
"""


def pairs_for_user(user: User, *, limit: int = PAIRS_SHOWN, offset: int = 0) -> tuple[list[Pair], int]:
    """The pairs on whose both rows the user may rule, the likelier ones first, and how many there are: one query."""
    grants = [grant for grant in grants_of(user) if grant.holds(Action.EDIT_ROSTER)]
    if not grants:
        return [], 0
    inside = " OR ".join(["(u.tree_id = %s AND u.lft >= %s AND u.rght <= %s)"] * len(grants))
    ends = [end for grant in grants for end in (grant.tree_id, grant.lft, grant.rght)]
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS.format(inside=inside), [*ends, limit, offset])
        rows = cursor.fetchall()
    return [_pair(row) for row in rows], rows[0][2] if rows else 0


def _pair(row: tuple[Any, ...]) -> Pair:
    return Pair(Side(*row[3:9]), Side(*row[9:15]), same_name=row[0], same_phone=row[1])


def pair_for_user_or_404(user: User, first: int, second: int) -> tuple[Volunteer, Volunteer]:
    """Both rows, the lower key first, also where one was merged meanwhile.

    404 unless the user sees both, for one row beside itself, and for rows of two counties; 403 for who sees both and
    does not keep both rosters.
    """
    if first == second:
        raise Http404("one row is no pair")
    one, other = (volunteer_for_user_or_404(user, pk, merged=True) for pk in sorted((first, second)))
    if not all(allows(user, Action.EDIT_ROSTER, row.unit) for row in (one, other)):
        raise PermissionDenied("not both rosters of this editor")
    if one.unit.tree_id != other.unit.tree_id:
        raise Http404("rows of two counties")
    return one, other


def grounds_of(one: Volunteer, other: Volunteer) -> tuple[bool, bool]:
    """(same name, same phone), as the pairs are told."""
    same_year = one.birth_year is None or other.birth_year is None or one.birth_year == other.birth_year
    same_phone = one.phone_index is not None and bytes(one.phone_index) == bytes(other.phone_index or b"")
    return one.name == other.name and same_year, same_phone


def alike_for_user(
    user: User, *, name: str, birth_year: int | None, phone: str, has_id: bool, known: Collection[int] = ()
) -> VolunteerQuerySet:
    """Whom somebody who is about to be registered may be, by the same rule as the pairs."""
    same_name = Q(name=name)
    if birth_year is not None:
        same_name &= Q(birth_year=birth_year) | Q(birth_year=None)
    same_phone = found_by(Volunteer, "phone", phone) if phone else Q(pk__in=[])
    alike = same_name | same_phone
    if has_id:
        alike &= Q(id_index=None) | Q(same_phone, name=name)
    people = Volunteer.objects.standing().filter(branch_q(user, Action.EDIT_ROSTER)).filter(alike)
    return people.exclude(pk__in=known).select_related("unit").order_by("unit__tree_id", "unit__lft", "name_key", "pk")


def ruling_on(one: Volunteer, other: Volunteer) -> DuplicateRuling | None:
    """What was ruled about a pair before."""
    first, second = sorted((one.pk, other.pk))
    return DuplicateRuling.objects.select_related("by").filter(first=first, second=second).first()
