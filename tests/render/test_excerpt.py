import pytest

from tests.render.rendering import html, rendered


@pytest.mark.parametrize(
    "mark", ["<!--more-->", "<!-- more -->", "<!-- MORE -->", "<!--truncate-->", "<!-- truncate -->", "<!-- excerpt -->"]
)
def test_the_excerpt_ends_at_the_authors_mark(mark: str) -> None:
    got = rendered(f"# H\n\none\n\n- two\n\n{mark}\n\nthree")
    assert got.excerpt_html.endswith("<p>one</p>\n<ul>\n<li>two</li>\n</ul>")
    assert got.html.endswith("<p>three</p>")
    assert got.summary == "H one two"
    assert "more" not in got.html.lower()


def test_a_mark_may_stand_inside_a_paragraph() -> None:
    got = rendered("one <!--more--> *two*\n\nthree")
    assert got.excerpt_html == "<p>one </p>"
    assert got.html == "<p>one  <em>two</em></p>\n<p>three</p>"


def test_a_paragraph_that_holds_the_mark_alone_goes_with_it() -> None:
    assert rendered("one\n\n<p><!--more--></p>\n\ntwo").html.split() == ["<p>one</p>", "<p>two</p>"]


def test_a_mark_with_nothing_before_it_does_not_count() -> None:
    assert rendered("<!--more-->\n\none\n\ntwo").excerpt_html == "<p>one</p>"


def test_an_image_before_the_mark_is_an_excerpt() -> None:
    assert "<img" in rendered("![a](a.png)\n\n<!--more-->\n\none").excerpt_html


def test_a_mark_in_code_is_code() -> None:
    got = rendered("one `<!--more-->`\n\ntwo")
    assert got.excerpt_html == "<p>one <code>&lt;!--more--&gt;</code></p>"


def test_without_a_mark_the_first_paragraph_of_running_text_is_the_excerpt() -> None:
    body = "# H\n\n![a](a.png)\n\n> quoted\n\n- item\n\n  para\n\nThe *first*.\n\nThe second."
    assert rendered(body).excerpt_html == "<p>The <em>first</em>.</p>"
    assert rendered("<div>\n\nin a div\n\n</div>\n\nb").excerpt_html == "<p>in a div</p>"


def test_without_running_text_the_whole_is_its_own_excerpt() -> None:
    got = rendered("- a\n- b")
    assert got.excerpt_html == got.html
    assert got.summary == "a b"


def test_footnotes_are_no_running_text_and_their_numbers_no_words() -> None:
    got = rendered("- a[^1]\n\n[^1]: note\n")
    assert got.excerpt_html == got.html
    assert rendered("a[^1] b.\n\n[^1]: note\n").summary == "a b."


def test_the_front_matters_summary_goes_first_and_is_not_cut() -> None:
    assert rendered("text", summary=" As \n written ").summary == "As written"
    assert len(rendered("text", summary="word " * 100).summary) == 499


def test_a_summary_is_one_line_cut_at_a_word() -> None:
    assert rendered("a\nb  c<br>d").summary == "a b c d"
    got = rendered("word, " * 100).summary
    assert got.endswith("word…")
    assert len(got) <= 301
    assert rendered("x" * 400).summary == "x" * 300 + "…"


def test_an_article_without_text_has_no_summary() -> None:
    assert rendered("").summary == rendered("").html == rendered("").text == rendered("").excerpt_html == ""
    assert rendered("![](a.png)").summary == ""
    assert html("<!--more-->") == ""
