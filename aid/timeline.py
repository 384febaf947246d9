"""What happened for one child, the latest first: pairings, visits, grants, and the next visit that was agreed."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from aid.enums import GrantState, HelperKind
from aid.models import Child, Grant, Pairing, Visit


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the timeline. `kind`: plan, visit, grant, start or end; `css` is the mark of the stylesheet."""

    on: datetime.date
    kind: str
    heading: str
    meta: str = ""
    text: str = ""
    note: str = ""
    due: str = ""
    grant: Grant | None = None
    pairing: Pairing | None = None

    @property
    def css(self) -> str:
        return self.kind if self.kind in ("plan", "start") else ""


@dataclass(frozen=True, slots=True)
class Timeline:
    events: list[Event]
    visits: int
    running: list[Pairing]


def timeline_of(child: Child, helper_name: Callable[[Pairing], str]) -> Timeline:
    """Three queries, whatever the number of events. `helper_name` says how the reader knows a helper (`aid.rules`)."""
    today = timezone.localdate()
    visits_in_order = Visit.objects.order_by("held_on", "pk")
    pairings = list(
        child.pairings.select_related("volunteer", "helper_unit").prefetch_related(
            Prefetch("visits", queryset=visits_in_order)
        )
    )
    running = [pairing for pairing in pairings if pairing.runs_on(today)]
    visits = sorted(
        ((visit, pairing) for pairing in pairings for visit in pairing.visits.all()),
        key=lambda pair: (pair[0].held_on, pair[0].pk),
    )
    events = [event for pairing in pairings for event in _pairing_events(pairing, helper_name(pairing))]
    events += [
        _visit_event(order, visit, helper_name(pairing)) for order, (visit, pairing) in enumerate(visits, start=1)
    ]
    events += [_grant_event(grant) for grant in child.grants.paid().select_related("account")]
    events.sort(key=lambda event: (event.on, ORDER_OF_DAY[event.kind]), reverse=True)
    plans = sorted(_plans(running, today, helper_name), key=lambda event: event.on)
    return Timeline(events=[*plans, *events], visits=len(visits), running=running)


# Of one day the start of a pairing comes first in time, its end last.
ORDER_OF_DAY = {"start": 0, "visit": 1, "grant": 2, "end": 3}


def _pairing_events(pairing: Pairing, helper: str) -> list[Event]:
    kind = HelperKind(pairing.kind).label
    events = [Event(pairing.starts_on, "start", f"开始结对：{helper}（{kind}）", text=pairing.plan, pairing=pairing)]
    if pairing.ends_on:
        events.append(Event(pairing.ends_on, "end", f"结束结对：{helper}", note=pairing.end_reason))
    return events


def _visit_event(order: int, visit: Visit, helper: str) -> Event:
    meta = f"{visit.get_way_display()} · {helper}"
    return Event(visit.held_on, "visit", f"第 {order} 次走访", meta=meta, text=visit.content, note=visit.problem)


def _grant_event(grant: Grant) -> Event:
    signed = "监护人已签收" if grant.state == GrantState.SIGNED else "等待签收"
    heading = f"{grant.item} {grant.amount:,.2f} 元"
    return Event(grant.paid_on or grant.applied_on, "grant", heading, meta=grant.account.name, note=signed, grant=grant)


def _plans(running: list[Pairing], today: datetime.date, helper_name: Callable[[Pairing], str]) -> list[Event]:
    plans = []
    for pairing in running:
        latest = max(pairing.visits.all(), key=lambda visit: (visit.held_on, visit.pk), default=None)
        if latest is None or latest.next_on is None:
            continue
        due, helper = days_left(latest.next_on, today), helper_name(pairing)
        plans.append(Event(latest.next_on, "plan", "下次走访", meta=helper, due=due))
    return plans


def days_left(day: datetime.date, today: datetime.date) -> str:
    """还有 4 天, 今天 or 已过 2 天."""
    days = (day - today).days
    if days == 0:
        return "今天"
    return f"还有 {days} 天" if days > 0 else f"已过 {-days} 天"
