"""A title for a text that declares none. Pure.

Taken, in this order, from the first heading; from a first line that stands by itself like one; from the words of the file's
name; from the first sentence. Names of sections such as "Introduction" and names such as "index" are no titles.
"""

import re

from newsletter.metadata import headings
from newsletter.metadata.dates import undated
from newsletter.xmltext import legal

#: Longest line and longest beginning of a sentence that serve as a title, in characters.
LONGEST = 100
#: A word of a file's name of fewer letters may hold digits: 3d, v10, 2024.
SHORT = 5
#: What opens a text of any title.
SECTIONS = frozenset(
    {
        *("abstract", "background", "contents", "foreword", "intro", "introduction", "overview", "preface", "prologue"),
        *("summary", "table of contents", "tl;dr"),
    }
)
NAMES = frozenset(
    {"article", "blog", "copy", "document", "draft", "index", "new", "note", "page", "post", "readme", "text", "untitled"}
)
#: Begins something else than a paragraph, or a paragraph that is no prose: lists, quotes, tables, code, images, HTML.
_OTHER = re.compile(r"\s*(?:[-*+>|<`~!#=\[]|[0-9]+[.)] )|\t| {4}")
_SENTENCE = re.compile(r".+?[.!?…](?=\s|$)|.+")
_WORD = re.compile(r"[^\W\d_]{2,}")


def title_for(body: str, name: str) -> str:
    """Find a title for a body in a file of that name; never empty."""
    body = legal(body)  # a title is for feeds, too
    lines = [*map(headings.plain, filter(_is_prose, body.splitlines())), ""]
    heading = headings.first(body, leading=False)
    candidates = (heading.text if heading else "", _lone_line(body), _words(name))
    sentences = (_beginning(line) for line in lines if not _is_section(line))
    return next((text for text in candidates if text and not _is_section(text)), "") or next(sentences) or name


def _is_prose(line: str) -> bool:
    return bool(line.strip()) and not _OTHER.match(line)


def _is_section(text: str) -> bool:
    return text.casefold().strip(" .:") in SECTIONS


def _lone_line(body: str) -> str:
    """Return the first line where it is short, no sentence, and not the beginning of a paragraph that goes on below."""
    lines = [line.rstrip() for line in body.lstrip("\n").split("\n")]
    first, second = lines[0], lines[1] if len(lines) > 1 else ""
    # Beside a line longer than people wrap at, every line is a paragraph of its own.
    stands_alone = not second or len(second) > LONGEST or second.startswith(("==", "--"))
    text = headings.plain(first) if stands_alone and _is_prose(first) else ""
    return "" if len(text) > LONGEST or text.endswith((".", ",", ";", ":", "…")) else text


def _words(name: str) -> str:
    """Return what a file's name says in words; nothing where it is a number, a digest or a name of no meaning."""
    stem = re.sub(r"[\s_-]+", " ", undated(name.rpartition(".")[0] or name)).strip()
    if stem.casefold() in NAMES or not all(_WORD.fullmatch(word) or len(word) < SHORT for word in stem.split()):
        return ""
    return f"{stem[:1].upper()}{stem[1:]}" if _WORD.search(stem) else ""


def _beginning(line: str) -> str:
    """Return the first sentence without its full stop, cut after a word where it is long."""
    match = _SENTENCE.match(line)
    sentence = match[0].removesuffix(".") if match else ""
    return sentence if len(sentence) <= LONGEST else f"{sentence[:LONGEST].rpartition(' ')[0] or sentence[:LONGEST]}…"
