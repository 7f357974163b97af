"""Fit text that others wrote to a line of a terminal. Pure."""

import re
import unicodedata
from itertools import accumulate
from pathlib import Path

#: Controls would move the cursor or recolour the screen; bidirectional ones reorder the rest of the line (Unicode TR 36);
#: line breaks would make two lines of one problem.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def on_one_line(text: str) -> str:
    """Show what would disturb a line as a backslash escape."""
    return UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def width(text: str) -> int:
    """Count the columns that a text takes on a terminal: wide letters two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cell(text: str, columns: int) -> str:
    """Cut or pad a text to so many columns."""
    text = on_one_line(text)
    if width(text) > columns:
        taken = accumulate(width(letter) for letter in text)
        text = "".join(letter for letter, used in zip(text, taken, strict=True) if used < columns) + "…"
    return text + " " * (columns - width(text))


def near(path: Path, here: Path) -> str:
    """Write a path as short as it is from the current folder."""
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
