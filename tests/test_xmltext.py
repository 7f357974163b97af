from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from newsletter.xmltext import legal


def test_legal_keeps_what_xml_can_carry_up_to_the_borders() -> None:
    text = "\t\n\r \x7f\x85\ud7ff\ue000\ufdd0\ufffd\U00010000\U0010ffff"
    assert legal(text) == text


def test_legal_leaves_out_controls_lone_surrogates_and_the_two_that_are_no_characters() -> None:
    assert legal("a\x00\x08\x0b\x0c\x0e\x1f\ud800\udfff\ufffe\uffffb") == "ab"


@given(st.text(st.characters(exclude_categories=())))
def test_legal_text_comes_back_from_an_xml_document(text: str) -> None:
    element = etree.Element("text")
    element.text = legal(text)
    assert (etree.fromstring(etree.tostring(element, encoding="UTF-8")).text or "") == legal(text)
