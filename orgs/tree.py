"""The tree's lock, and the check that every stored end is the one that parent and position give.

Plain django-mptt saves from eight threads leave duplicate ends with correct-looking counts, so every write happens
in `orgs.services` behind `lock_county` (one county's tree) or `lock_roots` (a new county).
"""

from dataclasses import dataclass

from django.db import connection, transaction

from orgs.models import Unit

# The first key of the two-key advisory locks: "gq" for 关工委; the second is the tree, 0 for the list of trees.
LOCK_CLASS = 0x6771

# Preorder number r (from 1) and depth d give both ends: lft = 2(r - 1) - d + 1, rght = lft + 2 * descendants + 1.
# {roots} narrows the trees that are walked.
_EXPECTED = """
WITH RECURSIVE roots AS (
    SELECT id, position, CASE WHEN row_number() OVER (PARTITION BY tree_id ORDER BY id) = 1 THEN tree_id
        ELSE (SELECT max(tree_id) FROM orgs_unit) + (row_number() OVER (ORDER BY id))::int END AS tree
    FROM orgs_unit WHERE parent_id IS NULL{roots}
), walk AS (
    SELECT id, tree, 0 AS depth, ARRAY[position]::varchar[] AS path, ARRAY[id] AS line FROM roots
    UNION ALL
    SELECT u.id, w.tree, w.depth + 1, w.path || u.position, w.line || u.id
    FROM orgs_unit u JOIN walk w ON u.parent_id = w.id
), below AS (
    SELECT ancestor AS id, count(*) - 1 AS units FROM walk, unnest(line) AS ancestor GROUP BY ancestor
), numbered AS (
    SELECT w.id, tree, depth, units, row_number() OVER (PARTITION BY tree ORDER BY path, line) AS place
    FROM walk w JOIN below USING (id)
)
SELECT id, tree, depth, 2 * (place - 1) - depth + 1 AS lft, 2 * (place - 1) - depth + 2 + 2 * units AS rght
FROM numbered
"""
EXPECTED = _EXPECTED.format(roots="")
_REWRITE = """WITH expected AS ({expected})
UPDATE orgs_unit u SET tree_id = e.tree, level = e.depth, lft = e.lft, rght = e.rght FROM expected e
WHERE e.id = u.id AND (u.tree_id, u.level, u.lft, u.rght) IS DISTINCT FROM (e.tree, e.depth, e.lft, e.rght)"""


@dataclass(frozen=True)
class BrokenNode:
    """A unit whose stored place is not the one its parent and position give; `problem` says how, in English."""

    unit_id: int
    code: str
    problem: str


def _lock(key: int) -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the tree lock needs a transaction to live in")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, key])


def lock_county(unit: Unit) -> Unit:
    """Wait for the county's tree and read `unit` anew, since its ends may have moved while we waited.

    A tree's id never changes, so it may be read from a stale instance.
    """
    _lock(unit.tree_id)
    return Unit.objects.get(pk=unit.pk)


def lock_roots() -> None:
    """Wait for the list of trees: a new county takes the next tree id."""
    _lock(0)


def broken_nodes() -> list[BrokenNode]:
    """Compare every unit with the place that parent and position give, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH expected AS ({EXPECTED})
            SELECT u.id, u.code, u.tree_id, u.level, u.lft, u.rght, e.tree, e.depth, e.lft, e.rght
            FROM orgs_unit u LEFT JOIN expected e ON e.id = u.id
            WHERE e.id IS NULL OR (u.tree_id, u.level, u.lft, u.rght) IS DISTINCT FROM (e.tree, e.depth, e.lft, e.rght)
            ORDER BY u.tree_id, u.lft, u.id"""  # noqa: S608 - EXPECTED is a constant of this module
        )
        return [BrokenNode(row[0], row[1], _describe(row[2:6], row[6:10])) for row in cursor.fetchall()]


def _describe(stored: tuple[int, ...], expected: tuple[int | None, ...]) -> str:
    if expected[0] is None:
        return "its parents form a loop"
    pairs = zip(("tree_id", "level", "lft", "rght"), stored, expected, strict=True)
    return ", ".join(f"{name} {is_} should be {should}" for name, is_, should in pairs if is_ != should)


def mend() -> int:
    """Write the expected place into every broken unit; returns how many were changed. Loops are left as they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_roots()
        # Every tree at once: no service holds a county's lock while we rewrite, none waits for the roots in turn.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, tree_id) FROM (SELECT DISTINCT tree_id FROM orgs_unit ORDER BY 1) t",
            [LOCK_CLASS],
        )
        cursor.execute(_REWRITE.format(expected=EXPECTED))
        return int(cursor.rowcount)


def renumber(tree_id: int) -> None:
    """Write the places of one county's tree anew after parents have changed, in one statement.

    The caller holds the county's lock. Instances read before hold old ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REWRITE.format(expected=_EXPECTED.format(roots=" AND tree_id = %s")), [tree_id])
