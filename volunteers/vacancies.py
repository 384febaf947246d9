"""The clock of posts: which stand empty, since when, and by when a document must fill them.

Everything is worked out by the database; nothing here runs over units. Lists stand in tree order.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import DateField, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from orgs.enums import TIER_OF_KIND, Action, Tier
from orgs.models import Unit, User
from orgs.querysets import in_branch_q
from orgs.scope import branch_q, grants_of
from volunteers.enums import Post
from volunteers.models import Appointment, PostRule
from volunteers.post_rules import rules_in, starting_rule

Anyone = User | AnonymousUser
# What a line of the list of empty posts holds.
FIELDS = ("pk", "code", "name", "kind", "parent_name", "post", "last_end", "since", "due_on")
IN_ORDER = ("tree_id", "lft", "post_order")


class MonthsLater(Func):
    """The same day so many months later, the month's last one where it has no such day."""

    template = "((%(expressions)s) + make_interval(months => %(months)s))::date"
    output_field = DateField()


@dataclass(frozen=True, slots=True)
class VacancyFilter:
    """Which empty posts: of a branch, of one post, past the county's date or not yet (None: both)."""

    branch: Unit | None = None
    post: str = ""
    overdue: bool | None = None


def counties_of(user: Anyone, action: str) -> QuerySet[Unit]:
    """The roots of the trees in which the user may do `action` anywhere."""
    trees = {grant.tree_id for grant in grants_of(user) if grant.holds(action)}
    return Unit.objects.filter(tree_id__in=trees, parent=None)


def vacancies(
    user: Anyone, chosen: VacancyFilter | None = None, *, action: str = Action.VIEW_NETWORK
) -> QuerySet[Any, dict[str, Any]]:
    """The empty posts of the user's branches as rows of `FIELDS`, in tree order, then in the order of posts.

    A post is empty where an open unit with a committee must fill it by the county's rules and nobody holds it today.
    `last_end` is the last day of the last holder (None: never filled), `since` that day or the one on which the
    committee was established, `due_on` the last day by which a document must fill it.
    """
    chosen = chosen or VacancyFilter()
    units = Unit.objects.filter(branch_q(user, action, path=""))
    if chosen.branch is not None:
        units = units.filter(in_branch_q(chosen.branch, path=""))
    rules = rules_in(counties_of(user, action)).values()
    return _union(
        units, [rule for rule in rules if not chosen.post or rule.post == chosen.post], overdue=chosen.overdue
    )


def vacancies_of(unit: Unit, rules: Iterable[PostRule]) -> QuerySet[Any, dict[str, Any]]:
    """The empty posts of one committee, by the rules of its county."""
    return _union(Unit.objects.filter(pk=unit.pk), rules)


def _union(
    units: QuerySet[Unit],
    rules: Iterable[PostRule],
    *,
    overdue: bool | None = None,
) -> QuerySet[Any, dict[str, Any]]:
    parts = [_empty(units.filter(where), post, months, overdue=overdue) for (post, months), where in _by_post(rules)]
    if not parts:
        return _rows(units.none(), Post.DIRECTOR, 0)
    return parts[0].union(*parts[1:], all=True).order_by(*IN_ORDER)


def _by_post(rules: Iterable[PostRule]) -> list[tuple[tuple[str, int], Q]]:
    """((post, months), which units must fill it) of those that anybody must fill."""
    kinds: dict[Tier, list[str]] = defaultdict(list)
    for kind, tier in TIER_OF_KIND.items():
        kinds[tier].append(kind)
    wanted: dict[tuple[str, int], Q] = {}
    for rule in rules:
        asked = [kind for tier in rule.tiers for kind in kinds[tier]]
        if asked:
            key = (rule.post, rule.vacancy_months)
            wanted[key] = wanted.get(key, Q()) | Q(tree_id=rule.unit.tree_id, kind__in=asked)
    return list(wanted.items())


def _empty(units: QuerySet[Unit], post: str, months: int, *, overdue: bool | None) -> QuerySet[Any, dict[str, Any]]:
    """The units of these in which nobody holds the post today."""
    today = timezone.localdate()
    held = Appointment.objects.running(today).filter(unit=OuterRef("pk"), post=post)
    standing = units.filter(~Exists(held), closed_on=None, committee_established_on__lte=today)
    rows = _rows(standing, post, months)
    if overdue is not None:
        rows = rows.filter(due_on__lt=today) if overdue else rows.filter(due_on__gte=today)
    return rows


def _rows(units: QuerySet[Unit], post: str, months: int) -> QuerySet[Any, dict[str, Any]]:
    ended = Appointment.objects.filter(unit=OuterRef("pk"), post=post, ends_on__lt=timezone.localdate())
    last = Subquery(ended.order_by("-ends_on").values("ends_on")[:1])
    rows: QuerySet[Any, dict[str, Any]] = (
        units.annotate(last_end=last, since=Coalesce(F("last_end"), F("committee_established_on")))
        .annotate(
            due_on=MonthsLater(F("since"), months=months),
            post=Value(post),
            post_order=Value(Post.values.index(post), output_field=IntegerField()),
            parent_name=F("parent__name"),
        )
        .order_by()
        .values(*FIELDS, "tree_id", "lft", "post_order")
    )
    return rows


def days_empty(row: dict[str, Any]) -> int:
    """How long a post has stood empty."""
    since: datetime.date = row["since"]
    return (timezone.localdate() - since).days


def is_overdue(row: dict[str, Any]) -> bool:
    return bool(row["due_on"] < timezone.localdate())


def count_vacancies(user: Anyone) -> int:
    """What there is to do for who records posts: how many stand empty in their branches.

    It stands in the menu of every page, so it is said in SQL: what `vacancies` builds takes five times as long to
    compile as to run. Both give the same number; a test compares them.
    """
    grants = [grant for grant in grants_of(user) if grant.holds(Action.EDIT_POSTS)]
    wanted = [row for tree in {grant.tree_id for grant in grants} for row in _wanted(tree)]
    if not wanted:
        return 0
    inside = " OR ".join(["(u.tree_id = %s AND u.lft >= %s AND u.rght <= %s)"] * len(grants))
    ends = [end for grant in grants for end in (grant.tree_id, grant.lft, grant.rght)]
    today = timezone.localdate()
    trees, kinds, posts = (list(column) for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(inside=inside), [trees, kinds, posts, today, *ends, today, today])
        return int(cursor.fetchone()[0])


_COUNT = """
SELECT count(*) FROM orgs_unit u
JOIN unnest(%s::int[], %s::text[], %s::text[]) AS wanted(tree_id, kind, post)
    ON wanted.tree_id = u.tree_id AND wanted.kind = u.kind
WHERE u.closed_on IS NULL AND u.committee_established_on <= %s AND ({inside})
AND NOT EXISTS (SELECT 1 FROM volunteers_appointment a WHERE a.unit_id = u.id AND a.post = wanted.post
    AND a.starts_on <= %s AND (a.ends_on IS NULL OR a.ends_on >= %s))
"""


def _wanted(tree: int) -> list[tuple[int, str, str]]:
    """(tree, kind of unit, post) of what the county of a tree wants filled: one query."""
    rules = {post: starting_rule(Unit(), post) for post in Post.values}
    rules |= {rule.post: rule for rule in PostRule.objects.filter(unit__tree_id=tree)}
    return [
        (tree, kind, post) for post, rule in rules.items() for kind, tier in TIER_OF_KIND.items() if tier in rule.tiers
    ]
