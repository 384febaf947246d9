"""The first page: what is due, what is half written, own figures; where each role lands."""

import datetime
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.enums import ActivityState
from activities.models import Activity, Paper, PaperDeadline
from activities.services import save_draft
from aid.queries import quarter_of
from orgs.enums import Role
from orgs.models import Unit, UnitYear, User
from reports.start import days_left, means_todo, start_of, start_unit, visits_todo
from tests.factories import (
    make_activity,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_theme,
    make_unit,
    make_user,
    make_visit,
)

TODAY = timezone.localdate()
LONG_AGO = TODAY - datetime.timedelta(days=200)


@pytest.fixture
def township(db: None) -> Unit:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824125000")
    make_unit(township, name="长江村村民委员会", code="510824125209")
    township.refresh_from_db()
    # No paper is due on the day of the test, unless a test says so.
    PaperDeadline.objects.all().delete()
    return township


@pytest.fixture
def secretary(township: Unit) -> User:
    return make_member(township, Role.SECRETARY, name="罗秀琼")


def village_of(township: Unit) -> Unit:
    return Unit.objects.get(parent=township)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User) -> str:
    response = signed_in(user).get("/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_nothing_to_do_is_said(secretary: User) -> None:
    text = page(secretary)
    assert "7 天内没有要办的" in text
    assert "记一次活动" in text
    assert 'class="todo"' not in text


def test_what_was_sent_back_comes_with_its_reason(secretary: User, township: Unit) -> None:
    theme = make_theme()
    returned = make_activity(
        village_of(township), theme=theme, name="重阳节活动", state=ActivityState.RETURNED, return_note="人数请核对"
    )
    make_activity(township, theme=theme, name="没有退回的")
    text = page(secretary)
    assert "7 天内要办 1 件" in text
    assert "人数请核对" in text
    assert reverse("activities:activity_edit", args=[returned.pk]) in text
    assert "没有退回的" not in text


def test_more_than_five_are_counted_and_linked(secretary: User, township: Unit) -> None:
    theme = make_theme()
    for _ in range(8):
        make_activity(township, theme=theme, state=ActivityState.RETURNED, return_note="核对")
    text = page(secretary)
    assert "7 天内要办 8 件" in text
    assert text.count(">去修改</a>") == 5
    assert "还有 3 件退回" in text


def test_a_paper_that_falls_due_is_a_thing_to_do_until_it_is_filed(secretary: User, township: Unit) -> None:
    PaperDeadline.objects.create(kind="summary", month=TODAY.month, day=TODAY.day)
    text = page(secretary)
    assert "7 天内要办 1 件" in text
    assert "今天到期" in text
    assert f"{TODAY.year} 年工作总结还没有归档" in text
    Paper.objects.create(unit=township, year=TODAY.year, kind="summary", state="filed", filed_on=TODAY, text="好")
    assert "7 天内没有要办的" in page(secretary)


@pytest.mark.parametrize(("days", "words"), [(4, "还有 4 天"), (0, "今天到期"), (-3, "过了 3 天")])
def test_days_left_in_words(days: int, words: str) -> None:
    assert days_left(days) == words


def test_children_without_a_visit_are_counted_and_masked(secretary: User, township: Unit) -> None:
    child = make_child(village_of(township), name="何小明")
    make_pairing(child, starts_on=LONG_AGO)
    make_pairing(child, starts_on=LONG_AGO)
    text = page(secretary)
    assert "本季度 1 户未走访" in text
    assert "何*明（长江村）" in text
    assert "何小明" not in text


def test_the_visits_of_a_quarter_are_not_due_within_a_week_at_its_beginning(secretary: User, township: Unit) -> None:
    make_pairing(make_child(village_of(township)), starts_on=datetime.date(2025, 1, 6))
    (todo,) = visits_todo(secretary, datetime.date(2026, 10, 8))
    assert (todo.days, todo.word) == (84, "还有 84 天")
    soon = replace(todo, days=3)
    start = replace(start_of(secretary, township), todos=[todo, soon], more=1)
    assert start.to_do == 2


def test_means_wait_from_november_on_until_they_are_confirmed(secretary: User, township: Unit) -> None:
    village = village_of(township)
    Unit.objects.filter(pk__in=[township.pk, village.pk]).update(committee_established_on=LONG_AGO)
    day = datetime.date(TODAY.year, 11, 20)
    (todo,) = means_todo(secretary, day)
    assert (todo.title, todo.days) == (f"2 个关工委的 {TODAY.year} 年保障还没有确认", 41)
    assert signed_in(secretary).get(todo.url).context["listing"].total == 2
    assert means_todo(secretary, datetime.date(TODAY.year, 9, 1)) == []
    for year in (TODAY.year, TODAY.year - 1):
        UnitYear.objects.create(unit=village, year=year, confirmed_on=day)
    assert means_todo(secretary, day)[0].title.startswith("1 个")
    UnitYear.objects.create(unit=township, year=TODAY.year, confirmed_on=day)
    assert means_todo(secretary, day) == []


def test_a_visit_or_a_young_pairing_is_no_reminder(secretary: User, township: Unit) -> None:
    visited = make_pairing(make_child(township), starts_on=LONG_AGO)
    make_visit(visited, held_on=TODAY)
    make_pairing(make_child(township), starts_on=TODAY)
    make_pairing(
        make_child(township), starts_on=LONG_AGO, ends_on=TODAY - datetime.timedelta(days=1), end_reason="毕业"
    )
    quiet = make_pairing(make_child(township), starts_on=LONG_AGO)
    make_visit(quiet, held_on=LONG_AGO)
    address = f"{reverse('aid:pairing_list')}?state=quiet"
    assert "本季度 1 户未走访" in page(secretary)
    assert address in page(secretary)
    assert list(signed_in(secretary).get(address).context["listing"].page) == [quiet]


def test_a_clerk_is_told_nothing_of_children(township: Unit) -> None:
    village = village_of(township)
    make_pairing(make_child(village, name="何小明"), starts_on=LONG_AGO)
    clerk = make_member(village, Role.CLERK)
    text = page(clerk)
    assert "未走访" not in text
    assert "何*明" not in text
    assert "记走访" not in text
    assert "记会议" in text


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ((2026, 11, 23), (2026, 10, 1), (2026, 12, 31)),
        ((2026, 1, 1), (2026, 1, 1), (2026, 3, 31)),
        ((2024, 6, 30), (2024, 4, 1), (2024, 6, 30)),
        ((2025, 7, 15), (2025, 7, 1), (2025, 9, 30)),
    ],
)
def test_quarters(day: tuple[int, int, int], first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert quarter_of(datetime.date(*day)) == (datetime.date(*first), datetime.date(*last))


def test_drafts_are_ones_own(secretary: User, township: Unit) -> None:
    for number in range(4):
        save_draft(by=secretary, key=uuid.uuid4(), fields={"name": [f"第 {number} 期"]})
    colleague = make_member(township)
    save_draft(by=colleague, key=uuid.uuid4(), fields={"name": ["同事的草稿"]})
    PaperDeadline.objects.create(kind="summary", month=12, day=31)
    Paper.objects.create(unit=township, year=TODAY.year, kind="summary", text="写了一半")
    text = page(secretary)
    assert "全部 4 份" in text
    assert "第 3 期" in text
    assert "第 0 期" not in text
    assert "同事的草稿" not in text
    assert f"{TODAY.year} 年工作总结" in text


def test_own_figures_open_their_records(secretary: User, township: Unit) -> None:
    theme = make_theme()
    make_activity(village_of(township), theme=theme, held_on=TODAY, young_people=1_038)
    make_activity(township, theme=theme, held_on=TODAY, state=ActivityState.RETURNED)
    make_activity(township.parent or township, theme=theme, held_on=TODAY)
    figures = start_of(secretary, township).figures
    assert [(own.label, own.value, own.measure) for own in figures] == [
        ("活动", 1, "场"),
        ("参加青少年", 1_038, "人次"),
        ("结对", 0, "对"),
        ("走访", 0, "次"),
    ]
    client = signed_in(secretary)
    assert client.get(figures[0].url).status_code == 200
    assert "1,038" in page(secretary)


def test_the_five_cells_of_the_year(secretary: User, township: Unit) -> None:
    Paper.objects.create(unit=township, year=TODAY.year, kind="plan", state="filed", filed_on=TODAY, text="好")
    make_activity(township, theme=make_theme(), held_on=TODAY)
    cells = [(cell.word, cell.said) for cell in start_of(secretary, township).cells]
    assert cells == [("计划", "已归档"), ("检查", "还没有"), ("记录", "1 场"), ("总结", "还没有"), ("评估", "还没有")]


def test_the_page_costs_the_same_for_a_full_branch(
    secretary: User, township: Unit, django_assert_max_num_queries: Any
) -> None:
    client, theme, counts = signed_in(secretary), make_theme(), []
    for more in (1, 4):
        for _ in range(more):
            make_activity(township, theme=theme, held_on=TODAY)
            make_activity(township, theme=theme, state=ActivityState.RETURNED, return_note="核对")
            make_visit(make_pairing(make_child(village_of(township)), starts_on=LONG_AGO), held_on=LONG_AGO)
            save_draft(by=secretary, key=uuid.uuid4(), fields={})
        Unit.objects.get(pk=township.pk)
        client.get("/")
        with django_assert_max_num_queries(40) as captured:
            client.get("/")
        counts.append(len(captured))
    assert counts[1] - counts[0] <= 1
    assert counts[1] <= 30


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.LEADER, Role.REVIEWER, Role.FUND_MANAGER])
def test_who_reads_figures_lands_on_the_dashboard(township: Unit, role: str) -> None:
    assert township.parent is not None
    response = signed_in(make_member(township.parent, role)).get("/")
    assert response.status_code == 302
    assert response["Location"] == reverse("reports:dashboard")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_who_reads_no_figures_gets_a_plain_page(township: Unit, role: str) -> None:
    assert township.parent is not None
    text = page(make_member(township.parent, role))
    assert "本年已记" not in text
    assert "记一次活动" not in text


def test_an_account_without_a_role_is_told_whom_to_ask(db: None) -> None:
    assert "请联系县关工委办公室" in page(make_user())


def test_the_page_needs_a_sign_in_and_takes_no_post(secretary: User) -> None:
    assert Client().get("/").status_code == 302
    assert signed_in(secretary).post("/").status_code == 405


def test_a_secretary_of_a_township_is_one_of_the_county_is_not(secretary: User, township: Unit) -> None:
    assert start_unit(secretary) == township
    assert township.parent is not None
    assert start_unit(make_member(township.parent, Role.COUNTY_OFFICE)) is None
    assert Activity.objects.count() == 0
