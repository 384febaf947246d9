"""What a county asks of its posts: where they must be filled, within how many months, up to which age."""

from collections.abc import Iterable

from orgs.models import Unit
from volunteers.enums import Post
from volunteers.models import PostRule

# Where a county begins (domain.md §1); it edits them on the page 职务规则, and then its own rows hold.
# Post: (age limit, must be filled at county, township, village).
_STARTING: dict[str, tuple[int | None, bool, bool, bool]] = {
    Post.DIRECTOR: (None, True, True, True),
    Post.EXECUTIVE_DEPUTY_DIRECTOR: (70, True, True, True),
    Post.OFFICE_DIRECTOR: (None, True, True, False),
    Post.STAFF: (None, True, True, False),
    Post.MEMBER: (65, False, False, False),
}

STARTING_LIMITS = {post: limit for post, (limit, *_) in _STARTING.items() if limit}


def starting_rule(county: Unit, post: str) -> PostRule:
    """The rule of a post before the county has said anything; not stored."""
    limit, at_county, at_township, at_village = _STARTING.get(post, (None, False, False, False))
    return PostRule(
        unit=county,
        post=post,
        age_limit=limit,
        at_county=at_county,
        at_township=at_township,
        at_village=at_village,
    )


def rules_in(counties: Iterable[Unit]) -> dict[tuple[int, str], PostRule]:
    """The rules in force by (tree, post), every post of every county given: one query."""
    roots = list(counties)
    rules = {(root.tree_id, post): starting_rule(root, post) for root in roots for post in Post.values}
    for rule in PostRule.objects.filter(unit__in=roots).select_related("unit"):
        rules[rule.unit.tree_id, rule.post] = rule
    return rules


def last_changed(county: Unit) -> PostRule | None:
    """The rule of a county that was changed last: the version of them all. None before the county has said anything."""
    return PostRule.objects.filter(unit=county).select_related("updated_by").order_by("-updated_at").first()


def rules_of(unit: Unit) -> dict[str, PostRule]:
    """The rules in force for a unit by post: those of its county."""
    county = Unit.objects.get(tree_id=unit.tree_id, parent=None)
    return {post: rule for (_, post), rule in rules_in([county]).items()}


def rule_for(unit: Unit, post: str) -> PostRule:
    return rules_of(unit)[post]
