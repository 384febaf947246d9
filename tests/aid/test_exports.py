from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from aid.enums import PersonalField, SchoolStage
from aid.services import reverse_entry
from orgs.models import User
from tests.aid.factories import World, signed_in
from tests.factories import (
    make_child,
    make_donation,
    make_fund_account,
    make_paid_grant,
    make_pairing,
    make_visit,
)


def rows_of(user: User, path: str, **query: str) -> list[tuple[Any, ...]]:
    """The rows of an exported list, from its headings down."""
    response = signed_in(user).get(path, query)
    assert response.status_code == 200
    assert ".xlsx" in unquote(response["Content-Disposition"])
    assert "no-store" in response["Cache-Control"]
    sheet = load_workbook(BytesIO(response.getvalue())).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    return rows[2:]


def test_the_export_of_children_holds_exactly_the_filter_masked(world: World) -> None:
    child = make_child(world.village, stage=SchoolStage.MIDDLE)
    make_visit(make_pairing(child))
    make_child(world.village, stage=SchoolStage.PRIMARY)
    make_child(world.elsewhere, stage=SchoolStage.MIDDLE)

    head, *rows = rows_of(world.secretary, "/children/export/", stage=SchoolStage.MIDDLE)

    assert head[:2] == ("编号", "姓名（遮盖）")
    assert [row[:2] for row in rows] == [(child.number, child.masked_name)]
    assert not [field for field in PersonalField.values if getattr(child, field) in rows[0]]


def test_the_export_of_pairings_names_the_helper_and_masks_the_child(world: World) -> None:
    pairing = make_pairing(make_child(world.village))
    make_visit(pairing)

    _, row = rows_of(world.secretary, "/pairings/export/")

    assert row[:2] == (pairing.child.number, pairing.child.masked_name)
    assert pairing.helper in row
    assert pairing.child.name not in row


def test_the_exports_of_the_fund_add_up(world: World) -> None:
    account = make_fund_account(world.county)
    paid = make_paid_grant(make_child(world.village), account)
    wrong = make_donation(account, 70)
    reverse_entry(entry=wrong.entries.get(), posted_on=wrong.received_on, reason="重复记账", by=world.manager)

    _, *donations = rows_of(world.manager, "/fund/donations/export/")
    _, *grants = rows_of(world.manager, "/fund/grants/export/")
    head, *entries, total = rows_of(world.manager, "/fund/entries/export/")

    assert [row[7:] for row in donations] == [(70, -70), (1000, None)]
    assert [(row[0], row[1], row[5]) for row in grants] == [(paid.number, paid.child.number, 1000)]
    assert paid.child.masked_name not in grants[0]
    assert head[6:] == ("收入（元）", "支出（元）", "余额（元）")
    assert total[0] == "合计"
    assert total[6:8] == (1000, 1000)
    assert sum(row[6] or 0 for row in entries) == 1000
    assert sum(row[7] or 0 for row in entries) == 1000


@pytest.mark.parametrize("path", ["/children/export/", "/pairings/export/", "/fund/grants/export/"])
def test_a_wrong_filter_exports_nothing_rather_than_everything(world: World, path: str) -> None:
    make_paid_grant(make_child(world.village), make_fund_account(world.county))
    make_pairing(make_child(world.village))
    assert any(row[0] for row in rows_of(world.colleague, path)[1:])

    _, *rows = rows_of(world.colleague, path, unit="510999")

    assert not any(row[0] for row in rows)
