"""The history of passwords."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from orgs.models import PasswordRecord, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LATER = [f"Quiet-Lake-{number}" for number in range(1, 6)]
FIRST = "Quiet-Lake-0"


@pytest.fixture
def user() -> User:
    user = make_user()
    user.set_password(FIRST)
    user.save()
    return user


def change(user: User, password: str) -> None:
    validate_password(password, user)
    user.set_password(password)
    user.save()


def test_the_present_password_is_not_set_again(user: User) -> None:
    with pytest.raises(ValidationError, match="最近 5 次"):
        change(user, FIRST)


def test_the_last_five_are_refused_and_the_sixth_is_free_again(user: User) -> None:
    for password in LATER[:4]:
        change(user, password)
    with pytest.raises(ValidationError, match="最近 5 次"):
        change(user, FIRST)
    change(user, LATER[4])
    change(user, FIRST)


def test_no_more_hashes_are_kept_than_are_asked_for_and_none_in_clear(user: User) -> None:
    for password in LATER:
        change(user, password)
    kept = PasswordRecord.objects.filter(user=user)
    assert kept.count() == 5
    assert not any("Quiet" in record.password for record in kept)


def test_the_history_is_one_s_own(user: User) -> None:
    validate_password(FIRST, make_user())


def test_an_account_without_a_password_leaves_no_record() -> None:
    PasswordRecord.objects.all().delete()
    User.objects.create_user("nobody", password=None, name="无密码")
    assert not PasswordRecord.objects.exists()
