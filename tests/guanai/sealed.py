"""What the tests of seals share: sealing all there is, tampering as the owner, and what the check finds."""

import time

import pytest
from django.db import connection, transaction
from django.db.models import Max

from guanai import seals
from guanai.database_role import as_owner
from guanai.enums import Finding, Verb
from guanai.models import AuditSeal, ViewLog
from guanai.seal_check import BrokenSealError, check_all
from guanai.seals import seal_all
from guanai.trail import note
from tests.factories import make_child, make_county, make_donation, make_fund_account, make_user


def last_transaction() -> int:
    """That of the newest row of any stream."""
    newest = [model._default_manager.aggregate(last=Max("xact"))["last"] or 0 for model in seals.streams().values()]
    return max(newest)


def seal() -> None:
    """Seal all there is, by one seal for each stream.

    Another test process on the same server may hold the count of transactions back; sealing meanwhile would make two.
    """
    last, ends = last_transaction(), time.monotonic() + 60
    while seals.ended() <= last:
        assert time.monotonic() < ends, "a transaction beside this test runs too long"
        time.sleep(0.02)
    seal_all()


def holds() -> list[str]:
    """What `verify_audit` says of a trail that is in order."""
    said: list[str] = []
    check_all(said.append)
    return said


def finding() -> Finding:
    with pytest.raises(BrokenSealError) as caught:
        holds()
    return caught.value.finding


def tamper(*statements: str) -> None:
    """As the owner of the tables, with every trigger off."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement


def make_sealed_trail() -> None:
    """Two seals of every stream."""
    county = make_county()
    for _ in range(2):
        child = make_child(county)
        ViewLog.objects.create(user=make_user(), record="aid.child", record_id=child.pk, field="姓名", reason="走访")
        note(Verb.SIGN_IN)
        make_donation(make_fund_account(county, name=f"账户{child.pk}"), 100)
        seal()
    assert set(AuditSeal.objects.values_list("number", flat=True)) >= {1, 2}
