"""The rule of passwords: 8 characters of 3 classes, not like the owner, not common."""

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from guanai.passwords import classes_of, random_password
from orgs.models import User

OWNER = User(username="luoxiuqiong", name="罗秀琼")


@pytest.mark.parametrize("password", ["Tz-8rgkq", "tz8rgkq#", "TZ8RGKQ#", "红军渡Tz-8rgkq"])
def test_eight_characters_of_three_classes_are_enough(password: str) -> None:
    validate_password(password, OWNER)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Tz-8rgk", "too_short"),
        ("tzrgkq88", "too_plain"),
        ("TZRGKQ88", "too_plain"),
        ("红军渡红军渡红军", "too_plain"),
        ("Luoxiuqiong1", "like_the_owner"),
        ("Qiong-Luoxiu9", "like_the_owner"),
        ("罗秀琼-Aa1罗秀琼", "like_the_owner"),
        ("Password1", "password_too_common"),
        ("Aa123456", "password_too_common"),
    ],
)
def test_what_is_refused(password: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, OWNER)
    assert code in [error.code for error in refused.value.error_list]


def test_the_name_in_pinyin_is_refused_where_the_user_name_is_another() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("Zhoumin#2026", User(username="office1", name="周敏"))
    assert [error.code for error in refused.value.error_list] == ["like_the_owner"]


def test_a_refusal_says_what_there_is_and_what_is_missing() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("tzrgkq88", OWNER)
    assert refused.value.messages == ["大写字母、小写字母、数字、符号要有 3 种，现在有 2 种。"]


@given(st.text(max_size=30))
def test_classes_do_not_depend_on_the_order(password: str) -> None:
    assert classes_of(password) == classes_of(password[::-1])
    assert 0 <= classes_of(password) <= classes_of(password + "aA1#") == 4


def test_passwords_by_chance_obey_the_rule_and_differ() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        validate_password(password, OWNER)


def test_the_rules_and_refusals_say_nin() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("Password1", OWNER)
    assert "你" not in "".join([*password_validators_help_texts(), *refused.value.messages])
