"""The tree under many writers at once, the check that finds what is broken, and what mends it."""

import threading
from collections.abc import Callable
from contextlib import suppress
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from orgs.enums import UnitKind
from orgs.models import Restructuring, Unit
from orgs.services import create_unit, merge_units, move_unit
from orgs.tree import broken_nodes, lock_county, mend
from tests.factories import make_county, make_unit

THREADS = 8
CHILDREN = 50


def in_threads(work: Callable[[int], None]) -> None:
    """Run `work(0..7)` in real threads, all released at one moment, each with a connection of its own."""
    start = threading.Barrier(THREADS)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(timeout=30)
            work(number)
        except BaseException as error:  # noqa: BLE001 - brought to the thread of the test, which raises it
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    if failures:
        raise failures[0]


def assert_no_shared_ends() -> None:
    """Every end of every tree belongs to one unit, and the ends of a tree are 1 … 2n without a gap."""
    ends: dict[int, list[int]] = {}
    for tree_id, lft, rght in Unit.objects.values_list("tree_id", "lft", "rght"):
        ends.setdefault(tree_id, []).extend((lft, rght))
    for found in ends.values():
        assert sorted(found) == list(range(1, len(found) + 1))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_threads_under_one_parent_leave_no_duplicate_ends() -> None:
    township = make_unit(make_county())

    def work(number: int) -> None:
        for _ in range(CHILDREN):
            create_unit(parent=township, name=f"{number}村", kind=UnitKind.VILLAGE)

    in_threads(work)

    assert township.children.count() == THREADS * CHILDREN
    assert Unit.objects.values("code").distinct().count() == THREADS * CHILDREN + 2
    assert_no_shared_ends()
    assert broken_nodes() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_threads_under_eight_parents_leave_no_duplicate_ends() -> None:
    county = make_county()
    townships = [make_unit(county) for _ in range(THREADS)]

    def work(number: int) -> None:
        for place in range(CHILDREN):
            # The instance is stale from the second child on: its ends have moved.
            create_unit(parent=townships[number], name=f"{place}村", kind=UnitKind.VILLAGE)

    in_threads(work)

    assert [township.children.count() for township in townships] == [CHILDREN] * THREADS
    assert_no_shared_ends()
    assert broken_nodes() == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_counties_get_trees_of_their_own() -> None:
    def work(number: int) -> None:
        for place in range(5):
            county = create_unit(parent=None, name="县", kind=UnitKind.COUNTY, code=f"{number + 1}{place:05d}")
            create_unit(parent=county, name="镇", kind=UnitKind.TOWNSHIP)

    in_threads(work)

    roots = Unit.objects.filter(parent=None).values_list("tree_id", flat=True)
    assert len(roots) == len(set(roots)) == THREADS * 5
    assert_no_shared_ends()
    assert broken_nodes() == []


@pytest.mark.django_db(transaction=True)
def test_moves_beside_creations_keep_the_tree() -> None:
    county = make_county()
    townships = [make_unit(county) for _ in range(THREADS)]
    villages = [make_unit(township) for township in townships]

    def work(number: int) -> None:
        move_unit(
            unit=villages[number],
            parent=townships[(number + 1) % THREADS],
            effective_on=timezone.localdate(),
            document="苍府〔2025〕1号",
            by=None,
        )
        for _ in range(5):
            create_unit(parent=townships[number], name="新村", kind=UnitKind.VILLAGE)

    in_threads(work)

    for number, village in enumerate(villages):
        assert Unit.objects.get(pk=village.pk).parent_id == townships[(number + 1) % THREADS].pk
    assert_no_shared_ends()
    assert broken_nodes() == []


def test_the_lock_needs_a_transaction(transactional_db: None) -> None:
    county = make_county()
    with pytest.raises(TransactionManagementError):
        lock_county(county)


def test_the_lock_reads_the_unit_anew(db: None) -> None:
    county = make_county()
    make_unit(county)
    assert county.rght == 2
    with transaction.atomic():
        assert lock_county(county).rght == 4


CORRUPTIONS = {
    "lft": "UPDATE orgs_unit SET lft = lft + 1 WHERE id = %s",
    "rght": "UPDATE orgs_unit SET rght = rght + 2 WHERE id = %s",
    "level": "UPDATE orgs_unit SET level = level + 1 WHERE id = %s",
    "tree_id": "UPDATE orgs_unit SET tree_id = tree_id + 7 WHERE id = %s",
    "swapped": "UPDATE orgs_unit SET lft = rght, rght = lft WHERE id = %s",
}


def corrupt(statement: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.fixture
def village(db: None) -> Unit:
    """A village of the second of three townships; what is said about it is said about any unit."""
    county = make_county()
    townships = [make_unit(county) for _ in range(3)]
    villages = [make_unit(township) for township in townships for _ in range(2)]
    return Unit.objects.get(pk=villages[2].pk)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_check_tree_finds_and_mends(village: Unit, kind: str) -> None:
    corrupt(CORRUPTIONS[kind], village.pk)

    broken = broken_nodes()
    assert [node.unit_id for node in broken] == [village.pk]
    assert ("lft" if kind == "swapped" else kind) in broken[0].problem

    out = StringIO()
    with pytest.raises((CommandError, SystemExit)) as stopped:
        call_command("check_tree", stdout=out, stderr=out)
    assert getattr(stopped.value, "returncode", getattr(stopped.value, "code", None)) == 1
    assert village.code in out.getvalue() + str(stopped.value)

    call_command("check_tree", "--fix", stdout=StringIO())
    assert broken_nodes() == []
    mended = Unit.objects.get(pk=village.pk)
    assert (mended.tree_id, mended.level, mended.lft, mended.rght) == (
        village.tree_id,
        village.level,
        village.lft,
        village.rght,
    )
    call_command("check_tree", stdout=StringIO())


def test_two_townships_with_each_others_ends_are_found(village: Unit) -> None:
    first, second = Unit.objects.filter(kind=UnitKind.TOWNSHIP).order_by("lft")[:2]
    for unit, other in ((first, second), (second, first)):
        Unit.objects.filter(pk=unit.pk).update(lft=other.lft, rght=other.rght)

    assert {node.unit_id for node in broken_nodes()} == {first.pk, second.pk}
    assert mend() == 2
    assert broken_nodes() == []


def test_two_counties_in_one_tree_are_parted(db: None) -> None:
    first, second = make_county(), make_county(code="510821", name="旺苍县")
    make_unit(second)
    Unit.objects.filter(tree_id=second.tree_id).update(tree_id=first.tree_id)

    assert broken_nodes()
    mend()
    assert broken_nodes() == []
    assert Unit.objects.get(pk=first.pk).tree_id != Unit.objects.get(pk=second.pk).tree_id


def test_a_loop_of_parents_is_reported_and_left_alone(village: Unit) -> None:
    township = village.parent
    assert township is not None
    corrupt("UPDATE orgs_unit SET parent_id = %s WHERE id = %s", village.pk, township.pk)

    looped = {node.unit_id for node in broken_nodes() if "loop" in node.problem}
    assert {township.pk, village.pk} <= looped
    mend()
    assert {node.unit_id for node in broken_nodes()} == looped
    with pytest.raises((CommandError, SystemExit)):
        call_command("check_tree", "--fix", stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db(transaction=True)
def test_of_mergers_of_one_township_at_once_one_wins_and_the_others_are_told() -> None:
    county = make_county()
    townships = [make_unit(county) for _ in range(THREADS)]
    make_unit(townships[0])
    refused: list[str] = []

    def work(number: int) -> None:
        target = townships[number or 1]
        try:
            merge_units(
                sources=[townships[0]],
                target=target,
                effective_on=timezone.localdate(),
                document="苍府〔2025〕1号",
                by=None,
            )
        except ValidationError as error:
            refused.extend(error.messages)

    in_threads(work)

    source = Unit.objects.get(pk=townships[0].pk)
    assert refused == [f"{source.name}已撤销，不能合并。"] * (THREADS - 1)
    assert source.successor is not None
    assert Restructuring.objects.count() == 1
    assert Unit.objects.filter(parent=source.successor).count() == 2
    assert_no_shared_ends()
    assert broken_nodes() == []


@pytest.mark.django_db(transaction=True)
def test_mergers_in_a_ring_leave_one_township_that_stands() -> None:
    county = make_county()
    townships = [make_unit(county) for _ in range(THREADS)]

    def work(number: int) -> None:
        with suppress(ValidationError):
            merge_units(
                sources=[townships[number]],
                target=townships[(number + 1) % THREADS],
                effective_on=timezone.localdate(),
                document="苍府〔2025〕1号",
                by=None,
            )

    in_threads(work)

    standing = Unit.objects.open().filter(parent=county)
    assert standing.count() >= 1
    assert Unit.objects.exclude(closed_on=None).count() == Restructuring.objects.count() > 0
    assert_no_shared_ends()
    assert broken_nodes() == []
