"""Lines of plain text."""

import textwrap

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.render.wrap import BREAK, GLUE, fill, width

WORDS = st.lists(st.text("abcdé—ж", min_size=1, max_size=12) | st.just("https://a.example/" + 80 * "b"))


@given(WORDS, st.integers(1, 80))
@example([], 1)
@example(["a"], 1)
@example(["ab", "c"], 1)
def test_plain_text_is_wrapped_as_the_standard_library_does(words: list[str], columns: int) -> None:
    lines = textwrap.wrap(" ".join(words), columns, break_long_words=False, break_on_hyphens=False)
    assert fill(" \n".join(words), columns) == (lines or [""])


@given(WORDS, st.integers(1, 80))
def test_it_makes_no_difference_to_other_lines_that_one_is_wide(words: list[str], columns: int) -> None:
    alone = fill(" ".join(words), columns)
    assert fill(f"{' '.join(words)}{BREAK}日本", columns)[: len(alone)] == alone
    wide = fill(f"{' '.join(words)} 日本", columns)
    assert wide[: len(alone) - 1] == alone[:-1]


def test_glue_is_no_place_to_break_at() -> None:
    assert fill(f"aa bb{GLUE}cc", 5) == ["aa", "bb cc"]


def test_combining_characters_take_no_column() -> None:
    assert width("e\u0301e\u0301") == 2
    assert fill("e\u0301e\u0301 e\u0301e\u0301", 5) == ["e\u0301e\u0301 e\u0301e\u0301"]
