"""Any text becomes a segment of a path that no other text has."""

import unicodedata
from urllib.parse import quote, unquote, urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.feeds.segments import LONGEST, key, segment
from newsletter.xmltext import legal

ODD = st.text(st.sampled_from("aA.-_~/ \\:%+#cnoul\u0301ßé日\u00a0\x00"), max_size=6)
TEXTS = st.one_of(ODD, st.text(max_size=20), st.text(min_size=100, max_size=400)).filter(key)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("News", "news"),
        ("right to left", "right_to_left"),
        ("open-source", "open-source"),
        ("node.js", "node.js"),
        ("日本", "日本"),
        ("हिन्दी", "हिन्दी"),
        ("🚀", "🚀"),
        ("C++", "c~2b~2b"),
        ("a/b", "a~2fb"),
        ("..", "~2e~2e"),
        (".net", "~2enet"),
        ("a...b", "a.~2e~2eb"),
        ("my_tag", "my~5ftag"),
        ("~", "~7e"),
        ("CON", "~63on"),
        ("com1.txt", "~63om1.txt"),
        ("console", "console"),
        ("\u0301x", "~cc~81x"),
    ],
)
def test_a_segment_is_readable_where_it_can_be(text: str, expected: str) -> None:
    assert segment(text) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("News", "nEWS"), ("Straße", "STRASSE"), ("é", "e\u0301"), (" a  b ", "a b"), ("a\x00b", "ab")]
)
def test_spellings_of_one_text_share_a_segment(one: str, other: str) -> None:
    assert segment(one) == segment(other)


@given(TEXTS, TEXTS)
@example("a b", "a_b")
@example("a b", "a-b")
@example("c++", "c~2b~2b")
@example("con", "~63on")
@example("x" * 300, "x" * 301)
def test_two_texts_share_a_segment_only_if_they_differ_in_nothing_but_spelling(one: str, other: str) -> None:
    assert (segment(one) == segment(other)) == (key(one) == key(other))


@given(TEXTS)
@example(":\u0301")
@example("a \u0301")
@example("x" * 300)
@example("日" * 300)
@example("." * 300)
def test_a_segment_is_safe_on_any_file_system_and_in_any_address(text: str) -> None:
    written = segment(text)
    assert 0 < len(written.encode()) <= LONGEST
    assert written not in {".", ".."}
    assert written == legal(written) == unicodedata.normalize("NFC", written)
    assert not set(written) & set('/\\:*?"<>|%#&+ ')
    assert not written.startswith((".", "-"))
    assert not written.endswith((".", "-"))
    assert not any(unicodedata.category(character).startswith(("C", "Z")) for character in written)
    assert unquote(quote(written)) == written
    base = "https://letter.example/tags/"
    assert urljoin(base, f"{quote(written)}/rss.xml") == f"{base}{quote(written)}/rss.xml"


@given(TEXTS)
def test_a_segment_that_was_not_cut_can_be_read_back(text: str) -> None:
    written = segment(text)
    if "~~" not in written:
        decoded = unquote(written.replace("%", "%25").replace("~", "%"), errors="strict")
        assert decoded.replace("_", " ") == key(text).replace("_", " ")


@given(st.text())
def test_spelling_folds_once_and_for_all(text: str) -> None:
    assert key(key(text)) == key(text)
