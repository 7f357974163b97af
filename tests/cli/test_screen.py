from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.cli.screen import cell, near, on_one_line, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ä, 日本", "plain, ä, 日本"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_what_would_disturb_a_line_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert on_one_line(text) == shown


@given(text=st.text(), columns=st.integers(1, 60))
def test_a_cell_is_one_line_of_exactly_its_width(text: str, columns: int) -> None:
    shown = cell(text, columns)
    assert width(shown) == columns
    assert len(shown.splitlines()) == 1


def test_wide_letters_take_two_columns_and_combining_ones_none() -> None:
    assert width("日本a\u0301") == 5
    assert cell("日本語", 5) == "日本…"
    assert cell("title", 8) == "title   "


def test_a_path_below_the_current_folder_is_shown_relative_to_it() -> None:
    assert near(Path("/a/b/c"), Path("/a")) == "b/c"
    assert near(Path("/a/b/c"), Path("/x")) == "/a/b/c"
