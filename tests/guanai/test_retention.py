"""How long the trail is kept, and that nothing but its time lets a row go."""

import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from guanai import seal_files, seals
from guanai.enums import Finding, Verb
from guanai.models import AuditSeal, RowEvent, SealRetirement, TrailEntry
from guanai.retention import expire_trail, months_before
from tests.guanai.sealed import finding, holds, seal, tamper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seal_files_here")]


def age_seals(months: int, *, number: int) -> None:
    """Make seals as old as if they had been made then: re-signed by the key, which the tests hold."""
    moment = months_before(timezone.now(), months)
    for stream in seals.streams():
        previous = ""
        for one in AuditSeal.objects.filter(stream=stream).order_by("number"):
            one.made_at = moment if one.number <= number else one.made_at
            one.previous = previous
            one.digest = previous = seals.digest_of(one)
            values = f"made_at = '{one.made_at.isoformat()}', previous = '{one.previous}', digest = '{one.digest}'"
            tamper(f"UPDATE guanai_auditseal SET {values} WHERE id = {one.pk}")  # noqa: S608 - values of the test


def _write_files_anew(files: list[Path]) -> None:
    for path in files:
        path.unlink()
    seal_files.write(AuditSeal.objects.all())


def test_expired_rows_go_seal_by_seal_and_the_chain_still_holds(
    sealed_trail: None, settings: Settings, seal_files_here: list[Path]
) -> None:
    settings.TRAIL_MONTHS = 6
    age_seals(7, number=1)
    _write_files_anew(seal_files_here)
    ledger, old = connection_count("aid_ledgerentry"), AuditSeal.objects.get(stream="row", number=1)

    made = {one.stream: one for one in expire_trail()}

    assert set(made) == {"row", "entry", "look"}
    assert made["row"].rows == old.rows
    assert not RowEvent.objects.filter(xact__lt=old.ends).exists()
    assert connection_count("aid_ledgerentry") == ledger
    assert TrailEntry.objects.filter(verb=Verb.EXPIRED).count() == 3
    holds()
    seal()
    holds()
    assert expire_trail() == []


def connection_count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of the test
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("sealed_trail")
def test_a_file_outside_that_is_no_longer_written_is_told(seal_files_here: list[Path]) -> None:
    age_seals(1, number=2)
    _write_files_anew(seal_files_here)
    holds()
    lines = seal_files_here[1].read_text(encoding="ascii").splitlines(keepends=True)
    newest = AuditSeal.objects.filter(stream="row").latest("number")
    kept = [line for line in lines if not line.startswith(f"row {newest.number} ")]
    assert len(kept) == len(lines) - 1
    seal_files_here[1].write_text("".join(kept), encoding="ascii")

    assert finding() == Finding.FILE


def test_nothing_young_expires(sealed_trail: None, settings: Settings) -> None:
    settings.TRAIL_MONTHS = 6
    age_seals(5, number=1)

    assert expire_trail() == []


def test_a_row_put_where_all_expired_is_found(
    sealed_trail: None, settings: Settings, seal_files_here: list[Path]
) -> None:
    settings.TRAIL_MONTHS = 6
    age_seals(7, number=1)
    _write_files_anew(seal_files_here)
    expire_trail()
    tamper("INSERT INTO guanai_trailentry (xact, at, verb, record, detail) VALUES (5, now(), 'sign_in', '', '{}')")

    assert finding() == Finding.INSERTED


def test_a_forged_statement_that_rows_expired_is_found(sealed_trail: None) -> None:
    """Somebody with the tables and without the key deletes rows and says that it was their time."""
    old = AuditSeal.objects.get(stream="entry", number=1)
    tamper(
        f"DELETE FROM guanai_trailentry WHERE xact < {old.ends}",  # noqa: S608 - a number
        "INSERT INTO guanai_sealretirement (stream, through, rows, made_at, digest, key)"
        " VALUES ('entry', 1, 1, now(), repeat('a', 64), 1)",
    )

    assert finding() == Finding.SEAL_CHANGED


def test_a_statement_about_seals_that_were_too_young_does_not_hold(sealed_trail: None) -> None:
    """Not even somebody with the key shortens the six months."""
    old = AuditSeal.objects.get(stream="entry", number=1)
    retirement = SealRetirement(stream="entry", through=1, rows=1, made_at=timezone.now())
    retirement.digest = seals.digest_of_retirement(retirement, old)
    retirement.save()
    tamper(f"DELETE FROM guanai_trailentry WHERE xact < {old.ends}")  # noqa: S608 - a number

    assert finding() == Finding.SEAL_CHANGED


def test_less_than_six_months_is_refused(settings: Settings) -> None:
    settings.TRAIL_MONTHS = 5
    with pytest.raises(CommandError, match="6 months"):
        call_command("expire_trail")


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [((2026, 8, 31), 6, (2026, 2, 28)), ((2026, 3, 15), 6, (2025, 9, 15)), ((2026, 12, 1), 12, (2025, 12, 1))],
)
def test_months_before(at: tuple[int, int, int], months: int, expected: tuple[int, int, int]) -> None:
    assert months_before(datetime.datetime(*at, tzinfo=datetime.UTC), months).date() == datetime.date(*expected)
