import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.authoring.titles import LONGEST, title_for

SENTENCE = "The year has become a turning point in the history of print. More follows."


@pytest.mark.parametrize(
    ("body", "name", "title"),
    [
        ("Some text.\n\n## The *first* heading\n", "001.md", "The first heading"),
        ("A line that stands alone\n\nText.\n", "001.md", "A line that stands alone"),
        (f"A line above a long one\n{'Long line. ' * 20}\n", "001.md", "A line above a long one"),
        ("A wrapped paragraph that\ngoes on below.\n", "on-printing.md", "On printing"),
        ("A sentence by itself.\n\nText.\n", "2024-12-16-my_3d-printer.md", "My 3d printer"),
        ("- a list\n- of things\n", "things.md", "Things"),
        (SENTENCE, "001_b3ad87739f509b04.md", "The year has become a turning point in the history of print"),
        (f"Introduction\n{SENTENCE}{'x' * 100}\n", "index.md", "The year has become a turning point in the history of print"),
        (f"# Introduction\n\n{SENTENCE}\n", "2024-12-16.md", "The year has become a turning point in the history of print"),
        ("# Overview\n", "draft.md", "draft.md"),
        ("", "0a1b2c3d4e.md", "0a1b2c3d4e.md"),
        ("日本語の見出し\n\n本文。\n", "1.md", "日本語の見出し"),
        ("No full stop here but a paragraph\nthat is wrapped", "1.md", "No full stop here but a paragraph"),
    ],
)
def test_a_title_is_found_in_heading_line_name_or_sentence(body: str, name: str, title: str) -> None:
    assert title_for(body, name) == title


def test_a_long_sentence_is_cut_after_a_word() -> None:
    title = title_for("word " * 60, "1.md")
    assert title.endswith("word…")
    assert len(title) <= LONGEST + 1
    assert title_for("x" * 300, "1.md") == "x" * LONGEST + "…"


@given(body=st.text(), name=st.from_regex(r"[a-z0-9_-]{1,20}\.md", fullmatch=True))
def test_a_title_is_one_line_and_never_empty(body: str, name: str) -> None:
    title = title_for(body, name)
    assert title.strip()
    assert len(title.splitlines()) == 1
