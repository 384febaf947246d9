"""The pages of the evaluation: units in tree order, each suggestion with its records, the own township alone."""

import datetime
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from orgs.enums import Role, UnitKind
from orgs.models import Unit
from reports.enums import RuleKind
from reports.evaluation import score_scheme, score_sheets
from reports.models import Evaluation, ItemScore, Scheme
from reports.schemes import create_town_scheme
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county, make_network
from tests.reports.pages import KILOBYTE, query_count, signed_in, text

pytestmark = pytest.mark.django_db
LIST = f"/evaluations/{YEAR}/"


@pytest.fixture
def world() -> World:
    world = make_busy_county(34, townships=3, records=14)
    score_scheme(scheme=create_town_scheme(world.county, YEAR))
    return world


def sheet_url(unit: Unit) -> str:
    return f"{LIST}{unit.code}/"


def test_townships_stand_in_tree_order_whatever_their_points(world: World) -> None:
    first, second, third = Unit.objects.filter(kind=UnitKind.TOWNSHIP).order_by("lft")
    for unit, points in ((first, 0), (second, 20), (third, 10)):
        ItemScore.objects.filter(evaluation__unit=unit).update(reviewed=points)
    for query in ("", "?sort=total", "?o=-1"):
        (table,) = signed_in(world.county).get(LIST + query).context["tables"]
        assert [row.unit for row in table.rows] == [first, second, third]


def test_points_are_those_of_the_stored_sheets(world: World) -> None:
    scheme = Scheme.objects.get()
    (table,) = signed_in(world.county).get(LIST).context["tables"]
    for sheet, row in zip(score_sheets(scheme), table.rows, strict=True):
        bonus = sheet.bonus
        assert row.waiting == sheet.waiting == 3
        shown = [float(part) for part in row.so_far.split(" + ")]
        assert shown == [float(sheet.base), *([float(bonus)] if bonus else [])]
    assert [name for name, _ in table.headings] == ["班子", "五老", "制度", "创新", "活动"]
    assert [most for _, most in table.headings] == ["18", "8", "16", "8", "50"]


def test_no_grade_is_shown_before_it_is_decided(world: World) -> None:
    ItemScore.objects.update(reviewed=1)
    pages = [signed_in(world.county).get(url) for url in (LIST, sheet_url(world.townships[0]))]
    for page in pages:
        words = text(page)
        assert not any(grade in words for grade in ("优秀", "良好", "不合格", "名次：", "第 1 名"))


def test_every_piece_of_evidence_opens_to_what_it_says(world: World) -> None:
    client = signed_in(world.county)
    opened = 0
    for town in world.townships:
        page = client.get(sheet_url(town)).content.decode()
        for url, words in re.findall(r'<a href="(/figures/[^"]+)">([^<]+)</a>', page):
            said = re.findall(r"[\d,.]+", words)[-1]
            counted = client.get(unescape(url)).context["counted"].figure
            assert float(said.replace(",", "")) == float(counted.replace(",", "")), words
            opened += 1
    assert opened > 15


def test_a_sheet_shows_suggestions_reviews_and_reasons(world: World) -> None:
    town = world.townships[0]
    judged = ItemScore.objects.get(evaluation__unit=town, item__name="刊物征订")
    response = signed_in(world.county).get(sheet_url(town))
    items = {item.name: item for heading in response.context["headings"] for item in heading.items}
    assert (items["刊物征订"].suggested, items["刊物征订"].reviewed) == ("—", "—")
    assert items["示范辅导站"].maximum == "+10"
    assert "3 项待评" in text(response)
    judged.reviewed, judged.reason = 4, "征订 18 份，单位数 24 个。"
    judged.save()
    page = text(signed_in(world.county).get(sheet_url(town)))
    assert "征订 18 份，单位数 24 个。" in page
    assert "2 项待评" in page


def test_a_secretary_sees_the_own_township_alone(world: World) -> None:
    first, second = world.townships[:2]
    client = signed_in(first, Role.SECRETARY)
    (table,) = client.get(LIST).context["tables"]
    assert [row.unit for row in table.rows] == [first]
    assert second.short_name not in text(client.get(LIST))
    assert client.get(sheet_url(first)).status_code == 200
    assert client.get(sheet_url(second)).status_code == 404
    assert client.get(sheet_url(world.county)).status_code == 404


def test_a_reader_of_the_network_without_a_part_in_it_gets_403(world: World) -> None:
    town = world.townships[0]
    user = make.make_member(town, Role.CLERK)
    make.grant(user, world.townships[1], Role.SECRETARY)
    client = Client()
    client.force_login(user)
    assert client.get(sheet_url(town)).status_code == 403
    assert client.get(sheet_url(world.townships[1])).status_code == 200


@pytest.mark.parametrize("role", [Role.CLERK, Role.FUND_MANAGER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_roles_without_a_part_in_it_are_refused(world: World, role: Role) -> None:
    client = signed_in(world.county, role)
    for url in ("/evaluations/", LIST, sheet_url(world.townships[0])):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.REVIEWER, Role.LEADER])
def test_suggestions_are_counted_anew_and_reviews_stay(role: Role) -> None:
    county = make.make_county()
    town = make.make_unit(county)
    client = signed_in(county, role)
    assert "还没有计算建议分" in text(client.get(LIST))
    assert client.post(f"{LIST}score/")["Location"] == LIST
    theme = ItemScore.objects.filter(evaluation__unit=town, item__name="主题教育")
    assert theme.get().suggested == 0
    ItemScore.objects.filter(item__name="五好创建").update(reviewed=18)
    for month in (1, 2, 3, 4):
        make.make_activity(town, held_on=datetime.date(YEAR, month, 5))
    client.post(f"{LIST}score/")
    assert theme.get().suggested == 4
    assert ItemScore.objects.get(item__name="五好创建").reviewed == 18


def test_a_secretary_does_not_count_anew(world: World) -> None:
    before = Evaluation.objects.values_list("scored_at", flat=True)[0]
    client = signed_in(world.townships[0], Role.SECRETARY)
    assert "重算" not in text(client.get(LIST))
    assert client.post(f"{LIST}score/").status_code == 403
    assert Evaluation.objects.values_list("scored_at", flat=True)[0] == before


def test_the_menu_leads_to_the_latest_year_that_was_scored(world: World) -> None:
    assert signed_in(world.county).get("/evaluations/")["Location"] == LIST
    Evaluation.objects.all().delete()
    this_year = f"/evaluations/{timezone.localdate().year}/"
    assert signed_in(world.county).get("/evaluations/")["Location"] == this_year


def test_years_and_units_that_are_none_are_not_found(world: World) -> None:
    client = signed_in(world.county)
    village = next(unit for unit in world.units if unit.kind == UnitKind.VILLAGE)
    for url in (
        "/evaluations/1999/",
        f"/evaluations/{timezone.localdate().year + 1}/",
        f"{LIST}no-such-unit/",
        sheet_url(village),
        f"/evaluations/{YEAR - 1}/{world.townships[0].code}/",
    ):
        assert client.get(url).status_code == 404, url
    assert client.post("/evaluations/1999/score/").status_code == 404


def test_reading_addresses_take_no_post_and_writing_ones_no_get(world: World) -> None:
    client = signed_in(world.county)
    assert {client.post(url).status_code for url in ("/evaluations/", LIST, sheet_url(world.townships[0]))} == {405}
    assert client.get(f"{LIST}score/").status_code == 405


def test_without_signing_in_nobody_gets_in() -> None:
    assert Client().get(LIST)["Location"].startswith("/sign-in/")


def test_the_number_of_queries_does_not_depend_on_the_number_of_units() -> None:
    world = make_network(townships=1)
    scheme = create_town_scheme(world.county, YEAR)
    score_scheme(scheme=scheme)
    client = signed_in(world.county)
    few, of_sheet = query_count(client, LIST), query_count(client, sheet_url(world.townships[0]))
    for _ in range(40):
        make.make_unit(world.county)
    score_scheme(scheme=scheme)
    assert query_count(client, LIST) == few
    assert query_count(client, sheet_url(world.townships[0])) == of_sheet
    assert len(client.get(LIST).content) <= 60 * KILOBYTE


def test_the_total_stands_above_the_table_with_the_bonus_that_counts(world: World) -> None:
    town = world.townships[0]
    Scheme.objects.update(bonus_cap=10)
    bonus = ItemScore.objects.filter(evaluation__unit=town, item__rule=RuleKind.BONUS)
    bonus.filter(item__name="被上级采用").update(suggested=2)
    bonus.filter(item__name="示范辅导站").update(suggested=10)
    client = signed_in(world.county)
    response = client.get(sheet_url(town))
    assert response.context["suggested"].endswith(" + 12（最多计 10）")
    assert response.context["so_far"].endswith(" + 10")
    lead = f"现有合计 {response.context['so_far']} 分，"
    assert f"{lead}还有 3 项待评" in text(response)
    bonus.filter(item__name="被上级采用").update(suggested=0)
    assert "最多计" not in client.get(sheet_url(town)).context["suggested"]
    ItemScore.objects.filter(evaluation__unit=town).update(reviewed=1)
    response = client.get(sheet_url(town))
    assert f"现有合计 {response.context['so_far']} 分，待审定" in text(response)
