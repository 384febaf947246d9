import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from aid.enums import ChildCategory, SchoolStage
from aid.models import Certification, Child, Consent
from aid.services import (
    end_care,
    record_certification,
    record_consent,
    register_child,
    start_pairing,
    update_child,
    withdraw_consent,
)
from aid.services.children import require_consent
from orgs.models import Unit
from tests.aid.factories import World
from tests.factories import make_child, make_id_number, make_pairing, make_volunteer

BORN = datetime.date(2015, 6, 1)
REGISTERED = datetime.date(2026, 2, 18)


def new_child(unit: Unit, **fields: Any) -> Child:
    defaults = {
        "name": "李小梅",
        "id_number": make_id_number(BORN, 124),
        "stage": SchoolStage.PRIMARY,
        "guardian": "王秀英",
        "guardian_relation": "祖母",
        "registered_on": REGISTERED,
    }
    return Child(unit=unit, **{**defaults, **fields})


def new_consent(**fields: Any) -> Consent:
    return Consent(**{"given_by": "王秀英", "relation": "祖母", "signed_on": REGISTERED, **fields})


def refused(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    """The fields at which a refusal stands; empty for one about the record as a whole."""
    return set(error.value.message_dict) if hasattr(error.value, "error_dict") else set()


def test_a_child_gets_a_number_and_what_follows_from_the_identity_number(world: World) -> None:
    child = register_child(child=new_child(world.village), consent=new_consent())

    child = Child.objects.get(pk=child.pk)
    assert child.number == "510824103201-C2026-0001"
    assert (child.birth_date, child.sex) == (BORN, "female")
    assert child.turns_14_on == datetime.date(2029, 6, 1)
    assert child.consents.get().given_by == "王秀英"


def test_numbers_follow_one_another_in_a_unit_and_year(world: World) -> None:
    for order in (101, 103):
        register_child(child=new_child(world.village, id_number=make_id_number(BORN, order)), consent=new_consent())
    other = register_child(child=new_child(world.township, id_number=make_id_number(BORN, 105)), consent=new_consent())

    assert list(Child.objects.filter(unit=world.village).values_list("number", flat=True)) == [
        "510824103201-C2026-0001",
        "510824103201-C2026-0002",
    ]
    assert other.number == "510824103000-C2026-0001"


def test_nobody_is_registered_without_consent(world: World) -> None:
    with pytest.raises(ValidationError) as caught:
        register_child(child=new_child(world.village), consent=None)

    assert caught.value.code == "no_consent"
    assert not Child.objects.exists()


@pytest.mark.parametrize(
    ("fields", "consent", "field"),
    [
        ({}, {"signed_on": REGISTERED + datetime.timedelta(days=1)}, "signed_on"),
        ({"registered_on": datetime.date(2999, 1, 1)}, {}, "registered_on"),
        ({"id_number": "51082420150601124"}, {}, "id_number"),
        ({"birth_date": datetime.date(2015, 6, 2)}, {}, "birth_date"),
        ({"sex": "male"}, {}, "sex"),
        ({"id_number": "", "birth_date": BORN, "sex": "female"}, {}, "no_id_reason"),
        ({"guardian_phone": "12345"}, {}, "guardian_phone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    world: World, fields: dict[str, Any], consent: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        register_child(child=new_child(world.village, **fields), consent=new_consent(**consent))

    assert refused(caught) == {field}
    assert not Child.objects.exists()


def test_a_child_without_document_needs_a_reason_and_its_birth_date(world: World) -> None:
    child = new_child(world.village, id_number="", no_id_reason="户口正在办理", birth_date=BORN, sex="female")

    register_child(child=child, consent=new_consent())

    assert Child.objects.get().no_id_reason == "户口正在办理"
    assert Child.objects.get().id_index is None


def test_a_known_identity_number_is_refused_without_saying_where(world: World) -> None:
    elsewhere = register_child(child=new_child(world.elsewhere), consent=new_consent())

    with pytest.raises(ValidationError) as caught:
        register_child(child=new_child(world.village), consent=new_consent())

    assert refused(caught) == {"id_number"}
    assert elsewhere.number not in str(caught.value)
    assert world.elsewhere.name not in str(caught.value)


def test_a_closed_unit_takes_no_child(world: World) -> None:
    world.village.closed_on = datetime.date(2025, 1, 1)

    with pytest.raises(ValidationError) as caught:
        register_child(child=new_child(world.village), consent=new_consent())

    assert refused(caught) == {"unit"}


def test_a_changed_identity_number_changes_the_index_and_birthdays(world: World) -> None:
    child = register_child(child=new_child(world.village), consent=new_consent())
    before = bytes(child.id_index or b"")

    update_child(child=child, id_number=make_id_number(datetime.date(2012, 1, 2), 122))

    child.refresh_from_db()
    assert bytes(child.id_index or b"") != before
    assert child.turns_18_on == datetime.date(2030, 1, 2)


def test_a_correction_leaves_what_was_changed_meanwhile(world: World) -> None:
    child = make_child(world.village)
    end_care(child=child, closed_on=timezone.localdate(), reason="随父母迁出")

    update_child(child=child, needs="学业辅导")

    child.refresh_from_db()
    assert (child.needs, child.close_reason) == ("学业辅导", "随父母迁出")


def test_a_further_consent_is_the_next_version(world: World) -> None:
    child = make_child(world.village)

    second = record_consent(child=child, consent=new_consent())

    assert second.version == 2
    assert child.consents.count() == 2


def test_after_withdrawal_nothing_new_is_recorded(world: World) -> None:
    child = make_child(world.village)
    consent = child.consents.get()
    require_consent(child)

    withdraw_consent(consent=consent, withdrawn_on=timezone.localdate())

    with pytest.raises(ValidationError):
        require_consent(child)
    pairing = make_pairing(make_child(world.village), make_volunteer(world.village))
    pairing.pk, pairing.child = None, child
    with pytest.raises(ValidationError):
        start_pairing(pairing=pairing)
    with pytest.raises(ValidationError):
        withdraw_consent(consent=consent, withdrawn_on=timezone.localdate())


def test_a_consent_is_not_withdrawn_before_it_was_signed(world: World) -> None:
    consent = make_child(world.village).consents.get()

    with pytest.raises(ValidationError) as caught:
        withdraw_consent(consent=consent, withdrawn_on=consent.signed_on - datetime.timedelta(days=1))

    assert refused(caught) == {"withdrawn_on"}


def test_a_category_is_certified_once(world: World) -> None:
    child = make_child(world.village, categories=())
    facts = {"category": ChildCategory.ORPHAN, "source": "苍溪县民政局", "certified_on": datetime.date(2026, 1, 5)}
    record_certification(certification=Certification(child=child, **facts))

    with pytest.raises(ValidationError) as caught:
        record_certification(certification=Certification(child=child, **facts))

    assert refused(caught) == {"category"}
    assert child.certifications.get().source == "苍溪县民政局"


def test_the_end_of_care_ends_the_running_pairings(world: World) -> None:
    child = make_child(world.village)
    ended = make_pairing(child, ends_on=datetime.date(2025, 3, 1), end_reason="帮扶人迁出")
    running = make_pairing(child)

    end_care(child=child, closed_on=datetime.date(2026, 6, 1), reason="随父母迁出")

    child.refresh_from_db()
    running.refresh_from_db()
    ended.refresh_from_db()
    assert (child.closed_on, child.close_reason) == (datetime.date(2026, 6, 1), "随父母迁出")
    assert (running.ends_on, running.end_reason) == (datetime.date(2026, 6, 1), "随父母迁出")
    assert ended.end_reason == "帮扶人迁出"
    with pytest.raises(ValidationError):
        end_care(child=child, closed_on=datetime.date(2026, 6, 2), reason="再次")


def test_care_does_not_end_before_a_pairing_that_began_later(world: World) -> None:
    child = make_child(world.village)
    make_pairing(child, starts_on=datetime.date(2026, 5, 1))

    with pytest.raises(ValidationError) as caught:
        end_care(child=child, closed_on=datetime.date(2026, 4, 1), reason="随父母迁出")

    assert refused(caught) == {"closed_on"}
    child.refresh_from_db()
    assert child.closed_on is None
