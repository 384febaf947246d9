import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from guanai import identity

# GB 11643-1999, annex A.
PUBLISHED = "11010519491231002X"

BIRTH_DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2025, 12, 31))


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    district = draw(st.integers(110000, 659999))
    order = draw(st.integers(1, 999))
    stem = f"{district}{draw(BIRTH_DATES):%Y%m%d}{order:03d}"
    return stem + identity.check_digit(stem)


def test_the_published_number_is_right() -> None:
    identity.validate_id_number(PUBLISHED)
    assert identity.birth_date_of(PUBLISHED) == datetime.date(1949, 12, 31)
    assert identity.sex_of(PUBLISHED) == "female"


@pytest.mark.fuzz
@given(id_numbers())
def test_a_number_with_its_check_digit_is_right(number: str) -> None:
    identity.validate_id_number(number)


@pytest.mark.fuzz
@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_found(number: str, at: int, character: str) -> None:
    assume(number[at] != character)

    with pytest.raises(ValidationError):
        identity.validate_id_number(number[:at] + character + number[at + 1 :])


@pytest.mark.fuzz
@given(id_numbers(), st.integers(0, 16))
def test_two_neighbours_swapped_are_found(number: str, at: int) -> None:
    assume(number[at] != number[at + 1])
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    with pytest.raises(ValidationError):
        identity.validate_id_number(swapped)


def test_blanks_and_a_small_x_are_accepted() -> None:
    assert identity.normalise_id(" 110105 19491231 002x ") == PUBLISHED
    identity.validate_id_number("110105 19491231 002x")


def test_full_width_digits_of_an_input_method_are_made_narrow() -> None:
    assert identity.normalise_id("１１０１０５１９４９１２３１００２Ｘ") == PUBLISHED


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "form"),
        ("110105491231002", "form"),
        ("01010519491231002X", "form"),
        ("1101051949123100٢X", "form"),
        ("110105194913310020", "date"),
        ("110105194902300029", "date"),
        ("110105299912310024", "date"),
        ("110105194912310021", "checksum"),
    ],
)
def test_what_is_wrong_is_named(number: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        identity.validate_id_number(number)

    assert caught.value.code == code


@pytest.mark.parametrize("phone", ["13812345678", "0839-5222222", "08395222222", " 138 1234 5678 "])
def test_mobile_numbers_and_land_lines_are_phones(phone: str) -> None:
    identity.validate_phone(phone)


@pytest.mark.parametrize("phone", ["", "5222222", "12812345678", "1381234567", "138123456789", "abc"])
def test_other_texts_are_no_phones(phone: str) -> None:
    with pytest.raises(ValidationError):
        identity.validate_phone(phone)


@pytest.mark.parametrize(
    ("name", "mask"), [("", ""), ("张", "*"), ("张明", "张*"), ("张小明", "张*明"), ("欧阳小明", "欧**明")]
)
def test_names_are_masked(name: str, mask: str) -> None:
    assert identity.mask_name(name) == mask


@pytest.mark.parametrize(("phone", "mask"), [("", ""), ("13812341234", "138****1234"), ("5222222", "****2222")])
def test_phones_are_masked(phone: str, mask: str) -> None:
    assert identity.mask_phone(phone) == mask


def test_an_identity_number_shows_its_first_six_characters_and_its_last() -> None:
    assert identity.mask_id(PUBLISHED) == "110105***********X"
    assert identity.mask_id("1234567") == "*******"


def test_the_mask_of_a_text_tells_nothing_of_its_length() -> None:
    assert identity.mask_text("二组") == identity.mask_text("苍溪县亭子镇清河村二组 12 号")
    assert identity.mask_text("") == ""


@pytest.mark.fuzz
@given(st.text(min_size=3, max_size=20))
def test_a_masked_name_is_not_the_name(name: str) -> None:
    assume(set(name[1:-1]) != {"*"})

    assert identity.mask_name(name) != name
