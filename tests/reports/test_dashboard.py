"""The dashboard: figures that are those of the roll-up, each opening to its records; who sees which branch."""

import datetime
import io
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from activities.enums import ActivityState, PaperKind, PaperState
from activities.models import Paper
from guanai.cells import CellState
from orgs.enums import Role, UnitKind
from orgs.models import Unit
from reports.dashboard import key_figures, last_year_of, months_of_activities, themes_of_activities
from reports.rollup import figures, figures_table
from reports.unit_table import CODES, NUMBERS, SHOWN, make_unit_table
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county, make_network
from tests.reports.pages import KILOBYTE, client_of, query_count, signed_in, text

pytestmark = pytest.mark.django_db
BOARD = "/dashboard/"
TODAY = timezone.localdate()


@pytest.fixture
def world() -> World:
    return make_busy_county(31, townships=2, records=14)


def links(page: str, path: str) -> list[tuple[str, str]]:
    """(address, number shown) of every link of the table of units to a path."""
    table = page[page.index('id="units"') :]
    found = re.findall(r'<a href="([^"]+)">([\d,]+)</a>', table)
    return [(unescape(url), shown) for url, shown in found if url.startswith(path)]


def test_every_number_of_the_table_opens_to_records_that_add_up_to_it(world: World) -> None:
    client = signed_in(world.county)
    opened = world.townships[0].code
    pages = [client.get(f"{BOARD}?year={YEAR}&open={key}").content.decode() for key in (opened, "department")]
    numbers = [link for page in pages for link in links(page, "/figures/")]
    assert len(numbers) > 40
    for url, shown in dict(numbers).items():
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert answer.context["counted"].figure == shown, url


def test_bars_of_both_charts_open_to_as_many_records(world: World) -> None:
    client = signed_in(world.county)
    bars = [*months_of_activities(world.county, YEAR).points, *themes_of_activities(world.county, YEAR).points]
    drawn = [bar for bar in bars if bar.value]
    assert len(drawn) > 12
    for bar in drawn:
        assert client.get(bar.href).context["listing"].total == bar.value
    assert sum(int(bar.value or 0) for bar in bars) == 2 * int(figures(YEAR, world.county)["activities"])


def test_key_figures_are_those_of_the_branch_and_open_to_them(world: World) -> None:
    client = signed_in(world.county)
    table = figures_table(YEAR, world.county, CODES)
    keys = key_figures(world.county, YEAR, table[world.county.pk])
    labels = ["活动", "参加青少年", "在册五老", "结对", "关爱基金收入", "委员会覆盖率"]
    assert [key.label for key in keys] == labels
    for key in keys:
        counted = client.get(key.url).context["counted"]
        if key.measure == "万元":
            assert abs(float(key.value.replace(",", "")) * 10_000 - float(counted.figure.replace(",", ""))) <= 50
        else:
            assert counted.figure == key.value, key.label


def test_a_past_year_is_compared_with_the_whole_year_before(world: World) -> None:
    before = figures(YEAR - 1, world.county)
    assert last_year_of("activities", world.county, YEAR) == before["activities"]
    assert f"{YEAR - 1} 年 {before['activities']:,}" in text(signed_in(world.county).get(BOARD, {"year": YEAR}))


def test_the_running_year_is_compared_to_the_same_day() -> None:
    township = make.make_unit(make.make_county())
    last = TODAY.replace(year=TODAY.year - 1, day=min(TODAY.day, 28))
    make.make_activity(township, held_on=last)
    # Past the same day of last year, at the end of a month too: four days after the 28th is the next one.
    make.make_activity(township, held_on=last + datetime.timedelta(days=4))
    make.make_activity(township, held_on=TODAY)
    county = Unit.objects.get(kind=UnitKind.COUNTY)
    assert last_year_of("activities", county, TODAY.year) == 1
    assert "去年同期 1" in text(signed_in(county).get(BOARD))


def test_months_to_come_have_no_bar_and_the_running_one_is_marked() -> None:
    county = make.make_county()
    make.make_activity(county, held_on=TODAY)
    points = months_of_activities(county, TODAY.year).points
    assert [point.value is None for point in points] == [month > TODAY.month for month in range(1, 13)]
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert points[TODAY.month - 1].partial is (tomorrow.month == TODAY.month)
    assert not any(point.partial for point in months_of_activities(county, TODAY.year - 1).points)


def test_units_stand_in_tree_order_with_the_total_first(world: World) -> None:
    table = make_unit_table(world.county, YEAR, figures_table(YEAR, world.county, CODES), linked=True, folded=False)
    total, own, *branches = table.lines
    assert (total.label, own.label) == ("全县合计", f"{world.county.short_name}本级")
    children = Unit.objects.filter(parent=world.county).order_by("lft")
    assert [line.of for line in branches] == list(children.values_list("code", flat=True))
    for code in CODES:
        assert total.figures[code] == sum(line.figures[code] for line in (own, *branches)), code


def test_departments_stand_in_one_line_that_unfolds(world: World) -> None:
    client = signed_in(world.county)
    departments = [unit.short_name for unit in world.units if unit.kind == UnitKind.DEPARTMENT]
    folded = text(client.get(BOARD, {"year": YEAR}))
    assert "县直部门（2 个）" in folded
    assert not any(name in folded for name in departments)
    assert all(name in text(client.get(f"{BOARD}?year={YEAR}&open=department")) for name in departments)


def test_a_township_unfolds_to_its_places_alone(world: World) -> None:
    first, second = world.townships[:2]
    page = text(signed_in(world.county).get(f"{BOARD}?year={YEAR}&open={first.code}"))
    assert all(unit.short_name in page for unit in first.get_children())
    assert not any(unit.short_name in page for unit in second.get_children())


def test_five_cells_say_what_is_there_of_each_paper() -> None:
    county = make.make_county()
    township = make.make_unit(county, committee_established_on=datetime.date(2020, 1, 1))
    make.make_activity(township)
    states = {
        PaperKind.PLAN: PaperState.FILED,
        PaperKind.CHECK: PaperState.DRAFT,
        PaperKind.SUMMARY: PaperState.RETURNED,
    }
    for kind, state in states.items():
        filed = datetime.date(YEAR, 12, 1) if state == PaperState.FILED else None
        Paper.objects.create(unit=township, year=YEAR, kind=kind, state=state, filed_on=filed)
    county.refresh_from_db()
    table = make_unit_table(county, YEAR, figures_table(YEAR, county, CODES), linked=True)
    cells = {line.of: line.cells for line in table.lines}[township.code]
    assert [cell.state for cell in cells] == [
        CellState.DONE,
        CellState.DRAFT,
        CellState.DONE,
        CellState.BACK,
        CellState.MISSING,
    ]
    assert [bool(cell.url) for cell in cells] == [True, True, False, True, False]
    assert (table.complete, table.committees) == (0, 1)


def test_own_level_has_its_own_papers_and_activities_alone() -> None:
    county = make.make_county()
    make.make_activity(make.make_unit(county))
    county.refresh_from_db()
    table = make_unit_table(county, YEAR, figures_table(YEAR, county, CODES), linked=True)
    own = table.lines[1]
    assert own.figures["activities"] == 0
    assert own.cells[2].state is CellState.MISSING
    assert table.lines[0].figures["activities"] == 1


def test_a_long_table_is_cut_and_one_link_away() -> None:
    county = make.make_county()
    for _ in range(SHOWN + 6):
        make.make_unit(county)
    client = signed_in(county)
    response = client.get(BOARD)
    assert "展开其余 7 行" in text(response)
    assert len(response.context["table"].lines) == SHOWN + 1
    whole = client.get(BOARD, {"all": 1}).context["table"]
    assert (len(whole.lines), whole.hidden) == (SHOWN + 8, 0)


def test_the_unfolded_township_is_never_cut_off() -> None:
    county = make.make_county()
    for _ in range(SHOWN + 6):
        make.make_unit(county)
    last = Unit.objects.filter(parent=county).order_by("lft")[SHOWN + 5]
    village = make.make_unit(last)
    page = signed_in(county).get(f"{BOARD}?year={YEAR}&open={last.code}")
    assert village.short_name in text(page)
    assert len(page.context["table"].lines) == SHOWN + 9


def test_only_what_lacks_a_paper_can_be_asked_for() -> None:
    county = make.make_county()
    done, lacking = (make.make_unit(county, committee_established_on=datetime.date(2020, 1, 1)) for _ in range(2))
    make.make_unit(county, name="没有关工委镇")
    make.make_activity(done)
    for kind in PaperKind:
        Paper.objects.create(
            unit=done, year=YEAR, kind=kind, state=PaperState.FILED, filed_on=datetime.date(YEAR, 12, 1)
        )
    page = text(signed_in(county).get(BOARD, {"year": YEAR, "missing": 1}))
    assert lacking.short_name in page
    assert done.short_name not in page
    assert "没有关工委镇" not in page
    assert "齐全 1 / 2 个单位" in page


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CLERK, Role.REVIEWER, Role.LEADER, Role.FUND_MANAGER])
def test_a_branch_s_own_people_see_its_figures_and_no_others(world: World, role: Role) -> None:
    first, second = world.townships[:2]
    client = signed_in(first, role)
    response = client.get(BOARD, {"year": YEAR})
    assert response.context["unit"] == first
    assert response.context["keys"][0].value == f"{figures(YEAR, first)['activities']:,}"
    assert client.get(BOARD, {"unit": second.code}).status_code == 404
    assert client.get(BOARD, {"unit": world.county.code}).status_code == 404
    assert client.get(f"{BOARD}export/", {"unit": second.code}).status_code == 404


def test_a_village_s_clerk_sees_one_line(world: World) -> None:
    village = next(unit for unit in world.units if unit.kind == UnitKind.VILLAGE)
    response = signed_in(village, Role.CLERK).get(BOARD, {"year": YEAR})
    assert [line.label for line in response.context["table"].lines] == [village.short_name]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_roles_without_figures_are_refused(role: Role) -> None:
    assert signed_in(make.make_county(), role).get(BOARD).status_code == 403


def test_a_leader_gets_no_link_into_papers_nor_things_to_do(world: World) -> None:
    make.make_activity(world.townships[0], state=ActivityState.SUBMITTED, held_on=TODAY)
    office, leader = (signed_in(world.county, role).get(BOARD) for role in (Role.COUNTY_OFFICE, Role.LEADER))
    assert "待审活动" in text(office)
    assert office.content.decode().count("/papers/") > 0
    assert "待审活动" not in text(leader)
    assert "/papers/" not in leader.content.decode()


def test_what_waits_in_the_county_does_not_stand_on_a_township_s_page(world: World) -> None:
    make.make_activity(world.townships[0], state=ActivityState.SUBMITTED, held_on=TODAY)
    client = signed_in(world.county, Role.COUNTY_OFFICE)
    assert client.get(BOARD).context["to_do"]
    assert client.get(BOARD, {"unit": world.townships[1].code}).context["to_do"] == []


def test_only_what_this_user_may_do_is_to_do(world: World) -> None:
    user = make.make_member(world.county, Role.COUNTY_OFFICE)
    before = client_of(user).get(BOARD).context["to_do"]
    make.make_activity(world.townships[0], state=ActivityState.SUBMITTED, recorded_by=user)
    assert client_of(user).get(BOARD).context["to_do"] == before


@pytest.mark.parametrize("year", ["1999", str(TODAY.year + 1), "abc", "20 25"])
def test_a_year_that_is_none_is_not_found(year: str) -> None:
    assert signed_in(make.make_county()).get(BOARD, {"year": year}).status_code == 404


def test_years_to_choose_are_those_with_records() -> None:
    county = make.make_county()
    make.make_activity(county, held_on=datetime.date(2023, 5, 4))
    years = signed_in(county).get(BOARD).context["years"]
    assert years == [TODAY.year, 2023]


def test_without_signing_in_nobody_gets_in() -> None:
    assert Client().get(BOARD)["Location"].startswith("/sign-in/")


def test_writing_is_not_a_method_here(world: World) -> None:
    client = signed_in(world.county)
    assert client.post(BOARD).status_code == 405
    assert client.post(f"{BOARD}export/").status_code == 405


def test_the_number_of_queries_does_not_depend_on_the_number_of_units() -> None:
    world = make_network(townships=2)
    client = signed_in(world.county)
    few = query_count(client, f"{BOARD}?year={YEAR}")
    for _ in range(6):
        make.make_activity(make.make_unit(make.make_unit(world.county)))
    assert query_count(client, f"{BOARD}?year={YEAR}") == few
    assert query_count(client, f"{BOARD}?year={YEAR}&all=1&open=department") == few


def test_a_county_s_page_is_small() -> None:
    county = make.make_county()
    themes = [make.make_theme() for _ in range(12)]
    for number in range(60):
        town = make.make_unit(county)
        make.make_activity(town, theme=themes[number % 12], held_on=datetime.date(YEAR, 1 + number % 12, 5))
        for kind in PaperKind:
            Paper.objects.create(unit=town, year=YEAR, kind=kind)
    response = signed_in(county).get(BOARD, {"year": YEAR})
    assert response.context["table"].hidden
    assert len(response.content) <= 60 * KILOBYTE


def test_the_workbook_holds_the_table(world: World) -> None:
    response = signed_in(world.county).get(f"{BOARD}export/", {"year": YEAR})
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("各单位").to_python()
    names = [str(row[0]).strip() for row in rows]
    total = rows[names.index("全县合计")]
    table = figures_table(YEAR, world.county, CODES)
    assert [total[3], total[4], total[5], total[6]] == [table[world.county.pk][code] for code in NUMBERS]
    for unit in Unit.objects.filter(parent=world.county):
        assert rows[names.index(unit.short_name)][3] == table[unit.pk]["activities"]


def test_the_lead_says_what_the_numbers_open_to() -> None:
    county = make.make_county()
    assert "数字都能点开看记录" in text(signed_in(county).get("/dashboard/"))
    assert "数字都能点开看明细" in text(signed_in(county, Role.LEADER).get("/dashboard/"))
