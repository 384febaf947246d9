import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanai.document_numbers import normalise_document


@pytest.mark.parametrize(
    "typed",
    [
        "苍委发〔2025〕12号",
        "苍委发[2025]12号",
        "苍委发（2025）12号",
        "苍委发(2025)12号",
        "苍委发【2025】12号",
        "苍委发［２０２５］１２号",
        " 苍委发 〔 2025 〕 第 012 号 ",
        "苍委发〔2025年〕12",
    ],
)
def test_one_number_has_one_way_of_writing(typed: str) -> None:
    assert normalise_document(typed) == "苍委发〔2025〕12号"


@pytest.mark.parametrize("typed", ["县委常委会会议纪要（第3期）", "苍组任字12号", "无文号，2019年3月党员大会"])
def test_other_forms_stay_as_they_are(typed: str) -> None:
    assert normalise_document(typed) == typed


@given(st.text(alphabet="苍委发〔〕[]（）【】0123456789２第号 年", max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_document(text)
    assert normalise_document(once) == once
