"""Text for XML parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from guanai.xmltext import xml_text


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("张建国\x00\x01", "张建国"),
        ("一\x0b二\x0c三\r\n四\r五\u2028六", "一\n二\n三\n四\n五\n六"),
        ("表情\ud83d缺半", "表情\ufffd缺半"),
        ("末\ufffe尾\uffff", "末尾"),
        ("制表\t与换行\n不变", "制表\t与换行\n不变"),
    ],
)
def test_removes_what_xml_forbids(given_text: str, expected: str) -> None:
    assert xml_text(given_text) == expected


@given(st.text(st.characters(codec=None)))
def test_any_text_survives_an_xml_part_and_is_stable(text: str) -> None:
    clean = xml_text(text)
    element = etree.Element("t")
    element.text = clean
    assert (etree.fromstring(etree.tostring(element)).text or "") == clean
    assert xml_text(clean) == clean
