from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import frontmatter
from newsletter.metadata import dates, headings, usual
from newsletter.metadata.spellings import KNOWN
from tests.metadata.test_plain import VALUES

BERLIN = ZoneInfo("Europe/Berlin")
KEYS = st.one_of(
    st.sampled_from(("title", "date", "tags", "categories", "draft", "description", "author", "slug", "id", "lastmod", "layout")),
    st.sampled_from(sorted(KNOWN)),
    st.sampled_from(("Title", "last_mod", "extra", "params", "a-b", "a b", "ä", "null", "Tag", "is-draft", "x" * 82)),
)
TOLD = st.one_of(
    VALUES,
    st.sampled_from(
        (
            *("2026-03-02", "2026-03-01 23:59", "2026-03-02T10:00:00Z", "2026-03-03 10:00:00 +0530", "2026-02-30", "1899-01-01"),
            *("false", "true", "False", "no", "tag:example.org,2026:a", "https://example.org/1", "a-slug", "Ä b", "a/b", ".a"),
            *("[a, A, b]", "[Ada <a@a.example>]", "Ada <a@a.example>", "a, b; c", "[*x]", "[&x a]", "[{a: b}]", "[[a], b]"),
            *(
                '"A \\\\ b"',
                "'  a'",
                '"a  b"',
                "<em>A</em> &amp; B",
                "A heading",
                "a:b",
                "a :b",
                "½",
                "a\u00a0b",
                "~",
                "[]",
                "[~]",
            ),
            *('["\\ud800"]', '"\\x07"', '["a\\tb"]', "|", ">-", "? a", "- a", "12", "1.10", "a # b", "'a' # b", "[a] # b"),
        )
    ),
)
LINES = st.one_of(
    st.builds(lambda key, between, value: f"{key}:{between}{value}", KEYS, st.sampled_from((" ", " ", "  ", "", "\t")), TOLD),
    st.sampled_from(
        (
            *(
                "tags:\n  - a\n  - b",
                "tags:\n- a\n\n- b",
                "tags:\n  - |\n    a\n\n    b",
                "authors:\n  - name: Ada\n    url: https://a.example/",
            ),
            *(
                "tags: a\n  b",
                "tags:\n  a: b",
                "title: A\n  b",
                "tags:\n---- ",
                "tags:\n  - [a",
                "author:\n - *a",
                "tags:",
                "author: ",
                "x:\n - a",
            ),
            *("date: 2026-03-02 10:00:00.123 +0100", "date: 2026-03-02 10:00.5", "date: '2026-03-02'"),
        )
    ),
    st.sampled_from(("", " ", "# note", "- a", "  more", "...", "----", "--- ", "key:", "title: A heading", "date: 2026-03-02")),
)
BODIES = st.one_of(
    st.sampled_from(
        (
            *(
                "",
                "Text.\n",
                "# A heading\n\nText.\n",
                "\n\nA heading\n===\n",
                "A heading\n\n===\n",
                "## A *heading* ##\n",
                "#\nText\n",
            ),
            *("  # A heading\n", "\\# A heading\n", "<!-- -->\n# A heading\n", "A heading\n<!-- -->\n---\n", "#A heading\n---\n"),
            *(
                "[A heading](/)\n---\nText",
                "---\n",
                "1. A heading\n---\n",
                "A heading\n  ---\n",
                "#\tA heading\n",
                "A\nheading\n---\n",
            ),
        )
    ),
    st.text(alphabet="#A heading=-\n\t*", max_size=24),
)
BLOCKS = st.lists(LINES, max_size=6).map("\n".join)
MOSTLY_USUAL = st.builds(
    lambda title, date, rest: f"title: {title}\ndate: {date}\n{rest}",
    st.one_of(TOLD, st.just("A heading")),
    st.one_of(TOLD, st.just("2026-03-02")),
    BLOCKS,
)


def slowly(text: str) -> frontmatter.Parsed:
    """Read a text as everything that is not usual is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usual, "read", lambda _text, _zone: None)
        patch.setattr(dates, "usual", lambda _text, _zone: None)
        patch.setattr(headings, "_surely_not", lambda _body, _title: False)
        return frontmatter.parse(text, path="x/a.md", zone=BERLIN)


def told(parsed: frontmatter.Parsed) -> tuple[str, list[str]]:
    """Write down all that a text says; errors are equal to themselves alone. Of the slow way nothing is known to be verbatim."""
    return repr(replace(parsed, verbatim=False)), [str(problem) for problem in parsed.problems]


@given(st.one_of(BLOCKS, MOSTLY_USUAL), BODIES, st.sampled_from(("\n---\n", "\n---\n", "\n...\n", "\n--- \n", "\n---")))
@example("title: A\ndate: 2026-03-02\ntags: [a]\ncategory: A", "", "\n---\n")
@example("title: A\ndate: 2026-10-25 02:30:00", "", "\n---\n")
@example("title: A\ndate: 2026-03-29 02:30", "", "\n---\n")
def test_what_is_usual_is_read_as_everything_is(block: str, body: str, end: str) -> None:
    text = f"---\n{block}{end}{body}"
    assert told(frontmatter.parse(text, path="x/a.md", zone=BERLIN)) == told(slowly(text))


@given(
    st.one_of(
        st.from_regex(
            r"(?:1899|2026|999[89])-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})? ?(?:Z|[+-][01][0-9]:?[0-9]{2})?)?"
        ),
        st.builds(
            "{:%Y-%m-%d}{}{:%H:%M:%S}{}".format,
            st.dates(),
            st.sampled_from(("T", " ", "  ", "t")),
            st.times(),
            st.sampled_from(("", "Z", " Z", "z", "+00:00", "-00:00", " +0530", "-13:59", "+14:00", "+14:01", "+05:60", "+5")),
        ),
    )
)
@example("2026-03-02T24:00:00Z")
@example("2026-12-31T23:59:60Z")
@example("9999-12-31")
def test_usual_dates_are_read_as_all_are(text: str) -> None:
    def read() -> tuple[str, bool] | str:
        try:
            moment = dates.read(text, BERLIN)
        except ValueError as error:
            return str(error)
        return moment.instant.isoformat(), moment.timed

    quickly = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dates, "usual", lambda _text, _zone: None)
        assert quickly == read()


@given(st.text(alphabet="#A heading=-\n\t*`x ", max_size=24), st.text(alphabet="#A headingx*", max_size=8))
def test_a_heading_that_repeats_the_title_is_found_as_any_is(body: str, title: str) -> None:
    found = headings.repeated(body, title)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headings, "_surely_not", lambda _body, _title: False)
        assert found == headings.repeated(body, title)


def test_the_front_matter_that_most_texts_have_is_usual() -> None:
    text = """---
title: "What's new: #1"
date: 2026-03-02 10:00:00 +0100
lastmod: 2026-03-03
tags: [Größe, b c]
categories: news

author: Ada <ada@letter.example>
description: A & B
slug: what-is-new
id: tag:letter.example,2026-03-02:a
draft: false
layout: 'article'
---
Text.
"""
    found = usual.read(text, BERLIN)
    assert found is not None
    assert (found.title, found.summary, found.slug, found.id) == (
        *("What's new: #1", "A & B", "what-is-new"),
        "tag:letter.example,2026-03-02:a",
    )
    assert (found.tags, found.categories, found.extra) == (("Größe", "b c"), ("news",), (("layout", "article"),))
    assert [person.email for person in found.authors] == ["ada@letter.example"]
    assert (found.body, found.body_line, found.date_line, found.slug_line, found.id_line) == ("Text.\n", 15, 3, 10, 11)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Text.",
        "---\n---\nText.",
        "---\ntitle: A\ndate: 2026-03-02\n",
        "---\n\ntitle: A\ndate: 2026-03-02\n---\n",
        "---\ntitle: A\n---\n",
        "---\ndate: 2026-03-02\n---\n",
        "---\ntitle: A\ndate: tomorow\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\nupdated: 2026-03-01\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\ndraft: true\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\ntags: [a\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\ntags: {a: b}\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\nauthor: [[a]]\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\nslug: a/b\n---\n",
        "---\ntitle: A\ndate: 2026-03-02\nlayout: a\nLayout: b\n---\n",
        f"---\ntitle: A\ndate: 2026-03-02\nlayout: {'a' * 9000}\n---\n",
    ],
)
def test_anything_else_is_left_to_the_other_readers(text: str) -> None:
    assert usual.read(text, BERLIN) is None
