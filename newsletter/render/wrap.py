"""Lines of plain text: their width on a screen of fixed pitch, and where they may be broken. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from unicodedata import category, east_asian_width

#: The width that mail programs of fixed pitch have shown for forty years (RFC 3676, section 4.2).
WIDTH = 72
#: Stand for a space that is not a place to break at, and for a line break that must be: no article can hold them.
GLUE, BREAK = "\x1f", "\x1e"

_WHITE = re.compile(r"[ \t\n\r\f]+")
#: Marks that may not begin or end a line of Chinese or Japanese (https://www.w3.org/TR/jlreq/#characters_not_starting_a_line).
_NOT_FIRST = frozenset("、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ")  # noqa: RUF001 - these very marks
_NOT_LAST = frozenset("‘“（〔［｛〈《「『【")  # noqa: RUF001 - these very marks


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Count the columns that a text takes; wide characters take two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def one_line(text: str) -> str:
    """Run a text together on one line."""
    return _WHITE.sub(" ", text.replace(BREAK, " ").replace(GLUE, " ")).strip()


def _pieces(word: str) -> list[str]:
    """Split a word that holds wide characters where its script lets a line end; other words are one piece."""
    if word.isascii() or all(_columns(character) < 2 for character in word):  # noqa: PLR2004 - wide is two columns
        return [word]
    pieces = [word[0]]
    for before, character in pairwise(word):
        wide = _columns(before) == 2 or _columns(character) == 2  # noqa: PLR2004 - wide is two columns
        if wide and _columns(character) and before not in _NOT_LAST and character not in _NOT_FIRST:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def fill(text: str, columns: int) -> list[str]:
    """Break a text into lines of at most so many columns; a word that is longer, such as an address, stays whole."""
    lines: list[str] = []
    for part in _WHITE.sub(" ", text).split(BREAK):
        lines += _by_length(part.strip(" "), columns) if _is_plain(part) else _by_width(part, columns)
    return [line.replace(GLUE, " ").rstrip() for line in lines]


def _is_plain(text: str) -> bool:
    """Tell whether each character takes one column."""
    return text.isascii() or all(_columns(character) == 1 for character in set(text))


def _by_length(text: str, columns: int) -> Iterator[str]:
    """Break text of plain characters, with single spaces between words."""
    start = 0
    while len(text) - start > columns:
        end = text.rfind(" ", start, start + columns + 1)
        if end < 0:
            end = text.find(" ", start + columns)
        if end < 0:
            break
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _by_width(text: str, columns: int) -> Iterator[str]:
    """Break any other text, piece by piece."""
    line, used = "", 0
    for word in filter(None, text.split(" ")):
        for n, piece in enumerate(_pieces(word)):
            gap = " " if n == 0 and line else ""
            needed = width(piece)
            if line and used + len(gap) + needed > columns:
                yield line
                line, used, gap = "", 0, ""
            line += gap + piece
            used += len(gap) + needed
    yield line
