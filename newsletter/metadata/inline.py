"""Titles and summaries are plain text, but some authors write them as HTML. Pure.

Blogs put titles into their pages as they stand, so that ``<em>and</em>`` and ``&ldquo;`` do their work there; in a feed or a
subject they would be shown as written (RSS profile: no HTML in titles; RFC 4287, 3.1.1.1). Their text is taken where all
the markup is sound and of the harmless kind. A lone ``<T>``, an unclosed tag or a script is what the title is about: it stays.
"""

import re
from html.entities import html5

#: What a line of text may be marked up with.
_MARKS = frozenset(
    {
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q"),
        *("s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
    }
)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:\s[^<>]*)?)/?>")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]*));")
_LARGEST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def text_of(line: str) -> str:
    """Return the text of a line that is marked up; any other line as it is."""
    if "<" not in line and "&" not in line:
        return line
    stripped = _without_tags(line) if "<" in line else line
    text = line if stripped is None else _REFERENCE.sub(_character, stripped)
    return line if text == line else " ".join(text.split()) or line


def _without_tags(line: str) -> str | None:
    """Take the tags out of a line; None where they are not sound."""
    still_open: list[str] = []
    for closing, name, _ in _TAG.findall(line):
        mark = name.lower()
        if mark == "br":
            continue
        if mark not in _MARKS or (closing and (not still_open or still_open.pop() != mark)):
            return None
        if not closing:
            still_open.append(mark)
    return None if still_open else _TAG.sub(lambda tag: " " if tag[2].lower() == "br" else "", line)


def _character(reference: re.Match[str]) -> str:
    """Look a character reference up; one that names nothing stays."""
    decimal, hexadecimal, name = reference.groups()
    if name:
        return html5.get(f"{name};", reference[0])
    number = int(decimal) if decimal else int(hexadecimal, 16)
    if number > _LARGEST or number in _SURROGATES or not chr(number).isprintable():
        return " " if number in {9, 10, 13, 160} else reference[0]
    return chr(number)
