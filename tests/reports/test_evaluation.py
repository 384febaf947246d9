"""The town scheme on units whose scores were worked out by hand."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from activities.enums import PaperKind, PaperState, PublicationKind, ThemeNature, VenueKind
from activities.models import Paper, Publication
from orgs.enums import UnitKind
from orgs.models import Unit, UnitYear
from reports.enums import Grade, RuleKind
from reports.evaluation import ScoreSheet, maximum, score_scheme, score_sheets
from reports.models import Evaluation, ItemScore, Scheme
from reports.schemes import create_town_scheme
from tests import factories as make
from tests.reports.factories import YEAR, World, make_network
from volunteers.enums import KEY_POSTS, Post

pytestmark = pytest.mark.django_db
D = Decimal
DAY = datetime.date(YEAR, 3, 10)


def write_paper(unit: Unit, *kinds: PaperKind, state: str = PaperState.FILED) -> None:
    filed = datetime.date(YEAR, 12, 1) if state == PaperState.FILED else None
    for kind in kinds:
        Paper.objects.create(unit=unit, year=YEAR, kind=kind, state=state, filed_on=filed)


def write_means(unit: Unit, **values: Any) -> None:
    """The confirmed means of a committee; all its allowances are paid."""
    Unit.objects.filter(pk=unit.pk).update(committee_established_on=datetime.date(2010, 5, 4))
    UnitYear.objects.create(unit=unit, year=YEAR, allowance_paid=True, confirmed_on=DAY, **values)


def do_everything(unit: Unit, village: Unit) -> None:
    """All that the scheme asks for, part of it by a village."""
    for post in KEY_POSTS:
        make.make_appointment(unit, post=post)
    write_means(unit, budget=Decimal("5000.00"), periodicals=18)
    law = make.make_theme(nature=ThemeNature.LAW)
    tutoring = make.make_theme(nature=ThemeNature.TUTORING)
    virtue = make.make_theme(nature=ThemeNature.VIRTUE)
    for month in (1, 4, 8, 11):
        make.make_activity(village, theme=law, held_on=datetime.date(YEAR, month, 5))
        make.make_activity(village, theme=virtue, held_on=datetime.date(YEAR, month, 6))
    make.make_activity(unit, theme=tutoring, held_on=DAY, sessions=20)
    write_paper(unit, PaperKind.PLAN, PaperKind.CHECK, PaperKind.SUMMARY, PaperKind.STATISTICS)
    for kind, count in ((PublicationKind.RESEARCH, 1), (PublicationKind.NEWS, 2)):
        for _ in range(count):
            Publication.objects.create(unit=unit, kind=kind, name="留守儿童暑期情况", published_on=DAY)
    Publication.objects.filter(unit=unit, kind=PublicationKind.RESEARCH).update(adopted_on=DAY, adopted_by="市关工委")


def do_half(unit: Unit, village: Unit) -> None:
    """Two posts, too little money, a theme talk, three law talks of which one was sent back, drafts for papers."""
    make.make_appointment(unit, post=Post.DIRECTOR)
    make.make_appointment(unit, post=Post.STAFF)
    make.make_appointment(unit, post=Post.STAFF, issued_on=DAY)
    make.make_appointment(unit, post=Post.OFFICE_DIRECTOR, ends_on=datetime.date(YEAR, 6, 1))
    make.make_appointment(village, post=Post.EXECUTIVE_DEPUTY_DIRECTOR)
    write_means(unit, budget=Decimal("4999.99"))
    write_means(village, budget=Decimal("9000.00"))
    law = make.make_theme(nature=ThemeNature.LAW)
    make.make_activity(unit, theme=make.make_theme(nature=ThemeNature.VIRTUE), held_on=DAY)
    make.make_activity(unit, theme=law, held_on=DAY, sessions=2)
    make.make_activity(unit, theme=law, held_on=DAY, state="returned")
    make.make_activity(village, theme=make.make_theme(nature=ThemeNature.TUTORING), held_on=DAY, sessions=7)
    write_paper(unit, PaperKind.PLAN)
    write_paper(unit, PaperKind.CHECK, state=PaperState.DRAFT)
    write_paper(village, PaperKind.SUMMARY)
    Publication.objects.create(unit=unit, kind=PublicationKind.NEWS, name="护苗行动", published_on=DAY)
    make.make_venue(village, kind=VenueKind.TUTORING_STATION, is_model=True, opened_on=DAY)


@pytest.fixture
def world() -> World:
    made = make_network(townships=3)
    full, half, _ = made.townships
    do_everything(full, Unit.objects.filter(parent=full, kind=UnitKind.VILLAGE)[0])
    do_half(half, Unit.objects.filter(parent=half, kind=UnitKind.VILLAGE)[0])
    made.county.refresh_from_db()
    return made


def suggested(sheet: ScoreSheet) -> list[float | None]:
    return [None if line.suggested is None else float(line.suggested) for line in sheet.lines]


def test_town_scheme_adds_up_to_a_hundred(world: World) -> None:
    scheme = create_town_scheme(world.county, YEAR)
    assert maximum(scheme.items.all()) == 100
    headings = {item.heading: Decimal(0) for item in scheme.items.all()}
    for item in scheme.items.exclude(rule=RuleKind.BONUS):
        headings[item.heading] += item.maximum
    assert headings == {"班子": 18, "五老": 8, "制度": 16, "创新": 8, "活动": 50}
    assert create_town_scheme(world.county, YEAR) == scheme
    assert scheme.items.count() == 13


def test_scores_are_those_worked_out_by_hand(world: World) -> None:
    sheets = score_scheme(scheme=create_town_scheme(world.county, YEAR))
    # 班子健全 经费 刊物 主题 法治 制度 记载簿 调研信息 采用 五好 辅导 其他 示范站
    assert [suggested(sheet) for sheet in sheets] == [
        [5, 8, None, 4, 4, 6, 10, 8, 2, None, 15, None, 0],
        [3, 0, None, 1, 2, 2, 2, 2, 0, None, 5.3, None, 10],
        [1, 0, None, 0, 0, 0, 0, 0, 0, None, 0, None, 0],
    ]
    assert [(sheet.base, sheet.bonus, sheet.total, sheet.grade) for sheet in sheets] == [
        (D(60), D(2), None, None),
        (D("17.3"), D(10), None, None),
        (D(1), D(0), None, None),
    ]
    assert [sheet.unit for sheet in sheets] == world.townships


def test_unit_without_key_posts_loses_them_all(world: World) -> None:
    lines = score_scheme(scheme=create_town_scheme(world.county, YEAR))[2].lines
    # Four posts missing at one point each, of five.
    assert (lines[0].suggested, lines[0].evidence) == (D(1), "没有记录")


def test_evidence_names_what_is_there(world: World) -> None:
    lines = score_scheme(scheme=create_town_scheme(world.county, YEAR))[0].lines
    assert [line.evidence for line in lines[:3]] == ["任职到位 4 个", "经费 5,000 元，补贴到位 1 个", "刊物 18 份"]


def test_grade_comes_only_when_every_item_is_scored(world: World) -> None:
    scheme = create_town_scheme(world.county, YEAR)
    sheet = score_scheme(scheme=scheme)[0]
    for line, points in zip([line for line in sheet.lines if line.suggested is None], (4, 18, 13), strict=True):
        assert sheet.total is None
        ItemScore.objects.filter(item=line.item, evaluation__unit=sheet.unit).update(reviewed=points)
        [sheet] = score_sheets(scheme, sheet.unit)
    assert (sheet.base, sheet.bonus, sheet.total, sheet.grade) == (D(95), D(2), D(97), Grade.EXCELLENT)


def test_reviewed_points_stay_when_scored_anew(world: World) -> None:
    scheme = create_town_scheme(world.county, YEAR)
    score_scheme(scheme=scheme)
    ItemScore.objects.filter(item__position=5).update(reviewed=1, reason="场次不实")
    again = score_scheme(scheme=scheme)
    assert Evaluation.objects.count() == 3
    assert [(sheet.lines[4].final, sheet.lines[4].reason) for sheet in again] == [(D(1), "场次不实")] * 3


def test_only_open_units_of_the_scheme_s_kind_are_scored(world: World) -> None:
    closed = world.townships[2]
    Unit.objects.filter(pk=closed.pk).update(closed_on=datetime.date(YEAR, 2, 1))
    sheets = score_scheme(scheme=create_town_scheme(world.county, YEAR))
    assert [sheet.unit for sheet in sheets] == world.townships[:2]


def test_bonus_is_capped_by_the_scheme(world: World) -> None:
    scheme = create_town_scheme(world.county, YEAR)
    Scheme.objects.filter(pk=scheme.pk).update(bonus_cap=8)
    scheme.refresh_from_db()
    assert score_scheme(scheme=scheme)[1].bonus == 8


def test_veto_fails_a_unit_whatever_its_points(world: World) -> None:
    scheme = create_town_scheme(world.county, YEAR)
    scheme.items.filter(rule=RuleKind.JUDGED).delete()
    scheme.items.create(
        position=20,
        heading="否决",
        name="一票否决",
        rule_text="发生即不合格",
        maximum=0,
        rule=RuleKind.VETO,
        parameters={"at_least": {"activities": "1"}},
        evidence="activities",
    )
    sheets = score_scheme(scheme=scheme)
    assert (sheets[0].total, sheets[0].grade, sheets[2].is_vetoed) == (D(62), Grade.FAIL, False)


def test_queries_do_not_grow_with_units(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    scheme = create_town_scheme(world.county, YEAR)
    score_scheme(scheme=scheme)
    with django_assert_num_queries(29):
        score_scheme(scheme=scheme)
    for _ in range(5):
        make.make_unit(world.county, UnitKind.TOWNSHIP)
    with django_assert_num_queries(29):
        assert len(score_scheme(scheme=scheme)) == 8
