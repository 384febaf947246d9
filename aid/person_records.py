"""What of this app hangs on a person, for hand-over and merging: the pairings in which they help a child."""

import datetime
from collections.abc import Sequence

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from aid.models import Pairing, Visit
from aid.services.pairings import hand_over_pairing
from guanai.dependents import OpenRecord, OpenWork, PersonRecords, Terms, register_person_records
from orgs.enums import Action
from orgs.models import User
from volunteers.models import Volunteer

TWICE = "重复登记，并入同一帮扶人的结对"


def register() -> None:
    register_person_records(
        PersonRecords(
            key="pairings",
            label="结对",
            measure="对",
            relations=("aid.Pairing.volunteer",),
            repoint=_repoint_pairings,
            open_work=OpenWork(
                action=Action.EDIT_CHILDREN,
                unit_path="child__unit",
                rows=_open_pairings,
                lines=_pairing_lines,
                settle=_settle_pairing,
                # A child does not wait until somebody is well again.
                waits=False,
            ),
            order=40,
        )
    )


def _open_pairings(day: datetime.date) -> QuerySet[Pairing]:
    return Pairing.objects.filter(ends_on=None, starts_on__lte=day, child__closed_on=None)


def _pairing_lines(rows: QuerySet[Pairing]) -> Sequence[OpenRecord]:
    last = Visit.objects.filter(pairing=OuterRef("pk")).order_by("-held_on", "-pk")
    pairings = (
        rows.select_related("child__unit")
        .defer("plan")
        .annotate(last_on=Subquery(last.values("held_on")[:1]), next_on=Subquery(last.values("next_on")[:1]))
    )
    return [
        OpenRecord(
            pk=pairing.pk,
            title=f"{pairing.child.masked_name}（{pairing.child.number}）",
            note=_note(pairing),
            url=reverse("aid:child_detail", args=[pairing.child_id]),
        )
        for pairing in pairings.order_by("child__number", "pk")
    ]


def _note(pairing: Pairing) -> str:
    """长江村 · 2024-03-01 起，最近走访 2025-06-01，约定下次 2025-07-01."""
    last: datetime.date | None = pairing.last_on  # type: ignore[attr-defined]  # annotated above
    following: datetime.date | None = pairing.next_on  # type: ignore[attr-defined]  # annotated above
    words = f"{pairing.child.unit.short_name} · {pairing.starts_on:%Y-%m-%d} 起"
    words += f"，最近走访 {last:%Y-%m-%d}" if last else "，还没有走访"
    return words + (f"，约定下次 {following:%Y-%m-%d}" if following else "")


def _settle_pairing(pk: int, heir: Volunteer | None, terms: Terms) -> None:
    hand_over_pairing(pairing=pk, heir=heir, on=terms.on, reason=terms.reason, by=terms.by)


def _repoint_pairings(source: Volunteer, target: Volunteer, by: User) -> int:
    """All of them. Where both rows help one child at once, that is one pairing: the visits go to the one that stays,
    and the other ends on the day on which it began. No visit is lost."""
    own = {pair.child_id: pair for pair in _running(target)}
    moved = 0
    for pairing in _running(source):
        same = own.get(pairing.child_id)
        if same is None:
            continue
        pairing.visits.update(pairing=same)
        Pairing.objects.filter(pk=same.pk, starts_on__gt=pairing.starts_on).update(starts_on=pairing.starts_on)
        Pairing.objects.filter(pk=pairing.pk).update(volunteer=target, ends_on=F("starts_on"), end_reason=TWICE)
        moved += 1
    return moved + Pairing.objects.filter(volunteer=source).update(volunteer=target)


def _running(person: Volunteer) -> QuerySet[Pairing]:
    return Pairing.objects.select_for_update(of=("self",)).filter(Q(ends_on=None), volunteer=person).order_by("pk")
