import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.metadata.inline import text_of


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Fast <em>and</em> good", "Fast and good"),
        ("A better &ldquo;front door&rdquo;", "A better \u201cfront door\u201d"),
        ("It&#39;s &#x2014; here", "It's \u2014 here"),
        ("AT&T &amp; <b>bold</b> &nbsp; 5 < 6", "AT&T & bold 5 < 6"),
        ('See <a href="https://a.example/">this <i>one</i></a>', "See this one"),
        ("One<br>two<br/>three", "One two three"),
        ("The &lt;em&gt; element", "The <em> element"),
    ],
)
def test_a_line_that_is_marked_up_is_read_as_its_text(line: str, text: str) -> None:
    assert text_of(line) == text


@pytest.mark.parametrize(
    "line",
    [
        "Vec<T> and Box<dyn Error>",
        "The <em> element",
        "</b> before <b>",
        "<b>crossed <i>over</b></i>",
        "</title><script>alert(1)</script> <b>x</b>",
        "a < b && c > d &unknown; &; &#0; &#x110000; &#55296;",
        "<b></b>",
        "plain",
    ],
)
def test_a_line_with_other_markup_is_what_it_says(line: str) -> None:
    assert text_of(line) == line


@given(st.text(st.characters(codec="utf-8", exclude_characters="&<")))
def test_a_line_without_markup_stays(line: str) -> None:
    assert text_of(line) == line


@given(st.text("<>/bi &#;amp1x", max_size=30))
def test_any_line_gives_a_text_on_one_line(line: str) -> None:
    assert "\n" not in text_of(" ".join(line.split()))
