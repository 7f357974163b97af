"""Rules that are not tried where they cannot match: the result is that of Python-Markdown, which tries them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown.treeprocessors import InlineProcessor

from newsletter.render import inlines, markdown
from tests.factories import make_article
from tests.render.test_properties import PIECES

CONVERTER = markdown.converter(lambda *_: None, ())
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5) | st.sampled_from(["a", "b c", "\n", "www.", "a@b.example"])).map(
    "".join
)


def test_of_each_rule_is_known_what_it_needs() -> None:
    assert all(name in CONVERTER.inlinePatterns for name in inlines.NEEDED)
    assert len(CONVERTER.inlinePatterns) == len(inlines.NEEDED)
    assert isinstance(CONVERTER.treeprocessors["inline"], inlines.Sparing)


@given(TEXTS, st.sampled_from(sorted(inlines.NEEDED)))
def test_a_rule_finds_nothing_without_what_it_needs(text: str, name: str) -> None:
    for needed in inlines.NEEDED[name]:
        text = text.replace(needed, " ")
    if not any(needed in text for needed in inlines.NEEDED[name]):
        assert list(CONVERTER.inlinePatterns[name].getCompiledRegExp().finditer(text)) == []


@given(TEXTS)
def test_nobody_can_tell_which_rules_were_tried(text: str) -> None:
    sparing = markdown.to_html(make_article(), text, lambda *_: None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(inlines, "spare", lambda *_: None)
        assert markdown.to_html(make_article(), text, lambda *_: None) == sparing


def test_where_the_library_calls_it_otherwise_all_rules_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inlines, "_APPLY", "_InlineProcessor__apply_another_day")
    converter = markdown.converter(lambda *_: None, ())
    assert type(converter.treeprocessors["inline"]) is InlineProcessor
    assert converter.convert("*a* <https://a.example/>") == CONVERTER.reset().convert("*a* <https://a.example/>")
