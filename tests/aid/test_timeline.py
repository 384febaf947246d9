import datetime
from operator import attrgetter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aid.timeline import days_left, timeline_of
from tests.aid.factories import World
from tests.factories import make_child, make_fund_account, make_grant, make_paid_grant, make_pairing, make_visit


def test_what_happened_stands_with_the_latest_first_and_the_plan_on_top(world: World) -> None:
    child, account = make_child(world.village), make_fund_account(world.county)
    start = datetime.date(2026, 3, 5)
    pairing = make_pairing(child, starts_on=start)
    make_visit(pairing, held_on=start)
    make_visit(pairing, held_on=datetime.date(2026, 9, 12), next_on=timezone.localdate() + datetime.timedelta(days=4))
    make_paid_grant(child, account, paid_on=datetime.date(2026, 8, 26))
    make_grant(child, account)

    timeline = timeline_of(child, attrgetter("helper"))

    assert [(event.kind, event.heading[:6]) for event in timeline.events] == [
        ("plan", "下次走访"),
        ("visit", "第 2 次走"),
        ("grant", "金秋助学 1"),
        ("visit", "第 1 次走"),
        ("start", "开始结对：李"),
    ]
    assert timeline.events[0].due == "还有 4 天"
    assert (timeline.visits, timeline.running) == (2, [pairing])


def test_an_ended_pairing_plans_nothing(world: World) -> None:
    pairing = make_pairing(make_child(world.village), ends_on=datetime.date(2025, 7, 1), end_reason="随父母迁出")
    make_visit(pairing, held_on=datetime.date(2025, 6, 1), next_on=datetime.date(2025, 8, 1))

    timeline = timeline_of(pairing.child, attrgetter("helper"))

    assert [event.kind for event in timeline.events] == ["end", "visit", "start"]
    assert timeline.events[0].note == "随父母迁出"
    assert timeline.running == []


def test_only_the_latest_visit_plans_the_next(world: World) -> None:
    pairing = make_pairing(make_child(world.village))
    make_visit(pairing, held_on=datetime.date(2025, 6, 1), next_on=datetime.date(2025, 7, 1))
    make_visit(pairing, held_on=datetime.date(2025, 6, 20))

    assert "plan" not in [event.kind for event in timeline_of(pairing.child, attrgetter("helper")).events]


def test_a_long_story_takes_no_more_queries(world: World) -> None:
    def count(visits: int) -> int:
        child = make_child(world.village)
        for _ in range(visits):
            make_visit(make_pairing(child))
        with CaptureQueriesContext(connection) as captured:
            timeline_of(child, attrgetter("helper"))
        return len(captured)

    assert count(1) == count(5)


def test_days_are_counted_in_words() -> None:
    today = datetime.date(2026, 11, 23)

    assert days_left(datetime.date(2026, 11, 27), today) == "还有 4 天"
    assert days_left(today, today) == "今天"
    assert days_left(datetime.date(2026, 11, 21), today) == "已过 2 天"
