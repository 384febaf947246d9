import pytest

from guanai.partial_dates import parse_partial_date, shown_partial_date


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("1950", "1950"),
        ("1950年", "1950"),
        ("1950.3", "1950-03"),
        ("1950年3月", "1950-03"),
        ("1950-03-01", "1950-03-01"),
        ("1950年3月1日", "1950-03-01"),
        ("１９５０．０３．０１", "1950-03-01"),
        ("195003", "1950-03"),
        ("19500301", "1950-03-01"),
        ("1950/3/1", "1950-03-01"),
        ("1950 年 3 月", "1950-03"),
        ("1950-13", None),
        ("1950-02-30", None),
        ("50.3", None),
        ("去年", None),
        ("", None),
        ("19500230", None),
    ],
)
def test_what_people_write_as_a_time(said: str, known: str | None) -> None:
    assert parse_partial_date(said) == known


def test_a_partial_date_in_words() -> None:
    assert [shown_partial_date(text) for text in ("", "1968", "1968-07", "1968-07-01")] == [
        "",
        "1968年",
        "1968年7月",
        "1968年7月1日",
    ]
