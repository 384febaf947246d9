"""五纳入五统一: the evidence of a unit and year, cell by cell."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from activities.enums import InclusionKind
from activities.inclusions import inclusion_year
from activities.models import Inclusion
from activities.services import (
    InclusionEntry,
    save_inclusion,
)
from guanai.cells import CellState
from guanai.edits import NEVER
from orgs.models import Unit
from tests.activities.factories import World, body, make_follow_up, make_meeting, signed_in
from tests.factories import make_unit, seen

YEAR = timezone.localdate().year
TODAY = timezone.localdate()
# A day of this year that is never in the future.
NEW_YEAR = datetime.date(YEAR, 1, 1)


def inclusion_url(world: World, kind: str = "agenda", year: int = YEAR) -> str:
    return reverse("activities:inclusion_edit", args=[world.township.code, year, kind])


def states(world: World) -> list[tuple[str, CellState]]:
    return [(cell.letter, cell.state) for cell in inclusion_year([world.township], YEAR).cells(world.township)]


def test_a_document_or_a_meeting_fills_a_cell(world: World) -> None:
    meeting = make_meeting(world.township, kind="hearing", held_on=NEW_YEAR, name="党委会听取汇报")
    client = signed_in(world.secretary)
    assert {state for _, state in states(world)} == {CellState.MISSING}
    document = {"document": "亭委发〔2026〕3号", "dated_on": f"{NEW_YEAR}", "issued_by": "中共亭子镇委员会"}
    assert "已保存亭子镇" in body(client.post(inclusion_url(world), document, follow=True))
    client.post(inclusion_url(world, "party"), {"meeting": meeting.pk})
    assert Inclusion.objects.get(kind="party").dated_on == NEW_YEAR
    done, missing = CellState.DONE, CellState.MISSING
    assert states(world) == [("日", done), ("目", missing), ("党", done), ("文", missing), ("考", missing)]
    page = client.get(f"/inclusions/?year={YEAR}&unit={world.township.code}")
    # Without a committee, the village has nothing to show.
    assert [(line["unit"], line["done"]) for line in page.context["lines"]] == [(world.township, 2)]


def test_the_five_of_a_unit_stand_on_one_page_and_open_their_evidence(world: World) -> None:
    meeting = make_meeting(world.township, held_on=NEW_YEAR, name="党委会听取汇报")
    client = signed_in(world.secretary)
    client.post(inclusion_url(world, "party"), {"meeting": meeting.pk})
    url = reverse("activities:inclusion_unit", args=[world.township.code, YEAR])
    assert url in body(client.get(f"/inclusions/?year={YEAR}"))
    page = body(client.get(url))
    assert page.count("登记依据") == 4
    assert "已有依据 1 项，还缺 4 项" in page
    assert reverse("activities:meeting_detail", args=[meeting.pk]) in page
    assert reverse("activities:meeting_detail", args=[meeting.pk]) in body(client.get(inclusion_url(world, "party")))
    assert "登记依据" not in body(signed_in(world.reader).get(url))
    assert client.get(reverse("activities:inclusion_unit", args=[world.township.code, 1900])).status_code == 404


def test_evidence_is_taken_away_by_a_step_of_its_own(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(inclusion_url(world), {"document": "错的文", "dated_on": f"{NEW_YEAR}"})
    row = Inclusion.objects.get()
    url = reverse("activities:inclusion_remove", args=[world.township.code, YEAR, "agenda"])
    assert "错的文" in body(client.get(url))
    changed = {"document": "同事的文", "dated_on": f"{NEW_YEAR}", **seen(row)}
    signed_in(world.colleague).post(inclusion_url(world), changed)
    assert f"被 {world.colleague.name} 于" in body(client.post(url, seen(row)))
    row.refresh_from_db()
    assert client.post(url, seen(row)).status_code == 302
    assert states(world)[0] == ("日", CellState.MISSING)
    assert client.post(url, seen(row)).status_code == 404


def test_a_unit_that_has_no_committee_in_the_year_or_is_closed_has_no_cells_to_fill(world: World) -> None:
    entry = {"document": "文", "dated_on": f"{NEW_YEAR}"}
    village = reverse("activities:inclusion_edit", args=[world.village.code, YEAR, "agenda"])
    assert "还没有成立关工委" in body(signed_in(world.clerk).post(village, entry))
    Unit.objects.filter(pk=world.township.pk).update(closed_on=TODAY)
    assert "已于" in body(signed_in(world.secretary).post(inclusion_url(world), entry))
    assert not Inclusion.objects.exists()


def test_only_a_meeting_of_the_year_is_offered_as_evidence(world: World) -> None:
    before = make_meeting(world.township, held_on=datetime.date(YEAR - 1, 3, 1), name="去年的会")
    page = body(signed_in(world.secretary).get(inclusion_url(world)))
    assert "去年的会" not in page
    with pytest.raises(ValidationError, match="年开的会议"):
        save_inclusion(
            by=world.secretary,
            unit=world.township,
            year=YEAR,
            kind="agenda",
            entry=InclusionEntry(meeting=before),
            seen=NEVER,
        )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"issued_by": "镇党委"}, "请填写文号，或选一次会议作依据"),
        ({"document": "亭委发〔2026〕3号"}, "请填写发文日期"),
        ({"document": "亭委发〔2026〕3号", "dated_on": "2999-01-01"}, "年内"),
        ({"document": "亭委发〔2026〕3号", "dated_on": "2001-01-01"}, "年内"),
    ],
)
def test_a_cell_without_evidence_is_explained(world: World, entry: dict[str, str], words: str) -> None:
    assert words in body(signed_in(world.secretary).post(inclusion_url(world), entry))
    assert not Inclusion.objects.exists()


def test_a_meeting_of_another_unit_is_no_evidence(world: World) -> None:
    foreign = make_meeting(world.elsewhere, held_on=NEW_YEAR)
    page = body(signed_in(world.secretary).post(inclusion_url(world), {"meeting": foreign.pk}))
    assert "错误" in page
    assert not Inclusion.objects.exists()


def test_a_new_year_shows_the_evidence_of_the_year_before_and_carries_nothing(world: World) -> None:
    Inclusion.objects.create(
        unit=world.township, year=YEAR - 1, kind="agenda", document="去年的文", dated_on=f"{YEAR - 1}-03-01"
    )
    page = body(signed_in(world.secretary).get(inclusion_url(world)))
    assert "去年的文" in page
    assert 'value="去年的文"' not in page
    assert states(world)[0] == ("日", CellState.MISSING)


def test_the_second_of_two_writers_of_a_cell_is_told(world: World) -> None:
    entry = {"document": "同事的文", "dated_on": f"{NEW_YEAR}"}
    signed_in(world.colleague).post(inclusion_url(world), entry)
    page = body(signed_in(world.secretary).post(inclusion_url(world), entry | {"document": "我的文"}))
    assert f"被 {world.colleague.name} 于" in page
    assert 'value="我的文"' in page
    assert Inclusion.objects.get().document == "同事的文"


def test_who_may_write_a_cell(world: World) -> None:
    sent = {"document": "亭委发〔2026〕3号", "dated_on": f"{NEW_YEAR}"}
    assert signed_in(world.stranger).get(inclusion_url(world)).status_code == 404
    assert signed_in(world.stranger).post(inclusion_url(world), sent).status_code == 404
    assert signed_in(world.reader).get(inclusion_url(world)).status_code == 200
    assert signed_in(world.reader).post(inclusion_url(world), sent).status_code == 403
    assert signed_in(world.colleague).put(inclusion_url(world)).status_code == 405
    assert signed_in(world.colleague).get(inclusion_url(world, "poetry")).status_code == 404
    assert signed_in(world.colleague).post(inclusion_url(world), sent).status_code == 302


def test_the_five_are_those_of_the_field() -> None:
    assert [f"{kind.label}→{kind.unified}" for kind in InclusionKind] == [
        "党政领导工作日程→统一谋划",
        "经济社会发展目标→统一规划",
        "基层党建活动→统一部署",
        "精神文明建设→统一安排",
        "年终目标考核→统一考核",
    ]


@pytest.mark.parametrize("address", ["/meetings/", "/follow-ups/", "/inclusions/"])
def test_lists_cost_the_same_for_one_unit_and_many(
    world: World, address: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world.office)
    counts = []
    for more in (1, 4):
        for _ in range(more):
            unit = make_unit(world.township, committee_established_on=datetime.date(2015, 6, 1))
            make_follow_up(make_meeting(unit))
            Inclusion.objects.create(unit=unit, year=YEAR, kind="agenda", document="文", dated_on=TODAY)
        client.get(address)
        with django_assert_max_num_queries(30) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
