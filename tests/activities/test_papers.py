"""Yearly papers and venues."""

import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.enums import ActivityState, PaperState
from activities.models import Paper, PaperDeadline
from activities.yearly import due_papers, paper_year
from guanai.cells import CellState
from tests.activities.factories import World, make_meeting, make_paper, signed_in
from tests.factories import make_activity, make_unit, make_venue, seen

YEAR = timezone.localdate().year


def paper_url(world: World, kind: str = "plan", year: int = YEAR) -> str:
    return reverse("activities:paper_edit", args=[world.township.code, year, kind])


def body(response: Any) -> str:
    return str(response.content.decode())


def test_venues_are_filtered_and_limited_to_the_branch(world: World) -> None:
    make_venue(world.village, name="佛山社区阳光驿站", kind="sunshine_station")
    make_venue(world.township, name="旧书屋", closed_on=datetime.date(2024, 1, 1))
    make_venue(world.elsewhere, name="外乡基地")
    client = signed_in(world.secretary)
    assert "外乡基地" not in body(client.get("/venues/"))
    assert client.get("/venues/").context["listing"].total == 2
    assert client.get("/venues/?use=open").context["listing"].total == 1
    assert client.get("/venues/?use=closed&kind=sunshine_station").context["listing"].total == 0
    assert client.get(f"/venues/?unit={world.village.code}").context["listing"].total == 1


def cells(world: World) -> list[tuple[str, CellState, str]]:
    world.township.refresh_from_db()
    return [(cell.word, cell.state, cell.note) for cell in paper_year([world.township], YEAR).cells(world.township)]


def test_the_five_cells_say_what_is_there(world: World) -> None:
    make_paper(world.township)
    make_paper(world.township, kind="summary", state=PaperState.DRAFT, filed_on=None)
    make_paper(world.township, kind="check", state=PaperState.RETURNED, filed_on=None)
    today = timezone.localdate()
    make_activity(world.township, theme=world.theme, held_on=today)
    make_activity(world.village, theme=world.theme, held_on=today)
    make_activity(world.village, theme=world.theme, held_on=today, state=ActivityState.RETURNED)
    make_activity(world.elsewhere, theme=world.theme, held_on=today)
    make_activity(world.township, theme=world.theme, held_on=today.replace(year=YEAR - 1, day=1))
    assert cells(world) == [
        ("计划", CellState.DONE, ""),
        ("检查", CellState.BACK, ""),
        ("记录", CellState.DONE, "2 场"),
        ("总结", CellState.DRAFT, ""),
        ("评估", CellState.MISSING, ""),
    ]


def test_a_paper_is_written_then_filed(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(paper_url(world), {"text": "写了一半", "step": "draft"})
    assert Paper.objects.get().state == PaperState.DRAFT
    entry = {"text": "全年计划", "step": "file"} | seen(Paper.objects.get())
    response = client.post(paper_url(world), entry, follow=True)
    assert f"已归档：亭子镇 {YEAR} 年计划。" in body(response)
    paper = Paper.objects.get()
    assert (paper.state, paper.filed_on, paper.text) == (PaperState.FILED, timezone.localdate(), "全年计划")
    assert "正文是空的" in body(client.post(paper_url(world, "check"), {"text": "", "step": "file"}))


def test_the_second_of_two_writers_of_a_paper_is_told(world: World) -> None:
    opened = make_paper(world.township, text="全年计划")
    signed_in(world.colleague).post(paper_url(world), {"text": "同事写的", "step": "draft"} | seen(opened))
    told = body(signed_in(world.secretary).post(paper_url(world), {"text": "我写的", "step": "draft"} | seen(opened)))
    assert f"被 {world.colleague.name} 于" in told
    assert "我写的" in told
    assert Paper.objects.get().text == "同事写的"


def test_two_who_begin_the_same_paper_do_not_overwrite_each_other(world: World) -> None:
    signed_in(world.colleague).post(paper_url(world), {"text": "同事写的", "step": "draft"})
    told = body(signed_in(world.secretary).post(paper_url(world), {"text": "我写的", "step": "draft"}))
    assert f"被 {world.colleague.name} 于" in told
    assert Paper.objects.get().text == "同事写的"


def test_who_may_write_a_paper(world: World) -> None:
    sent = {"text": "改了", "step": "file"} | seen(make_paper(world.township, text="全年计划"))
    assert signed_in(world.stranger).get(paper_url(world)).status_code == 404
    assert signed_in(world.stranger).post(paper_url(world), sent).status_code == 404
    page = body(signed_in(world.reader).get(paper_url(world)))
    assert "全年计划" in page
    assert "<textarea" not in page
    assert signed_in(world.reader).post(paper_url(world), sent).status_code == 403
    assert signed_in(world.colleague).put(paper_url(world)).status_code == 405
    assert signed_in(world.colleague).post(paper_url(world), sent).status_code == 302
    assert Paper.objects.get().text == "改了"


def test_a_paper_that_cannot_be_is_not_found(world: World) -> None:
    client = signed_in(world.secretary)
    assert client.get(paper_url(world, "novel")).status_code == 404
    assert client.get(paper_url(world, year=1800)).status_code == 404


def test_papers_fall_due_by_the_deadlines_of_the_county(world: World) -> None:
    today = datetime.date(2025, 12, 10)
    make_paper(world.township, kind="plan", year=2025)

    def due(within: int) -> list[tuple[str, int]]:
        papers = paper_year([world.township], 2025)
        return [(paper.kind, paper.days) for paper in due_papers(world.township, papers, within=within, today=today)]

    assert due(7) == [("check", -132), ("summary", 5)]
    assert due(4) == [("check", -132)]
    PaperDeadline.objects.filter(kind="check").update(month=12, day=31)
    assert due(30) == [("summary", 5), ("check", 21)]


def test_a_deadline_on_a_day_that_its_month_has_not_is_the_last_one() -> None:
    assert PaperDeadline(kind="plan", month=2, day=30).in_year(2025) == datetime.date(2025, 2, 28)


@pytest.mark.parametrize("address", ["/papers/", "/meetings/", "/venues/"])
def test_lists_cost_the_same_for_one_unit_and_many(
    world: World, address: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world.office)
    counts = []
    for more in (1, 4):
        for _ in range(more):
            unit = make_unit(world.township)
            make_venue(unit)
            make_paper(unit)
            make_meeting(unit)
            make_activity(unit, theme=world.theme, held_on=timezone.localdate())
        client.get(address)
        with django_assert_max_num_queries(30) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_full_pages_stay_within_60_kb(world: World) -> None:
    for _ in range(50):
        unit = make_unit(world.township)
        make_venue(unit)
        make_paper(unit)
        make_meeting(unit)
    for address in ("/papers/", "/meetings/", "/venues/"):
        response = signed_in(world.office).get(address)
        assert len(response.context["listing"].page) == 50
        assert len(response.content) <= 60 * 1024
