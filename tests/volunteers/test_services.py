import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.utils import timezone

from guanai.crypto import blind_index
from guanai.identity import check_digit
from orgs.models import Unit
from tests.factories import make_county, make_id_number, make_speciality, make_unit, make_volunteer
from volunteers.enums import VeteranKind, VolunteerStatus
from volunteers.models import Volunteer
from volunteers.services import TAKEN, register_volunteer, update_volunteer

BORN = datetime.date(1950, 1, 15)
MAN = make_id_number(BORN, 101)


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit(make_county(), code="510824105", name="亭子镇")


def register(unit: Unit, **fields: Any) -> Volunteer:
    """Somebody without a document, unless the fields bring one."""
    known = {"unit": unit, "name": "杜承志", "kind": VeteranKind.TEACHER, "no_id_reason": "证件正在补办"}
    return register_volunteer(**{**known, **fields})


def reasons(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict


def test_numbers_run_on_within_a_unit(unit: Unit) -> None:
    other = make_unit(unit.parent or unit, code="510824106")
    numbers = [register(place, sex="male").number for place in (unit, unit, other)]
    assert numbers == ["510824105-W0001", "510824105-W0002", "510824106-W0001"]


def test_the_identity_number_gives_birth_date_and_sex(unit: Unit) -> None:
    person = register(unit, id_number=f" {MAN[:6]} {MAN[6:].lower()} ")
    assert (person.id_number, person.birth_date, person.birth_year, person.sex) == (MAN, BORN, 1950, "male")


def test_a_woman_has_an_even_digit(unit: Unit) -> None:
    assert register(unit, id_number=make_id_number(BORN, 102)).sex == "female"


def test_what_rests_in_the_database_is_not_readable(unit: Unit) -> None:
    person = register(unit, id_number=MAN, phone="138 1234 5678", address="文昌路 5 号")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(v)::text FROM volunteers_volunteer v WHERE id = %s", [person.pk])
        stored = cursor.fetchone()[0]
    assert person.number in stored
    for secret in (MAN, "13812345678", "文昌路", "1950-01-15"):
        assert secret not in stored
        assert secret.encode().hex() not in stored
    again = Volunteer.objects.get(pk=person.pk)
    assert (again.id_number, again.phone, again.address, again.birth_date) == (
        MAN,
        "13812345678",
        "文昌路 5 号",
        BORN,
    )


def test_specialities_and_times_are_kept(unit: Unit) -> None:
    law = make_speciality("法治")
    person = register(unit, sex="male", specialities=[law], times=[(6, "morning"), (7, "morning"), (6, "morning")])
    assert list(person.specialities.all()) == [law]
    assert Volunteer.objects.get(pk=person.pk).service_times == "周六、周日上午"


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([], ""),
        ([(3, "morning"), (3, "afternoon")], "周三全天"),
        ([(day, "evening") for day in range(1, 8)], "每天晚上"),
        ([(day, "morning") for day in range(1, 6)], "工作日上午"),
        ([(1, "afternoon"), (6, "morning")], "周一下午；周六上午"),
        ([(1, "morning"), (1, "afternoon"), (1, "evening")], "周一全天和晚上"),
    ],
)
def test_times_in_words(unit: Unit, times: list[tuple[int, str]], words: str) -> None:
    person = register(unit, sex="male", times=times)
    assert Volunteer.objects.get(pk=person.pk).service_times == words


WRONG_DIGIT = MAN[:17] + next(digit for digit in "0123456789X" if digit != MAN[17])
NO_SUCH_DAY = "51082419500230101" + check_digit("51082419500230101")
BAD_NUMBERS = [WRONG_DIGIT, NO_SUCH_DAY, MAN[:17], f"{MAN}0", "51082A195001151011", "无", "0" * 18]


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_wrong_identity_number_is_refused(unit: Unit, number: str) -> None:
    with pytest.raises(ValidationError) as refused:
        register(unit, id_number=number)
    assert list(reasons(refused.value)) == ["id_number"]
    assert not Volunteer.objects.exists()


def test_a_number_that_contradicts_sex_or_birth_date_is_refused(unit: Unit) -> None:
    with pytest.raises(ValidationError) as refused:
        register(unit, id_number=MAN, sex="female")
    assert list(reasons(refused.value)) == ["sex"]
    with pytest.raises(ValidationError) as refused:
        register(unit, id_number=MAN, birth_date=BORN + datetime.timedelta(days=1))
    assert list(reasons(refused.value)) == ["birth_date"]


def test_a_second_person_of_one_number_is_refused_without_a_word_about_the_first(unit: Unit) -> None:
    first = register(make_unit(unit.parent or unit, name="云峰镇"), id_number=MAN, name="冯定国")
    with pytest.raises(ValidationError) as refused:
        register(unit, id_number=MAN)
    assert reasons(refused.value) == {"id_number": [TAKEN]}
    for leak in (first.name, first.number, "云峰镇", MAN):
        assert leak not in str(refused.value)


def test_several_people_without_a_document(unit: Unit) -> None:
    people = [register(unit, sex="female", birth_date=BORN) for _ in range(2)]
    assert [person.id_index for person in people] == [None, None]


def test_without_a_document_the_sex_must_be_said(unit: Unit) -> None:
    with pytest.raises(ValidationError) as refused:
        register(unit)
    assert list(reasons(refused.value)) == ["sex"]


def test_nobody_enters_a_closed_unit(unit: Unit) -> None:
    closed = make_unit(unit, closed_on=datetime.date(2020, 1, 1))
    with pytest.raises(ValidationError) as refused:
        register(closed, sex="male")
    assert list(reasons(refused.value)) == ["unit"]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"phone": "12345"}, "phone"),
        ({"name": "  "}, "name"),
        ({"status": VolunteerStatus.LEFT}, "left_on"),
        (
            {
                "status": VolunteerStatus.LEFT,
                "joined_on": datetime.date(2020, 1, 2),
                "left_on": datetime.date(2020, 1, 1),
            },
            "left_on",
        ),
        ({"joined_on": timezone.localdate() + datetime.timedelta(days=1)}, "joined_on"),
        ({"birth_date": timezone.localdate() + datetime.timedelta(days=1)}, "birth_date"),
    ],
)
def test_what_cannot_be_is_refused(unit: Unit, fields: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationError) as refused:
        register(unit, **{"sex": "male", **fields})
    assert list(reasons(refused.value)) == [at]


def test_a_refused_registration_uses_up_no_number(unit: Unit) -> None:
    with pytest.raises(ValidationError):
        register(unit, id_number=WRONG_DIGIT)
    assert register(unit, sex="male").number.endswith("W0001")


def test_a_change_leaves_the_rest(unit: Unit) -> None:
    law = make_speciality("法治")
    person = register(unit, id_number=MAN, phone="13812345678", specialities=[law], times=[(6, "morning")])
    update_volunteer(volunteer=person, former_post="县教育局副局长")
    again = Volunteer.objects.get(pk=person.pk)
    assert (again.former_post, again.id_number, again.phone) == ("县教育局副局长", MAN, "13812345678")
    assert list(again.specialities.all()) == [law]
    assert again.service_times == "周六上午"


def test_a_corrected_number_brings_its_own_birth_date(unit: Unit) -> None:
    person = register(unit, id_number=MAN)
    other = make_id_number(datetime.date(1951, 2, 3), 103)
    update_volunteer(volunteer=person, id_number=other)
    again = Volunteer.objects.get(pk=person.pk)
    assert (again.birth_date, again.birth_year) == (datetime.date(1951, 2, 3), 1951)
    assert bytes(again.id_index or b"") == blind_index(other)


def test_the_own_number_is_not_taken(unit: Unit) -> None:
    person = register(unit, id_number=MAN)
    assert update_volunteer(volunteer=person, id_number=MAN).pk == person.pk


def test_a_change_to_somebody_elses_number_is_refused(unit: Unit) -> None:
    register(unit, id_number=MAN)
    other = register(unit, id_number=make_id_number(BORN, 103))
    with pytest.raises(ValidationError) as refused:
        update_volunteer(volunteer=other, id_number=MAN)
    assert reasons(refused.value) == {"id_number": [TAKEN]}


def test_the_number_stays_when_somebody_moves(unit: Unit) -> None:
    person = register(unit, sex="male")
    village = make_unit(unit)
    moved = update_volunteer(volunteer=person, unit=village)
    assert (moved.unit, moved.number) == (village, "510824105-W0001")


@pytest.mark.parametrize(("status", "field"), [("left", "left_reason"), ("resting", "resting_reason")])
def test_who_leaves_or_rests_does_so_for_a_reason(unit: Unit, status: str, field: str) -> None:
    person = make_volunteer(unit)
    day: Any = {"left_on": datetime.date(2024, 1, 1)} if status == "left" else {}
    why: Any = {field: "随子女外出居住"}

    with pytest.raises(ValidationError) as refused:
        update_volunteer(volunteer=person, status=status, **day)
    assert list(reasons(refused.value)) == [field]

    changed = update_volunteer(volunteer=person, status=status, **day, **why)
    assert changed.resting_since == (timezone.localdate() if status == "resting" else None)
    # What stood there before the rule is not asked for again.
    Volunteer.objects.filter(pk=person.pk).update(**{field: ""})
    update_volunteer(volunteer=person, rank="副科")


def test_a_death_asks_for_its_day_alone(unit: Unit) -> None:
    gone = update_volunteer(
        volunteer=make_volunteer(unit), status=VolunteerStatus.DECEASED, left_on=datetime.date(2024, 1, 1)
    )
    assert (gone.status, gone.left_reason) == ("deceased", "")


def test_coming_back_takes_the_day_of_leaving_away(unit: Unit) -> None:
    person = make_volunteer(unit)
    update_volunteer(
        volunteer=person,
        status=VolunteerStatus.LEFT,
        left_on=datetime.date(2024, 1, 1),
        left_reason="迁居",
    )
    back = update_volunteer(volunteer=person, status=VolunteerStatus.ACTIVE)
    assert (back.left_on, back.left_reason) == (None, "")


def test_times_are_replaced(unit: Unit) -> None:
    person = register(unit, sex="male", times=[(1, "morning"), (2, "morning")])
    update_volunteer(volunteer=person, times=[(2, "morning"), (3, "evening")])
    assert Volunteer.objects.get(pk=person.pk).service_times == "周二上午；周三晚上"


@pytest.mark.django_db(transaction=True)
def test_one_of_eight_at_the_same_moment_registers_a_number() -> None:
    unit = make_unit(make_county())
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def work() -> None:
        try:
            start.wait(timeout=30)
            register(unit, id_number=MAN)
            outcomes.append("registered")
        except ValidationError as refused:
            outcomes.append(reasons(refused)["id_number"][0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == sorted(["registered", *[TAKEN] * 7])
    assert Volunteer.objects.count() == 1
