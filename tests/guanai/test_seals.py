"""Seals: what is sealed when, by whom at once, and that every kind of tampering is found."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import Settings

from guanai.database_role import as_owner
from guanai.enums import Finding, Verb
from guanai.models import AuditSeal, SealCheck, TrailEntry
from guanai.seals import SealError, carry_numbers_on, seal_all
from guanai.trail import note
from tests.guanai.sealed import finding, holds, seal, tamper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seal_files_here")]


def test_all_streams_are_sealed_and_hold(sealed_trail: None) -> None:
    said = holds()

    assert {words.split(":")[0] for words in said[:4]} == {"entry", "ledger", "look", "row"}
    assert all("0 rows not sealed yet" in words for words in said[:4])
    assert len(said) == 6


def test_nothing_new_makes_no_seal(sealed_trail: None) -> None:
    assert seal_all() == []


def test_the_command_tells_what_it_checked_and_ends_well(
    sealed_trail: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit")

    assert "All seals hold." in capsys.readouterr().out
    assert SealCheck.objects.get().in_order


def test_the_command_ends_with_1_at_the_first_broken_seal(
    sealed_trail: None, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper("UPDATE guanai_viewlog SET reason = '没有理由' WHERE id = (SELECT min(id) FROM guanai_viewlog)")

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")

    assert ended.value.code == 1
    assert "look: row changed" in capsys.readouterr().err
    assert SealCheck.objects.get().finding == Finding.CHANGED.label


TAMPERINGS: list[tuple[str, Finding]] = [
    ("UPDATE guanai_rowevent SET actor_id = 999 WHERE id = (SELECT min(id) FROM guanai_rowevent)", Finding.CHANGED),
    ("UPDATE guanai_rowevent SET changes = '{}' WHERE id = (SELECT min(id) FROM guanai_rowevent)", Finding.CHANGED),
    ("UPDATE guanai_viewlog SET at = at + interval '1 day'", Finding.CHANGED),
    ("UPDATE guanai_trailentry SET verb = 'sign_out'", Finding.CHANGED),
    (
        "UPDATE aid_ledgerentry SET amount = amount + 1 WHERE id = (SELECT max(id) FROM aid_ledgerentry)",
        Finding.CHANGED,
    ),
    ("DELETE FROM guanai_rowevent WHERE id = (SELECT min(id) FROM guanai_rowevent)", Finding.REMOVED),
    ("DELETE FROM aid_ledgerentry WHERE id = (SELECT max(id) FROM aid_ledgerentry)", Finding.REMOVED),
    ("DELETE FROM guanai_viewlog", Finding.REMOVED),
    (
        """INSERT INTO guanai_trailentry (xact, at, verb, record, detail)
        SELECT xact, at, verb, record, detail FROM guanai_trailentry LIMIT 1""",
        Finding.INSERTED,
    ),
    (
        """INSERT INTO aid_ledgerentry (xact, account_id, kind, gift, amount, posted_on, note, created_at)
        SELECT xact, account_id, kind, gift, 5, posted_on, note, created_at FROM aid_ledgerentry LIMIT 1""",
        Finding.INSERTED,
    ),
    # A row moved behind the sealed ones is missing where it was.
    (
        "UPDATE guanai_rowevent SET xact = xact + 1000000 WHERE id = (SELECT min(id) FROM guanai_rowevent)",
        Finding.REMOVED,
    ),
    ("DELETE FROM guanai_auditseal WHERE stream = 'row' AND number = 1", Finding.SEAL_REMOVED),
    ("UPDATE guanai_auditseal SET rows = rows + 1 WHERE stream = 'look' AND number = 1", Finding.SEAL_CHANGED),
    ("UPDATE guanai_auditseal SET content = repeat('0', 64) WHERE stream = 'entry'", Finding.SEAL_CHANGED),
    ("UPDATE guanai_auditseal SET ends = ends + 5 WHERE stream = 'ledger' AND number = 2", Finding.SEAL_CHANGED),
    ("UPDATE guanai_auditseal SET digest = repeat('0', 64) WHERE stream = 'row' AND number = 2", Finding.SEAL_CHANGED),
    ("DELETE FROM guanai_auditseal WHERE stream = 'row' AND number = 2", Finding.TAIL),
    ("DELETE FROM guanai_auditseal WHERE stream = 'look'", Finding.TAIL),
]


@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS, ids=[words[:70] for words, _ in TAMPERINGS])
def test_tampering_as_the_owner_with_triggers_off_is_found(
    sealed_trail: None, statement: str, expected: Finding
) -> None:
    tamper(statement)

    assert finding() == expected


def test_triggers_taken_off_a_table_do_not_help(sealed_trail: None) -> None:
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE aid_ledgerentry DISABLE TRIGGER ALL")
        cursor.execute("UPDATE aid_ledgerentry SET amount = amount * 2")
        cursor.execute("ALTER TABLE aid_ledgerentry ENABLE TRIGGER ALL")

    assert finding() == Finding.CHANGED


def test_a_cut_tail_shows_even_when_new_seals_grow_over_it(sealed_trail: None) -> None:
    last = AuditSeal.objects.filter(stream="entry").latest("number")
    tamper(
        f"DELETE FROM guanai_trailentry WHERE xact >= {last.starts}",  # noqa: S608 - a number
        f"DELETE FROM guanai_auditseal WHERE id = {last.pk}",  # noqa: S608 - a number
    )
    assert finding() == Finding.TAIL
    for _ in range(3):
        note(Verb.SIGN_OUT)
        seal()
    assert AuditSeal.objects.filter(stream="entry", number=last.number).exists()

    assert finding() == Finding.TAIL


def test_seals_made_with_another_key_do_not_hold(sealed_trail: None, settings: Settings) -> None:
    settings.AUDIT_KEYS = {1: bytes(32)}

    assert finding() == Finding.SEAL_CHANGED


def rotate(settings: Settings, version: int = 2) -> None:
    """A new key beside the old ones, as the environment would bring it after a restart."""
    settings.AUDIT_KEYS = {**settings.AUDIT_KEYS, version: bytes([version]) * 32}
    settings.AUDIT_KEY_CURRENT = version


def test_seals_of_an_old_and_a_new_key_hold_beside_each_other(
    sealed_trail: None, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    rotate(settings)
    note(Verb.SIGN_OUT)
    seal()

    assert list(AuditSeal.objects.filter(stream="entry").order_by("number").values_list("key", flat=True)) == [1, 1, 2]
    assert "entry: 3 seals" in " ".join(holds())
    call_command("verify_audit")
    assert "All seals hold." in capsys.readouterr().out


def test_an_old_key_that_is_no_longer_given_is_named(sealed_trail: None, settings: Settings) -> None:
    rotate(settings)
    settings.AUDIT_KEYS = {2: settings.AUDIT_KEYS[2]}

    assert finding() == Finding.KEY


def test_a_key_that_was_replaced_seals_nothing_later(sealed_trail: None, settings: Settings) -> None:
    old = settings.AUDIT_KEY_CURRENT
    rotate(settings)
    note(Verb.SIGN_OUT)
    seal()
    settings.AUDIT_KEY_CURRENT = old
    note(Verb.SIGN_OUT)
    seal()

    assert finding() == Finding.SEAL_CHANGED


def test_a_seal_that_is_given_another_key_s_version_does_not_hold(sealed_trail: None, settings: Settings) -> None:
    rotate(settings)
    tamper("UPDATE guanai_auditseal SET key = 2")

    assert finding() == Finding.SEAL_CHANGED


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_outside_that_is_gone_or_written_over_is_told(
    sealed_trail: None, seal_files_here: list[Path], which: int
) -> None:
    before = seal_files_here[which].read_text(encoding="ascii")
    seal_files_here[which].unlink()
    assert finding() == Finding.FILE
    seal_files_here[which].write_text("nonsense\n", encoding="ascii")
    assert finding() == Finding.FILE
    seal_files_here[which].write_text(before, encoding="ascii")
    holds()


def test_the_files_outside_are_only_added_to_and_private(sealed_trail: None, seal_files_here: list[Path]) -> None:
    before = seal_files_here[0].read_text(encoding="ascii")
    note(Verb.SIGN_IN)
    seal()
    after = seal_files_here[0].read_text(encoding="ascii")

    assert after.startswith(before)
    assert len(after.splitlines()) == len(before.splitlines()) + 1
    assert seal_files_here[0].stat().st_mode & 0o777 == 0o600
    assert seal_files_here[1].read_text(encoding="ascii") == after


def in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_transaction_that_commits_late_is_sealed_later_and_breaks_nothing() -> None:
    """Its row has the lower number and comes after its neighbour was there: by row numbers it could not be sealed."""
    wrote, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            note(Verb.SIGN_IN, reason="late")
            wrote.set()
            may_commit.wait(60)

    thread = in_thread(late)
    try:
        assert wrote.wait(60)
        early = note(Verb.SIGN_OUT, reason="early")
        seal_all()
        # The other one still runs: what was written after it began waits for it.
        assert not AuditSeal.objects.filter(stream="entry").exists()
    finally:
        may_commit.set()
        thread.join(60)
    slow = TrailEntry.objects.get(detail__reason="late")
    assert slow.pk < early.pk
    seal()

    holds()
    assert sum(AuditSeal.objects.filter(stream="entry").values_list("rows", flat=True)) == 2


def test_what_began_before_an_old_transaction_is_sealed_while_it_runs() -> None:
    note(Verb.SIGN_IN, reason="before")
    wrote, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            note(Verb.SIGN_IN, reason="late")
            wrote.set()
            may_commit.wait(60)

    thread = in_thread(late)
    try:
        assert wrote.wait(60)
        ends = time.monotonic() + 30
        while not AuditSeal.objects.filter(stream="entry").exists():
            seal_all()
            assert time.monotonic() < ends
        assert AuditSeal.objects.get(stream="entry").rows == 1
    finally:
        may_commit.set()
        thread.join(60)
    seal()
    holds()
    assert [one.rows for one in AuditSeal.objects.filter(stream="entry").order_by("number")] == [1, 1]


def test_several_sealers_at_once_leave_one_chain() -> None:
    def work(number: int) -> None:
        try:
            for _ in range(5):
                note(Verb.SIGN_IN, number=number)
                seal_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    seal()

    holds()
    assert sum(AuditSeal.objects.filter(stream="entry").values_list("rows", flat=True)) == 20


def test_what_a_rolled_back_transaction_wrote_is_not_missed_and_not_sealed() -> None:
    with transaction.atomic():
        note(Verb.SIGN_IN)
        transaction.set_rollback(True)
    note(Verb.SIGN_OUT)
    seal()

    holds()
    assert AuditSeal.objects.get(stream="entry").rows == 1


@pytest.fixture
def younger_server(sealed_trail: None) -> Iterator[None]:
    """The count of transactions as after a restore: far below what was sealed."""
    words = "CREATE OR REPLACE FUNCTION guanai_xact() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT pg_current_xact_id()::text::bigint + {} $$"  # noqa: E501
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(words.format(-1_000_000_000))
    yield
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(words.format(0))


def test_a_migration_up_to_a_point_before_the_trail_carries_nothing_on(sealed_trail: None) -> None:
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE aid_ledgerentry DROP COLUMN xact CASCADE")
        carry_numbers_on()
        transaction.set_rollback(True)


def test_a_database_restored_into_a_younger_server_is_not_sealed_before_migrate_has_run(younger_server: None) -> None:
    with pytest.raises(SealError, match="migrate"):
        seal_all()

    with as_owner():
        carry_numbers_on()
    note(Verb.SIGN_IN, reason="after the restore")
    seal()

    holds()
    assert AuditSeal.objects.filter(stream="entry").count() == 3
