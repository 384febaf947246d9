"""The sentences of the yearly summary: computed, compared with the unit's own last year, honest at nought."""

import datetime
import io
from decimal import Decimal

import docx
import pytest
from django.utils import timezone

from orgs.models import Unit
from reports.frozen import take_figures
from reports.indicators import Measure
from reports.summary import said, summary_paper
from tests import factories as make
from tests.reports.factories import YEAR, make_network

pytestmark = pytest.mark.django_db


def text_of(county: Unit, year: int = YEAR) -> str:
    paper = summary_paper(take_figures(year, Unit.objects.get(pk=county.pk)))
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(paper)).paragraphs)


def test_year_without_records_says_so() -> None:
    text = text_of(make_network().county)
    for sentence in (
        "全年没有记录活动和帮扶。",
        "名册上还没有五老。",
        "全县还没有登记阵地。",
        "2025年没有记录活动。",
        "本年度没有记录道德和法治教育。",
        "本年度没有记录结对和帮扶。",
        "2025年，全县关工委系统没有记录关爱资金收入，没有发放助学。",
        "本年度没有登记工作经费。",
    ):
        assert sentence in text, sentence


def test_fund_sentence_names_money_to_the_cent_and_last_year() -> None:
    world = make_network()
    account = make.make_fund_account(world.townships[0])
    make.make_donation(account, Decimal("7263512.34"))
    make.make_donation(account, Decimal("5000000"), received_on=datetime.date(YEAR - 1, 4, 1))
    for _ in range(2):
        make.make_paid_grant(make.make_child(world.townships[0]), account)
    # Each grant came with a donation of its own of 1,000 yuan.
    assert (
        "2025年，全县关工委系统累计凝聚关爱资金达726.55万元（7,265,512.34元），比上年增加226.55万元、增长45.3%，"
        "帮扶困难学生2人次，上年没有记录，助学金额2,000.00元。"
    ) in text_of(world.county)


def test_comparison_says_up_down_and_level() -> None:
    world = make_network()
    for year, count, young in ((YEAR - 1, 4, 25), (YEAR, 3, 40)):
        for _ in range(count):
            make.make_activity(world.townships[0], held_on=datetime.date(year, 5, 4), young_people=young)
    text = text_of(world.county)
    assert "全年开展活动3场，比上年减少1场、下降25.0%；参加青少年120人次，比上年增加20人次、增长20.0%。" in text
    assert "思想道德和法治教育3场，比上年减少1场、下降25.0%。其中没有法治教育的记录。" in text


def test_running_year_does_not_speak_of_a_whole_year() -> None:
    world = make_network()
    today = timezone.localdate()
    make.make_activity(world.townships[0], held_on=datetime.date(today.year, 1, 1))
    text = text_of(world.county, today.year)
    is_over = (today.month, today.day) == (12, 31)
    assert ("今年以来开展活动1场" in text) != is_over
    assert ("全年" in text) == is_over


@pytest.mark.parametrize(
    ("value", "measure", "words"),
    [
        (1038, Measure.TIMES, "1,038场"),
        (Decimal("0.9857"), Measure.PER_CENT, "98.6%"),
        (Decimal("9999.99"), Measure.YUAN, "9,999.99元"),
        (Decimal("10000.00"), Measure.YUAN, "1.00万元（10,000.00元）"),
        (Decimal("76.8"), Measure.YEARS, "76.8岁"),
    ],
)
def test_figure_in_words(value: int | Decimal, measure: Measure, words: str) -> None:
    assert said(value, measure) == words
