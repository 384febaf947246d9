import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from aid.enums import HelperKind
from aid.models import Child, Pairing, Visit
from aid.services import end_care, end_pairing, record_visit, start_pairing, withdraw_consent
from tests.aid.factories import World
from tests.aid.test_services_children import refused
from tests.factories import make_child, make_pairing, make_visit, make_volunteer

DAY = datetime.date(2026, 3, 5)
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


def new_pairing(child: Child, **fields: Any) -> Pairing:
    return Pairing(child=child, **{"kind": HelperKind.VETERAN, "starts_on": DAY, **fields})


def test_a_veteran_is_put_beside_a_child(world: World) -> None:
    child, helper = make_child(world.village), make_volunteer(world.village)

    start_pairing(pairing=new_pairing(child, volunteer=helper, plan="每月走访一次"))

    pairing = Pairing.objects.get()
    assert (pairing.child, pairing.volunteer, pairing.helper_unit) == (child, helper, None)
    assert pairing.plan == "每月走访一次"


def test_several_helpers_may_stand_beside_one_child(world: World) -> None:
    child = make_child(world.village)
    for _ in range(2):
        start_pairing(pairing=new_pairing(child, volunteer=make_volunteer(world.village)))
    start_pairing(pairing=new_pairing(child, kind=HelperKind.UNIT, helper_unit=world.township))

    assert Pairing.objects.running(DAY).count() == 3


def test_the_kind_decides_which_helper_counts(world: World) -> None:
    child, helper = make_child(world.village), make_volunteer(world.village)

    pairing = start_pairing(
        pairing=new_pairing(child, kind=HelperKind.UNIT, volunteer=helper, helper_unit=world.township)
    )

    assert (pairing.volunteer, pairing.helper_unit) == (None, world.township)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "volunteer"),
        ({"kind": HelperKind.UNIT}, "helper_unit"),
        ({"starts_on": TOMORROW}, "starts_on"),
        ({"starts_on": datetime.date(2020, 1, 1), "with": True}, "starts_on"),
    ],
)
def test_a_wrong_start_is_said_at_its_field(world: World, fields: dict[str, Any], field: str) -> None:
    values = dict(fields)
    if values.pop("with", False):
        values["volunteer"] = make_volunteer(world.village)

    with pytest.raises(ValidationError) as caught:
        start_pairing(pairing=new_pairing(make_child(world.village), **values))

    assert refused(caught) == {field}
    assert not Pairing.objects.exists()


def test_who_left_the_roster_helps_nobody_new(world: World) -> None:
    gone = make_volunteer(world.village, status="left", left_on=datetime.date(2025, 1, 1))

    with pytest.raises(ValidationError) as caught:
        start_pairing(pairing=new_pairing(make_child(world.village), volunteer=gone))

    assert refused(caught) == {"volunteer"}


def test_the_same_two_are_not_paired_twice(world: World) -> None:
    child, helper = make_child(world.village), make_volunteer(world.village)
    start_pairing(pairing=new_pairing(child, volunteer=helper))

    with pytest.raises(ValidationError) as caught:
        start_pairing(pairing=new_pairing(child, volunteer=helper))

    assert refused(caught) == {"volunteer"}


def test_nobody_is_paired_after_the_end_of_care(world: World) -> None:
    child = make_child(world.village)
    end_care(child=child, closed_on=DAY, reason="随父母迁出")

    with pytest.raises(ValidationError) as caught:
        start_pairing(pairing=new_pairing(child, volunteer=make_volunteer(world.village)))

    assert caught.value.code == "closed"


def test_a_pairing_ends_with_a_reason(world: World) -> None:
    pairing = make_pairing(make_child(world.village), starts_on=DAY)

    end_pairing(pairing=pairing, ends_on=datetime.date(2026, 6, 1), reason="帮扶人迁出")

    pairing.refresh_from_db()
    assert (pairing.ends_on, pairing.end_reason) == (datetime.date(2026, 6, 1), "帮扶人迁出")
    assert not pairing.runs_on(datetime.date(2026, 6, 2))
    with pytest.raises(ValidationError):
        end_pairing(pairing=pairing, ends_on=datetime.date(2026, 6, 2), reason="再次")


def test_a_pairing_does_not_end_before_its_last_visit(world: World) -> None:
    pairing = make_pairing(make_child(world.village), starts_on=DAY)
    make_visit(pairing, held_on=datetime.date(2026, 5, 1))

    with pytest.raises(ValidationError) as caught:
        end_pairing(pairing=pairing, ends_on=datetime.date(2026, 4, 30), reason="帮扶人迁出")

    assert refused(caught) == {"ends_on"}


def test_a_visit_is_recorded_within_its_pairing(world: World) -> None:
    pairing = make_pairing(make_child(world.village), starts_on=DAY)

    record_visit(visit=Visit(pairing=pairing, held_on=DAY, content="辅导作业", next_on=datetime.date(2026, 4, 5)))

    assert pairing.visits.get().content == "辅导作业"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"held_on": DAY - datetime.timedelta(days=1)}, "held_on"),
        ({"held_on": TOMORROW}, "held_on"),
        ({"held_on": DAY, "next_on": DAY}, "next_on"),
        ({"held_on": datetime.date(2026, 7, 1)}, "held_on"),
    ],
)
def test_a_wrong_day_of_a_visit_is_said_at_its_field(world: World, fields: dict[str, Any], field: str) -> None:
    pairing = make_pairing(make_child(world.village), starts_on=DAY, ends_on=datetime.date(2026, 6, 1))

    with pytest.raises(ValidationError) as caught:
        record_visit(visit=Visit(pairing=pairing, content="辅导作业", **fields))

    assert refused(caught) == {field}
    assert not Visit.objects.exists()


def test_no_visit_is_recorded_after_consent_was_withdrawn(world: World) -> None:
    pairing = make_pairing(make_child(world.village), starts_on=DAY)
    withdraw_consent(consent=pairing.child.consents.get(), withdrawn_on=DAY)

    with pytest.raises(ValidationError) as caught:
        record_visit(visit=Visit(pairing=pairing, held_on=DAY, content="辅导作业"))

    assert caught.value.code == "no_consent"
    assert not Visit.objects.exists()
