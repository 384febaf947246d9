from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from guanai.models import NumberSeries
from guanai.numbers import next_number, take_numbers


def test_a_series_begins_with_one_and_goes_on(db: None) -> None:
    assert [next_number(kind="child", scope="510824", year=2026) for _ in range(3)] == [1, 2, 3]


def test_kinds_scopes_and_years_do_not_share_a_series(db: None) -> None:
    next_number(kind="child", scope="510824", year=2026)

    assert next_number(kind="donation", scope="510824", year=2026) == 1
    assert next_number(kind="child", scope="510825", year=2026) == 1
    assert next_number(kind="child", scope="510824", year=2027) == 1


def test_several_numbers_follow_one_another(db: None) -> None:
    assert take_numbers(kind="grant", scope="510824", year=2026, count=5) == range(1, 6)
    assert next_number(kind="grant", scope="510824", year=2026) == 6


def test_a_number_that_was_rolled_back_is_given_again(transactional_db: None) -> None:
    with transaction.atomic():
        assert next_number(kind="donation", scope="510824", year=2026) == 1
        transaction.set_rollback(True)

    with transaction.atomic():
        assert next_number(kind="donation", scope="510824", year=2026) == 1


def test_parallel_callers_get_every_number_once(transactional_db: None) -> None:
    def take(_: int) -> int:
        try:
            with transaction.atomic():
                return next_number(kind="donation", scope="510824", year=2026)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(take, range(40)))

    assert sorted(numbers) == list(range(1, 41))
    assert NumberSeries.objects.get().last == 40
